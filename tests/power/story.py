"""What the real store does in a real story, as SQL: every statement that writes, with its values."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.ports.ci import ProgressStatus
from storage import database
from storage.durability import connect
from tests.factories import a_policy, a_report
from tests.fakes.world import World

RELEASES = 5
START = "-- start"
"""Stands where the process opened the file."""
QUERY = "sqlite_utils_query"
"""A savepoint around one query, whose release is tried twice when the query writes, too; it changes nothing."""
TRIGGERED = ("INSERT INTO ", "UPDATE ", "DELETE FROM ")
"""Triggers may follow them; no two in a row are alike, since each has a number or a time of its own."""


async def told(folder: Path) -> list[str]:
    """Return the statements of a few releases from push to live, one rejected, one approved twice, and a restart."""
    with overheard() as statements:
        world = World(folder, a_policy())
        await world.open()
        await world.looks()
        for number in range(1, RELEASES + 1):
            await world.looks(a_report(number))
            posted = await world.notice(number)
            await world.clicks("U0ALEX", posted, "approve")  # not entitled: refused, and audited
            await world.clicks("U0PRIYA", posted, "approve")
            await world.follows()
            world.executor.says(ProgressStatus.RUNNING, nth=number)
            await world.follows()
            world.executor.says(ProgressStatus.SUCCEEDED, nth=number)
            await world.follows()
        await world.crash()
        await world.looks(a_report(RELEASES + 1))
        await world.rejects("U0PRIYA", await world.notice(RELEASES + 1), "not on a Friday")
        await world.store.close()
    return [statement for statement in statements if writes(statement)]


def writes(statement: str) -> bool:
    """Whether a statement can change the file, or is the frame of those that do."""
    word = statement.split(None, 1)[0].upper()
    if word in {"SELECT", "PRAGMA"}:
        return "application_id=" in statement
    return QUERY not in statement


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Hear every statement of every connection that the store opens, each once.

    SQLite tells of a statement again for each trigger that it sets off.
    """
    statements: list[str] = []

    def hear(statement: str) -> None:
        if not (statement.lstrip().startswith(TRIGGERED) and statements[-1] == statement):
            statements.append(statement)

    def listened(path: Path) -> sqlite3.Connection:
        statements.append(START)
        connection = connect(path)
        connection.set_trace_callback(hear)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "connect", listened)
        yield statements
