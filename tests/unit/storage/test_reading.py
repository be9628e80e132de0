"""The database without a bot: read by one process at a time, never written, every obstacle a sentence."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.core.chain import GENESIS, Head
from bot.ports.audit import AuditEntry
from bot.ports.store import Transaction
from storage.database import DatabaseProblem, open_store
from storage.lock import Lock
from storage.reading import ReadingStore
from tests.factories import NOON

ENTRY = AuditEntry(NOON, "opened", None, None, "payments/production", 1, "policy-1", {})


async def made(path: Path) -> Path:
    """Make a database with one audit row."""
    store = await open_store(path, clock=lambda: NOON, token=lambda: "handle1")
    await store.write(lambda tx: tx.audit.append(ENTRY))
    await store.close()
    return path


def problem(path: Path) -> str:
    """Return why a file cannot be read."""
    with pytest.raises(DatabaseProblem) as told:
        ReadingStore(path, lambda: NOON)
    assert not path.exists() or path.is_dir() or _free(path), "the lock is given back"
    return str(told.value).replace(str(path.parent), "FOLDER")


def _free(path: Path) -> bool:
    lock = Lock(path)
    try:
        lock.acquire()
    except DatabaseProblem:
        return False
    lock.release()
    return True


async def test_what_is_stored_is_read_and_nothing_is_written(tmp_path: Path) -> None:
    path = await made(tmp_path / "signoff.db")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    store = ReadingStore(path, lambda: NOON)
    head: Head = await store.read(lambda tx: tx.audit.head())
    assert (head.seq, head.hash != GENESIS) == (1, True)
    with pytest.raises(DatabaseProblem, match=r"is open to be read only\. Start the bot with `signoff serve`\.$"):
        await store.write(lambda tx: tx.audit.append(ENTRY))
    with pytest.raises(DatabaseProblem, match="readonly"):
        await store.read(lambda tx: tx.audit.append(ENTRY))
    assert not _free(path), "nobody else owns it meanwhile"
    store.close()
    assert _free(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


async def test_what_a_crash_left_half_written_is_undone_before_it_is_read(tmp_path: Path) -> None:
    path = await made(tmp_path / "signoff.db")
    process = await asyncio.create_subprocess_exec(
        "python3",
        "-c",
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size=1'); c.execute('BEGIN IMMEDIATE')\n"
        "[c.execute('INSERT INTO remembered VALUES (?, ?)', [str(n), 'x' * 5000]) for n in range(200)]\n"
        "os._exit(9)\n",
        str(path),
    )
    assert await process.wait() == 9
    assert path.with_name("signoff.db-journal").exists() or path.with_name("signoff.db-wal").exists()
    store = ReadingStore(path, lambda: NOON)
    assert await store.read(_remembered) == 0
    store.close()


def _remembered(tx: Transaction) -> int:
    return len(tx.remembered.beginning(""))


async def test_what_keeps_it_from_being_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    assert problem(path) == snapshot(
        "There is no database FOLDER/signoff.db. SIGNOFF_DATABASE names it, `signoff serve` makes it."
    )
    await made(path)
    lock = Lock(path)
    lock.acquire()
    with pytest.raises(DatabaseProblem) as told:
        ReadingStore(path, lambda: NOON)
    lock.release()
    assert str(told.value).replace(str(tmp_path), "FOLDER") == snapshot(
        "FOLDER/signoff.db is in use, but nobody answers beside it: the bot starts or stops. Ask again in a moment."
    )
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = '0013_in_order'")
    connection.close()
    assert problem(path) == snapshot(
        "FOLDER/signoff.db was written by an older Signoff. Start `signoff serve` once: it brings it up to date."
    )
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE _sqlite_migrations SET name = '9999_later' WHERE name = '0001_builds'")
    connection.close()
    assert problem(path) == snapshot(
        "FOLDER/signoff.db was written by a newer Signoff (its step 9999_later is not known here). Run that version, or restore the backup taken before it."
    )
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    assert problem(other) == snapshot("FOLDER/other.db is a database of another program. Name another file.")
    text = tmp_path / "text.db"
    text.write_text("not a database at all" * 100)
    assert problem(text) == snapshot(
        "FOLDER/text.db is not a database. Name another file, or move this one aside to begin afresh."
    )
    folder = tmp_path / "folder.db"
    folder.mkdir()
    assert problem(folder) == snapshot(
        "FOLDER/folder.db cannot be opened for writing (is a directory). Give Signoff a file in a directory that it may write to."
    )
