"""Due times in a table of their own: what is asked at every ring of the bell costs the same at any size."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.core.policy import LaneId
from storage.times import maybe_time, to_text


class SqliteAgenda:
    """The Agenda port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, release: int, lane: LaneId, due: datetime | None) -> None:
        """Note a due time; what is noted already is not written again."""
        if due is None:
            self._database.execute("DELETE FROM agenda WHERE release = ?", [release])
            return
        self._database.execute(
            "INSERT INTO agenda (release, service, environment, due_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (release) DO UPDATE SET due_at = excluded.due_at WHERE due_at <> excluded.due_at",
            [release, lane.service, lane.environment, to_text(due)],
        )

    def due(self, now: datetime) -> Sequence[LaneId]:
        """Return the lanes in which something is due."""
        rows = self._database.execute(
            "SELECT DISTINCT service, environment FROM agenda WHERE due_at <= ? ORDER BY service, environment",
            [to_text(now)],
        )
        return tuple(LaneId(service, environment) for service, environment in rows)

    def next_due(self, now: datetime) -> datetime | None:
        """Return the first due time after now."""
        row = self._database.execute("SELECT min(due_at) FROM agenda WHERE due_at > ?", [to_text(now)]).fetchone()
        return maybe_time(row[0])
