"""Who may approve what: authorisation for every surface, and whether the rules are met.

Rules, all of which must hold:

- Every rule needs its count of people; one person satisfies one rule only. Whom to count where is an assignment, not
  a greedy pass: somebody who is in two groups must not be spent on the one that others could fill.
- `self_approval: forbid`: never the requester or the last pusher, and each commit needs one counted approver who is
  not among its authors. In this version the commit looked at is the one that ships.
- An empty list of approvers, an account that is not a full member's, or a directory that does not answer: no approval.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.build import people_behind
from bot.core.inputs import Account, Actor
from bot.core.policy import ApprovalRule, LanePolicy, Permission, Policy, SelfApproval
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
    return any(_fits(actor.person.id, actor.groups, rule) for rule in rules)


def approval_reasons(actor: Actor, release: Release, policy: Policy, *, own_work: bool = True) -> tuple[Reason, ...]:
    """Return every reason why the actor may not approve (or, with own_work=False, not reject) a release."""
    reasons = list(account_reasons(actor))
    rules = rules_of(release, policy.lane(release.lane))
    if not entitled(actor, rules):
        reasons.append(NotAnApprover(rules))
    if own_work and _forbids_own(release, policy.lane(release.lane)):
        reasons += [OwnRelease(how) for how in _own(actor.person.id, release, policy)]
    return tuple(reasons)


def permission_reasons(actor: Actor, permission: Permission, policy: Policy) -> tuple[Reason, ...]:
    """Return every reason why the actor may not do what a permission covers."""
    reasons = account_reasons(actor)
    if permission not in actor.permissions:
        reasons += (NotPermitted(permission, policy.allowed(permission)),)
    return reasons


def rules_of(release: Release, today: LanePolicy | None) -> tuple[ApprovalRule, ...]:
    """Return the rules then and now together: a later change of the policy adds blockers, it never lifts one."""
    now = today.required() if today else ()
    return tuple(dict.fromkeys((*release.policy.required(), *now)))


def missing(release: Release, policy: Policy) -> tuple[Missing, ...]:
    """Return the rules that the standing approvals do not meet, under the snapshot and under today's policy."""
    today = policy.lane(release.lane)
    counted = _countable(release, policy)
    found: dict[ApprovalRule, Missing] = {}
    for rules in (release.policy.required(), today.required() if today else ()):
        for rule, have in _assign(rules, counted).items():
            if have < rule.count:
                found[rule] = Missing(rule, have)
    return tuple(found.values())


def only_authors_approved(release: Release, policy: Policy) -> bool:
    """Whether the rules are met in number, but everybody who approved wrote the commit themselves."""
    counted = _countable(release, policy)
    if not counted or not _forbids_own(release, policy.lane(release.lane)):
        return False
    authors = {people_behind(author, policy) for author in release.build.authors}
    return all(approval.person in authors for approval in counted)


def _forbids_own(release: Release, today: LanePolicy | None) -> bool:
    return SelfApproval.FORBID in {release.policy.self_approval, today.self_approval if today else None}


def _own(person: str, release: Release, policy: Policy) -> list[OwnWork]:
    own = []
    if release.requested_by == person:
        own.append(OwnWork.REQUESTER)
    if people_behind(release.build.pusher, policy) == person:
        own.append(OwnWork.PUSHER)
    return own


def _countable(release: Release, policy: Policy) -> tuple[Approval, ...]:
    forbids = _forbids_own(release, policy.lane(release.lane))
    return tuple(word for word in release.standing() if not (forbids and _own(word.person, release, policy)))


def _fits(person: str, groups: Iterable[str], rule: ApprovalRule) -> bool:
    return person in rule.sources or not set(rule.sources).isdisjoint(groups)


def _assign(rules: tuple[ApprovalRule, ...], counted: tuple[Approval, ...]) -> dict[ApprovalRule, int]:
    """Return how many people each rule gets when they are assigned as well as possible (augmenting paths)."""
    seats = [rule for rule in rules for _ in range(rule.count)]
    taken: dict[int, Approval] = {}

    def seat(approval: Approval, tried: set[int]) -> bool:
        for index, rule in enumerate(seats):
            if index in tried or not _fits(approval.person, approval.groups, rule):
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
