"""The port of the inbox: what came in, stored before it is acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol


class InboxState(Enum):
    """How far a received thing is."""

    WAITING = "waiting"
    DONE = "done"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class Received:
    """Something that came in and acts: verified, not yet decided. `body` is JSON text of our own model."""

    source: str  # "slack", "cli", or whose webhook: "github", "standard"
    dedupe_key: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A received thing with its place in the queue."""

    id: int
    received: Received
    tries: int


class Inbox(Protocol):
    """What was received: stored before it is acknowledged."""

    def put(self, received: Received) -> int | None:
        """Store it; returns its id, or None when its dedupe key was seen before."""

    def claim(self, now: datetime, sources: Sequence[str]) -> InboxRow | None:
        """Return the oldest waiting row of these sources that is due.

        The try is counted at once, so that a row that kills the process is set aside in the end.
        """

    def done(self, row: int, outcome: str) -> None:
        """Record that it was decided and how."""

    def later(self, row: int, due: datetime, why: str, *, counts: bool) -> None:
        """Put it back until `due`; with counts=False the try does not count towards poison (the world's fault)."""

    def poison(self, row: int, why: str) -> None:
        """Set it aside after too many tries."""

    def outcome(self, row: int) -> str | None:
        """Return how a row was decided, or why it was set aside; None while it waits."""

    def next_due(self, sources: Sequence[str]) -> datetime | None:
        """Return when the next waiting row of these sources is due."""

    def waiting_before(self, row: int, source: str) -> Sequence[str]:
        """Return the bodies of what a source handed in earlier and what still waits, oldest first."""

    def done_since(self, row: int, source: str) -> Sequence[str]:
        """Return the bodies of what a source handed in later and what has been decided, oldest first."""

    def prune(self, before: datetime, most: int) -> int:
        """Empty the bodies of what was received before and decided, so many at most; returns how many there were.

        The rows stay: what comes again is still known by its key. What waits or was set aside keeps its body.
        """
