"""Who may approve what: authorisation for every surface, and whether the rules are met.

Rules, all of which must hold:

- Every rule needs its count of people; one person satisfies one rule only. Whom to count where is an assignment, not
  a greedy pass: somebody who is in two groups must not be spent on the one that others could fill.
- What ships is every commit later than what is live, up to the build's own: as the source's compare tells them, and
  as far as builds do. Until it has told, nothing ships by approvals; where it never can, the others have to do. A
  rollback brings nothing that was not live before, and waits for nobody's word on that.
- `self_approval: forbid`: never the requester, who tries a failed one again, or the last pusher, and each of these
  commits needs one counted approver who is not among its authors. What somebody said of the first try is no word of
  who tries again: where it counts on, it does so whoever that is.
  `strict`: nor any author of any of them, and every author and approver must be one of the policy's people. `allow`:
  anybody.
- The rules of the snapshot and those of today hold each for itself: what one of them lacks the other does not lift.
- A person is one person with all their accounts: somebody who acted before the policy listed them, under the id of
  their Slack account, is not somebody else afterwards.
- An empty list of approvers, an account that is not a full member's, or a directory that does not answer: no approval.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.build import Author
from bot.core.inputs import Account, Actor
from bot.core.lane import Authorship, Lane
from bot.core.policy import ApprovalRule, Kind, LanePolicy, Person, Policy, SelfApproval
from bot.core.refusals import (
    AccountMayNotAct,
    NotAnApprover,
    OwnRelease,
    OwnWork,
    Reason,
)
from bot.core.release import Approval, Release


@dataclass(frozen=True, slots=True)
class Missing:
    """A rule that is not met yet: how many of its people have approved."""

    rule: ApprovalRule
    have: int


def account_reasons(actor: Actor) -> tuple[Reason, ...]:
    """Return why this account may not act at all, whatever the policy says of its owner."""
    return () if actor.account is Account.MEMBER else (AccountMayNotAct(actor.account),)


def entitled(actor: Actor, rules: Iterable[ApprovalRule]) -> bool:
    """Whether the actor is somebody whom one of the rules asks."""
    return any(_fits(_names(actor.person.id, actor.person.slack), actor.groups, rule) for rule in rules)


def approval_reasons(
    actor: Actor, release: Release, lane: Lane, policy: Policy, *, own_work: bool = True
) -> tuple[Reason, ...]:
    """Return every reason why the actor may not approve (or, with own_work=False, not reject) a release."""
    reasons = list(account_reasons(actor))
    rules = rules_of(release, lane, policy)
    if not entitled(actor, rules):
        reasons.append(NotAnApprover(rules))
    if own_work:
        reasons += [OwnRelease(how) for how in _own_work(actor, release, lane, policy)]
    return tuple(reasons)


def asked_for(person: Person, release: Release) -> bool:
    """Whether a release is one that this person asked for."""
    return _requested(release, _names(person.id, person.slack))


def _requested(release: Release, names: frozenset[str]) -> bool:
    """Whether whoever has these ids asked for it: under one of them, or with the account that is among them."""
    return not names.isdisjoint({release.requested_by, release.requested_slack} - {None})


def gave(person: Person, word: Approval) -> bool:
    """Whether a word is this person's, whatever they were called when they said it."""
    return not _names(person.id, person.slack).isdisjoint(_names(word.person, word.slack))


def word_of(person: Person, release: Release) -> Approval | None:
    """Return the person's approval that stands on what the release ships now, or None."""
    return next((word for word in release.standing() if gave(person, word)), None)


