"""The clock of the demo: it moves forward, for whoever asks in JSON, and tells who sleeps by it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession

from sandbox import server
from sandbox.clock import MovableClock
from sandbox.slack.workspace import Workspace

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
async def clock() -> MovableClock:
    return MovableClock(lambda: NOON)


@pytest.fixture
async def page(clock: MovableClock) -> AsyncIterator[ClientSession]:
    running = await server.start(Workspace(clock), clock=clock)
    async with ClientSession(running.url) as session:
        yield session
    await running.stop()


async def test_it_moves_forward_and_tells_who_sleeps_by_it(page: ClientSession, clock: MovableClock) -> None:
    woken: list[datetime] = []
    clock.on_move.append(lambda: woken.append(clock()))
    async with page.post("/sandbox/clock", json={"forward_seconds": 5400}) as answer:
        assert (answer.status, await answer.json()) == (200, {"now": 1795267800.0, "offset_seconds": 5400.0})
    assert woken == [datetime(2026, 11, 21, 13, 30, tzinfo=UTC)]
    async with page.get("/sandbox/clock") as answer:
        assert await answer.json() == {"now": 1795267800.0, "offset_seconds": 5400.0}
    async with page.get("/sandbox/state") as answer:
        assert (await answer.json())["clock"] == {"now": 1795267800.0, "offset_seconds": 5400.0}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"forward_seconds": -1}, "the clock moves forward only, by at most 60 days at one go"),
        ({"forward_seconds": 0}, "the clock moves forward only, by at most 60 days at one go"),
        ({"forward_seconds": 5_184_001}, "the clock moves forward only, by at most 60 days at one go"),
        ({"forward_seconds": True}, '{"forward_seconds": N}, please'),
        ({"forward_seconds": "60"}, '{"forward_seconds": N}, please'),
        ({}, '{"forward_seconds": N}, please'),
        ([60], '{"forward_seconds": N}, please'),
    ],
)
async def test_it_moves_by_nothing_else(page: ClientSession, clock: MovableClock, body: object, error: str) -> None:
    async with page.post("/sandbox/clock", json=body) as answer:
        assert (answer.status, await answer.json()) == (400, {"error": error})
    assert clock() == NOON


async def test_a_form_of_another_site_does_not_move_it(page: ClientSession, clock: MovableClock) -> None:
    async with page.post(
        "/sandbox/clock", data='{"forward_seconds": 60}', headers={"Content-Type": "text/plain"}
    ) as got:
        assert (got.status, await got.json()) == (400, {"error": "JSON, please"})
    assert clock() == NOON


async def test_a_history_reaches_the_present_step_by_step(clock: MovableClock) -> None:
    clock.set_back(timedelta(days=3))
    assert clock() == NOON - timedelta(days=3)
    clock.reach(timedelta(hours=-1))
    clock.reach(timedelta(hours=-2))
    assert clock() == NOON - timedelta(hours=1)


async def test_a_workspace_without_such_a_clock_has_no_control_of_it() -> None:
    running = await server.start(Workspace(lambda: NOON))
    async with ClientSession(running.url) as session:
        async with session.post("/sandbox/clock", json={"forward_seconds": 60}) as answer:
            assert answer.status == 404
        async with session.get("/sandbox/state") as answer:
            assert (await answer.json())["clock"] is None
    await running.stop()


async def test_the_page_waits_for_what_is_being_said(page: ClientSession, clock: MovableClock) -> None:
    said: list[datetime] = []

    async def say() -> None:
        said.append(clock())

    clock.before_move = say
    async with page.post("/sandbox/clock", json={"forward_seconds": 60}) as answer:
        assert answer.status == 200
    assert (said, clock()) == ([NOON], NOON + timedelta(minutes=1))
