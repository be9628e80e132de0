"""The stop of everything, marks, lines and silences of services; `around` shows the first two to every lane."""

from sqlite_utils import Database

from bot.core.lane import Mark, Stop
from bot.core.line import Line, Running, Stopped
from bot.core.silence import Reporting, Unreported
from storage import around
from storage.rows import build_of
from storage.times import from_text, to_text


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

    def reporting(self, service: str) -> Reporting:
        """Return how the pipelines of a service reported when that was judged last."""
        rows = self._database.query(
            "SELECT builds.*, since, builds.id = silences.waits AS waits, "
            "builds.id = silences.told AS told, builds.id = silences.old AS old FROM silences "
            "LEFT JOIN builds ON builds.id IN (silences.waits, silences.told, silences.old, (SELECT id FROM builds "
            "INDEXED BY builds_position WHERE service = :service "
            "ORDER BY position_at DESC, position_run DESC, position_attempt DESC LIMIT 1)) "
            "WHERE silences.service = :service ORDER BY position_at DESC, position_run DESC, position_attempt DESC",
            {"service": service},
        )
        kept = list(rows)
        found = [(build_of(row), row) for row in kept if row["id"] is not None]
        told, old = (next((build for build, row in found if row[name]), None) for name in ("told", "old"))
        waits = next(((build, from_text(row["since"])) for build, row in found if row["waits"]), None)
        if waits is None:
            return Reporting(None, told, old, judged=bool(kept))
        newest, (first, since) = found[0][0], waits
        return Reporting(Unreported(newest, since, None if first == newest else first), told, old)

    def set_reporting(self, service: str, reporting: Reporting) -> None:
        """Keep a judgement in place of the former one."""
        waiting, told = reporting.waiting, reporting.told
        self._database.execute(
            "INSERT INTO silences (service, waits, since, told, old) VALUES (?, ?, ?, ?, ?) ON CONFLICT (service) DO "
            "UPDATE SET waits = excluded.waits, since = excluded.since, told = excluded.told, old = excluded.old",
            [
                service,
                waiting.oldest.id if waiting else None,
                to_text(waiting.since) if waiting else None,
                told.id if told else None,
                reporting.old.id if reporting.old else None,
            ],
        )
