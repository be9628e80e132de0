"""The story's statements on the recorded disk, the power cut at random, and what is found afterwards."""

import hashlib
import itertools
import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from operator import itemgetter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import apsw
from sqlite_utils import Database

from storage.audit import SqliteAudit
from storage.durability import Durability, examine, settings
from storage.problems import DatabaseProblem
from tests.power.disk import Platter, Recorder, Step
from tests.power.story import START

FILE = "signoff.db"
NAMES = (f"power-{number}" for number in itertools.count())
"""SQLite knows each recorder by a name of its own."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own name is made in it
"""Where the files of a cut are found: what is synced there costs nothing, and no power is ever really cut."""
Ask = Callable[[str], list[Any]]


class Found(Enum):
    """What a database is like after a power cut."""

    WHOLE = "whole"
    LOST = "lost"
    """An acknowledged commit is not there, or half of one is."""
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Run:
    """What happened on the disk, after how many steps each commit was acknowledged, and what it had made."""

    steps: Sequence[Step]
    acknowledged: Sequence[int]
    states: Sequence[str]
    """The digest of all rows before the first commit and after each."""


@dataclass(slots=True)
class Replayed:
    """A connection on the recorded disk, with the store's own settings."""

    path: Path
    durable: Durability
    recorder: Recorder
    connection: apsw.Connection

    def run(self, statements: Sequence[str]) -> Run:
        """Run the story and note after how many steps each commit was acknowledged."""
        acknowledged: list[int] = []
        states = [digest(self.ask)]
        for statement in statements:
            if statement == START:
                self.start()
                continue
            self.ask(statement)
            if statement == "COMMIT":
                acknowledged.append(len(self.recorder.disk.steps))
                states.append(digest(self.ask))
        return Run(tuple(self.recorder.disk.steps), acknowledged, states)

    def start(self) -> None:
        """Open the file as the store does, but for memory shared with other processes: the recorder has none."""
        self.close()
        self.connection = apsw.Connection(str(self.path), vfs=self.recorder.name)
        if self.durable.journal_mode == "wal":
            self.ask("PRAGMA locking_mode=EXCLUSIVE")
        for name, value in settings(self.durable).items():
            self.ask(f"PRAGMA {name}={value}")

    def ask(self, statement: str) -> list[Any]:
        """Run one statement to its end."""
        return list(self.connection.execute(statement))

    def close(self) -> None:
        """Close the file as a process does that stops."""
        self.connection.close()


def replay(statements: Sequence[str], durable: Durability) -> Run:
    """Run the story's statements under some settings."""
    with TemporaryDirectory(prefix="signoff-power-", dir=MEMORY) as folder:
        recorder = Recorder(next(NAMES))
        replayed = Replayed(Path(folder) / FILE, durable, recorder, apsw.Connection(":memory:"))
        with closing(replayed):
            return replayed.run(statements)


def digest(ask: Ask) -> str:
    """Return what tells one state of the database from another: every row of every table."""
    summed = hashlib.sha256()
    for (table,) in ask("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"):
        summed.update(repr(table).encode())
        for row in sorted(map(repr, ask(f'SELECT * FROM "{table}"'))):  # noqa: S608 - the schema's own names
            summed.update(row.encode())
    return summed.hexdigest()


def found_after(run: Run, heard: int, files: Mapping[str, bytes], folder: Path) -> Found:
    """Say what a start finds where these files are all that is left, and so many commits were acknowledged."""
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    state = start(folder / FILE)
    if state is None:
        return Found.DAMAGED
    return Found.WHOLE if state in run.states[heard : heard + 2] else Found.LOST


def start(path: Path) -> str | None:
    """Open what the cut has left with the store's own checks; None when they refuse it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            examine(connection, path)
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'audit'").fetchone():
                SqliteAudit(Database(connection, execute_plugins=False)).verify()
            return digest(lambda statement: connection.execute(statement).fetchall())
        except (sqlite3.DatabaseError, DatabaseProblem, ValueError):
            return None


def cuts(run: Run, count: int, seed: int) -> Counter[Found]:
    """Cut the power so many times, each with a chance of its own, and count what was found.

    The chances are drawn cut by cut, so that each can be had again alone; the disk is wound on once for all of them.
    """
    chances = [Random(seed + number) for number in range(count)]
    drawn = sorted(((chance.randint(0, len(run.steps)), chance) for chance in chances), key=itemgetter(0))
    found: Counter[Found] = Counter()
    platter, steps, done = Platter(), iter(run.steps), 0
    with TemporaryDirectory(prefix="signoff-power-", dir=MEMORY) as folder:
        for at, chance in drawn:
            for step in islice(steps, at - done):
                platter.takes(step)
            done = at
            heard = bisect_right(run.acknowledged, at)
            found[found_after(run, heard, platter.after_a_cut(chance), Path(folder))] += 1
    return found
