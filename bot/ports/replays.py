"""What was received lately over HTTP, so that a signed request that is sent again does nothing again."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

KEPT = timedelta(minutes=10)
"""Twice the window in which a signature is accepted: a timestamp may be as far ahead as it may be behind."""


class Seen(Enum):
    """What is known of a key."""

    NEVER = "never"
    WORKING = "working"
    DONE = "done"


class Replays(Protocol):
    """Keys of requests."""

    def begin(self, key: str, now: datetime) -> Seen:
        """Return what is known of a key; one that was never seen is being worked on from now.

        Forgets whatever is older than `KEPT`.
        """

    def done(self, key: str) -> None:
        """Record that the work is done."""

    def forget(self, key: str) -> None:
        """Let the same request come again: its work has failed."""

    def void(self) -> int:
        """Let come again what was being worked on when the last process ended; returns how much that was."""
