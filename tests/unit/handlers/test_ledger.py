"""The export of the chain, page by page, as it comes over the socket."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.chain import GENESIS, Head
from bot.core.ledger import Checker, Closing
from bot.ports.audit import AuditEntry
from bot.ports.store import Transaction
from handlers import ledger
from handlers.control import Control, socket_path
from handlers.control_client import export
from handlers.control_socket import listen
from tests.factories import NOON
from tests.fakes.world import World


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let seven rows be more than one of everything."""
    monkeypatch.setattr(ledger, "PAGE", 3)
    monkeypatch.setattr(ledger, "BATCH", 2)
    monkeypatch.setattr(ledger, "SEARCHED", 2)


async def write(world: World, count: int) -> None:
    """Audit something, each a minute after the one before."""

    def work(tx: Transaction) -> None:
        for minutes in range(count):
            at = NOON + timedelta(minutes=minutes)
            tx.audit.append(AuditEntry(at, "opened", None, None, "payments/production", 1, "policy-1", {}))

    await world.store.write(work)


async def read(world: World, since: ledger.Since = 1) -> tuple[Checker, list[int]]:
    """Return a checker that has read an export, and the numbers of its rows."""
    checker = Checker()
    text = b"".join([some async for some in ledger.lines(world.store, since)])
    found = [checker.read(line + b"\n") for line in text.split(b"\n")[:-1]]
    return checker, [row.seq for row in found if row is not None]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
async def test_every_row_is_in_the_export_once(world: World, count: int) -> None:
    await write(world, count)
    checker, rows = await read(world)
    assert (checker.end(), rows) == (None, list(range(1, count + 1)))
    head = await world.store.read(lambda tx: tx.audit.head())
    assert checker.closing == Closing(1, head, count)
    assert count or head == Head(0, GENESIS)


@pytest.mark.parametrize(
    ("since", "first"),
    [
        (1, 1),
        (4, 4),
        (7, 7),
        (8, 7),
        (NOON - timedelta(days=1), 1),
        (NOON, 1),
        (NOON + timedelta(seconds=1), 2),
        (NOON + timedelta(minutes=6), 7),
        (NOON + timedelta(minutes=7), 7),
    ],
)
async def test_an_export_begins_where_it_is_asked_to(world: World, since: int | datetime, first: int) -> None:
    await write(world, 7)
    checker, rows = await read(world, since)
    assert (checker.end(), rows) == (None, list(range(first, 8)))


async def test_what_is_audited_meanwhile_is_in_the_same_export(world: World) -> None:
    await write(world, 4)
    checker = Checker()
    rest = b""
    async for some in ledger.lines(world.store):
        if checker.rows < 6:
            await write(world, 1)
        *whole, rest = (rest + some).split(b"\n")
        for line in whole:
            checker.read(line + b"\n")
    assert (checker.end(), rest) == (None, b"")
    assert checker.rows == await world.store.read(lambda tx: tx.audit.head().seq)


async def test_the_socket_streams_the_same_lines(world: World, tmp_path: Path) -> None:
    await write(world, 7)
    path = socket_path(tmp_path / "signoff.db")
    runner = await listen(Control(world.reception, world.acts), path)
    try:
        for since in (1, 5, NOON + timedelta(minutes=2)):
            expected = b"".join([some async for some in ledger.lines(world.store, since)])
            async with export(path, since) as parts:
                assert parts is not None, "somebody listens"
                assert b"".join([part async for part in parts]) == expected
    finally:
        await runner.cleanup()
    async with export(path, 1) as parts:
        assert parts is None, "nobody listens"


async def test_a_row_that_was_altered_is_exported_as_it_is_and_found(world: World) -> None:
    await write(world, 3)
    database = world.store._database

    def alter(_tx: Transaction) -> None:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET data = '{' WHERE seq = 2")

    await world.store.write(alter)
    checker, rows = await read(world)
    assert rows == [1, 2, 3]
    assert checker.end() == "audit row 2 does not fit the chain: it was altered"
