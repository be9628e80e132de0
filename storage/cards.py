"""Messages that are kept true, and the handles in their buttons."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.ports.cards import Card, CardKind, Handle
from storage.rows import Row
from storage.times import maybe_time, to_text

LEASE = timedelta(seconds=60)
"""Longer than any call to Slack may take, with its outcome."""
UNDER_WAY = timedelta(minutes=2)
"""For how long a request whose answer was lost is taken to be able to arrive yet."""

TO_SHOW = "FROM cards WHERE want > have AND want > abandoned"
NEXT = (
    "SELECT * " + TO_SHOW + " AND due_at <= :now AND (lease_until IS NULL OR lease_until <= :now) "
    "ORDER BY due_at, id LIMIT 1"
)
NEXT_DUE = "SELECT min(max(due_at, coalesce(lease_until, ''))) " + TO_SHOW


class SqliteCards:
    """The Cards port within one transaction. `token` makes ids that nobody can guess."""

    def __init__(self, database: Database, token: Callable[[], str]) -> None:
        self._database = database
        self._token = token

    def want(
        self, kind: CardKind, about: int | str, channel: str, now: datetime, *, release: int | None = None
    ) -> None:
        """Ask for the card to be shown anew: at once, unless it already waits for its time.

        A card that is posted stays in its channel. One that was given up is tried again.
        """
        self._database.execute(
            """
            INSERT INTO cards (kind, subject, release, channel, want, due_at)
            VALUES (:kind, :subject, :release, :channel, 1, :now)
            ON CONFLICT (kind, subject) DO UPDATE SET
                want = want + 1,
                channel = CASE WHEN ts IS NULL THEN excluded.channel ELSE channel END,
                due_at = CASE
                    WHEN want > have AND want > gave_up AND unsettled < 2 THEN due_at ELSE excluded.due_at
                END,
                unsettled = min(unsettled, 1),
                tries = CASE WHEN want > have AND want > gave_up THEN tries ELSE 0 END
            """,
            {
                "kind": kind.value,
                "subject": str(about),
                "release": about if isinstance(about, int) else release,
                "channel": channel,
                "now": to_text(now),
            },
        )

    def claim(self, now: datetime) -> Card | None:
        """Take the card that has been due the longest, under a lease.

        A first post whose lease ran out may have arrived: it counts as lost, and so does an update.
        """
        due = next(self._database.query(NEXT, {"now": to_text(now)}), None)
        if due is None:
            return None
        taken = self._database.query(
            "UPDATE cards SET tries = tries + 1, lease_until = :lease, "
            "lost_posts = lost_posts + (ts IS NULL AND lease_until IS NOT NULL), "
            "unsettled = CASE WHEN ts IS NOT NULL AND lease_until IS NOT NULL THEN 1 ELSE unsettled END "
            "WHERE id = :id RETURNING *",
            {"id": due["id"], "lease": to_text(now + LEASE)},
        )
        return _card(next(taken))

    def shown(self, card: Card, ts: str, have_hash: str, now: datetime) -> None:
        """Record what Slack has now; what was wanted meanwhile is due at once.

        After a lost update it is wanted once more, to be sent whatever it says: the lost one may still arrive.
        """
        self._database.execute(
            """
            UPDATE cards SET
                channel = :channel, ts = :ts, have = :shown, have_hash = :hash, note = '',
                tries = 0, lease_until = NULL,
                want = want + (unsettled = 1 AND want = :shown),
                due_at = CASE WHEN unsettled = 1 AND want = :shown THEN :settled ELSE :now END,
                unsettled = CASE WHEN unsettled <> 1 THEN 0 WHEN want = :shown THEN 2 ELSE 1 END
            WHERE id = :id
            """,
            {
                "id": card.id,
                "channel": card.channel,
                "ts": ts,
                "shown": card.want,
                "hash": have_hash,
                "now": to_text(now),
                "settled": to_text(now + UNDER_WAY),
            },
        )

    def later(self, card: Card, due: datetime, *, lost: bool, counts: bool = True) -> None:
        """Try again at `due`; what only waited for its turn has not been tried."""
        self._database.execute(
            "UPDATE cards SET due_at = :due, lease_until = NULL, lost_posts = lost_posts + (:lost AND ts IS NULL), "
            "tries = tries - (NOT :counts AND tries > 0), "
            "unsettled = CASE WHEN :lost AND ts IS NOT NULL THEN 1 ELSE unsettled END WHERE id = :id",
            {"due": to_text(due), "lost": int(lost), "counts": int(counts), "id": card.id},
        )

    def give_up(self, card: Card, why: str, again: datetime) -> None:
        """Leave it alone until `again`, or until it is wanted anew; what was wanted since the claim is such a want."""
        self._database.execute(
            "UPDATE cards SET gave_up = :want, note = :why, tries = 0, lease_until = NULL, "
            "due_at = CASE WHEN want > :want THEN due_at ELSE :again END WHERE id = :id",
            {"want": card.want, "why": why, "again": to_text(again), "id": card.id},
        )

    def gone(self, card: Card, now: datetime) -> None:
        """Forget the message that a card was shown in: it is posted anew, at once."""
        self._database.execute(
            "UPDATE cards SET ts = NULL, have_hash = NULL, want = max(want, have + 1), unsettled = 0, tries = 0, "
            "lease_until = NULL, due_at = :now WHERE id = :id AND ts = :ts",
            {"now": to_text(now), "id": card.id, "ts": card.ts},
        )

    def abandon(self, card: int) -> None:
        """Leave it alone until it is wanted anew."""
        self._database.execute("UPDATE cards SET abandoned = want, gave_up = want WHERE id = ?", [card])

    def of(self, kind: CardKind, about: int | str) -> Card | None:
        """Return the card about a release or another subject."""
        rows = self._database.query("SELECT * FROM cards WHERE kind = ? AND subject = ?", [kind.value, str(about)])
        return next(map(_card, rows), None)

    def concerning(self, release: int) -> Sequence[Card]:
        """Return every card that is about a release, or about something that could not be delivered for it."""
        return tuple(map(_card, self._database.query("SELECT * FROM cards WHERE release = ? ORDER BY id", [release])))

    def by_id(self, card: int) -> Card | None:
        """Return a card by its id."""
        return next(map(_card, self._database.query("SELECT * FROM cards WHERE id = ?", [card])), None)

    def handle(self, card: int, release: int | None, generation: int, act: str) -> str:
        """Return the id of the handle for a button, made on first use."""
        button = [card, release, generation, act]
        known = self._database.execute(
            "SELECT id FROM handles WHERE card = ? AND release IS ? AND generation = ? AND act = ?", button
        ).fetchone()
        if known is not None:
            return str(known[0])
        made = self._token()
        self._database.execute(
            "INSERT INTO handles (card, release, generation, act, id) VALUES (?, ?, ?, ?, ?)", [*button, made]
        )
        return made

    def by_handle(self, handle: str) -> Handle | None:
        """Return what a button stands for."""
        rows = self._database.query("SELECT * FROM handles WHERE id = ?", [handle])
        return next((Handle(r["id"], r["card"], r["release"], r["generation"], r["act"]) for r in rows), None)

    def next_due(self) -> datetime | None:
        """Return when the next card can be claimed."""
        return maybe_time(self._database.execute(NEXT_DUE).fetchone()[0])


def _card(row: Row) -> Card:
    return Card(
        id=row["id"],
        kind=CardKind(row["kind"]),
        release=row["release"],
        channel=row["channel"],
        ts=row["ts"],
        want=row["want"],
        have=row["have"],
        have_hash=row["have_hash"],
        lost_posts=row["lost_posts"],
        tries=row["tries"],
        confirm=row["unsettled"] == 2,  # noqa: PLR2004 - 1: an update was lost; 2: what was sent after it is sent again
        subject=row["subject"],
    )
