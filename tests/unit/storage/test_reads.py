"""What a transaction that reads may ask: whatever changes nothing, in whatever case, and nothing else."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import SqliteStore, open_store
from storage.statements import Statements
from tests.factories import NOON


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_store(tmp_path / "signoff.db", clock=lambda: NOON, token=lambda: "x" * 32)
    yield opened
    await opened.close()


async def test_readiness_and_metrics_are_read_in_a_transaction_that_reads(store: SqliteStore) -> None:
    condition = await store.read(lambda tx: tx.figures.condition())
    assert (condition.steps_missing, condition.unknown, condition.dead, condition.poison) == (0, 0, 0, 0)
    figures = await store.read(lambda tx: tx.figures.read(NOON))
    assert figures.database_bytes > 0


@pytest.mark.parametrize("sql", ["SELECT 1", " select 1", "With a as (select 1) SELECT * FROM a", "pragma page_count"])
def test_what_only_reads_is_allowed(sql: str) -> None:
    database = Statements(memory=True)
    database.starts(reading=True)
    assert database.execute(sql).fetchone() is not None
    database.ends()


@pytest.mark.parametrize("sql", ["CREATE TABLE t (a)", "delete from sqlite_master", "PRAGMA user_version = 3"])
def test_what_writes_is_not(sql: str) -> None:
    database = Statements(memory=True)
    database.starts(reading=True)
    with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"):
        database.execute(sql)
