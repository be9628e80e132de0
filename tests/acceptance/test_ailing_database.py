"""Whatever ails the database, at every moment: what is not stored is not acknowledged, and all goes on by itself.

People hear what is true, and /readyz says so from the first act that could not be stored on.
"""

import asyncio
import re
import resource
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from handlers import health
from sandbox.github.faults import Fault
from sandbox.slack.messages import Message
from storage import outage
from storage.database import SqliteStore
from tests.acceptance.desk import Desk, desk
from tests.acceptance.test_full_disk import full_disk

LEASE = 61.0
"""Seconds after which an attempt whose end nobody stored is somebody else's to look up."""
SLOWLY = 7.25
"""Seconds by which one answer of GitHub is to be late; how late it is, the test says."""
Ailing = Callable[[Desk], AbstractAsyncContextManager[None]]


def store_of(here: Desk) -> SqliteStore:
    assert here.signoff is not None
    store = here.signoff.desk.store
    assert isinstance(store, SqliteStore)
    return store


@asynccontextmanager
async def set_to(here: Desk, ill: str, well: str) -> AsyncIterator[None]:
    """Have the bot's own connection in another state for a while."""
    store = store_of(here)
    await store._in_thread(lambda: store._database.conn.execute(ill))
    try:
        yield
    finally:
        await store._in_thread(lambda: store._database.conn.execute(well))


@asynccontextmanager
async def read_only(here: Desk) -> AsyncIterator[None]:
    """The file may be read and not written, as on a disk that was mounted so."""
    async with set_to(here, "PRAGMA query_only=1", "PRAGMA query_only=0"):
        yield


@asynccontextmanager
async def held(here: Desk) -> AsyncIterator[None]:
    """Another program holds the file."""
    async with set_to(here, "PRAGMA busy_timeout=1", "PRAGMA busy_timeout=5000"):
        with closing(sqlite3.connect(here.folder / "signoff.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


@asynccontextmanager
async def no_journal(here: Desk) -> AsyncIterator[None]:
    """Nothing can be made beside the file, as in a directory whose permission was taken away."""
    in_the_way, store = here.folder / "signoff.db-journal", store_of(here)
    if store.facts["journal"] == "wal":
        pytest.skip("this SQLite makes no journal for each commit")
    await store._in_thread(lambda: in_the_way.symlink_to("nowhere/at/all"))  # between two transactions
    try:
        yield
    finally:
        await store._in_thread(in_the_way.unlink)


@contextmanager
def _no_longer_files(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@asynccontextmanager
async def failing(here: Desk) -> AsyncIterator[None]:
    """The disk fails whatever is written to it."""
    del here
    with _no_longer_files(0):
        yield


AILING: dict[str, Ailing] = {
    "the disk is full": full_disk,
    "the disk fails": failing,
    "the database may not be written": read_only,
    "another program holds the database": held,
    "no journal can be made beside the database": no_journal,
}


# -- the moments ---------------------------------------------------------------------------------------------------------


async def ready(here: Desk) -> tuple[int, Any]:
    assert here.signoff is not None
    async with (
        ClientSession() as http,
        http.get(f"http://127.0.0.1:{here.signoff.bound_port}/readyz") as answer,
    ):
        return answer.status, (await answer.json())["parts"]["database"]


async def settled(here: Desk) -> None:
    """Wait until everything is told, also what is sent once more two minutes after its answer was lost."""
    for _ in range(40):
        try:
            async with asyncio.timeout(1):
                await here.everything_is_told()
        except TimeoutError:
            here.passes(LEASE)
        else:
            return
    raise AssertionError("something is never told")


def named(here: Desk, card: Message) -> str:
    found = re.search("R-[0-9]+", here.workspace.plain(card))
    assert found is not None
    return found[0]


async def a_click(here: Desk, card: Message, ailing: Ailing, _why: str) -> None:
    async with ailing(here):
        with hasty(here):
            clicks = [await here.running.driver.click("priya", card, "Approve") for _ in range(3)]
        assert not any(click.acknowledged for click in clicks), "Slack shows an error"
        assert await ready(here) == (503, "unwritable")
    await here.clicks("priya", card, "Approve")


async def a_command(here: Desk, card: Message, ailing: Ailing, _why: str) -> None:
    release = named(here, card)
    async with ailing(here):
        with hasty(here):
            done = await here.running.driver.command("priya", "payments", f"/deploy approve {release}")
        assert not done.acknowledged, "Slack shows an error"
    await here.types("priya", f"/deploy approve {release}")


async def words_on_the_host(here: Desk, card: Message, ailing: Ailing, why: str) -> None:
    release = named(here, card)
    async with ailing(here):
        assert await here.on_the_host(f"approve {release}", "priya") == f"Nothing was stored or done: {why}."
    await here.on_the_host(f"approve {release}", "priya")


async def the_answer_of_a_deploy(here: Desk, card: Message, ailing: Ailing, _why: str) -> None:
    """GitHub has begun the deploy, and what it answers cannot be kept."""
    begun, answers = asyncio.Event(), asyncio.Event()

    async def pause(seconds: float) -> None:
        if seconds == SLOWLY:
            begun.set()
            await answers.wait()

    here.forge.pause = pause
    here.forge.faults.add(Fault.SLOW, "POST", "*/deployments", seconds=SLOWLY)
    await here.clicks("priya", card, "Approve")
    await begun.wait()
    async with ailing(here):
        answers.set()
        await here.comes(lambda: not _under_way(here))


def _under_way(here: Desk) -> bool:
    assert here.signoff is not None
    return bool(here.signoff.desk.under_way)


@contextmanager
def hasty(here: Desk) -> Iterator[None]:
    """Wait for no acknowledgement as long as Slack does, since none comes."""
    usual, here.running.sockets.ack_within = here.running.sockets.ack_within, 0.4
    try:
        yield
    finally:
        here.running.sockets.ack_within = usual


Moment = Callable[[Desk, Message, Ailing, str], Awaitable[None]]
MOMENTS: tuple[Moment, ...] = (a_click, a_command, words_on_the_host, the_answer_of_a_deploy)


@pytest.mark.parametrize("why", AILING)
async def test_whatever_ails_the_database_at_whichever_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    calm = [0.0]
    monkeypatch.setattr(outage, "monotonic", lambda: calm[0])
    monkeypatch.setattr(health, "PROBE_EVERY", 0.0)
    async with desk(tmp_path) as here:
        with capture_logs() as logs:
            for moment in MOMENTS:
                name = moment.__name__.replace("_", " ")
                await here.push("acme/payments", name)
                card = await here.card("payments", name)
                await here.says(card, "Waiting for approval")
                await settled(here)
                await moment(here, card, AILING[why], why)
                await store_of(here)._in_thread(lambda: None)  # what failed still, has failed before it is calm
                calm[0] += outage.CALM
                here.passes(LEASE)
                await here.says(card, "Live")
                assert await ready(here) == (200, "writable")
        with closing(sqlite3.connect(tmp_path / "signoff.db")) as database:
            decided = database.execute("SELECT action, count(*) FROM audit WHERE actor = 'priya' GROUP BY 1").fetchall()
        assert decided == [("approved", len(MOMENTS))], "each once, and nothing of what was not acknowledged"
        assert here.deploys() == {moment.__name__.replace("_", " "): 1 for moment in MOMENTS}
        told = [line for line in logs if line["event"] == "database_unavailable"]
        assert {line["why"] for line in told} == {why}
        assert not [line for line in logs if line["event"] in {"loop_failed", "inbox_row_failed", "deploy_not_claimed"}]
