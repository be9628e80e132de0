"""The database of the simulation: one connection in memory that belongs to the world, as a disk does."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from bot.ports.store import Transaction
from simulation.loop import Killed, Process
from storage.migrations import migrate
from storage.transactions import Transactions

T = TypeVar("T")

WITNESS = """
    CREATE TEMP TABLE steps (
        seq INTEGER PRIMARY KEY, release INTEGER, service TEXT, environment TEXT, before TEXT, after TEXT,
        artifact TEXT, built TEXT, live_sha TEXT
    );
    CREATE TEMP TRIGGER stepped AFTER UPDATE OF state ON main.releases WHEN NEW.state <> OLD.state BEGIN
        INSERT INTO steps (release, service, environment, before, after, artifact, built, live_sha) VALUES (
            NEW.number, NEW.service, NEW.environment, OLD.state, NEW.state, NEW.artifact,
            (SELECT artifact FROM builds WHERE id = NEW.build_id),
            (SELECT live_sha FROM lanes WHERE service = NEW.service AND environment = NEW.environment)
        );
    END;
"""
"""Writes down each step of a release beside the database, in order, whatever the clocks say: for the oracle alone.

`artifact` is what was approved, `built` what the bot knew to be built of the commit then, `live_sha` what was live.
"""


class Disk:
    """Holds what was committed, whoever dies. It begins with `content`; with tables that are empty without any."""

    def __init__(self, content: bytes | None = None) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=512)
        self.connection.deserialize(_formatted() if content is None else content)
        self.connection.execute("PRAGMA foreign_keys=ON")
        self.connection.executescript(WITNESS)
        self.database = Database(self.connection, execute_plugins=False)
        self.commits = 0
        self.kill_at: tuple[int, bool] | None = None
        """The commit at which the process that makes it dies, and whether after it."""


@cache
def _formatted() -> bytes:
    """Return the file that every story begins with: its tables are made once in a process, since that takes long."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        migrate(Database(connection, execute_plugins=False), Path("simulated.db"))
        connection.execute("COMMIT")
        return connection.serialize()


class Inline(Transactions):
    """Transactions over a connection that nobody else has, so that a read needs none to be consistent."""

    def read(self, query: Callable[[Transaction], T]) -> T:
        """Run a query; an attempt to write is an error, as it is outside."""
        result = query(self._begin(reading=True))
        self._database.ends()
        return result


class DiskStore:
    """The Store port for one process, run inline."""

    def __init__(
        self, disk: Disk, process: Process, rng: random.Random, clock: Callable[[], datetime], token: Callable[[], str]
    ) -> None:
        self._disk = disk
        self._process = process
        self._rng = rng
        self._transactions = Inline(disk.database, clock, token)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run in BEGIN IMMEDIATE and commit."""
        await asyncio.sleep(0)
        self.check()
        kill = self._disk.kill_at
        self._disk.commits += 1
        dies = kill is not None and self._disk.commits >= kill[0]

        def killed_before(tx: Transaction) -> T:
            result = work(tx)
            if dies and kill is not None and not kill[1]:
                self.kill()
            return result

        result = self._transactions.write(killed_before)
        if dies:
            self.kill()
        await asyncio.sleep(0)
        self.check()
        return result

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """Run without writing."""
        await asyncio.sleep(0)
        self.check()
        return self._transactions.read(query)

    def kill(self) -> None:
        """End the process in the middle of a call."""
        self._disk.kill_at = None
        self._process.die()
        raise Killed

    def check(self) -> None:
        """Refuse a process that has ended."""
        if not self._process.alive:
            raise Killed
