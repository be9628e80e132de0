"""A database file that is opened anew for every transaction: whatever a test reads back has been through the disk."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from storage.durability import connect
from storage.migrations import migrate
from storage.transactions import SqliteTransaction
from tests.factories import NOON


class File:
    """A database file without the thread and the lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tokens = itertools.count(1)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Open the file, run one transaction, close the file."""
        with closing(connect(self.path)) as connection:
            database = Database(connection, execute_plugins=False)
            connection.execute("BEGIN IMMEDIATE")
            migrate(database, self.path)
            yield database
            connection.execute("COMMIT")

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        """Run one transaction through the ports."""
        with self.database() as database:
            yield SqliteTransaction(database, lambda: NOON, lambda: f"handle{next(self._tokens)}")

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement behind the ports' back."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys=ON")
            return connection.execute(statement, parameters).fetchall()


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "signoff.db")
