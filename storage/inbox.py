"""What was received: stored before it is acknowledged, worked off in order."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.ports.inbox import InboxRow, Received
from storage.times import from_text, maybe_time, to_text


class SqliteInbox:
    """The Inbox port within one transaction."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, received: Received) -> int | None:
        """Store it, due at once; None when its dedupe key was seen before."""
        row = self._database.execute(
            "INSERT INTO inbox (source, dedupe_key, body, received_at, state, due_at) "
            "VALUES (:source, :key, :body, :at, 'waiting', :at) ON CONFLICT (dedupe_key) DO NOTHING RETURNING id",
            {
                "source": received.source,
                "key": received.dedupe_key,
                "body": received.body,
                "at": to_text(received.at),
            },
        ).fetchone()
        return None if row is None else int(row[0])

    def claim(self, now: datetime, sources: Sequence[str]) -> InboxRow | None:
        """Return the oldest waiting row of these sources that is due and count a try.

        There is no lease: the one loop that claims works off a row before it claims the next.
        """
        row = next(
            self._database.query(
                """
                UPDATE inbox SET tries = tries + 1
                WHERE id = (
                    SELECT id FROM inbox INDEXED BY inbox_waiting
                    WHERE state = 'waiting' AND due_at <= :now
                        AND source IN (SELECT value FROM json_each(:sources))
                    ORDER BY id LIMIT 1
                )
                RETURNING *
                """,
                {"now": to_text(now), "sources": json.dumps(list(sources))},
            ),
            None,
        )
        if row is None:
            return None
        received = Received(row["source"], row["dedupe_key"], row["body"], from_text(row["received_at"]))
        return InboxRow(row["id"], received, row["tries"])

    def done(self, row: int, outcome: str) -> None:
        """Record that it was decided and how."""
        self._end(row, "done", outcome)

    def later(self, row: int, due: datetime, why: str, *, counts: bool) -> None:
        """Put it back until `due`; with counts=False the try is taken back."""
        changed = self._database.execute(
            "UPDATE inbox SET due_at = ?, note = ?, tries = max(tries - ?, 0) WHERE id = ? AND state = 'waiting'",
            [to_text(due), why, 0 if counts else 1, row],
        )
        _one(changed.rowcount, row)

    def poison(self, row: int, why: str) -> None:
        """Set it aside after too many tries."""
        self._end(row, "poison", why)

    def outcome(self, row: int) -> str | None:
        """Return how a row was decided, or why it was set aside; None while it waits."""
        found = self._database.execute("SELECT note FROM inbox WHERE id = ? AND state <> 'waiting'", [row]).fetchone()
        return None if found is None else str(found[0])

    def next_due(self, sources: Sequence[str]) -> datetime | None:
        """Return when the next waiting row of these sources is due."""
        row = self._database.execute(
            """
            SELECT min(due_at) FROM inbox INDEXED BY inbox_waiting
            WHERE state = 'waiting' AND source IN (SELECT value FROM json_each(:sources))
            """,
            {"sources": json.dumps(list(sources))},
        ).fetchone()
        return maybe_time(row[0])

    def waiting_before(self, row: int, source: str) -> Sequence[str]:
        """Return the bodies of what a source handed in earlier and what still waits, oldest first."""
        found = self._database.execute(
            "SELECT body FROM inbox INDEXED BY inbox_waiting "
            "WHERE state = 'waiting' AND id < ? AND source = ? ORDER BY id",
            [row, source],
        )
        return tuple(str(body) for (body,) in found)

    def done_since(self, row: int, source: str) -> Sequence[str]:
        """Return the bodies of what a source handed in later and what has been decided, oldest first."""
        found = self._database.execute(
            "SELECT body FROM inbox WHERE id > ? AND source = ? AND state = 'done' AND body <> '' ORDER BY id",
            [row, source],
        )
        return tuple(str(body) for (body,) in found)

    def prune(self, before: datetime, most: int) -> int:
        """Empty the oldest bodies of what was decided; returns how many there were."""
        return self._database.execute(
            """
            UPDATE inbox SET body = '' WHERE id IN (
                SELECT id FROM inbox INDEXED BY inbox_bodies
                WHERE state = 'done' AND body <> '' AND received_at < ? ORDER BY received_at LIMIT ?
            )
            """,
            [to_text(before), most],
        ).rowcount

    def _end(self, row: int, state: str, note: str) -> None:
        changed = self._database.execute(
            "UPDATE inbox SET state = ?, note = ?, decided_at = ? WHERE id = ? AND state = 'waiting'",
            [state, note, to_text(self._clock()), row],
        )
        _one(changed.rowcount, row)


def _one(changed: int, row: int) -> None:
    if changed != 1:
        raise LookupError(f"inbox row {row} is not waiting")
