"""The stop of everything, the marks of builds and the lines of services; `around` shows the former to every lane."""

from sqlite_utils import Database

from bot.core.lane import Mark, Stop
from bot.core.line import Line, Running, Stopped
from storage import around
from storage.rows import build_of
from storage.times import to_text


class SqliteGates:
    """The Gates port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stop(self) -> Stop | None:
        """Return the stop that is in force, if one is."""
        return around.stop(self._database)

    def set_stop(self, stop: Stop | None) -> None:
        """Put a stop in place of the one that is known; None lets everything go again."""
        self._database.execute("DELETE FROM stops")
        if stop is not None:
            self._database.execute(
                "INSERT INTO stops (one, person, reason, since) VALUES (1, ?, ?, ?)",
                [stop.by, stop.reason, to_text(stop.since)],
            )

    def marks(self, service: str) -> tuple[Mark, ...]:
        """Return the marks of a service, in order."""
        return around.marks(self._database, service)

    def add_mark(self, service: str, mark: Mark) -> None:
        """Add a mark; ValueError when its number is not the next one."""
        known = self._database.execute("SELECT max(seq) FROM marks WHERE service = ?", [service]).fetchone()[0] or 0
        if mark.seq != known + 1:
            raise ValueError(f"mark {mark.seq} of {service} cannot follow mark {known}")
        at, run, attempt = mark.position
        self._database.execute(
            "INSERT INTO marks (service, seq, judgement, position_at, position_run, position_attempt, label, person, "
            "reason, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                service,
                mark.seq,
                mark.judgement.value,
                to_text(at),
                run,
                attempt,
                mark.label,
                mark.by,
                mark.reason,
                to_text(mark.at),
            ],
        )

    def line(self, service: str) -> Line:
        """Return how the line of a service was judged last."""
        rows = self._database.query(
            "SELECT builds.*, builds.id = lines.first AS is_first, builds.id = lines.newest AS is_newest "
            "FROM lines JOIN builds ON builds.id IN (lines.newest, lines.first) WHERE lines.service = ?",
            [service],
        )
        first = newest = None
        for row in rows:
            first = build_of(row) if row["is_first"] else first
            newest = build_of(row) if row["is_newest"] else newest
        return Running(newest) if first is None or newest is None else Stopped(first, newest)

    def set_line(self, service: str, line: Line) -> None:
        """Keep a judgement that names a build."""
        if line.newest is None:
            return
        self._database.execute(
            "INSERT INTO lines (service, newest, first) VALUES (?, ?, ?) "
            "ON CONFLICT (service) DO UPDATE SET newest = excluded.newest, first = excluded.first",
            [service, line.newest.id, line.first.id if isinstance(line, Stopped) else None],
        )
