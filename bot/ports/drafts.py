"""Announcements that people read before they are posted."""

from collections.abc import Sequence
from typing import Protocol

from bot.core.draft import Draft, DraftState

__all__ = ["Draft", "DraftState", "Drafts"]


class Drafts(Protocol):
    """Drafts, at most one for each release."""

    def save(self, draft: Draft) -> None:
        """Keep a draft as it is now."""

    def of(self, release: int) -> Draft | None:
        """Return the draft of a release."""

    def open(self) -> Sequence[Draft]:
        """Return every draft that is open, oldest first."""
