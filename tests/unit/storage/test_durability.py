"""The settings without which an acknowledged commit could be lost, as this SQLite reports them."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import durability
from storage.durability import Durability, connect
from storage.problems import DatabaseProblem, explained


@pytest.mark.parametrize(
    ("version", "settings"),
    [
        ((3, 40, 1), Durability("delete", 3)),
        ((3, 51, 2), Durability("delete", 3)),
        ((3, 51, 3), Durability("wal", 2)),
        ((3, 53, 0), Durability("wal", 2)),
    ],
)
def test_wal_is_used_from_the_version_on_that_cannot_corrupt_it(
    version: tuple[int, int, int], settings: Durability
) -> None:
    assert durability.durability(version) == settings


def test_a_sqlite_without_strict_tables_is_too_old() -> None:
    with pytest.raises(
        DatabaseProblem, match=r"^SQLite 3\.36\.0 is too old\. Use a Python with SQLite 3\.37 or newer\.$"
    ):
        durability.durability((3, 36, 0))


def test_every_setting_is_in_force(tmp_path: Path) -> None:
    names = ("synchronous", "foreign_keys", "busy_timeout", "trusted_schema", "cell_size_check")
    durable = durability.durability(sqlite3.sqlite_version_info)
    with closing(connect(tmp_path / "signoff.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == (durable.journal_mode,)
        values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    assert values == [durable.synchronous, 1, 10_000, 0, 1]


def test_a_setting_that_does_not_take_is_refused() -> None:
    """An in-memory database has no journal on disk, like some network file systems that cannot do WAL."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        message = "SQLite did not take journal_mode=wal (it stays memory). Keep the database on a local disk."
        with pytest.raises(DatabaseProblem, match=f"^{re.escape(message)}$"):
            durability._settle(connection, Durability("wal", 2))


def test_a_file_that_another_program_has_locked(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    with closing(connect(path)) as holder, closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as caught:
            other.execute("BEGIN IMMEDIATE")
    assert str(explained(caught.value, path)) == (
        f"{path} is locked by another program. Close it there and start again."
    )


def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    connect(path).close()
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as connection,
        pytest.raises(sqlite3.OperationalError) as caught,
    ):
        connection.execute("CREATE TABLE t (x)")
    assert str(explained(caught.value, path)) == (
        f"{path} cannot be written (attempt to write a readonly database). "
        "Give Signoff a file in a directory that it may write to."
    )


def test_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("PRAGMA max_page_count=2")
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert str(explained(caught.value, path)) == f"The disk of {path} is full. Make room and start again."


def test_anything_else_is_said_as_sqlite_says_it(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    with closing(connect(path)) as connection, pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("SELECT absent")
    assert str(explained(caught.value, path)) == (
        f"{path} cannot be used (no such column: absent). Restore a backup, or move the file aside to begin afresh."
    )
