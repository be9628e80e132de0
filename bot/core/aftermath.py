"""What became of a deploy that failed, and whether its failure may have another cause than the deploy.

Rules:

- A failure asks for a person until it was tried again, something goes back there, somebody said that it is live after
  all, or something else has become live there since, whichever came first. A second try or a rollback that never
  shipped settles nothing.
- A deploy that began long before it failed, or since whose beginning something else has become live there, may not be
  what broke: whoever goes back then may take out what works.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.core.lane import Lane
from bot.core.policy import Kind
from bot.core.release import Lifecycle, Release

LONG = timedelta(hours=2)
"""After how long what is seen is no longer put down to a deploy without a look."""
_NEVER_SHIPPED = frozenset({Lifecycle.REJECTED, Lifecycle.EXPIRED, Lifecycle.SUPERSEDED, Lifecycle.CANCELLED})
_WAS_LIVE = frozenset({Lifecycle.LIVE, Lifecycle.ROLLED_BACK})


@dataclass(frozen=True, slots=True)
class MarkedDone:
    """Somebody said that it is live after all."""


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """Another release of the same build took its place."""

    release: int


@dataclass(frozen=True, slots=True)
class WentBack:
    """A rollback was asked for since."""

    release: int


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Something has become live there since: as people call it, and by which release."""

    label: str
    release: int | None


Aftermath = MarkedDone | TriedAgain | WentBack | Overtaken


def aftermath(failed: Release, lane: Lane, history: Iterable[Release]) -> Aftermath | None:
    """Return what became of a release that failed; None while it still asks for a person.

    Args:
        failed: the release. One that is live, or was, was marked as done.
        lane: its lane, with what is live there.
        history: the newest releases of the lane, in any order.
    """
    if failed.state is not Lifecycle.FAILED:
        return MarkedDone()
    later = [one for one in history if one.number > failed.number and one.state not in _NEVER_SHIPPED]
    for one in sorted(later, key=lambda one: one.number):
        if one.retry_of == failed.number:
            return TriedAgain(one.number)
        if one.kind is Kind.ROLLBACK and failed.ended_at is not None and one.opened_at >= failed.ended_at:
            return WentBack(one.number)
        if one.state in _WAS_LIVE:
            return Overtaken(one.build.label, one.number)
    live = lane.live
    if live is not None and failed.ended_at is not None and live.since > failed.ended_at:
        return Overtaken(live.label, live.release)
    return None


def began_long_before(failed: Release) -> bool:
    """Whether a deploy failed so long after it began that something else may be the cause."""
    began = failed.deployment.attempted_at if failed.deployment else None
    return began is not None and failed.ended_at is not None and failed.ended_at - began > LONG


def is_late(failed: Release, lane: Lane) -> bool:
    """Whether what failed may have another cause than this deploy."""
    began = failed.deployment.attempted_at if failed.deployment else None
    replaced = began is not None and lane.live is not None and lane.live.since > began
    return began_long_before(failed) or replaced
