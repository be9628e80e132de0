"""Who may do what: the one place that every surface asks, whether by button, form, command or command line.

Rules:

- Only a full member of the home workspace acts at all, and only they read what Signoff answers; guests, bots, strangers
  and whoever the directory does not know do neither.
- What concerns approvals belongs to whom the release's rules ask, then and now together. A release that asks for no
  approval can be dropped by whoever may ask for one; who tries a failed one again must hold what its kind takes.
- What concerns a lane or the whole installation takes a permission that the policy gives to groups. Where the policy is
  silent, `hold` and `rollback` belong to the lane's approvers and the rest to nobody.
- One's own: a requester may cancel, schedule and undo what they asked for; the owner of a lock may end it.
"""

from enum import Enum

from bot.core.approvals import account_reasons, approval_reasons, asked_for, entitled, rules_of
from bot.core.inputs import Actor
from bot.core.lane import Lane
from bot.core.policy import Kind, Permission, Policy
from bot.core.refusals import MayNotCancel, NotPermitted, Reason
from bot.core.release import Release


class Act(Enum):
    """Everything that people do to releases, lanes and the installation. Every full member may read."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    UNDO = "undo"
    ANNOUNCE = "announce"  # post, edit or discard the draft of an announcement
    SCHEDULE = "schedule"
    RETRY = "retry"
    OVERRIDE = "override"
    MARK_DONE = "mark as done"
    RESOLVE = "resolve"
    REQUEST = "request"
    ROLLBACK = "rollback"
    HOTFIX = "hotfix"
    HOLD = "hold"
    RESUME = "resume"
    LOCK = "lock"
    UNLOCK = "unlock"
    MODE = "mode"
    LIVE = "live"
    STOP_ALL = "stop-all"
    GO_ALL = "go-all"
    QUARANTINE = "quarantine"
    CLEAR = "release-quarantine"


PERMISSION: dict[Act, Permission] = {
    Act.OVERRIDE: Permission.OVERRIDE,
    Act.MARK_DONE: Permission.OVERRIDE,
    Act.RESOLVE: Permission.RESOLVE,
    Act.REQUEST: Permission.REQUEST,
    Act.ROLLBACK: Permission.ROLLBACK,
    Act.HOTFIX: Permission.HOTFIX,
    Act.HOLD: Permission.HOLD,
    Act.RESUME: Permission.HOLD,
    Act.LOCK: Permission.LOCK,
    Act.UNLOCK: Permission.LOCK,
    Act.MODE: Permission.MODE,
    Act.LIVE: Permission.LIVE,
    Act.STOP_ALL: Permission.STOP_ALL,
    Act.GO_ALL: Permission.STOP_ALL,
    Act.QUARANTINE: Permission.QUARANTINE,
    Act.CLEAR: Permission.QUARANTINE,
}
"""The acts that take a permission; the others belong to a release's approvers, or to whoever asked for it."""

OF_APPROVERS = frozenset({Permission.HOLD, Permission.ROLLBACK})
"""What a lane's approvers may do where the policy gives the permission to nobody by name."""

OF_KIND = {Kind.RELEASE: Permission.REQUEST, Kind.ROLLBACK: Permission.ROLLBACK, Kind.HOTFIX: Permission.HOTFIX}
"""What asking for a release of each kind takes."""


def authorize(
    actor: Actor, act: Act, policy: Policy, *, lane: Lane | None = None, release: Release | None = None
) -> tuple[Reason, ...]:
    """Return every reason why the actor may not do this; none when they may.

    Args:
        actor: who acts, with the facts about them.
        act: what they want to do.
        policy: today's policy.
        lane: the lane that it concerns; None where it concerns a service or everything.
        release: the release that it concerns, if it concerns one.

    Raises:
        ValueError: the act concerns a release or a lane, and none was given.
    """
    permission = PERMISSION.get(act)
    if permission is not None:
        return _permission(actor, permission, policy, lane)
    if release is None or lane is None:
        raise ValueError(f"{act.value} concerns a release")
    match act:
        case Act.APPROVE:
            return approval_reasons(actor, release, lane, policy)
        case Act.REJECT:
            return approval_reasons(actor, release, lane, policy, own_work=False)
        case Act.WITHDRAW:
            return account_reasons(actor)  # whoever said yes may take it back, whatever today's policy says of them
        case _:
            return _of_its_people(actor, act, release, lane, policy)


def _permission(actor: Actor, permission: Permission, policy: Policy, lane: Lane | None) -> tuple[Reason, ...]:
    reasons = account_reasons(actor)
    holders = policy.allowed(permission)
    here = lane.policy(policy) if lane else None
    if not holders and permission in OF_APPROVERS and here is not None:
        if entitled(actor, here.approvals):
            return reasons
        holders = tuple(dict.fromkeys(source for rule in here.approvals for source in rule.sources))
    if permission not in actor.permissions:
        reasons += (NotPermitted(permission, holders),)
    return reasons


def _of_its_people(actor: Actor, act: Act, release: Release, lane: Lane, policy: Policy) -> tuple[Reason, ...]:
    """Its requester, whom its rules ask, and where they ask nobody whoever might have asked for one of its kind.

    A rollback or a hotfix that ships without approvals is not ended, put off or tried again by everybody. Its
    announcement is words, for which it takes what any release takes.
    """
    reasons = account_reasons(actor)
    rules = rules_of(release, lane, policy)
    needed = Permission.REQUEST if act is Act.ANNOUNCE else OF_KIND[release.kind]
    unruled = not rules and _permission(actor, needed, policy, lane) == reasons
    if asked_for(actor.person, release) or unruled or entitled(actor, rules):
        return reasons
    return (*reasons, MayNotCancel())
