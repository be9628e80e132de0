"""The store as the application has it: one thread, one file, whole transactions, a sentence for what is wrong."""

import asyncio
import itertools
import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.ports.audit import AuditEntry
from bot.ports.cards import CardKind
from bot.ports.effects import EffectKind, NewEffect
from bot.ports.inbox import Received
from bot.ports.store import Transaction
from storage import durability
from storage.database import DatabaseProblem, SqliteStore, open_store
from storage.migrations import known
from tests.factories import LANE, NOON, a_build, a_release

ENTRY = AuditEntry(NOON, "approved", "priya", "button", "payments/production", 1, "policy-1", {})
SLACK = ("slack",)


@asynccontextmanager
async def a_store(path: Path) -> AsyncIterator[SqliteStore]:
    tokens = itertools.count(1)
    store = await open_store(path, clock=lambda: NOON, token=lambda: f"handle{next(tokens)}")
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signoff.db"


def put(tx: Transaction, key: str = "a") -> int | None:
    return tx.inbox.put(Received("slack", key, "{}", NOON))


async def problem(path: Path) -> str:
    """Return what somebody is told who starts Signoff on this file."""
    with pytest.raises(DatabaseProblem) as caught:
        await open_store(path, clock=lambda: NOON, token=lambda: "")
    return str(caught.value)


# -- transactions ------------------------------------------------------------------------------------------------------


async def test_everything_written_in_one_transaction_is_there_after_a_restart(path: Path) -> None:
    def work(tx: Transaction) -> str:
        build = tx.builds.save(a_build(id=0))
        lane = tx.lanes.load(LANE)
        tx.lanes.save(lane, lane.opened(a_release(tx.lanes.next_number(), build)))
        tx.effects.enqueue(NewEffect("deploy:R-1:1", EffectKind.DEPLOY, "deploy:x", 1, "{}"), NOON)
        tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
        tx.audit.append(ENTRY)
        put(tx)
        return tx.cards.handle(1, 1, 1, "approve")

    async with a_store(path) as store:
        handle = await store.write(work)
    async with a_store(path) as store:
        assert await store.read(lambda tx: tx.lanes.unfinished()) == (a_release(),)
        assert await store.read(lambda tx: tx.effects.next_due((EffectKind.DEPLOY,))) == NOON
        assert await store.read(lambda tx: tx.inbox.next_due(SLACK)) == NOON
        assert await store.read(lambda tx: tx.cards.next_due()) == NOON
        assert await store.read(lambda tx: tx.audit.verify()) == 1
        assert await store.write(lambda tx: tx.cards.handle(1, 1, 1, "approve")) == handle == "handle1"


async def test_a_transaction_that_raises_leaves_nothing_behind(path: Path) -> None:
    def work(tx: Transaction) -> None:
        put(tx)
        tx.audit.append(ENTRY)
        raise KeyError("thought better of it")

    async with a_store(path) as store:
        with pytest.raises(KeyError, match=r"^'thought better of it'$"):
            await store.write(work)
        assert await store.read(lambda tx: (tx.inbox.next_due(SLACK), tx.audit.verify())) == (None, 0)
        assert await store.write(put) == 1


async def test_a_statement_that_fails_takes_its_whole_transaction_with_it(path: Path) -> None:
    def work(tx: Transaction) -> None:
        put(tx)
        tx.cards.handle(1, 1, 1, "approve")

    async with a_store(path) as store:
        with pytest.raises(sqlite3.IntegrityError, match=r"^FOREIGN KEY constraint failed$"):
            await store.write(work)
        assert await store.read(lambda tx: tx.inbox.next_due(SLACK)) is None


