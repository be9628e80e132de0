"""The hash chain as a table. Nothing but `append` writes to it, and triggers refuse everything else."""

import sqlite3
from datetime import datetime

from sqlite_utils import Database

from bot.core.chain import GENESIS, AuditRow, Head, Walk, canonical, chained
from bot.ports.audit import AuditEntry, AuditPage
from storage.times import to_text

COLUMNS = "seq, at, action, actor, surface, lane, release, policy_hash, data, prev_hash, hash"
PAGE = 5_000
"""Rows that are read at once when the whole chain is checked."""


class SqliteAudit:
    """The Audit port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entry: AuditEntry) -> None:
        """Chain a row to the head. TypeError for data other than text and whole numbers."""
        if not all(isinstance(value, str | int | None) for value in entry.data.values()):
            raise TypeError("audit data is text and whole numbers: a float has no canonical form")
        head = self.head()
        row = AuditRow(
            head.seq + 1,
            to_text(entry.at),
            entry.action,
            entry.actor,
            entry.surface,
            entry.lane,
            entry.release,
            entry.policy_hash,
            canonical(entry.data),
            head.hash,
            "",
        )
        self._database.execute(
            f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - the columns above
            [
                row.seq,
                row.at,
                row.action,
                row.actor,
                row.surface,
                row.lane,
                row.release,
                row.policy_hash,
                row.data,
                row.prev_hash,
                chained(row),
            ],
        )

    def head(self) -> Head:
        """Return the last row's number and hash."""
        row = self._database.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        return Head(0, GENESIS) if row is None else Head(row[0], row[1])

    def page(self, after: int, most: int) -> AuditPage:
        """Return the rows that follow a number, at most so many."""
        return AuditPage(self._rows(after, most), self.head(), self._written())

    def first_since(self, at: datetime, after: int, most: int) -> int | None:
        """Return the first row from a moment on, among the so many rows that follow a number."""
        row = self._database.execute(
            "SELECT min(seq) FROM audit WHERE seq > ? AND seq <= ? AND at >= ?", [after, after + most, to_text(at)]
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def verify(self) -> int:
        """Check the whole chain and return its length; ValueError names the first row that does not fit."""
        return self._check(Walk())

    def verify_tail(self, count: int) -> int:
        """Check the last rows only and return how long the chain is."""
        start = max(self.head().seq - count, 0)
        row = self._database.execute("SELECT hash FROM audit WHERE seq = ?", [start]).fetchone()
        return self._check(Walk(start, GENESIS if row is None else row[0]))

    def _check(self, walk: Walk) -> int:
        while rows := self._rows(walk.seq, PAGE):
            for row in rows:
                problem = walk.step(row)
                if problem is not None:
                    raise ValueError(problem)
        if self._written() != walk.seq:
            raise ValueError(f"audit row {walk.seq + 1} is missing")
        return walk.seq

    def _rows(self, after: int, most: int) -> tuple[AuditRow, ...]:
        try:
            return self._fetched(after, most)
        except sqlite3.OperationalError:  # text that is not UTF-8: somebody altered it, and the walk shall say where
            connection = self._database.conn
            connection.text_factory = _any_text
            try:
                return self._fetched(after, most)
            finally:
                connection.text_factory = str

    def _fetched(self, after: int, most: int) -> tuple[AuditRow, ...]:
        found = self._database.execute(
            f"SELECT {COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - the columns above
            [after, most],
        )
        return tuple(AuditRow(*row) for row in found)

    def _written(self) -> int:
        """Return the greatest number ever given: SQLite keeps it for an AUTOINCREMENT column when rows are deleted."""
        row = self._database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
        return 0 if row is None else int(row[0])


def _any_text(raw: bytes) -> str:
    """Return a text that no altered bytes share with what was hashed."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return f"not UTF-8: {raw.hex()}"