def wanted_of(person: Person, release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether somebody's approval could still help: a rule that lacks people asks them, and it is not their own work.

    As far as the policy's file names the members of its groups; whom Slack's user groups hold is not known here.
    """
    short = [one.rule for one in missing(release, lane, policy)] or rules_of(release, lane, policy)
    groups = [group.name for group in policy.groups if person.id in group.people]
    names = _names(person.id, person.slack)
    if word_of(person, release) is not None or not any(_fits(names, groups, rule) for rule in short):
        return False
    return not any(_own(names, one, release, lane, policy) for one in _asking(release, lane, policy))


def rules_of(release: Release, lane: Lane, policy: Policy) -> tuple[ApprovalRule, ...]:
    """Return the rules then and now together: a later change of the policy adds blockers, it never lifts one."""
    return tuple(dict.fromkeys(rule for one in in_force(release, lane, policy) for rule in one.required(release.kind)))


def missing(release: Release, lane: Lane, policy: Policy) -> tuple[Missing, ...]:
    """Return the rules that the standing approvals do not meet, under the snapshot and under today's policy."""
    found: dict[ApprovalRule, Missing] = {}
    for one in _asking(release, lane, policy):
        yeses = _counted(one, release, lane, policy)
        for rule, have in _assign(one.required(release.kind), yeses).items():
            if have < min(rule.count, found[rule].have if rule in found else rule.count):
                found[rule] = Missing(rule, have)
    return tuple(found.values())


def needs_another(release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether some commit of it is approved by nobody who counts but its own authors; False while nobody counts."""
    commits = [_people_behind(authors, policy) for authors in _commits(release, lane)]
    for one in _asking(release, lane, policy):
        if one.self_approval is SelfApproval.ALLOW:
            continue
        rules = one.required(release.kind)
        counted = [yes for yes in _counted(one, release, lane, policy) if any(yes.fits(rule) for rule in rules)]
        if counted and any(all(yes.names & wrote for yes in counted) for wrote in commits):
            return True
    return False


def finding_authors(release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether nobody has told who wrote all that a release would bring, and its approvals are counted by that."""
    if not lane.around.compares or lane.live is None or lane.live.sha == release.build.sha:
        return False
    counted = any(one.self_approval is not SelfApproval.ALLOW for one in _asking(release, lane, policy))
    unknown = _authorship(release, lane) is None or untold_commits(release, lane) > 0
    return counted and release.kind is not Kind.ROLLBACK and unknown


def untold_commits(release: Release, lane: Lane) -> int:
    """Return how many of the commits between what is live and a release's build the source did not tell of."""
    told = _authorship(release, lane)
    return told.untold if told else 0


def _authorship(release: Release, lane: Lane) -> Authorship | None:
    """Return what was told of the commits between what is live now and the release's build."""
    base = lane.live.sha if lane.live else None
    told = lane.around.authorship
    return next((one for one in told if one.base == base and one.head == release.build.sha), None)


def unmapped(release: Release, lane: Lane, policy: Policy) -> tuple[str, ...]:
    """Return whom `strict` cannot place: authors by their names, then approvers by their ids, each once."""
    if not any(one.self_approval is SelfApproval.STRICT for one in _asking(release, lane, policy)):
        return ()
    authors = [author for wrote in _commits(release, lane) for author in wrote]
    unknown = [author.name for author in authors if not _people_behind((author,), policy)]
    listed = {person.id for person in policy.people}
    unknown += [word.person for word in release.standing() if _policy_names(word, policy).isdisjoint(listed)]
    return tuple(dict.fromkeys(unknown))


def in_force(release: Release, lane: Lane, policy: Policy) -> tuple[LanePolicy, ...]:
    """Return what the policy said when the release opened, and what it says today if it still names the lane."""
    today = lane.policy(policy)
    return (release.policy, today) if today else (release.policy,)


def _asking(release: Release, lane: Lane, policy: Policy) -> tuple[LanePolicy, ...]:
    """Return those of the policies then and now that ask somebody for approval."""
    return tuple(one for one in in_force(release, lane, policy) if one.required(release.kind))


def _commits(release: Release, lane: Lane) -> tuple[tuple[Author, ...], ...]:
    """Return who wrote the commits that would become live, the same people together once.

    The build's own authors are among them even where it takes the lane back; those of what is live are not, though it
    was built once more since.
    """
    live = lane.live.position if lane.live else None  # it may have moved on since the changes were loaded
    later = [change for change in lane.around.changes if live is None or live < change.position]
    later = [change for change in later if lane.live is None or change.sha != lane.live.sha]
    changes = [change.authors for change in later if change.position <= release.build.position]
    told = _authorship(release, lane)
    compared = (told.commits or ()) if told else ()
    return tuple(dict.fromkeys((*changes, *compared, release.build.authors)))


def _people_behind(authors: Iterable[Author], policy: Policy) -> frozenset[str]:
    """Return the ids of the policy's people who are among the authors, by any one of their accounts."""
    accounts = [(author.github, author.email) for author in authors]
    found = [policy.person_of(github=github) for github, _ in accounts]
    found += [policy.person_of(email=email) for _, email in accounts]
    return frozenset(person.id for person in found if person)


def _own_work(actor: Actor, release: Release, lane: Lane, policy: Policy) -> tuple[OwnWork, ...]:
    names = _names(actor.person.id, actor.person.slack)
    asking = _asking(release, lane, policy)
    return tuple(dict.fromkeys(how for one in asking for how in _own(names, one, release, lane, policy)))


def _own(
    names: frozenset[str], one: LanePolicy, release: Release, lane: Lane, policy: Policy, *, inherited: bool = False
) -> tuple[OwnWork, ...]:
    """Return how a release is somebody's own, as far as one policy forbids that.

    `inherited`: it is asked of an approval that they gave to the try before.
    """
    if one.self_approval is SelfApproval.ALLOW:
        return ()
    pusher, own = release.build.pusher, []
    if _requested(release, names):
        own.append(OwnWork.REQUESTER)
    if not inherited and not names.isdisjoint({release.retried_by, release.retried_slack} - {None}):
        own.append(OwnWork.RETRIER)
    if pusher and names & _people_behind((pusher,), policy):
        own.append(OwnWork.PUSHER)
    if one.self_approval is SelfApproval.STRICT:
        wrote = _people_behind((author for authors in _commits(release, lane) for author in authors), policy)
        own += [OwnWork.AUTHOR] if names & wrote else []
    return tuple(own)


@dataclass(frozen=True, slots=True)
class _Yes:
    """An approval that may count: under which ids its giver may have acted, and in which groups they were."""

    names: frozenset[str]
    groups: tuple[str, ...]

    def fits(self, rule: ApprovalRule) -> bool:
        """Whether they are one of those whom the rule asks."""
        return _fits(self.names, self.groups, rule)


def _counted(one: LanePolicy, release: Release, lane: Lane, policy: Policy) -> tuple[_Yes, ...]:
    """Return the approvals that may count under one policy: one of each person, none of what is their own."""
    counted: list[_Yes] = []
    seen: set[str] = set()
    for word in release.standing():
        names = _policy_names(word, policy)
        if names.isdisjoint(seen) and not _own(names, one, release, lane, policy, inherited=word.inherited):
            counted.append(_Yes(names, word.groups))
        seen |= names
    return tuple(counted)


def _names(person: str, slack: str | None) -> frozenset[str]:
    """Return all the ids under which somebody may have acted: the policy's name, and the Slack id before it had one."""
    return frozenset({person, slack} if slack else {person})


def _policy_names(word: Approval, policy: Policy) -> frozenset[str]:
    """Return the ids of who gave a word, with the name that today's policy has for their account."""
    names = _names(word.person, word.slack)
    listed = policy.person_of(slack=word.slack)
    return names | {listed.id} if listed else names


def _fits(names: frozenset[str], groups: Iterable[str], rule: ApprovalRule) -> bool:
    return not (names | set(groups)).isdisjoint(rule.sources)


def _assign(rules: tuple[ApprovalRule, ...], counted: tuple[_Yes, ...]) -> dict[ApprovalRule, int]:
    """Return how many people each rule gets when they are assigned as well as possible (augmenting paths)."""
    seats = [rule for rule in rules for _ in range(rule.count)]
    taken: dict[int, _Yes] = {}

    def seat(yes: _Yes, tried: set[int]) -> bool:
        for index, rule in enumerate(seats):
            if index in tried or not yes.fits(rule):
                continue
            tried.add(index)
            if index not in taken or seat(taken[index], tried):
                taken[index] = yes
                return True
        return False

    for yes in counted:
        seat(yes, set())
    have = dict.fromkeys(rules, 0)
    for index in taken:
        have[seats[index]] += 1
    return have