async def test_a_caller_that_is_cancelled_does_not_cut_a_commit_in_two(path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(tx: Transaction) -> None:
        put(tx, "first")
        begun.set()
        assert go_on.wait(10), "nobody let it go on"
        put(tx, "second")

    async with a_store(path) as store:
        task = asyncio.create_task(store.write(work))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        assert await store.write(lambda tx: [put(tx, key) for key in ("first", "second", "third")]) == [None, None, 3]


async def test_a_transaction_that_still_waits_is_carried_out_though_its_caller_was_cancelled(path: Path) -> None:
    go_on = threading.Event()
    async with a_store(path) as store:
        running = asyncio.create_task(store.read(lambda _: go_on.wait(10)))
        waiting = asyncio.create_task(store.write(put))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        go_on.set()
        assert await running is True
    async with a_store(path) as store:
        assert await store.write(put) is None


async def test_a_transaction_that_fails_after_its_caller_was_cancelled_is_told(path: Path) -> None:
    go_on = threading.Event()

    def work(_: Transaction) -> None:
        assert go_on.wait(10), "nobody let it go on"
        raise KeyError("thought better of it")

    async with a_store(path) as store:
        task = asyncio.create_task(store.write(work))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with capture_logs() as logs:
            go_on.set()
            await store.write(put)
    assert [(line["event"], repr(line["exc_info"])) for line in logs] == [
        ("transaction_failed_alone", "KeyError('thought better of it')")
    ]


async def test_transactions_run_one_after_another_on_one_thread(path: Path) -> None:
    def work(tx: Transaction) -> tuple[int, int]:
        lane = tx.lanes.load(LANE)
        number = tx.lanes.next_number()
        tx.lanes.save(lane, lane.opened(a_release(number, tx.builds.save(a_build(number, id=0)))))
        return number, threading.get_ident()

    async with a_store(path) as store:
        done = await asyncio.gather(*(store.write(work) for _ in range(20)))
    assert [number for number, _ in done] == list(range(1, 21))
    assert len({thread for _, thread in done} - {threading.get_ident()}) == 1


async def test_reading_writes_nothing(path: Path) -> None:
    async with a_store(path) as store:
        with pytest.raises(sqlite3.OperationalError, match=r"^attempt to write a readonly database$"):
            await store.read(put)
        assert await store.write(put) == 1


async def test_a_closed_store_stays_closed(path: Path) -> None:
    async with a_store(path) as store:
        await store.close()
        with pytest.raises(RuntimeError, match=r"^cannot schedule new futures after shutdown$"):
            await store.write(put)


async def test_it_says_how_commits_reach_the_disk(path: Path) -> None:
    new = sqlite3.sqlite_version_info >= (3, 51, 3)
    async with a_store(path) as store:
        assert store.facts == {
            "sqlite": sqlite3.sqlite_version,
            "journal": "wal" if new else "delete",
            "synchronous": "full" if new else "extra",
            "schema": known()[-1],
        }


# -- the file ----------------------------------------------------------------------------------------------------------


async def test_the_file_and_its_lock_are_for_their_owner_only(path: Path) -> None:
    path.touch(0o644)
    async with a_store(path):
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes["signoff.db"] == modes["signoff.db.lock"] == 0o600
    assert set(modes.values()) == {0o600}


async def test_t35_a_second_process_is_told_who_has_the_database(path: Path) -> None:
    async with a_store(path):
        assert await problem(path) == (
            f"{path} is in use by process {os.getpid()}. One process owns the database: stop that one first."
        )
    async with a_store(path) as store:
        assert await store.write(put) == 1


async def test_t35_the_lock_holds_under_another_name_of_the_same_file(path: Path) -> None:
    async with a_store(path):
        alias = path.with_name("alias.db")
        alias.symlink_to(path)
        assert (await problem(alias)).startswith(f"{path} is in use by process {os.getpid()}.")


async def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_text("services:\n  payments:\n" * 100, encoding="utf-8")
    assert await problem(path) == (
        f"{path} is not a database. Name another file, or move this one aside to begin afresh."
    )
    assert path.read_text(encoding="utf-8").startswith("services:")


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("damaged", ["sqlite_schema", "inbox"])
async def test_a_damaged_file(path: Path, damaged: str, monkeypatch: pytest.MonkeyPatch, *, big: bool) -> None:
    monkeypatch.setattr(durability, "CHECKED_WHOLE", 0 if big else 1 << 30)
    async with a_store(path) as store:
        await store.write(lambda tx: [put(tx, f"key {number}") for number in range(500)])
    with closing(sqlite3.connect(path)) as connection:
        roots = {"sqlite_schema": 1} | dict(connection.execute("SELECT name, rootpage FROM sqlite_master").fetchall())
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((roots[damaged] - 1) * size + 100)
        file.write(b"\xff" * (size - 100))
    told = await problem(path)
    sentence = rf"{path} is damaged \(.+\)\. Restore a backup, or move the file aside to begin afresh\."
    assert re.fullmatch(sentence, told), told
    assert await problem(path) == told, "it was closed and unlocked"


async def test_of_a_big_file_all_but_the_audit_is_checked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durability, "CHECKED_WHOLE", 4096)
    async with a_store(path) as store:
        await store.write(lambda tx: [put(tx, f"key {number}") for number in range(500)])
    statements: list[str] = []
    with closing(durability.connect(path)) as connection:
        connection.set_trace_callback(statements.append)
        durability.examine(connection, path)
    checked = {statement for statement in statements if "integrity_check" in statement}
    assert {'PRAGMA integrity_check("inbox")', 'PRAGMA integrity_check("sqlite_schema")'} <= checked
    assert 'PRAGMA integrity_check("audit")' not in checked
    assert "PRAGMA integrity_check(1)" not in checked


