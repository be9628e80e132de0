"""Statements of one transaction: once the disk has failed one, none runs any more, and nothing is committed.

A full or failing disk makes SQLite undo the statement or, by itself, the transaction. Whoever then goes on, since their
own `except` took the error for one of theirs, would commit a half, or write outside any transaction.
"""

import sqlite3
from collections.abc import Generator, Sequence
from typing import Any

from sqlite_utils import Database

from storage.problems import unavailable

READS = frozenset({"SELECT", "WITH"})


class Statements(Database):
    """The database as a transaction sees it. Call `starts` where one begins."""

    undone: sqlite3.Error | None = None
    """What the transaction ended with, raised again by everything that follows."""
    _reads_only = False
    _changes = 0

    def starts(self, *, reading: bool) -> None:
        """Forget the last transaction. One that reads refuses what would write.

        SQLite's own `PRAGMA query_only` would make it compile every statement anew, twice for each transaction.
        """
        self.undone, self._reads_only, self._changes = None, reading, self.conn.total_changes

    def ends(self) -> None:
        """Raise what nobody may go on from: what has undone the transaction, or that one wrote that only reads."""
        self.go_on()
        if self._reads_only and self.conn.total_changes != self._changes:
            raise _written()

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> sqlite3.Cursor:
        """Run a statement."""
        self._may(sql)
        try:
            return self.conn.execute(sql, () if parameters is None else parameters)
        except sqlite3.Error as error:
            self._note(error)
            raise

    def query(
        self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None
    ) -> Generator[dict[str, Any], None, None]:
        """Run a statement and return its rows by name, all read at once: no statement stays open behind a commit.

        Beside `Database.query` it saves a savepoint of its own around each: whatever raises undoes the transaction.
        Raises ValueError where the statement has no rows, or two of its columns have one name.
        """
        self._may(sql)
        try:
            cursor = self.conn.execute(sql, () if params is None else params)
            rows = cursor.fetchall()
        except sqlite3.Error as error:
            self._note(error)
            raise
        names = [column[0] for column in cursor.description or ()]
        if not names or len(set(names)) != len(names):
            raise ValueError(f"no rows, or one name twice: {sql}")
        return (dict(zip(names, row, strict=True)) for row in rows)

    def go_on(self) -> None:
        """Raise what has undone the transaction, if anything."""
        if self.undone is not None:
            raise self.undone

    def _may(self, sql: str) -> None:
        self.go_on()
        if self._reads_only and not _reads(sql):
            raise _written()

    def _note(self, error: sqlite3.Error) -> None:
        if not self.conn.in_transaction or unavailable(error, reading=True) is not None:
            self.undone = error


def _reads(sql: str) -> bool:
    """Whether a statement only reads, in whatever case: sqlite_utils asks in lower case, the figures by PRAGMA."""
    verb = sql.split(maxsplit=1)[0].upper()
    return verb in READS or (verb == "PRAGMA" and "=" not in sql)


def _written() -> sqlite3.OperationalError:
    return sqlite3.OperationalError("attempt to write a readonly database")
