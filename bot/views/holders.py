"""Who holds a permission, as people read it."""

from collections.abc import Sequence

from bot.core.authorize import OF_APPROVERS
from bot.core.lane import Hold
from bot.core.policy import EVERYONE, LanePolicy, Permission, Policy
from bot.views.people import sources


def holders(permission: Permission, policy: Policy, lane: LanePolicy | None = None) -> str:
    """Return everybody who holds a permission, or that nobody does and what to do about it.

    Args:
        permission: which one.
        policy: today's policy.
        lane: what holds in the lane that it is about, if it is about one: its approvers hold some by themselves.
    """
    return named_holders(permission, _names(permission, policy, lane), policy)


def who_may_resume(hold: Hold, policy: Policy, lane: LanePolicy | None) -> str:
    """Return everybody who may end a hold: one that nobody set, whoever may ask for a release, too."""
    names = _names(Permission.HOLD, policy, lane)
    if hold.by is None:
        names = tuple(dict.fromkeys((*names, *policy.allowed(Permission.REQUEST))))
    return named_holders(Permission.HOLD, names, policy)


def _names(permission: Permission, policy: Policy, lane: LanePolicy | None) -> tuple[str, ...]:
    names = policy.allowed(permission)
    if not names and lane is not None and permission in OF_APPROVERS:
        return tuple(dict.fromkeys(source for rule in lane.approvals for source in rule.sources))
    return names


def named_holders(permission: Permission, names: Sequence[str], policy: Policy) -> str:
    """Return everybody behind the names to which a permission is given."""
    if EVERYONE in names:
        return "every full member"
    return sources(names, policy) or f"nobody yet (the policy file gives `{permission.value}` to no one)"
