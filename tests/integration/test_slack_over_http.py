"""Slack over HTTP as the bot holds it: no app token, no socket; connected while Slack answers us."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from handlers.slack.app import SlackConnection, SlackPace, slack_connection
from handlers.slack.ingress import Ingress
from storage.database import open_store
from tests.factories import NOON
from tests.integration.test_slack_connection import ME, Box, Settings
from tests.unit.handlers.slack.bodies import a_click, a_submission
from tests.unit.handlers.slack.server import Reply, SlackServer, no, slack_server
from tests.unit.handlers.slack.signing import SECRET, interaction, signed


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server() as running:
        yield running


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Ingress]:
    store = await open_store(tmp_path / "signoff.db", clock=lambda: NOON, token=lambda: "handle")
    yield Ingress(store, SECRET.encode(), lambda: NOON, lambda: "req1")
    await store.close()


@pytest.fixture
async def slack(server: SlackServer, door: Ingress) -> AsyncIterator[SlackConnection]:
    settings = Settings(f"{server.base}/api/", slack_app_token=None)
    made = slack_connection(settings, lambda: NOON, SlackPace(check_every=0.001), door)
    yield made
    await made.close()


async def becomes(asked: Callable[[], bool], *, true: bool = True) -> None:
    async with asyncio.timeout(5):
        while asked() is not true:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)


async def test_only_the_bot_token_is_tried_out(server: SlackServer, slack: SlackConnection) -> None:
    before = slack.connected
    server.will("auth.test", ME)
    await slack.introduce()
    assert [before, slack.connected] == [False, True]
    assert [method for method, _ in server.asked] == ["auth.test"]
    assert slack.facts == {"connected": 0, "connections": [], "introduced": True, "refused": None}


async def test_it_is_connected_while_slack_answers(server: SlackServer, slack: SlackConnection) -> None:
    server.will("auth.test", ME)
    await slack.introduce()
    server.will("auth.test", *[Reply("oops", 502)] * 500)
    minding = asyncio.create_task(slack.mind())
    await becomes(lambda: slack.connected, true=False)
    assert slack.refused == ""
    server.queues["auth.test"].clear()
    await becomes(lambda: slack.connected)
    server.will("auth.test", *[no("token_revoked")] * 500)
    await becomes(lambda: slack.well, true=False)
    assert (slack.connected, slack.refused) == (True, "token_revoked")
    minding.cancel()
    await asyncio.gather(minding, return_exceptions=True)


async def test_a_click_and_a_form_travel_to_the_desk_and_back(
    server: SlackServer, slack: SlackConnection, door: Ingress
) -> None:
    app = web.Application()
    app.add_routes(door.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    box = Box()

    async def send(body: bytes) -> int:
        async with (
            ClientSession() as session,
            session.post(url, data=body, headers=signed(body, NOON.timestamp())) as answer,
        ):
            return answer.status

    assert await send(interaction(a_click())) == 503
    serving = asyncio.create_task(slack.serve(box, "/deploy", box))
    await asyncio.sleep(0)
    bodies = [interaction(payload) for payload in (a_click(), a_click("signoff:reject"), a_submission())]
    assert [await send(body) for body in bodies] == [200] * 3
    assert [act.kind for act in box.received] == ["click", "form"]
    assert server.asked_of("views.open") == [
        {"trigger_id": "111.222.aaa", "view": {"type": "modal", "private_metadata": "h4ndle"}}
    ]
    serving.cancel()
    assert isinstance((await asyncio.gather(serving, return_exceptions=True))[0], asyncio.CancelledError)
    assert await send(interaction(a_click())) == 503
    await runner.cleanup()
