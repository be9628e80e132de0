"""The database: one file, one thread, one transaction at a time; every commit is durable before anybody hears of it."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import structlog
from sqlite_utils import Database

from bot.ports.meter import SILENT, Meter, Timed
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Transaction
from storage.audit import SqliteAudit
from storage.durability import connect, durability
from storage.installation import Marker, write_marker
from storage.lock import Lock
from storage.migrations import known
from storage.outage import Watchman
from storage.problems import DatabaseLost, DatabaseProblem, explained
from storage.start import Present, prepare
from storage.transactions import Transactions

__all__ = ["DatabaseLost", "DatabaseProblem", "SqliteStore", "open_store"]

T = TypeVar("T")
log = structlog.get_logger()


class SqliteStore:
    """The Store port. The connection is born, used and closed in its one thread."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], datetime],
        token: Callable[[], str],
        meter: Meter = SILENT,
        *,
        restored: bool = False,
    ) -> None:
        self._meter = meter
        self._path = path
        self._clock = clock
        self._token = token
        self._lock = Lock(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._database: Database
        self._transactions: Transactions
        self._watchman: Watchman
        self._lost: asyncio.Future[DatabaseLost]
        self._restored = restored
        self._marker: Marker | None = None
        self._closed = False

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run in BEGIN IMMEDIATE and commit durably; a caller that is cancelled meanwhile does not stop it."""
        return await self._timed("write", lambda: self._watchman.write(lambda: self._transactions.write(work)))

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """Run on a consistent view; an attempt to write is an error."""
        return await self._timed("read", lambda: self._watchman.read(lambda: self._transactions.read(query)))

    async def lost(self) -> DatabaseLost:
        """Return when the file was taken away or found damaged, if ever: the process must end then, and say this."""
        return await asyncio.shield(self._lost)

    @property
    def outage(self) -> str | None:
        """Why the database could not be used of late, in a few words; None while it can."""
        return self._watchman.why

    @property
    def facts(self) -> Mapping[str, str]:
        """Return what a log of the start should say: which SQLite, how commits reach the disk, the newest table."""
        durable = durability(sqlite3.sqlite_version_info)
        synchronous = {2: "full", 3: "extra"}[durable.synchronous]
        return {
            "sqlite": sqlite3.sqlite_version,
            "journal": durable.journal_mode,
            "synchronous": synchronous,
            "schema": known()[-1],
        }

    async def open(self) -> None:
        """Lock, check, migrate. Raises DatabaseProblem; then everything is closed again."""
        loop = asyncio.get_running_loop()
        self._lost = loop.create_future()

        def lose(why: DatabaseLost) -> None:
            loop.call_soon_threadsafe(self._lost.set_result, why)

        try:
            await self._in_thread(lambda: self._open(lose))
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what was begun, close the file and give the lock back. A second call does nothing."""
        if not self._closed:
            self._closed = True
            await self._in_thread(self._close)
            self._thread.shutdown()

    async def _timed(self, kind: str, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            return await self._in_thread(work)
        finally:
            self._meter.took(Timed.TRANSACTION, loop.time() - begun, kind)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        ids = copy_context()  # what is logged inside a transaction carries the ids of its work, too
        running = asyncio.get_running_loop().run_in_executor(self._thread, ids.run, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            running.add_done_callback(_outlived)
            raise

    def _open(self, lose: Callable[[DatabaseLost], None]) -> None:
        try:
            self._lock.acquire()
            connection = connect(self._path)
            self._database = Database(connection, execute_plugins=False)
            self._transactions = Transactions(self._database, self._clock, self._token)
            present = Present(self._clock(), self._restored)
            self._marker = prepare(self._database, self._path, present)
            self._watchman = Watchman(self._path, connection, lose)
        except (sqlite3.Error, OSError) as error:
            raise explained(error, self._path) from error

    def _close(self) -> None:
        if self._marker is not None and not self._lost.done():
            with contextlib.suppress(sqlite3.Error, OSError):  # it is told at the next start how far the audit was
                head = SqliteAudit(self._database).head().seq
                write_marker(self._path, replace(self._marker, audit=head))
        if hasattr(self, "_database"):
            self._database.close()
        self._lock.release()


def _outlived(running: "asyncio.Future[T]") -> None:
    """Tell of a transaction that failed after its caller had been cancelled; an outage is told already."""
    error = None if running.cancelled() else running.exception()
    if error is not None and not isinstance(error, StoreUnavailable):
        log.error("transaction_failed_alone", exc_info=error)


async def open_store(
    path: Path,
    *,
    clock: Callable[[], datetime],
    token: Callable[[], str],
    meter: Meter = SILENT,
    restored: bool = False,
) -> SqliteStore:
    """Open the database file, making it if there is none, and own it until `close()`.

    Args:
        path: the file; its directory must exist. A lock file, and now and then a journal, stand beside it.
        clock: the present, in UTC.
        token: makes the random ids of buttons, 128 bits each.
        meter: hears how long each transaction took.
        restored: somebody says that an old copy is the one to go on with.

    Raises:
        DatabaseProblem: the file cannot be used; says why and what to do, in one sentence and its remedy.
    """
    store = SqliteStore(path.resolve(), clock, token, meter, restored=restored)
    await store.open()
    return store
