"""When time will have something to say: kept with the releases, so that nobody has to load them all to know."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.policy import LaneId


class Agenda(Protocol):
    """The due times of unfinished releases, one for each at most."""

    def plan(self, release: int, lane: LaneId, due: datetime | None) -> None:
        """Note when time alone changes a release, in place of what was noted before; None takes the note away."""

    def due(self, now: datetime) -> Sequence[LaneId]:
        """Return the lanes in which something is due, each once, by their names."""

    def next_due(self, now: datetime) -> datetime | None:
        """Return the first due time after now."""
