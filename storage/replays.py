"""Which requests were received lately, so that a signed one that is sent again does nothing again."""

from datetime import datetime

from sqlite_utils import Database

from bot.ports.replays import KEPT, Seen
from storage.times import to_text


class SqliteReplays:
    """The Replays port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, key: str, now: datetime) -> Seen:
        """Return what is known of a key; one that was never seen is being worked on from now."""
        self._database.execute("DELETE FROM replays WHERE at < ?", [to_text(now - KEPT)])
        inserted = self._database.execute(
            "INSERT INTO replays (key, state, at) VALUES (?, 'working', ?) ON CONFLICT (key) DO NOTHING",
            [key, to_text(now)],
        )
        if inserted.rowcount == 1:
            return Seen.NEVER
        (state,) = self._database.execute("SELECT state FROM replays WHERE key = ?", [key]).fetchone()
        return Seen(state)

    def done(self, key: str) -> None:
        """Record that the work is done."""
        self._database.execute("UPDATE replays SET state = 'done' WHERE key = ?", [key])

    def forget(self, key: str) -> None:
        """Let the same request come again: its work has failed."""
        self._database.execute("DELETE FROM replays WHERE key = ? AND state = 'working'", [key])

    def void(self) -> int:
        """Let come again what nobody works on any more."""
        return self._database.execute("DELETE FROM replays WHERE state = 'working'").rowcount
