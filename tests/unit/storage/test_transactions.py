"""A transaction owns the database from its first moment, and all of it is written or nothing."""

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from bot.ports.store import Transaction
from storage.durability import connect
from storage.transactions import Transactions
from tests.factories import NOON
from tests.unit.storage.conftest import File


def test_nobody_else_can_begin_to_write_once_it_has_begun(file: File) -> None:
    with file.transaction():
        pass

    def work(tx: Transaction) -> None:
        tx.remembered.get("workspace")  # has only read so far
        with (
            closing(sqlite3.connect(file.path, isolation_level=None, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match=r"^database is locked$"),
        ):
            other.execute("BEGIN IMMEDIATE")

    with closing(connect(file.path)) as connection:
        Transactions(Database(connection, execute_plugins=False), lambda: NOON, lambda: "x").write(work)


def test_what_fails_leaves_nothing_behind(file: File) -> None:
    with file.transaction():
        pass

    def work(tx: Transaction) -> None:
        tx.remembered.set("workspace", "https://acme.slack.example/")
        raise ValueError("half way")

    with closing(connect(file.path)) as connection:
        transactions = Transactions(Database(connection, execute_plugins=False), lambda: NOON, lambda: "x")
        with pytest.raises(ValueError, match=r"^half way$"):
            transactions.write(work)
        assert transactions.read(lambda tx: tx.remembered.get("workspace")) is None
