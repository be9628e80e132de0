"""Who may approve what: authorisation for every surface, and whether the rules are met.

Rules, all of which must hold:

- Every rule needs its count of people; one person satisfies one rule only. Whom to count where is an assignment, not
  a greedy pass: somebody who is in two groups must not be spent on the one that others could fill.
- `self_approval: forbid`: never the requester or the last pusher, and each commit needs one counted approver who is
  not among its authors. In this version the commit looked at is the one that ships.
- The rules of the snapshot and those of today hold each for itself: what one of them lacks the other does not lift.
- A person is one person with all their accounts: somebody who acted before the policy listed them, under the id of
  their Slack account, is not somebody else afterwards.
- An empty list of approvers, an account that is not a full member's, or a directory that does not answer: no approval.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.build import people_behind
from bot.core.inputs import Account, Actor
from bot.core.lane import Lane
from bot.core.policy import ApprovalRule, LanePolicy, Permission, Person, Policy, SelfApproval
from bot.core.refusals import (
    AccountMayNotAct,
    NotAnApprover,
    NotPermitted,
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
    if own_work and _forbids_own(release, lane, policy):
        reasons += [OwnRelease(how) for how in _own(_names(actor.person.id, actor.person.slack), release, policy)]
    return tuple(reasons)


def permission_reasons(actor: Actor, permission: Permission, policy: Policy) -> tuple[Reason, ...]:
    """Return every reason why the actor may not do what a permission covers."""
    reasons = account_reasons(actor)
    if permission not in actor.permissions:
        reasons += (NotPermitted(permission, policy.allowed(permission)),)
    return reasons


def asked_for(person: Person, release: Release) -> bool:
    """Whether a release is one that this person asked for."""
    return release.requested_by in _names(person.id, person.slack)


def word_of(person: Person, release: Release) -> Approval | None:
    """Return the person's approval that stands on what the release ships now, or None."""
    names = _names(person.id, person.slack)
    return next((word for word in release.standing() if names & _names(word.person, word.slack)), None)


def rules_of(release: Release, lane: Lane, policy: Policy) -> tuple[ApprovalRule, ...]:
    """Return the rules then and now together: a later change of the policy adds blockers, it never lifts one."""
    return tuple(dict.fromkeys(rule for one in in_force(release, lane, policy) for rule in one.required(release.kind)))


def missing(release: Release, lane: Lane, policy: Policy) -> tuple[Missing, ...]:
    """Return the rules that the standing approvals do not meet, under the snapshot and under today's policy."""
    counted = _countable(release, lane, policy)
    found: dict[ApprovalRule, Missing] = {}
    for lane_policy in in_force(release, lane, policy):
        for rule, have in _assign(lane_policy.required(release.kind), counted, policy).items():
            if have < rule.count:
                found[rule] = Missing(rule, have)
    return tuple(found.values())


def only_authors_approved(release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether the rules are met in number, but everybody who counts for them wrote the commit themselves."""
    authors = {people_behind(author, policy) for author in release.build.authors}
    counted = _countable(release, lane, policy)
    for lane_policy in in_force(release, lane, policy):
        rules = lane_policy.required(release.kind)
        fitting = [
            word for word in counted if any(_fits(_policy_names(word, policy), word.groups, rule) for rule in rules)
        ]
        forbids = lane_policy.self_approval is not SelfApproval.ALLOW
        if forbids and fitting and all(_policy_names(word, policy) & authors for word in fitting):
            return True
    return False


def in_force(release: Release, lane: Lane, policy: Policy) -> tuple[LanePolicy, ...]:
    """Return what the policy said when the release opened, and what it says today if it still names the lane."""
    today = lane.policy(policy)
    return (release.policy, today) if today else (release.policy,)


def _forbids_own(release: Release, lane: Lane, policy: Policy) -> bool:
    return any(one.self_approval is not SelfApproval.ALLOW for one in in_force(release, lane, policy))


def _own(names: frozenset[str], release: Release, policy: Policy) -> list[OwnWork]:
    own = []
    if release.requested_by in names:
        own.append(OwnWork.REQUESTER)
    if people_behind(release.build.pusher, policy) in names:
        own.append(OwnWork.PUSHER)
    return own


def _countable(release: Release, lane: Lane, policy: Policy) -> tuple[Approval, ...]:
    """Return the approvals that may count: one of each person, none of whose own work it is where that is forbidden."""
    forbids = _forbids_own(release, lane, policy)
    counted: list[Approval] = []
    seen: set[str] = set()
    for word in release.standing():
        names = _policy_names(word, policy)
        if names & seen or (forbids and _own(names, release, policy)):
            continue
        seen |= names
        counted.append(word)
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


def _assign(rules: tuple[ApprovalRule, ...], counted: tuple[Approval, ...], policy: Policy) -> dict[ApprovalRule, int]:
    """Return how many people each rule gets when they are assigned as well as possible (augmenting paths)."""
    seats = [rule for rule in rules for _ in range(rule.count)]
    taken: dict[int, Approval] = {}

    def seat(approval: Approval, tried: set[int]) -> bool:
        for index, rule in enumerate(seats):
            if index in tried or not _fits(_policy_names(approval, policy), approval.groups, rule):
                continue
            tried.add(index)
            if index not in taken or seat(taken[index], tried):
                taken[index] = approval
                return True
        return False

    for approval in counted:
        seat(approval, set())
    have = dict.fromkeys(rules, 0)
    for index in taken:
        have[seats[index]] += 1
    return have


def unmapped(release: Release, lane: Lane, policy: Policy) -> tuple[str, ...]:
    """Return whom `strict` cannot place: authors and approvers who are not in the policy's people, by name."""
    del release, lane, policy
    return ()
