"""The stop of everything and the marks of builds, written; `around` reads them for every lane."""

from sqlite_utils import Database

from bot.core.lane import Mark, Stop
from storage import around
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
