"""When time will have something to say: kept with the lanes, so that nobody has to load them all to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.policy import LaneId


@dataclass(frozen=True, slots=True)
class Soak:
    """A build that is soaking in the environment before a lane. `build` is its id."""

    lane: LaneId
    build: int


class Agenda(Protocol):
    """Due times: one at most for each unfinished release, each lane, and each build that soaks before a lane."""

    def plan(self, release: int, lane: LaneId, due: datetime | None) -> None:
        """Note when time alone changes a release, in place of what was noted before; None takes the note away."""

    def plan_lane(self, lane: LaneId, due: datetime | None) -> None:
        """Note when time alone changes something in a lane beside its releases: a lock, a hold, a gate that opens."""

    def plan_soak(self, soak: Soak, due: datetime | None) -> None:
        """Note when a build has soaked for long enough; None when that has been told, or is of no interest any more."""

    def due(self, now: datetime) -> Sequence[LaneId]:
        """Return the lanes in which something is due, each once, by their names; soaks are told apart."""

    def soaked(self, now: datetime) -> Sequence[Soak]:
        """Return the builds that have soaked for long enough, in the order of their time."""

    def next_due(self, now: datetime) -> datetime | None:
        """Return the first due time after now."""
