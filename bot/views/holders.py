"""Who holds a permission, as people read it."""

from bot.core.policy import EVERYONE, Permission, Policy
from bot.views.people import sources


def holders(permission: Permission, policy: Policy) -> str:
    """Return everybody who holds a permission, or that nobody does and what to do about it."""
    names = policy.allowed(permission)
    if EVERYONE in names:
        return "every full member"
    return sources(names, policy) or f"nobody yet (the policy file gives `{permission.value}` to no one)"
