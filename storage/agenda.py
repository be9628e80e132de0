"""Due times in a table of their own: what is asked at every ring of the bell costs the same at any size."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.core.policy import LaneId
from bot.ports.agenda import Soak
from storage.times import maybe_time, to_text

WHOLE_LANE = "lane"
DUE = """
    SELECT DISTINCT service, environment FROM agenda INDEXED BY agenda_due
    WHERE due_at <= ? AND build IS NULL ORDER BY service, environment
"""
SOAKED = """
    SELECT service, environment, build FROM agenda INDEXED BY agenda_soaks
    WHERE due_at <= ? AND build IS NOT NULL ORDER BY due_at, service, environment, build
"""
NEXT_DUE = "SELECT min(due_at) FROM agenda WHERE due_at > ?"


class SqliteAgenda:
    """The Agenda port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, release: int, lane: LaneId, due: datetime | None) -> None:
        """Note a release's due time; what is noted already is not written again."""
        self._plan(lane, f"R-{release}", due)

    def plan_lane(self, lane: LaneId, due: datetime | None) -> None:
        """Note a lane's own due time."""
        self._plan(lane, WHOLE_LANE, due)

    def plan_soak(self, soak: Soak, due: datetime | None) -> None:
        """Note when a build has soaked for long enough."""
        self._plan(soak.lane, f"build {soak.build}", due, soak.build)

    def due(self, now: datetime) -> Sequence[LaneId]:
        """Return the lanes in which something is due."""
        return tuple(
            LaneId(service, environment) for service, environment in self._database.execute(DUE, [to_text(now)])
        )

    def soaked(self, now: datetime) -> Sequence[Soak]:
        """Return the builds that have soaked for long enough."""
        rows = self._database.execute(SOAKED, [to_text(now)])
        return tuple(Soak(LaneId(service, environment), build) for service, environment, build in rows)

    def next_due(self, now: datetime) -> datetime | None:
        """Return the first due time after now."""
        row = self._database.execute(NEXT_DUE, [to_text(now)]).fetchone()
        return maybe_time(row[0])

    def _plan(self, lane: LaneId, subject: str, due: datetime | None, build: int | None = None) -> None:
        if due is None:
            self._database.execute(
                "DELETE FROM agenda WHERE service = ? AND environment = ? AND subject = ?",
                [lane.service, lane.environment, subject],
            )
            return
        self._database.execute(
            "INSERT INTO agenda (service, environment, subject, due_at, build) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (service, environment, subject) DO UPDATE SET due_at = excluded.due_at "
            "WHERE due_at <> excluded.due_at",
            [lane.service, lane.environment, subject, to_text(due), build],
        )
