"""Announcements that people read before they are posted."""

from collections.abc import Sequence

from sqlite_utils import Database

from bot.ports.drafts import Draft, DraftState
from storage.rows import Row
from storage.times import from_text, maybe_time, to_text


class SqliteDrafts:
    """The Drafts port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, draft: Draft) -> None:
        """Keep a draft as it is now."""
        self._database.execute(
            """
            INSERT INTO drafts (release, opened_at, state, text, edited_by, reminded, ended_at, ended_by)
            VALUES (:release, :opened_at, :state, :text, :edited_by, :reminded, :ended_at, :ended_by)
            ON CONFLICT (release) DO UPDATE SET
                state = excluded.state, text = excluded.text, edited_by = excluded.edited_by,
                reminded = excluded.reminded, ended_at = excluded.ended_at, ended_by = excluded.ended_by
            """,
            {
                "release": draft.release,
                "opened_at": to_text(draft.opened_at),
                "state": draft.state.value,
                "text": draft.text,
                "edited_by": draft.edited_by,
                "reminded": int(draft.reminded),
                "ended_at": None if draft.ended_at is None else to_text(draft.ended_at),
                "ended_by": draft.ended_by,
            },
        )

    def of(self, release: int) -> Draft | None:
        """Return the draft of a release."""
        return next(map(_draft, self._database.query("SELECT * FROM drafts WHERE release = ?", [release])), None)

    def open(self) -> Sequence[Draft]:
        """Return every draft that is open, oldest first."""
        rows = self._database.query("SELECT * FROM drafts WHERE state = 'open' ORDER BY opened_at, release")
        return tuple(map(_draft, rows))


def _draft(row: Row) -> Draft:
    return Draft(
        release=row["release"],
        opened_at=from_text(row["opened_at"]),
        state=DraftState(row["state"]),
        text=row["text"],
        edited_by=row["edited_by"],
        reminded=bool(row["reminded"]),
        ended_at=maybe_time(row["ended_at"]),
        ended_by=row["ended_by"],
    )
