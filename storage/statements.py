"""Statements of one transaction: once the disk has failed one, none runs any more, and nothing is committed.

A full or failing disk makes SQLite undo the statement or, by itself, the transaction. Whoever then goes on, since their
own `except` took the error for one of theirs, would commit a half, or write outside any transaction.
"""

import sqlite3
from collections.abc import Generator, Sequence
from typing import Any

from sqlite_utils import Database

from storage.problems import unavailable


class Statements(Database):
    """The database as a transaction sees it. Set `undone` to None where one begins."""

    undone: sqlite3.Error | None = None
    """What the transaction ended with, raised again by everything that follows."""

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> sqlite3.Cursor:
        """Run a statement."""
        self.go_on()
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            self._note(error)
            raise

    def query(
        self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None
    ) -> Generator[dict[str, Any], None, None]:
        """Run a statement and return its rows by name."""
        self.go_on()
        try:
            return super().query(sql, params)
        except sqlite3.Error as error:
            self._note(error)
            raise

    def go_on(self) -> None:
        """Raise what has undone the transaction, if anything."""
        if self.undone is not None:
            raise self.undone

    def _note(self, error: sqlite3.Error) -> None:
        if not self.conn.in_transaction or unavailable(error, reading=True) is not None:
            self.undone = error
