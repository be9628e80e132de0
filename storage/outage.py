"""The database in trouble: what is over when the world is mended, and what ends the process, each said once.

Runs on the database's thread. What SQLite raises is translated here and nowhere else.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TypeVar

import structlog

from bot.ports.outage import StoreUnavailable
from storage.ballast import SIZE, ballast_path
from storage.problems import DatabaseLost, lost, unavailable

T = TypeVar("T")
CALM = 5.0
"""Seconds without a failure after which an outage is told to be over: on a nearly full disk small things still fit."""
log = structlog.get_logger()


class Watchman:
    """Stands between the transactions and whoever asked for them.

    Args:
        path: the database file, opened already.
        connection: what it is open by.
        lose: called once, on the database's thread, when the process must not go on.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lose: Callable[[DatabaseLost], None]) -> None:
        self._path = path
        self._connection = connection
        self._lose = lose
        self._file = _identity(path)
        self._why: str | None = None
        self._failed_at = 0.0
        self._lost: DatabaseLost | None = None

    @property
    def why(self) -> str | None:
        """Why the database could not be used of late; None once something was stored after a calm while."""
        return self._why

    def write(self, work: Callable[[], T]) -> T:
        """Run a transaction that writes; what it stored counts only if the file is still where it was.

        Raises:
            StoreUnavailable: the database cannot be written; nothing of it may be acknowledged.
        """
        self._look()
        before = self._connection.total_changes
        try:
            result = work()
        except sqlite3.Error as error:
            self._met(error, reading=False)
            raise
        self._look()
        changed = self._connection.total_changes != before
        if self._why is not None and changed and monotonic() - self._failed_at >= CALM:
            log.info("database_available_again", after=self._why)
            self._why = None
        return result

    def read(self, query: Callable[[], T]) -> T:
        """Run a transaction that reads.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        self._look()
        try:
            return query()
        except sqlite3.Error as error:
            self._met(error, reading=True)
            raise

    def _look(self) -> None:
        """See that the path still leads to the file that is open: who deletes a file cannot tell its owner."""
        if self._lost is None and _identity(self._path) != self._file:
            self._end(DatabaseLost.moved(self._path))
        if self._lost is not None:
            raise StoreUnavailable(str(self._lost))

    def _met(self, error: sqlite3.Error, *, reading: bool) -> None:
        """Raise what an error of the world means; return for one of our own making."""
        ended = lost(error, self._path)
        if ended is not None:
            self._end(ended)
            raise StoreUnavailable(str(ended)) from error
        why = unavailable(error, reading=reading)
        if why is None:
            return
        if self._why is None:
            spare = ballast_path(self._path)
            remedy = f"; deleting {spare} frees {SIZE // 2**20} MiB at once" if spare.exists() else ""
            log.error("database_unavailable", why=why, error=str(error), remedy=f"make room or mend the disk{remedy}")
        self._why = why
        self._failed_at = monotonic()
        raise StoreUnavailable(why) from error

    def _end(self, ended: DatabaseLost) -> None:
        self._lost = ended
        self._lose(ended)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
