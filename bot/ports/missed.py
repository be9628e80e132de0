"""What a source's newest runs do not show: how far it has been told, what is still wanted, and what came of asking."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.build import PipelineReport

Hole = tuple[datetime, datetime]
"""From when to when; both moments belong to it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a source's runs have been told: every one made until `newest`, but those of the hole.

    Attributes:
        place: which runs it is about; of others it says nothing.
        newest: when the newest was made that was told.
        hole: when those were made that have not been told yet; None: there are none.
    """

    place: str
    newest: datetime
    hole: Hole | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What whoever asks knows, and misses.

    Attributes:
        reach: what was returned the last time; None the first time.
        builds: a workflow's report of each commit whose checks are wanted, newest first.
    """

    reach: Reach | None = None
    builds: tuple[PipelineReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Missed:
    """What was found, and how far everything has been told with it; to be kept once the reports are."""

    reports: tuple[PipelineReport, ...] = ()
    reach: Reach | None = None


NONE_MISSED = Missed()
