"""The connection and its settings: a commit that was acknowledged survives the power cut that follows it."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from storage.problems import DatabaseProblem, damaged

OLDEST = (3, 37, 0)
"""STRICT tables."""
WAL_IS_SOUND = (3, 51, 3)
"""Before, a checkpoint that races a writer could corrupt a WAL database (https://sqlite.org/wal.html#walresetbug)."""
BUSY_MS = 10_000
CHECKED_WHOLE = 64 * 1024 * 1024
"""Bytes up to which a start reads the whole file, which takes a tenth of a second; the audit makes it grow for ever."""


@dataclass(frozen=True, slots=True)
class Durability:
    """How commits reach the disk. `synchronous` is SQLite's number: 2 is FULL, 3 is EXTRA."""

    journal_mode: str
    synchronous: int


def durability(version: tuple[int, ...]) -> Durability:
    """Return the durable settings that are sound in this version of SQLite; DatabaseProblem if it is too old."""
    if version < OLDEST:
        found = ".".join(map(str, version))
        raise DatabaseProblem(f"SQLite {found} is too old. Use a Python with SQLite 3.37 or newer.")
    return Durability("wal", 2) if version >= WAL_IS_SOUND else Durability("delete", 3)


def connect(path: Path) -> sqlite3.Connection:
    """Open a database file, made with mode 0600 if there is none, with every setting in force.

    Raises:
        DatabaseProblem: a setting did not take, or this SQLite is too old.
        OSError: the file cannot be made.
        sqlite3.Error: the file is not one that SQLite can use.
    """
    durable = durability(sqlite3.sqlite_version_info)
    _make_private(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000, cached_statements=256)
    try:
        _settle(connection, durable)
    except BaseException:
        connection.close()
        raise
    return connection


def examine(connection: sqlite3.Connection, path: Path) -> None:
    """Raise DatabaseProblem when SQLite's own checks find damage.

    Of a big file, the audit is left out: it only grows, and the start checks its end by its own chain.
    """
    for pragma in (*_checks(connection), "foreign_key_check"):
        found = connection.execute(f"PRAGMA {pragma}").fetchone()
        if found is not None and found != ("ok",):
            finding = found[0] if len(found) == 1 else f"a row of {found[0]} refers to nothing in {found[2]}"
            raise damaged(path, " ".join(str(finding).split()))


def _checks(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the checks of a whole file, or of each of its tables but the audit."""
    pages, size = (connection.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("count", "size"))
    if pages * size <= CHECKED_WHOLE:
        return ("integrity_check(1)",)
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'audit' ORDER BY name"
    ).fetchall()
    return tuple(f'integrity_check("{name}")' for name in ("sqlite_schema", *(name for (name,) in tables)))


def _make_private(path: Path) -> None:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(file, 0o600)
    finally:
        os.close(file)


def settings(durable: Durability) -> dict[str, str | int]:
    """Return every pragma of a connection by its name; nothing else decides how commits reach the disk."""
    return {
        "journal_mode": durable.journal_mode,
        "synchronous": durable.synchronous,
        "foreign_keys": 1,
        "busy_timeout": BUSY_MS,
        "trusted_schema": 0,
        "cell_size_check": 1,
    }


def _settle(connection: sqlite3.Connection, durable: Durability) -> None:
    for name, value in settings(durable).items():
        connection.execute(f"PRAGMA {name}={value}")
        took = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if took != value:
            raise DatabaseProblem(
                f"SQLite did not take {name}={value} (it stays {took}). Keep the database on a local disk."
            )
