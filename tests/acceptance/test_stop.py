"""A stop: not ready at once, what is under way ends first, and what does not is cut off in time."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from tests.acceptance.desk import POLICY, desk


async def test_a_stop_says_that_it_is_not_ready_and_waits_for_what_is_under_way(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        signoff, here.signoff = here.signoff, None
        held = asyncio.Event()
        work = asyncio.create_task(signoff.desk.whole(held.wait()))
        await asyncio.sleep(0)
        stopping = asyncio.create_task(signoff.stop())
        async with ClientSession(f"http://127.0.0.1:{signoff.bound_port}") as http, http.get("/readyz") as answer:
            assert answer.status == 503
            assert (await answer.json())["parts"]["process"] == "draining"
        await here.until(lambda: not here.running.sockets.connections)
        assert not stopping.done()
        held.set()
        await stopping
        assert work.done()
        assert signoff.failures == []


async def test_what_does_not_end_in_time_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.app.LEAST_DRAIN", 0.5)
    monkeypatch.setattr("bot.app.STOP_WITHIN", 0.0)
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        signoff, here.signoff = here.signoff, None
        work = asyncio.create_task(signoff.desk.whole(asyncio.Event().wait()))
        await asyncio.sleep(0)
        with capture_logs() as logs:
            await signoff.stop()
        assert work.cancelled()
        assert [line["works"] for line in logs if line["event"] == "cut_off"] == [1]


async def test_whoever_waits_on_the_command_line_is_answered_when_the_bot_stops(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        signoff, here.signoff = here.signoff, None
        assert signoff.vitals.crew is not None
        waiting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        signoff.vitals.crew.host.waiting[10**6] = waiting
        await signoff.stop()
        assert await waiting == "Stored, but not decided yet. `signoff list` shows what comes of it."


async def test_a_start_that_waits_for_slack_can_be_stopped_and_begun_anew(tmp_path: Path) -> None:
    async with desk(tmp_path, POLICY.replace("channel: C0DOCS", 'channel: "#docs"'), started=False) as here:
        await here.cable.cut()
        with capture_logs() as logs:
            starting = asyncio.create_task(here.start())
            await here.comes(lambda: any(line["event"] == "slack_needed_for_names" for line in logs))
            starting.cancel()
            assert isinstance((await asyncio.gather(starting, return_exceptions=True))[0], asyncio.CancelledError)
        await here.stop()
        await here.cable.mend()
        await here.start()
        await here.types("priya", "/deploy status")
