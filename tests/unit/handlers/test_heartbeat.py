"""The heartbeat against a real server: to its one address, only while the bot is ready, told once per change."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from structlog.testing import capture_logs

from bot.ports.meter import Counted
from handlers import heartbeat
from handlers.heartbeat import Heartbeat
from tests.fakes.meter import FakeMeter

LONG = b"x" * 1_000_000


@dataclass
class Monitor:
    """Answers as it is told; keeps what it was asked."""

    status: int = 200
    body: bytes = b"OK"
    hangs: asyncio.Event | None = None
    asked: list[str] = field(default_factory=list)
    port: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path_qs}")
        if self.hangs is not None:
            await self.hangs.wait()
        return web.Response(status=self.status, body=self.body, headers={"Location": "/elsewhere"})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/ping/hunter2?a=b"


@dataclass
class Bot:
    """Whether the bot is ready, and its heartbeat."""

    monitor: Monitor
    beat: Heartbeat
    meter: FakeMeter
    ready: list[bool]


@asynccontextmanager
async def a_bot(address: str | None = None) -> AsyncIterator[Bot]:
    monitor, ready, meter = Monitor(), [True], FakeMeter()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", monitor.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monitor.port = int(runner.addresses[0][1])

    async def is_ready() -> bool:
        return ready[0]

    async with ClientSession() as http:
        yield Bot(monitor, Heartbeat(http, address or monitor.address, 0.0, is_ready, meter), meter, ready)
    await runner.cleanup()


async def test_it_asks_its_one_address_while_the_bot_is_ready() -> None:
    async with a_bot() as bot:
        await bot.beat.once()
        bot.ready[0] = False
        await bot.beat.once()
        bot.ready[0] = True
        await bot.beat.once()
        assert bot.monitor.asked == ["GET /ping/hunter2?a=b"] * 2
        assert bot.meter.counts == {
            (Counted.HEARTBEATS, "sent"): 2,
            (Counted.HEARTBEATS, "withheld"): 1,
        }


async def test_it_goes_on_for_ever() -> None:
    async with a_bot() as bot:
        running = asyncio.create_task(bot.beat.run())
        async with asyncio.timeout(10):
            while len(bot.monitor.asked) < 3:  # noqa: ASYNC110 - what arrives there tells nobody here
                await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_redirect_is_not_followed() -> None:
    async with a_bot() as bot:
        bot.monitor.status = 302
        with capture_logs() as logs:
            await bot.beat.once()
        assert bot.monitor.asked == ["GET /ping/hunter2?a=b"]
        assert logs == [{"event": "heartbeat_failed", "log_level": "warning", "why": "it was answered 302"}]


async def test_a_long_answer_is_not_read_to_its_end() -> None:
    async with a_bot() as bot:
        bot.monitor.body = LONG
        await bot.beat.once()
        await bot.beat.once()
        assert bot.meter.counts == {(Counted.HEARTBEATS, "sent"): 2}


async def test_a_failure_is_told_when_it_begins_when_it_changes_and_when_it_ends() -> None:
    async with a_bot() as bot:
        with capture_logs() as logs:
            for status in (500, 500, 404, 200, 200):
                bot.monitor.status = status
                await bot.beat.once()
        assert [(line["event"], line.get("why")) for line in logs] == [
            ("heartbeat_failed", "it was answered 500"),
            ("heartbeat_failed", "it was answered 404"),
            ("heartbeat_arrives_again", None),
        ]
        assert bot.meter.counts == {(Counted.HEARTBEATS, "failed"): 3, (Counted.HEARTBEATS, "sent"): 2}


async def test_a_monitor_that_is_not_there_hurts_nobody_and_its_address_is_not_told() -> None:
    async with a_bot("http://127.0.0.1:1/ping/hunter2") as bot:
        with capture_logs() as logs:
            await bot.beat.once()
        assert logs == [
            {
                "event": "heartbeat_failed",
                "log_level": "warning",
                "why": "it did not arrive (ClientConnectorError)",
            }
        ]


async def test_a_monitor_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "WITHIN", ClientTimeout(total=0.05))
    async with a_bot() as bot:
        hangs = bot.monitor.hangs = asyncio.Event()
        with capture_logs() as logs:
            await bot.beat.once()
        hangs.set()
        assert [line["why"] for line in logs] == ["it did not arrive (TimeoutError)"]