@pytest.mark.parametrize("big", [False, True])
async def test_a_row_that_refers_to_nothing(path: Path, monkeypatch: pytest.MonkeyPatch, *, big: bool) -> None:
    monkeypatch.setattr(durability, "CHECKED_WHOLE", 0 if big else 1 << 30)
    async with a_store(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO cards (kind, subject, release, channel, want, due_at) VALUES ('notice', '7', 7, 'C', 1, '')"
        )
        connection.commit()
    assert await problem(path) == (
        f"{path} is damaged (a row of cards refers to nothing in releases). "
        "Restore a backup, or move the file aside to begin afresh."
    )


async def test_an_audit_chain_that_somebody_altered(path: Path) -> None:
    async with a_store(path) as store:
        await store.write(lambda tx: tx.audit.append(ENTRY))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET actor = 'sriya'")
        connection.commit()
    assert await problem(path) == (
        f"{path}: audit row 1 does not fit the chain: it was altered. Restore a backup, and find out who changed it."
    )


async def test_a_database_of_a_newer_version(path: Path) -> None:
    async with a_store(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('signoff', '0099_locks')")
        connection.commit()
    assert await problem(path) == (
        f"{path} was written by a newer Signoff (its step 0099_locks is not known here). "
        "Run that version, or restore the backup taken before it."
    )


async def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "signoff.db"
    assert await problem(path) == (
        f"{path} cannot be opened for writing (no such file or directory). "
        "Give Signoff a file in a directory that it may write to."
    )


async def test_a_directory_in_the_place_of_the_file(path: Path) -> None:
    path.mkdir()
    assert await problem(path) == (
        f"{path} cannot be opened for writing (is a directory). "
        "Give Signoff a file in a directory that it may write to."
    )


NOT_ROOT = """
import asyncio, os, pathlib, sys
from datetime import datetime, UTC
from storage.database import DatabaseProblem, open_store
if os.geteuid() == 0:
    os.setuid(65534)  # root may write anywhere
try:
    asyncio.run(open_store(pathlib.Path(sys.argv[1]), clock=lambda: datetime.now(UTC), token=lambda: ""))
except DatabaseProblem as problem:
    print(problem)
"""


def test_a_directory_that_may_not_be_written(path: Path) -> None:
    path.parent.chmod(0o555)
    for parent in list(path.parents)[1:3]:
        parent.chmod(0o755)  # pytest keeps its directories to their owner; the message must not be about those
    told = subprocess.run([sys.executable, "-c", NOT_ROOT, str(path)], capture_output=True, text=True, check=False)
    assert told.stderr == ""
    assert told.stdout == (
        f"{path} cannot be opened for writing (permission denied). "
        "Give Signoff a file in a directory that it may write to.\n"
    )
