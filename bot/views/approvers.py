"""Who may approve a release, who has, who is missing: the rules as people read them."""

from collections.abc import Iterable

from bot.core.approvals import Missing, missing, rules_of
from bot.core.build import people_behind
from bot.core.policy import ApprovalRule, Policy, SelfApproval
from bot.core.release import Release
from bot.views.naming import word
from bot.views.people import people, sources


def progress(release: Release, policy: Policy) -> tuple[Missing, ...]:
    """Return every rule of a release with the number of its people who have approved, met or not."""
    short = {one.rule: one.have for one in missing(release, policy)}
    rules = rules_of(release, policy.lane(release.lane))
    return tuple(Missing(rule, short.get(rule, rule.count)) for rule in rules)


def rule_label(rule: ApprovalRule) -> str:
    """Return a rule as people say it: 1 of qa."""
    return f"{rule.count} of {' or '.join(word(source) for source in rule.sources)}"


def tally(release: Release, policy: Policy) -> str:
    """Return how far the rules are met: 1 of 1 of qa, 0 of 2 of sre."""
    return ", ".join(f"{one.have} of {rule_label(one.rule)}" for one in progress(release, policy))


def rule_state(one: Missing, release: Release, policy: Policy) -> str:
    """Return how far a rule is met and, where people are missing, who may approve."""
    if one.have >= one.rule.count:
        return "given"
    return f"{one.have} of {one.rule.count} given; {who_may(one.rule, release, policy)}"


def who_may(rule: ApprovalRule, release: Release, policy: Policy) -> str:
    """Return who may approve under a rule, or that nobody can and what to do about it."""
    names = sources(rule.sources, policy, without=_barred(release, policy))
    if names:
        return f"may approve: {names}"
    return "nobody may approve: the policy names no one who did not ask for it or push it"


def everybody(rules: Iterable[ApprovalRule], policy: Policy) -> str:
    """Return all people whom some rules ask; empty when that is nobody."""
    return sources([source for rule in rules for source in rule.sources], policy)


def approved_by(release: Release, policy: Policy) -> str:
    """Return who has approved what ships now, folded; empty when nobody has."""
    return people([word.person for word in release.standing()], policy)


def _barred(release: Release, policy: Policy) -> set[str]:
    """Return the people whose approval cannot count because the release is their own."""
    today = policy.lane(release.lane)
    if SelfApproval.FORBID not in {release.policy.self_approval, today.self_approval if today else None}:
        return set()
    return {one for one in (release.requested_by, people_behind(release.build.pusher, policy)) if one}
