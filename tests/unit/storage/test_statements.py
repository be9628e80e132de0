"""What a transaction lets a statement do: one that reads writes nothing, and nothing is compiled twice for that."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlite_utils import Database

from bot.ports.store import Transaction
from storage.durability import connect
from storage.statements import Statements
from storage.transactions import Transactions
from tests.factories import NOON
from tests.unit.storage.conftest import File


@pytest.fixture
def connection(file: File) -> Iterator[sqlite3.Connection]:
    with file.transaction():
        pass
    with closing(connect(file.path)) as connection:
        yield connection


@pytest.fixture
def statements(connection: sqlite3.Connection) -> Statements:
    return Statements(connection, execute_plugins=False)


def transactions(connection: sqlite3.Connection) -> Transactions:
    return Transactions(Database(connection, execute_plugins=False), lambda: NOON, lambda: "x")


def test_reading_says_nothing_to_the_database_but_what_it_reads(connection: sqlite3.Connection) -> None:
    said: list[str] = []
    ours = transactions(connection)
    connection.set_trace_callback(said.append)
    ours.read(lambda tx: tx.remembered.get("workspace"))
    assert said == ["BEGIN", "SELECT value FROM remembered WHERE name = 'workspace'", "ROLLBACK"]


@pytest.mark.parametrize("caught", [False, True])
def test_a_write_in_a_transaction_that_reads_is_an_error_and_leaves_nothing(
    connection: sqlite3.Connection, caught: bool
) -> None:
    said: list[str] = []

    def work(tx: Transaction) -> None:
        connection.set_trace_callback(said.append)
        try:
            tx.remembered.set("workspace", "https://acme.slack.example/")
        except sqlite3.OperationalError:
            if not caught:
                raise

    if caught:
        transactions(connection).read(work)
    else:
        with pytest.raises(sqlite3.OperationalError, match=r"^attempt to write a readonly database$"):
            transactions(connection).read(work)
    assert said == ["ROLLBACK"]
    connection.set_trace_callback(None)
    assert transactions(connection).read(lambda tx: tx.remembered.get("workspace")) is None


WRITES_AFTER_WITH = "WITH new (name) AS (VALUES ('a')) INSERT INTO remembered (name, value) SELECT name, 'b' FROM new"


def test_a_write_that_looks_like_reading_is_found_at_the_end(statements: Statements) -> None:
    statements.starts(reading=True)
    statements.execute(WRITES_AFTER_WITH)
    with pytest.raises(sqlite3.OperationalError, match=r"^attempt to write a readonly database$"):
        statements.ends()
    statements.starts(reading=False)
    statements.execute(WRITES_AFTER_WITH.replace("'a'", "'c'"))
    statements.ends()


def test_every_row_that_is_returned_is_named_in_full(statements: Statements) -> None:
    statements.starts(reading=False)
    assert list(statements.query("SELECT 1 AS a, 2 AS b UNION SELECT 3, 4")) == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert list(statements.query("SELECT 1 AS a WHERE :no", {"no": 0})) == []
    for sql in ("SELECT 1 AS a, 2 AS a", "UPDATE remembered SET value = 'b'"):
        with pytest.raises(ValueError, match=r"^no rows, or one name twice: "):
            statements.query(sql)


def test_a_row_that_is_returned_by_a_write_is_written_though_nobody_reads_it(
    connection: sqlite3.Connection, statements: Statements
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    statements.starts(reading=False)
    unread = statements.query("INSERT INTO remembered (name, value) VALUES ('a', 'b'), ('c', 'd') RETURNING name")
    statements.ends()
    connection.execute("COMMIT")
    assert connection.execute("SELECT count(*) FROM remembered").fetchone() == (2,)
    assert list(unread) == [{"name": "a"}, {"name": "c"}]
