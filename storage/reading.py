"""The database while no bot runs, opened to be read by the command line: nothing is migrated, nothing is written."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NoReturn, TypeVar

from sqlite_utils import Database

from bot.ports.store import Transaction
from storage.durability import connect
from storage.lock import Lock
from storage.migrations import missing, recognise
from storage.problems import DatabaseProblem, explained
from storage.transactions import Transactions

T = TypeVar("T")


class ReadingStore:
    """The Store port without its writing half. It owns the database until `close`, on the caller's own thread.

    The file is opened as the bot opens it, since SQLite itself may first have to undo what a crash left half-written.

    Raises:
        DatabaseProblem: there is no such file, another process owns it, or it cannot be read; says what to do.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path.resolve()
        if not self._path.exists():
            raise DatabaseProblem(f"There is no database {path}. SIGNOFF_DATABASE names it, `signoff serve` makes it.")
        self._lock = Lock(self._path)
        try:
            self._lock.acquire()
        except DatabaseProblem as problem:
            raise DatabaseProblem(
                f"{path} is in use, but nobody answers beside it: the bot starts or stops. Ask again in a moment."
            ) from problem
        except OSError as error:
            raise explained(error, self._path) from error
        try:
            self._open(clock)
        except BaseException:
            self._lock.release()
            raise

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """Run on a consistent view; an attempt to write is an error."""
        try:
            return self._transactions.read(query)
        except sqlite3.Error as error:
            raise explained(error, self._path) from error

    async def write(self, work: Callable[[Transaction], T]) -> NoReturn:
        """Refuse: only the bot writes."""
        del work
        raise DatabaseProblem(f"{self._path} is open to be read only. Start the bot with `signoff serve`.")

    def close(self) -> None:
        """Close the file and give the lock back."""
        self._database.close()
        self._lock.release()

    def _open(self, clock: Callable[[], datetime]) -> None:
        try:
            self._database = Database(connect(self._path), execute_plugins=False)
        except (sqlite3.Error, OSError) as error:
            raise explained(error, self._path) from error
        try:
            self._prepare(clock)
        except sqlite3.Error as error:
            self._database.close()
            raise explained(error, self._path) from error
        except BaseException:
            self._database.close()
            raise

    def _prepare(self, clock: Callable[[], datetime]) -> None:
        recognise(self._database, self._path)
        if missing(self._database):
            raise DatabaseProblem(
                f"{self._path} was written by an older Signoff. Start `signoff serve` once: it brings it up to date."
            )
        self._transactions = Transactions(self._database, clock, _no_token)


def _no_token() -> NoReturn:
    raise RuntimeError("reading makes no buttons")
