"""Liveness asks the event loop only; readiness writes for real and says of each part in a word how it is."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from bot.ports.figures import Condition
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Store
from handlers import health
from handlers.health import DISK_FULL, DISK_LOW, Part, Readiness, down, health_routes, ill, well
from tests.factories import NOON

WELL = Condition(steps_missing=0, unknown=0, dead=0, poison=0, disk_free=DISK_LOW)
OF_DATABASE = {"migrations": "current", "audit": "checked", "disk": "free", "effects": "delivered", "inbox": "clean"}


@dataclass
class FakeStore:
    """Counts probes; fails or hangs when it is told to."""

    condition: Condition = WELL
    writes: int = 0
    broken: bool = False
    unreadable: bool = False
    away: bool = False
    hangs: asyncio.Event | None = None
    wrote: dict[str, str] = field(default_factory=dict)

    async def write(self, work: Any) -> Any:
        self.writes += 1
        if self.hangs is not None:
            await self.hangs.wait()
        if self.away:
            raise StoreUnavailable("the disk is full")
        if self.broken:
            raise OSError("disk full")
        return work(self)

    async def read(self, query: Any) -> Any:
        if self.away:
            raise StoreUnavailable("the disk is full")
        if self.unreadable:
            raise OSError("gone")
        return query(_Transaction(self.condition))

    @property
    def remembered(self) -> "FakeStore":
        return self

    def set(self, name: str, value: str) -> None:
        self.wrote[name] = value


@dataclass
class _Transaction:
    known: Condition

    @property
    def figures(self) -> "_Transaction":
        return self

    def condition(self) -> Condition:
        return self.known


PARTS = {"process": well("started"), "slack": well("connected"), "loops": well("running"), "ci": well("answers")}


@asynccontextmanager
async def a_bot(store: FakeStore, parts: Mapping[str, Part], lag: float = 0.0) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    readiness = Readiness(cast("Store", store), lambda: NOON, lambda: parts)
    app.add_routes(health_routes(readiness, lambda: lag))
    async with TestClient(TestServer(app)) as client:
        yield client


async def ready(store: FakeStore, parts: Mapping[str, Part] = PARTS) -> tuple[int, dict[str, Any]]:
    async with a_bot(store, parts) as client:
        answer = await client.get("/readyz")
        return answer.status, await answer.json()


def words(**changed: str) -> dict[str, str]:
    return {
        "process": "started",
        "slack": "connected",
        "loops": "running",
        "ci": "answers",
        "database": "writable",
        **OF_DATABASE,
        **changed,
    }


async def test_a_bot_that_is_well_says_so_of_each_part() -> None:
    store = FakeStore()
    assert await ready(store) == (200, {"status": "ready", "parts": words()})
    assert store.wrote == {"readiness": NOON.isoformat()}


@pytest.mark.parametrize(
    ("part", "is_", "status", "whole"),
    [
        ("process", down("draining"), 503, "not ready"),
        ("process", down("starting"), 503, "not ready"),
        ("slack", ill("away"), 200, "degraded"),
        ("ci", ill("away"), 200, "degraded"),
        ("loops", ill("failing"), 200, "degraded"),
    ],
)
async def test_the_worst_part_decides(part: str, is_: Part, status: int, whole: str) -> None:
    told = await ready(FakeStore(), {**PARTS, part: is_})
    assert told == (status, {"status": whole, "parts": words(**{part: is_.word})})


@pytest.mark.parametrize(
    ("condition", "part", "word", "status"),
    [
        (replace(WELL, disk_free=DISK_LOW - 1), "disk", "low", 200),
        (replace(WELL, disk_free=DISK_FULL), "disk", "low", 200),
        (replace(WELL, disk_free=DISK_FULL - 1), "disk", "full", 503),
        (replace(WELL, disk_free=None), "disk", "free", 200),
        (replace(WELL, steps_missing=1), "migrations", "behind", 503),
        (replace(WELL, dead=1), "effects", "dead", 200),
        (replace(WELL, unknown=1, dead=1), "effects", "unknown", 200),
        (replace(WELL, poison=1), "inbox", "poison", 200),
    ],
)
async def test_what_the_database_tells_is_judged(condition: Condition, part: str, word: str, status: int) -> None:
    whole = {200: "ready" if word == "free" else "degraded", 503: "not ready"}[status]
    assert await ready(FakeStore(condition)) == (status, {"status": whole, "parts": words(**{part: word})})


async def test_a_database_that_cannot_be_written_is_not_ready_and_what_can_be_read_is_told() -> None:
    full = FakeStore(replace(WELL, disk_free=0), broken=True)
    assert await ready(full) == (503, {"status": "not ready", "parts": words(database="unwritable", disk="full")})
    status, body = await ready(FakeStore(broken=True, unreadable=True))
    assert (status, set(body["parts"])) == (503, {*PARTS, "database"})
    assert body["parts"]["database"] == "unwritable"


async def test_a_database_that_can_be_written_but_not_read_is_not_ready() -> None:
    status, body = await ready(FakeStore(unreadable=True))
    assert (status, body["parts"]["database"]) == (503, "unwritable")


async def test_the_probe_writes_at_most_every_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    store = FakeStore()
    readiness = Readiness(cast("Store", store), lambda: NOON, lambda: PARTS)
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, 0.0
    monkeypatch.setattr(loop, "time", lambda: real() + ahead)
    await readiness.look()
    await readiness.look()
    assert store.writes == 1
    ahead = health.PROBE_EVERY + 1
    await asyncio.gather(readiness.look(), readiness.look())
    assert store.writes == 2


async def test_a_database_that_hangs_is_asked_once_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_WITHIN", 0.01)
    monkeypatch.setattr(health, "PROBE_EVERY", 0.0)
    store = FakeStore(hangs=asyncio.Event())
    readiness = Readiness(cast("Store", store), lambda: NOON, dict)
    for _ in range(3):
        assert await readiness.look() == {"database": down("hangs")}
    assert store.writes == 1
    assert store.hangs is not None
    store.hangs.set()
    monkeypatch.setattr(health, "PROBE_WITHIN", 5.0)
    assert (await readiness.look())["database"] == well("writable")


async def test_a_change_is_logged_once() -> None:
    store = FakeStore(broken=True)
    readiness = Readiness(cast("Store", store), lambda: NOON, dict)
    with capture_logs() as logs:
        for broken in (True, True, False, False):
            store.broken = broken
            readiness._probe = None
            await readiness.look()
    assert [line["event"] for line in logs] == ["database_not_writable", "database_writable_again"]


async def test_what_cannot_be_read_is_logged_once_each_time_it_begins() -> None:
    store = FakeStore()
    readiness = Readiness(cast("Store", store), lambda: NOON, dict)
    with capture_logs() as logs:
        for unreadable in (True, True, False, True):
            store.unreadable = unreadable
            readiness._probe = None
            await readiness.look()
    assert [line["event"] for line in logs] == ["database_not_readable"] * 2


async def test_what_the_store_itself_tells_of_is_not_logged_again() -> None:
    store = FakeStore(away=True)
    with capture_logs() as logs:
        found = await Readiness(cast("Store", store), lambda: NOON, dict).look()
    assert (found, logs) == ({"database": down("unwritable")}, [])


@pytest.mark.parametrize(
    ("parts", "alive"),
    [
        (PARTS, True),
        ({**PARTS, "slack": ill("away")}, True),
        ({**PARTS, "loops": ill("failing")}, False),
        ({"process": well("started")}, False),
        ({**PARTS, "process": down("draining")}, False),
    ],
)
async def test_a_monitor_hears_of_life_only_while_the_loops_run(parts: Mapping[str, Part], alive: bool) -> None:
    assert await Readiness(cast("Store", FakeStore()), lambda: NOON, lambda: parts).alive() is alive


async def test_no_life_is_told_without_a_database() -> None:
    assert await Readiness(cast("Store", FakeStore(broken=True)), lambda: NOON, lambda: PARTS).alive() is False


@pytest.mark.parametrize(("lag", "status", "word"), [(0.0, 200, "alive"), (5.0, 200, "alive"), (5.1, 503, "late")])
async def test_liveness_is_the_event_loop_and_asks_nothing(lag: float, status: int, word: str) -> None:
    store = FakeStore(broken=True)
    async with a_bot(store, {"process": down("draining")}, lag) as client:
        answer = await client.get("/healthz")
        assert (answer.status, await answer.json(), store.writes) == (status, {"status": word}, 0)


async def test_while_acts_cannot_be_stored_a_probe_that_still_fits_does_not_make_it_ready() -> None:
    why: list[str | None] = ["the disk is full"]
    readiness = Readiness(cast("Store", FakeStore()), lambda: NOON, lambda: PARTS, lambda: why[0])
    assert (await readiness.look())["database"] == down("unwritable")
    why[0] = None
    assert (await readiness.look())["database"] == well("writable")
