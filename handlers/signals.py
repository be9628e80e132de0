"""What a signal says, if it is about the very release that is being verified now. Pure."""

from datetime import datetime

from bot.core.inputs import HealthSeen
from bot.core.release import Release
from handlers.ci.standard_payloads import SignalSaid

LONGEST_DETAIL = 300
"""Characters that are kept of what a signal says."""


def signalled(release: Release | None, said: SignalSaid, at: datetime) -> HealthSeen | None:
    """Return the word on the release in flight; None where it is on another, or was said before its deploy had ended.

    Args:
        release: the release in flight in the lane that the signal names.
        said: the signal, signed by whoever the policy names for the lane.
        at: when it was said.
    """
    if release is None or release.health is None:  # nothing is deployed and not yet live
        return None
    named = release.policy.verify.signal if release.policy.verify is not None else None
    if named is None or named.name != said.data.source or at < release.health.deployed_at.replace(microsecond=0):
        return None  # of the deploy before; a sender may count whole seconds
    if said.data.key not in {None, release.key} or said.data.sha not in {None, release.build.sha}:
        return None
    healthy = said.type == "signal.healthy"
    words = (said.data.detail or "")[:LONGEST_DETAIL] or f"the release is {'well' if healthy else 'ill'}"
    return HealthSeen(release.number, healthy, f"{said.data.source} says: {words}")
