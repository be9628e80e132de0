"""Transactions over one connection, synchronous: who owns the connection's file, lock and thread is told elsewhere."""

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlite_utils import Database

from bot.ports.agenda import Agenda
from bot.ports.audit import Audit
from bot.ports.cards import Cards
from bot.ports.changes import Changes
from bot.ports.drafts import Drafts
from bot.ports.effects import Effects
from bot.ports.figures import FigureBook
from bot.ports.gates import Gates
from bot.ports.homes import Homes
from bot.ports.inbox import Inbox
from bot.ports.letters import Letters
from bot.ports.replays import Replays
from bot.ports.store import Builds, Lanes, Remembered, Transaction
from storage.agenda import SqliteAgenda
from storage.audit import SqliteAudit
from storage.builds import SqliteBuilds
from storage.cards import SqliteCards
from storage.changes import SqliteChanges
from storage.drafts import SqliteDrafts
from storage.effects import SqliteEffects
from storage.figures import SqliteFigures
from storage.gates import SqliteGates
from storage.homes import SqliteHomes
from storage.inbox import SqliteInbox
from storage.lanes import SqliteLanes
from storage.letters import SqliteLetters
from storage.remembered import SqliteRemembered
from storage.replays import SqliteReplays
from storage.statements import Statements

T = TypeVar("T")


class SqliteTransaction:
    """The port's Transaction: everything in it reads and writes the one transaction that is open."""

    def __init__(self, database: Database, clock: Callable[[], datetime], token: Callable[[], str]) -> None:
        self.lanes: Lanes = SqliteLanes(database)
        self.gates: Gates = SqliteGates(database)
        self.builds: Builds = SqliteBuilds(database)
        self.inbox: Inbox = SqliteInbox(database, clock)
        self.effects: Effects = SqliteEffects(database)
        self.cards: Cards = SqliteCards(database, token)
        self.audit: Audit = SqliteAudit(database)
        self.agenda: Agenda = SqliteAgenda(database)
        self.remembered: Remembered = SqliteRemembered(database)
        self.figures: FigureBook = SqliteFigures(database)
        self.replays: Replays = SqliteReplays(database)
        self.letters: Letters = SqliteLetters(database)
        self.homes: Homes = SqliteHomes(database)
        self.changes: Changes = SqliteChanges(database)
        self.drafts: Drafts = SqliteDrafts(database)


class Transactions:
    """Runs plain functions as transactions, one at a time, on the caller's own thread.

    Args:
        database: over a connection with `isolation_level=None` whose tables are up to date.
        clock: the present, in UTC.
        token: makes the random ids of buttons, 128 bits each.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], token: Callable[[], str]) -> None:
        self._database = Statements(database.conn, execute_plugins=False)
        self._transaction = SqliteTransaction(self._database, clock, token)

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run in BEGIN IMMEDIATE and commit; roll back and raise what `work` or the commit raises."""
        connection = self._database.conn
        roll_back(connection)  # what a disk that failed kept from being rolled back then
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._begin(reading=False))
            self._database.ends()
            connection.execute("COMMIT")
        finally:
            roll_back(connection)
        return result

    def read(self, query: Callable[[Transaction], T]) -> T:
        """Run on a consistent view; an attempt to write is an error, and nothing of it stays."""
        connection = self._database.conn
        roll_back(connection)
        try:
            connection.execute("BEGIN")
            result = query(self._begin(reading=True))
            self._database.ends()
        finally:
            roll_back(connection)
        return result

    def _begin(self, *, reading: bool) -> SqliteTransaction:
        self._database.starts(reading=reading)
        self._transaction.lanes = SqliteLanes(self._database)  # the one that remembers what it has handed out
        return self._transaction


def roll_back(connection: sqlite3.Connection) -> None:
    """Undo what was not committed; nothing to do after a commit, or when SQLite has rolled back by itself."""
    if connection.in_transaction:
        with contextlib.suppress(sqlite3.Error):  # what made it fail is told by whoever met it first
            connection.execute("ROLLBACK")
