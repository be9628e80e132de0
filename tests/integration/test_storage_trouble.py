"""A disk that is full or fails, a file that is taken away or damaged: nothing is acknowledged that is not stored."""

import asyncio
import contextlib
import itertools
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.ports.inbox import Received
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Transaction
from storage import outage
from storage.ballast import SIZE, ballast_path, lay
from storage.database import DatabaseLost, DatabaseProblem, SqliteStore, open_store
from storage.problems import lost, unavailable
from tests.factories import NOON

BODY = "x" * 2000
Trouble = Callable[[SqliteStore, Path], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def _calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say at once that an outage is over."""
    monkeypatch.setattr(outage, "CALM", 0.0)


async def opened(path: Path) -> SqliteStore:
    return await open_store(path, clock=lambda: NOON, token=lambda: "")


def put(number: int) -> Callable[[Transaction], int | None]:
    return lambda tx: tx.inbox.put(Received("slack", f"key {number}", BODY, NOON))


def stored(path: Path) -> set[str]:
    """Return what is in the file, which SQLite itself finds whole."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {key for (key,) in connection.execute("SELECT dedupe_key FROM inbox")}


@contextmanager
def no_more_pages(store: SqliteStore, _path: Path) -> Iterator[None]:
    """Let SQLite find no room for another page, as on a full disk: SQLITE_FULL."""
    run = store._database.conn.execute
    limit = store._thread.submit(lambda: run("PRAGMA max_page_count=1").fetchone()[0]).result()
    assert limit > 1, "it is what the file has now"
    yield
    store._thread.submit(lambda: run("PRAGMA max_page_count=1073741823")).result()


@contextmanager
def no_longer_files(_store: SqliteStore, path: Path) -> Iterator[None]:
    """Let the system refuse to make any file longer: SQLITE_IOERR."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def another_program(store: SqliteStore, path: Path) -> Iterator[None]:
    """Let another program hold the file: SQLITE_BUSY."""
    store._thread.submit(lambda: store._database.conn.execute("PRAGMA busy_timeout=1")).result()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def read_only(store: SqliteStore, _path: Path) -> Iterator[None]:
    """Let the file be read and not written, as on a disk that was mounted so: SQLITE_READONLY."""
    run = store._database.conn.execute
    store._thread.submit(lambda: run("PRAGMA query_only=1")).result()
    yield
    store._thread.submit(lambda: run("PRAGMA query_only=0")).result()


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        pytest.param(no_more_pages, "the disk is full", id="full"),
        pytest.param(no_longer_files, "the disk fails", id="failing"),
        pytest.param(another_program, "another program holds the database", id="held"),
        pytest.param(read_only, "the database may not be written", id="read-only"),
    ],
)
async def test_what_cannot_be_stored_is_not_acknowledged_and_goes_on_by_itself(
    tmp_path: Path, trouble: Trouble, why: str
) -> None:
    path = tmp_path / "signoff.db"
    store = await opened(path)
    acknowledged, refused = set(), 0
    with capture_logs() as logs:
        for number in range(10):
            assert await store.write(put(number))
            acknowledged.add(f"key {number}")
        with trouble(store, path):
            for number in range(10, 40):
                try:
                    await store.write(put(number))
                except StoreUnavailable as unavailable:
                    assert str(unavailable) == why  # noqa: PT017 - some may yet fit
                    refused += 1
                else:
                    acknowledged.add(f"key {number}")
            assert refused >= 20, "the trouble was real"
        for number in range(40, 50):
            assert await store.write(put(number))
            acknowledged.add(f"key {number}")
    await store.close()
    assert stored(path) == acknowledged
    assert [line["event"] for line in logs] == ["database_unavailable", "database_available_again"]
    assert logs[0]["why"] == logs[1]["after"] == why


async def test_a_full_disk_can_still_be_read(tmp_path: Path) -> None:
    store = await opened(tmp_path / "signoff.db")
    await store.write(put(1))
    with no_more_pages(store, tmp_path), capture_logs():
        with pytest.raises(StoreUnavailable, match=r"^the disk is full$"):
            await store.write(lambda tx: [put(number)(tx) for number in range(2, 50)])
        assert await store.read(lambda tx: tx.inbox.next_due(("slack",))) == NOON
    assert await store.write(put(2)), "nothing of the transaction that failed is there"
    await store.close()


async def test_a_step_that_changes_nothing_does_not_end_the_outage(tmp_path: Path) -> None:
    store = await opened(tmp_path / "signoff.db")
    with capture_logs() as logs:
        with no_more_pages(store, tmp_path):
            with pytest.raises(StoreUnavailable):
                await store.write(lambda tx: [put(number)(tx) for number in range(50)])
            assert await store.write(lambda tx: tx.inbox.claim(NOON, ("slack",))) is None
        assert [line["event"] for line in logs] == ["database_unavailable"]
    await store.close()


async def test_whoever_goes_on_after_a_full_disk_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    store = await opened(path)

    def stubborn(tx: Transaction) -> None:
        with contextlib.suppress(Exception):
            for number in range(50):
                put(number)(tx)
        tx.remembered.set("went on", "by itself")

    with no_more_pages(store, path), capture_logs(), pytest.raises(StoreUnavailable, match=r"^the disk is full$"):
        await store.write(stubborn)
    assert await store.read(lambda tx: tx.remembered.get("went on")) is None
    assert await store.write(put(1)), "the next transaction is a new one"
    await store.close()


async def test_a_small_thing_that_still_fits_does_not_end_the_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "CALM", 60.0)
    store = await opened(tmp_path / "signoff.db")
    with capture_logs() as logs, no_more_pages(store, tmp_path):
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                await store.write(lambda tx: [put(number)(tx) for number in range(50)])
            await store.write(lambda tx: tx.remembered.set("small", "thing"))
    assert [line["event"] for line in logs] == ["database_unavailable"]
    await store.close()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of its own, where that is allowed."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=384k", "tmpfs", folder], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("nobody may mount here; the disk that SQLite finds full stands in for it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


async def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    with small_disk(tmp_path):
        path = tmp_path / "signoff.db"
        store = await opened(path)
        await store.write(put(0))
        spare = tmp_path / "signoff.db.ballast"
        room = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
        spare.write_bytes(bytes(room - 48 * 1024))
        acknowledged = {"key 0"}
        with capture_logs() as logs:
            with pytest.raises(StoreUnavailable, match=r"^the disk is full$"):  # noqa: PT012 - some fit
                for number in itertools.count(1):
                    await store.write(put(number))
                    acknowledged.add(f"key {number}")
            spare.unlink()
            assert await store.write(put(999))
        await store.close()
        assert stored(path) == acknowledged | {"key 999"}
    assert [line["event"] for line in logs] == ["database_unavailable", "database_available_again"]
    assert logs[0]["remedy"] == f"make room or mend the disk; deleting {spare} frees 4 MiB at once"


async def test_a_start_on_a_full_disk_says_so(tmp_path: Path) -> None:
    with small_disk(tmp_path):
        path = tmp_path / "signoff.db"
        await (await opened(path)).close()
        room = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
        (tmp_path / "spare").write_bytes(bytes(room))
        with pytest.raises(DatabaseProblem) as caught:
            await opened(path)
        assert str(caught.value) == f"The disk of {path} is full. Make room and start again."
        (tmp_path / "spare").unlink()
        await (await opened(path)).close()


# -- what ends the process ---------------------------------------------------------------------------------------------


def deleted(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    copy.rename(path)


@pytest.mark.parametrize("taken", [deleted, replaced])
async def test_a_file_that_was_taken_away_ends_the_process(tmp_path: Path, taken: Callable[[Path], None]) -> None:
    path = tmp_path / "signoff.db"
    store = await opened(path)
    await store.write(put(1))
    taken(path)
    told = (
        f"{path} was deleted, moved or replaced while Signoff was running. Nothing was acknowledged since: put the file "
        "back or restore a backup, and start again."
    )
    for _ in range(2):
        with pytest.raises(StoreUnavailable) as caught:
            await store.write(put(2))
        assert str(caught.value) == told
    with pytest.raises(StoreUnavailable):
        await store.read(lambda tx: tx.inbox.next_due(("slack",)))
    async with asyncio.timeout(5):
        end = await store.lost()
    assert isinstance(end, DatabaseLost)
    assert str(end) == told
    await store.close()


async def test_a_file_that_is_taken_away_during_a_transaction_is_not_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    store = await opened(path)

    def work(tx: Transaction) -> None:
        put(1)(tx)
        path.unlink()

    with pytest.raises(StoreUnavailable, match="was deleted, moved or replaced"):
        await store.write(work)
    await store.close()


@pytest.mark.parametrize("left", [0, 4096, 20_000])
async def test_a_file_that_was_cut_short_ends_the_process(tmp_path: Path, left: int) -> None:
    path = tmp_path / "signoff.db"
    store = await opened(path)
    await store.write(lambda tx: [put(number)(tx) for number in range(100)])
    os.truncate(path, left)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:  # so that SQLite does not trust its cache
        os.pwrite(fd := os.open(path, os.O_WRONLY), b"\xff" * 8, 24)
        os.close(fd)
        other.close()
    with pytest.raises(StoreUnavailable, match=r"is damaged|was deleted"):
        await store.read(lambda tx: tx.inbox.next_due(("slack",)))
    async with asyncio.timeout(5):
        assert "Restore a backup, or move the file aside to begin afresh." in str(await store.lost())
    await store.close()


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (sqlite3.SQLITE_CANTOPEN, "no journal can be made beside the database"),
        (sqlite3.SQLITE_READONLY, "the database may not be written"),
        (sqlite3.SQLITE_IOERR_FSYNC, "the disk fails"),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, None),
        (sqlite3.SQLITE_ERROR, None),
    ],
)
def test_what_sqlite_says_is_told_in_words(code: int, why: str | None) -> None:
    error = sqlite3.OperationalError("what it says")
    error.sqlite_errorcode = code
    assert unavailable(error, reading=False) == why
    assert lost(error, Path("signoff.db")) is None


def test_a_file_that_sqlite_itself_finds_moved_ends_the_process() -> None:
    error = sqlite3.OperationalError("attempt to write a readonly database")
    error.sqlite_errorcode = sqlite3.SQLITE_READONLY_DBMOVED
    assert str(lost(error, Path("signoff.db"))).startswith("signoff.db was deleted, moved or replaced")


# -- the ballast -------------------------------------------------------------------------------------------------------


def test_the_ballast_takes_room_and_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "signoff.db"
    assert lay(path)
    found = ballast_path(path).stat()
    assert (found.st_size, oct(found.st_mode & 0o777), found.st_blocks * 512 >= SIZE) == (SIZE, "0o600", True)
    ballast_path(path).write_bytes(b"kept")
    assert lay(path)
    assert ballast_path(path).read_bytes() == b"kept"


def test_there_is_no_ballast_on_a_disk_that_has_no_room_for_it(tmp_path: Path) -> None:
    with small_disk(tmp_path):
        assert not lay(tmp_path / "signoff.db")
        assert list(tmp_path.iterdir()) == []
