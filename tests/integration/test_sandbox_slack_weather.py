"""What is wrong between Slack and the app until somebody mends it, and what the control API takes and refuses."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, WSMsgType, web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import server
from sandbox.slack.workspace import Workspace

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Place:
    """A running sandbox, its control API, and Slack's own client."""

    running: server.Running
    http: ClientSession
    client: AsyncWebClient

    async def put(self, what: str, body: object) -> tuple[int, Any]:
        async with self.http.put(f"/sandbox/{what}", json=body) as answer:
            return answer.status, await answer.json()

    async def asked(self, what: str) -> Any:
        async with self.http.get(f"/sandbox/{what}") as answer:
            return await answer.json()


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    workspace = Workspace(lambda: NOON)
    workspace.add_person("U0SAM", "sam")
    workspace.add_channel("C0OPEN", "releases")
    workspace.app.events.add("app_mention")
    running = await server.start(workspace, ack_within=0.3)
    client = AsyncWebClient(workspace.app.bot_token, base_url=running.slack_api_url, retry_handlers=[])
    async with ClientSession(running.url) as http:
        yield Place(running, http, client)
    await running.stop()


async def test_a_cut_ends_connections_and_calls_until_it_is_mended(place: Place) -> None:
    app_token = place.running.workspace.app.app_token
    ticket = str((await place.client.apps_connections_open(app_token=app_token))["url"])
    later = str((await place.client.apps_connections_open(app_token=app_token))["url"])
    async with place.http.ws_connect(ticket) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        assert (await place.put("weather", {"cut": True}))[1]["cut"] is True
        assert (await socket.receive()).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    with pytest.raises(ClientConnectionError):
        await place.client.chat_postMessage(channel="C0OPEN", text="one")
    with pytest.raises(ClientConnectionError):
        await place.http.ws_connect(later)
    assert not (await place.running.driver.command("sam", "releases", "/deploy")).acknowledged
    assert (await place.asked("state"))["weather"] == {"cut": True, "revoked": False, "doubled": False, "late": 0.0}
    await place.put("weather", {"cut": False})
    await place.client.chat_postMessage(channel="C0OPEN", text="two")
    async with place.http.ws_connect(later) as socket:
        assert (await socket.receive_json())["type"] == "hello"
    assert [one.text for one in place.running.workspace.channel("releases").messages] == ["two"]


async def test_a_revoked_token_opens_nothing_but_connections(place: Place) -> None:
    await place.put("weather", {"revoked": True})
    for call in (place.client.auth_test(), place.client.chat_postMessage(channel="C0OPEN", text="one")):
        with pytest.raises(SlackApiError, match="token_revoked"):
            await call
    assert (await place.client.apps_connections_open(app_token=place.running.workspace.app.app_token))["ok"]
    await place.put("weather", {"revoked": False})
    assert (await place.client.auth_test())["ok"]


async def test_everything_arrives_twice_and_late_and_not_at_all_when_cut(place: Place) -> None:
    heard: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        heard.append(await request.text())
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/slack/events", handle)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    delivery = place.running.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", "secret")
    await place.put("weather", {"doubled": True})
    await place.running.driver.command("sam", "releases", "/deploy")
    await place.running.driver.mention("sam", "releases", "status")
    assert [heard[0], heard[2]] == [heard[1], heard[3]]
    assert len(heard) == 4
    await place.put("weather", {"doubled": False, "late": 0.05})
    typed = asyncio.create_task(place.running.driver.command("sam", "releases", "/deploy"))
    await asyncio.sleep(0)
    assert (typed.done(), len(heard)) == (False, 4)
    assert (await typed).acknowledged
    delivery.pause = lambda _seconds: asyncio.sleep(0)
    await place.put("weather", {"late": 0, "cut": True})
    assert not (await place.running.driver.command("sam", "releases", "/deploy")).acknowledged
    await place.running.driver.mention("sam", "releases", "status")
    assert len(heard) == 5
    await runner.cleanup()


@pytest.mark.parametrize(
    ("what", "body", "problem"),
    [
        ("weather", {"cut": "yes"}, "cut: Input should be a valid boolean"),
        ("weather", {"snow": True}, "snow: Extra inputs are not permitted"),
        ("weather", {"late": 61}, "late: Input should be less than or equal to 60"),
        ("weather", [], ": Input should be a valid dictionary or instance of _Weather"),
        ("faults", {}, ": Input should be a valid list"),
        ("faults", [{"kind": "html"}], "0/method: Field required"),
        (
            "faults",
            [{"method": "*", "kind": "html", "count": 0}],
            "0/count: Input should be greater than or equal to 1",
        ),
        ("faults", [{"method": "*", "kind": "html", "often": 2}], "0/often: Extra inputs are not permitted"),
        (
            "faults",
            [{"method": "*", "kind": "snow"}],
            (
                "0/kind: Input should be '429', '500', 'html', 'timeout', 'reset-before', 'reset-after-delivery', 'delay', "
                "'drip' or 'refusal'"
            ),
        ),
    ],
)
async def test_what_is_no_fault_and_no_weather_is_refused_and_changes_nothing(
    place: Place, what: str, body: object, problem: str
) -> None:
    place.running.faults.add("auth.test", "html")
    before = await place.asked(what)
    assert await place.put(what, body) == (400, {"error": problem})
    assert await place.asked(what) == before


async def test_slack_ends_connections_for_its_own_reasons_only(place: Place) -> None:
    async with place.http.post("/sandbox/disconnect", json={"reason": "boredom"}) as answer:
        assert (answer.status, await answer.json()) == (
            400,
            {
                "error": "Slack ends connections for one of refresh_requested, warning, too_many_websockets, "
                "link_disabled"
            },
        )
