"""Figures about what is stored, for whoever watches the bot: no names of services, repositories or people in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in the database at one moment. What has ended well is not counted: it would only grow."""

    releases: Mapping[tuple[str, str], int]
    """Unfinished releases by environment and state."""
    oldest_open: Mapping[str, datetime]
    """When the oldest release that is not deploying yet was opened, by environment."""
    effects: Mapping[tuple[str, str], int]
    """Effects by kind and state: ready, attempting, verify, unknown, dead."""
    oldest_ready: Mapping[str, datetime]
    """Since when the oldest effect that could be carried out now is due, by kind."""
    inbox: Mapping[str, int]
    """Received things by state: waiting, poison."""
    audit_head: int
    """The number of the last audit row; 0 before the first."""
    database_bytes: int
    disk_free: int | None
    """Bytes; None for a database that is not on a disk."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What readiness looks at."""

    steps_missing: int
    """Migrations that this version knows and the file does not have."""
    unknown: int
    """Effects of which nobody knows whether they happened."""
    dead: int
    """Messages that were given up; a deploy that was refused has failed its release, and is at rest."""
    poison: int
    """Received things that were set aside."""
    disk_free: int | None
    """Bytes; None for a database that is not on a disk."""


class FigureBook(Protocol):
    """Figures, read within one transaction."""

    def read(self, now: datetime) -> Figures:
        """Return all figures as of now."""

    def condition(self) -> Condition:
        """Return what readiness looks at."""
