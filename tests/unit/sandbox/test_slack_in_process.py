"""The Web API without a server says the same, byte for byte, as over HTTP."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession
from yarl import URL

from sandbox import server
from sandbox.slack.in_process import answer
from sandbox.slack.workspace import Workspace

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
BOT = {"Authorization": "Bearer xoxb-sandbox"}
AS_JSON = BOT | {"Content-Type": "application/json;charset=utf-8"}
AS_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
RESPONSE = f"{1:024x}"


def a_workspace() -> Workspace:
    workspace = Workspace(lambda: NOW)
    workspace.add_person("U0PRIYA", "priya")
    workspace.add_channel("C0OPEN", "releases")
    workspace.one_shots.response("U0PRIYA", "C0OPEN")
    return workspace


@dataclass
class Twin:
    """A workspace of a known history, behind a server."""

    workspace: Workspace
    url: str


@pytest.fixture
async def twin() -> AsyncIterator[Twin]:
    workspace = a_workspace()
    running = await server.start(workspace)
    yield Twin(workspace, running.url)
    await running.stop()


@pytest.mark.parametrize(
    "asked",
    [
        ("POST", "/api/chat.postMessage", {}, AS_JSON, b'{"channel": "C0OPEN", "text": "hi", "thread_ts": null}'),
        ("POST", "/api/chat.postMessage", {}, AS_FORM, b"token=xoxb-sandbox&channel=C0OPEN&text=h%26+i"),
        ("POST", "/api/chat.postMessage", {"channel": "C0OPEN"}, BOT, b"text=hi"),
        ("POST", "/api/chat.postMessage", {}, AS_JSON, b"{"),
        ("POST", "/api/chat.postMessage", {}, AS_JSON, b"[]"),
        ("POST", "/api/chat.update", {}, AS_JSON, b'{"channel": "C0OPEN", "ts": "1.2", "text": "hi"}'),
        ("GET", "/api/users.info", {"user": "U0PRIYA"}, BOT, b""),
        ("GET", "/api/auth.test", {}, {}, b""),
        ("GET", "/api/conversations.open", {}, BOT, b""),
        ("GET", "/api/chat.shout", {}, BOT, b""),
        ("POST", f"/response/{RESPONSE}", {}, AS_JSON, json.dumps({"text": "Only you see this."}).encode()),
        ("POST", f"/response/{RESPONSE}", {}, AS_JSON, b"x"),
        ("POST", f"/response/{RESPONSE}", {}, AS_JSON, b"[]"),
        ("POST", "/response/other", {}, AS_JSON, b"{}"),
    ],
)
async def test_each_request_is_answered_as_over_http(
    twin: Twin, asked: tuple[str, str, dict[str, str], dict[str, str], bytes]
) -> None:
    method, path, query, headers, body = asked
    here = a_workspace()
    here.url = twin.url
    status, told, said = answer(here, method, path, query=query, headers=headers, body=body)
    async with ClientSession() as session:
        url = URL(f"{twin.url}{path}").extend_query(query)
        async with session.request(method, url, data=body, headers=headers) as response:
            assert (status, said) == (response.status, await response.read())
            assert told.get("Content-Type") == response.headers.get("Content-Type")
            assert told.get("Retry-After") == response.headers.get("Retry-After")
    assert here.transcript() == twin.workspace.transcript()


async def test_one_post_too_many_waits() -> None:
    here = a_workspace()
    post = b'{"channel": "C0OPEN", "text": "hi"}'
    answers = [answer(here, "POST", "/api/chat.postMessage", headers=AS_JSON, body=post) for _ in range(4)]
    assert [status for status, _, _ in answers] == [200, 200, 200, 429]
    assert answers[3][1]["Retry-After"] == "1"


@pytest.mark.parametrize(("method", "path"), [("PUT", "/response/other"), ("GET", "/elsewhere"), ("PUT", "/api/a.b")])
def test_what_is_not_slacks_is_not_there(method: str, path: str) -> None:
    assert answer(a_workspace(), method, path, headers=BOT) == (404, {}, b"")
