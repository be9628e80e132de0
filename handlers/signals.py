"""What a signal says, if it is about the very release that is being deployed or verified now. Pure."""

from datetime import datetime, timedelta

from bot.core.events import HealthSeen
from bot.core.release import Lifecycle, Release
from bot.ports.trouble import TryLater
from handlers.ci.standard_payloads import SignalSaid

LONGEST_DETAIL = 300
"""Characters that are kept of what a signal says."""


AGAIN = 5.0
"""Seconds until one is looked at again that is early."""


def signalled(
    release: Release | None, said: SignalSaid, at: datetime, waited: timedelta
) -> HealthSeen | TryLater | None:
    """Return the word on the release in flight; None where it is on another.

    One that names the release by its key can be about no other deploy: where the end of that is not known here yet, it
    is looked at again, for as long as a deploy may take. One that names a commit alone may be about the deploy before,
    so it counts from the end of this one.

    Args:
        release: the release in flight in the lane that the signal names.
        said: the signal, signed by whoever the policy names for the lane.
        at: when it was said.
        waited: how long it has been here.
    """
    if release is None or not _is_on(release, said):
        return None
    if release.health is None:
        early = said.data.key is not None and release.state is Lifecycle.DEPLOYING
        if early and waited < release.policy.deploy_timeout:
            return TryLater(AGAIN, f"{release.name} is still being deployed")
        return None
    if said.data.key is None and at < release.health.deployed_at.replace(microsecond=0):
        return None  # a sender may count whole seconds
    healthy = said.type == "signal.healthy"
    words = (said.data.detail or "")[:LONGEST_DETAIL] or f"the release is {'well' if healthy else 'ill'}"
    return HealthSeen(release.number, healthy, f"{said.data.source} says: {words}")


def _is_on(release: Release, said: SignalSaid) -> bool:
    """Whether a signal is on this release, by whom the release is judged."""
    named = release.policy.verify.signal if release.policy.verify is not None else None
    return (
        named is not None
        and named.name == said.data.source
        and said.data.key in {None, release.key}
        and said.data.sha in {None, release.build.sha}
    )
