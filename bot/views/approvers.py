"""Who may approve a release, who has, who is missing: the rules as people read them."""

from collections.abc import Iterable

from bot.core.approvals import Missing, in_force, missing, rules_of
from bot.core.build import people_behind
from bot.core.lane import Lane
from bot.core.policy import ApprovalRule, Kind, Mode, Policy, SelfApproval
from bot.core.release import Release
from bot.views.naming import word
from bot.views.people import people, sources


def progress(release: Release, lane: Lane, policy: Policy) -> tuple[Missing, ...]:
    """Return every rule of a release with the number of its people who have approved, met or not."""
    short = {one.rule: one.have for one in missing(release, lane, policy)}
    rules = rules_of(release, lane, policy)
    return tuple(Missing(rule, short.get(rule, rule.count)) for rule in rules)


def rule_label(rule: ApprovalRule) -> str:
    """Return a rule as people say it: 1 of qa."""
    return f"{rule.count} of {by_whom(rule)}"


def by_whom(rule: ApprovalRule) -> str:
    """Return whom a rule asks, as the policy calls them: qa or sre."""
    return " or ".join(word(source) for source in rule.sources)


def tally(release: Release, lane: Lane, policy: Policy) -> str:
    """Return how far the rules are met: 1 of 1 of qa, 0 of 2 of sre."""
    return ", ".join(f"{one.have} of {rule_label(one.rule)}" for one in progress(release, lane, policy))


def rule_state(one: Missing, release: Release, lane: Lane, policy: Policy) -> str:
    """Return how far a rule is met and, where people are missing, who may approve."""
    if one.have >= one.rule.count:
        return "given"
    return f"{one.have} of {one.rule.count} given; {who_may(one.rule, release, lane, policy)}"


def who_may(rule: ApprovalRule, release: Release, lane: Lane, policy: Policy) -> str:
    """Return who may approve under a rule, or that nobody can and what to do about it."""
    names = whom(rule, release, lane, policy)
    if names:
        return f"may approve: {names}"
    return "nobody may approve: the policy names no one who did not ask for it or push it"


def whom(rule: ApprovalRule, release: Release, lane: Lane, policy: Policy) -> str:
    """Return the people whose approval could count under a rule; empty when that is nobody."""
    return sources(rule.sources, policy, without=_barred(release, lane, policy))


def none_needed(release: Release) -> str:
    """Return why a release asks for nobody's approval."""
    if release.kind is not Kind.RELEASE:
        return f"none needed, the policy asks for none for a {release.kind.value} there"
    if release.policy.mode is Mode.DELIVERY:
        return "none needed, the policy asks for none there"
    return "none needed, builds ship there by themselves"


def everybody(rules: Iterable[ApprovalRule], policy: Policy) -> str:
    """Return all people whom some rules ask; empty when that is nobody."""
    return sources([source for rule in rules for source in rule.sources], policy)


def approved_by(release: Release, policy: Policy) -> str:
    """Return who has approved what ships now, folded; empty when nobody has."""
    return people([word.person for word in release.standing()], policy)


def _barred(release: Release, lane: Lane, policy: Policy) -> set[str]:
    """Return the people whose approval cannot count because the release is their own."""
    rules = {one.self_approval for one in in_force(release, lane, policy)}
    if rules == {SelfApproval.ALLOW}:
        return set()
    listed = [policy.person_of(slack=slack) for slack in (release.requested_slack, release.retried_slack)]
    barred = {release.requested_by, release.retried_by, people_behind(release.build.pusher, policy)}
    barred |= {asked.id for asked in listed if asked}
    if SelfApproval.STRICT in rules:
        barred |= {people_behind(author, policy) for author in release.build.authors}
    return {one for one in barred if one}
