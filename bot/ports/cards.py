"""The port of cards: which messages of Slack show what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol


class CardKind(Enum):
    """Messages that are kept true."""

    NOTICE = "notice"  # a release, in its service's channel
    FAILURE = "failure"  # a deploy that failed, in its service's channel: a message of its own, which notifies
    QUESTION = "question"  # a lost request, in the operations channel
    DRAFT = "draft"  # an announcement that people read first, in its service's channel
    LETTER = "letter"  # something that could not be delivered, in the operations channel
    AUDIT = "audit"  # the head of the audit chain, in the operations channel


@dataclass(frozen=True, slots=True)
class Card:
    """A message that is kept true: where it is and what Slack was last given."""

    id: int
    kind: CardKind
    release: int | None  # always one for a notice and a question
    channel: str
    ts: str | None
    want: int  # grows whenever its release changes
    have: int  # the `want` that was last shown
    have_hash: str | None
    lost_posts: int  # first posts whose answer was lost: so many unrecorded copies may exist
    tries: int
    subject: str  # what it is about, unique per kind: for a notice and a question the release's number
    confirm: bool = False  # to be sent even if Slack has it: an update that was lost before may have come after it


@dataclass(frozen=True, slots=True)
class Handle:
    """What a button stands for. Its id is random and stable per release, generation, act and card."""

    id: str
    card: int
    release: int | None
    generation: int
    act: str


class Cards(Protocol):
    """Messages that are kept true, and the handles in their buttons."""

    def want(
        self, kind: CardKind, about: int | str, channel: str, now: datetime, *, release: int | None = None
    ) -> None:
        """Ask for the card to be shown anew; makes its row if there is none.

        `about` is a release's number, or the subject of a card about something else, which may concern a `release`.
        """

    def claim(self, now: datetime) -> Card | None:
        """Take the next card that is due and not yet as wanted; a first post is recorded before it is sent."""

    def shown(self, card: Card, ts: str, have_hash: str, now: datetime) -> None:
        """Record what Slack has now; `card.want` becomes its `have`."""

    def later(self, card: Card, due: datetime, *, lost: bool, counts: bool = True) -> None:
        """Try again at `due`.

        Args:
            card: as it was claimed.
            due: when.
            lost: the answer was lost, so what was sent may arrive yet.
            counts: whether that was a try; where nothing was sent since it was not its turn, it was none.
        """

    def give_up(self, card: Card, why: str, again: datetime) -> None:
        """Leave the card alone until `again`, or until its release changes."""

    def gone(self, card: Card, now: datetime) -> None:
        """Forget the message that a card was shown in: it is posted anew, at once."""

    def abandon(self, card: int) -> None:
        """Leave the card alone until its release changes, as a person says."""

    def of(self, kind: CardKind, about: int | str) -> Card | None:
        """Return the card about a release or another subject."""

    def concerning(self, release: int) -> Sequence[Card]:
        """Return every card that is about a release, or about something that could not be delivered for it."""

    def by_id(self, card: int) -> Card | None:
        """Return a card by its id."""

    def handle(self, card: int, release: int | None, generation: int, act: str) -> str:
        """Return the id of the handle for a button, made on first use."""

    def by_handle(self, handle: str) -> Handle | None:
        """Return what a button stands for."""

    def next_due(self) -> datetime | None:
        """Return when the next card is due."""
