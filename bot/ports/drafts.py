"""Announcements that people read before they are posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol


class DraftState(Enum):
    """How far a draft is; every state but the first is final."""

    OPEN = "open"
    POSTED = "posted"
    DISCARDED = "discarded"
    DROPPED = "dropped"  # nobody posted it in time


@dataclass(frozen=True, slots=True)
class Draft:
    """The announcement of one release, as somebody is to read it. `text` is None until somebody has written another."""

    release: int
    opened_at: datetime
    state: DraftState = DraftState.OPEN
    text: str | None = None
    edited_by: str | None = None
    reminded: bool = False
    ended_at: datetime | None = None
    ended_by: str | None = None


class Drafts(Protocol):
    """Drafts, at most one for each release."""

    def save(self, draft: Draft) -> None:
        """Keep a draft as it is now."""

    def of(self, release: int) -> Draft | None:
        """Return the draft of a release."""

    def open(self) -> Sequence[Draft]:
        """Return every draft that is open, oldest first."""
