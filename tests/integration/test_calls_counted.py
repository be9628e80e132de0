"""Calls to GitHub and Slack are counted by the status of their answer, and by how long we were asked to wait."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import ClientError, ClientSession, web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError

from bot.ports.ci import HttpRequest
from bot.ports.meter import Counted, Timed
from handlers.ci.sender import Sender
from handlers.slack.metered import MeteredWebClient
from tests.factories import NOON
from tests.fakes.meter import FakeMeter
from tests.unit.handlers.slack.server import Reply, no, slack_server


@asynccontextmanager
async def github(status: int, headers: dict[str, str]) -> AsyncIterator[str]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/"))
    await server.close()


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [(200, {}, []), (403, {"Retry-After": "60"}, [60.0]), (429, {"Retry-After": "soon"}, []), (503, {}, [])],
)
async def test_an_answer_of_github_is_counted(status: int, headers: dict[str, str], waits: list[float]) -> None:
    meter = FakeMeter()
    async with github(status, headers) as url, ClientSession() as http:
        await Sender(http, url, "", lambda: NOON, meter=meter).send(HttpRequest("GET", "/repos/acme/payments"))
    assert meter.counts == {(Counted.API_REQUESTS, "github", "GET", str(status)): 1}
    assert meter.times == [(Timed.RETRY_AFTER, seconds, ("github",)) for seconds in waits]


async def test_a_call_without_an_answer_is_counted_as_lost() -> None:
    meter = FakeMeter()
    async with ClientSession() as http:
        await Sender(http, "http://127.0.0.1:1", "", lambda: NOON, meter=meter).send(HttpRequest("POST", "/x", body={}))
    assert meter.counts == {(Counted.API_REQUESTS, "github", "POST", "lost"): 1}


@pytest.mark.parametrize(
    ("reply", "code", "waits"),
    [
        (Reply({"ok": True}), "200", []),
        (no("channel_not_found"), "200", []),
        (Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"}), "429", [7.0]),
        (Reply({"ok": False}, 500), "500", []),
        (Reply(how="reset"), "lost", []),
    ],
)
async def test_an_answer_of_slack_is_counted_by_the_method(reply: Reply, code: str, waits: list[float]) -> None:
    meter = FakeMeter()
    async with slack_server() as server, ClientSession() as http:
        stock = server.client(http)
        server.will("auth.test", reply)
        web_client = MeteredWebClient(token="xoxb-1", base_url=stock.base_url, session=http, retry_handlers=[])
        web_client.meter = meter
        with suppress(SlackApiError, ClientError):
            await web_client.auth_test()
        assert meter.counts == {(Counted.API_REQUESTS, "slack", "auth.test", code): 1}
        assert meter.times == [(Timed.RETRY_AFTER, seconds, ("slack",)) for seconds in waits]
