"""What could not be delivered, and the letters in the operations channel about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.inputs import Answer


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Something that has not reached its end: an effect, a card or a received act, by a name that never changes."""

    name: str  # "effect-12", "card-3", "inbox-7"
    what: str  # the kind of an effect or of a card, the source of what was received
    release: int | None
    state: str  # an effect's state; "given up" or "waits" for a card; "poison" or "waiting" for what was received
    since: datetime
    due: datetime | None  # when it is tried again by itself
    why: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message in the operations channel about something undelivered, or the record of a question's answer."""

    id: int
    about: str  # the name of what is undelivered; "question-42" for a lost request of R-42
    release: int | None
    what: str
    why: str
    opened_at: datetime
    settled_at: datetime | None
    answer: Answer | None  # None when it settled itself
    settled_by: str | None
    reminded_at: datetime | None = None  # when people were last reminded of it while it was open


class Letters(Protocol):
    """Letters, and what they are about."""

    def open(self, letter: Undelivered, now: datetime) -> int | None:
        """Open a letter; None when one is open, or when somebody has said to leave the card alone."""

    def settle(self, about: str, now: datetime, answer: Answer | None = None, by: str | None = None) -> int | None:
        """Settle the open letter about something; returns its id, None when there is none."""

    def by_id(self, letter: int) -> Letter | None:
        """Return a letter by its id."""

    def last(self, about: str) -> Letter | None:
        """Return the newest letter about something."""

    def waiting(self) -> tuple[Letter, ...]:
        """Return every open letter, the oldest first."""

    def reminded(self, now: datetime) -> None:
        """Record that people have been reminded of every open letter."""

    def undelivered(self) -> tuple[Undelivered, ...]:
        """Return everything that has failed at least once and has not reached its end, the oldest first."""

    def named(self, name: str) -> Undelivered | None:
        """Return one of these by its name."""

    def retry(self, name: str, now: datetime) -> bool:
        """Have it tried at once, with all the time that a new one has; False when it is being tried, or at its end."""

    def abandon(self, name: str) -> bool:
        """End it without delivering it; False when it is being tried, or at its end."""
