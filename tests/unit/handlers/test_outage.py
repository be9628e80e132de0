"""The database cannot be used for a while: nothing counts as failed code, nothing is set aside, all of it goes on."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.crew import Pace, muster
from bot.crew import World as Ports
from bot.ports.inbox import InboxRow
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Transaction
from bot.views.links import Links
from handlers import intake
from handlers.act_clerk import ActClerk
from handlers.acts import Command
from handlers.control import Control, Reply, Verdict, Words
from handlers.desk import Desk
from handlers.slack.listeners import failed
from simulation.life import AllWell
from storage.database import SqliteStore
from tests.factories import a_report
from tests.fakes.world import World


@contextmanager
def outage(monkeypatch: pytest.MonkeyPatch, spares: Callable[[int], bool] = lambda _nth: False) -> Iterator[list[int]]:
    """Let every write fail but those that are spared, by their number; lists the numbers of those that failed."""
    refused: list[int] = []
    write, calls = SqliteStore.write, iter(range(1, 10_000))

    async def unsure(self: SqliteStore, work: Callable[[Transaction], Any]) -> Any:
        nth = next(calls)
        if spares(nth):
            return await write(self, work)
        refused.append(nth)
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "write", unsure)
        yield refused


async def test_a_click_that_was_stored_waits_for_the_database_and_keeps_its_tries(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "OUTAGE_PAUSE", 0)
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    await world.stores(world.click("U0PRIYA", posted, posted.button("approve")))
    for _ in range(intake.MOST_TRIES + 2):
        with (
            outage(monkeypatch, lambda nth: nth == 1 or nth >= 4) as refused,
            pytest.raises(StoreUnavailable, match=r"^the disk is full$"),
        ):
            await world.acts.once()
        assert refused == [2, 3], "it was claimed, not decided, and not even given back at once"
    assert await world.sql("SELECT state, tries, note FROM inbox WHERE source = 'slack'") == [
        ("waiting", 0, "the database could not be used")
    ]
    await world.settle()
    assert world.executor.started == [(await world.release()).key]


async def test_what_was_decided_before_the_database_failed_stays_decided(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await world.stores(Command(slack="U0PRIYA", team="T1", words="list"))

    async def decide_and_fail(claimed: InboxRow) -> str:
        await world.store.write(lambda tx: tx.inbox.done(claimed.id, "done"))
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(ActClerk, "handle", lambda _clerk, claimed: decide_and_fail(claimed))
    with pytest.raises(StoreUnavailable):
        await world.acts.once()
    assert await world.sql(f"SELECT state, tries FROM inbox WHERE id = {row}") == [("done", 1)]  # noqa: S608 - our id


async def test_a_deploy_is_not_put_off_for_a_full_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    await world.stores(world.click("U0PRIYA", posted, posted.button("approve")))
    await world.acts.once()
    with outage(monkeypatch) as refused, capture_logs() as logs, pytest.raises(StoreUnavailable):
        await world.deployer.once()
    assert (refused, logs) == ([1], [])


async def test_the_loops_wait_longer_and_longer_and_nothing_counts_as_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def outwait(_desk: Desk, seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    async def fails() -> None:
        if len(pauses) == 8:
            over.set()
            await asyncio.Event().wait()
        raise StoreUnavailable("the disk is full")

    over = asyncio.Event()
    monkeypatch.setattr(Desk, "outwait", outwait)
    ports = Ports(world.chat, world.directory, world.source, world.executor, AllWell(), world.comparer)
    crew = muster(world.desk, ports, Links("https://github.example"), Pace())
    crew.loops = {"acts": fails}
    crew.start()
    async with asyncio.timeout(5):
        await over.wait()
    assert (crew.failures, crew.failing) == ([], 0)
    await crew.stop()
    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


@pytest.mark.parametrize(
    ("error", "told"), [(StoreUnavailable("the disk is full"), []), (KeyError("x"), ["work_failed_while_stopping"])]
)
async def test_work_that_fails_after_the_stop_is_told_unless_the_store_has(
    world: World, error: Exception, told: list[str]
) -> None:
    go_on = asyncio.Event()

    async def work() -> None:
        await go_on.wait()
        raise error

    waiting = asyncio.create_task(world.desk.whole(work()))
    await asyncio.sleep(0)
    waiting.cancel()
    with capture_logs() as logs:
        with pytest.raises(asyncio.CancelledError):
            await waiting
        go_on.set()
        await world.desk.drain(5)
    assert [line["event"] for line in logs] == told


async def test_whoever_can_write_again_wakes_those_who_wait(world: World) -> None:
    waiting = asyncio.create_task(world.desk.outwait(60))
    await asyncio.sleep(0)
    await world.desk.change(lambda tx, _: tx.remembered.set("a", "b"))
    async with asyncio.timeout(5):
        await waiting


async def test_the_command_line_hears_that_nothing_was_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with outage(monkeypatch):
        reply = await Control(world.reception, world.acts).answer(Words(words="approve R-1", person="priya"))
    assert reply == Reply(text="Nothing was stored or done: the disk is full.", verdict=Verdict.NOT_DONE)


async def test_slack_is_not_acknowledged_and_the_log_says_why_in_one_line() -> None:
    with capture_logs() as logs:
        assert await failed(StoreUnavailable("the disk is full")) is None
    assert logs == [{"event": "slack_request_not_stored", "log_level": "warning", "why": "the disk is full"}]
