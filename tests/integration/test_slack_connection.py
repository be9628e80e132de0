"""Connecting to Slack: the start fails in words, and a whole click travels from the socket to the desk and back."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from bot.ports.slack import Message
from handlers.acts import Click, Command, Form
from handlers.slack.app import SlackConnection, SlackPace, SlackProblem, SlackUnreachable, slack_connection
from handlers.slack.directory import Workspace
from handlers.slack.link import Timing
from tests.fakes.requests import NoRequests
from tests.unit.handlers.slack.bodies import a_click, a_submission
from tests.unit.handlers.slack.server import Reply, SlackServer, no, slack_server

AT_ONCE = Timing(stagger=0.0, pause=lambda _ended, _tries: 0.0)
ME = Reply(
    {
        "ok": True,
        "url": "https://acme.slack.com/",
        "team": "Acme",
        "user": "signoff",
        "team_id": "T0ACME",
        "user_id": "U0BOT",
        "bot_id": "B0BOT",
        "is_enterprise_install": False,
    }
)


@dataclass(frozen=True)
class Settings:
    """The settings that connecting reads."""

    slack_api_url: str
    slack_bot_token: SecretStr | None = field(default_factory=lambda: SecretStr("xoxb-test"))
    slack_app_token: SecretStr | None = field(default_factory=lambda: SecretStr("xapp-test"))


@dataclass
class Box:
    """A desk that keeps what it receives."""

    received: list[Click | Form | Command] = field(default_factory=list)
    requests: NoRequests = field(default_factory=NoRequests)

    async def receive(self, act: Click | Form | Command, dedupe_key: str) -> bool:
        del dedupe_key
        self.received.append(act)
        return True

    async def read(self, words: str, slack: str, team: str | None) -> Message | None:
        del slack, team
        return Message(f"You said {words}.")

    def wrong(self, form: Form) -> dict[str, str]:
        del form
        return {}

    async def form(self, handle: str, slack: str | None, team: str | None) -> dict[str, Any] | Message:
        del slack, team
        return {"type": "modal", "private_metadata": handle}

    async def opened(self, slack: str, team: str | None, *, empty: bool) -> None:
        raise AssertionError(f"nobody opens a home here: {slack} {team} {empty}")

    async def mute(self, slack: str, *, muted: bool) -> None:
        raise AssertionError(f"nobody sets anything here: {slack} {muted}")


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server() as running:
        running.will("auth.test", ME)
        yield running


def noon() -> datetime:
    return datetime(2026, 11, 21, 12, tzinfo=UTC)


async def introduced(settings: Settings) -> SlackConnection:
    slack = slack_connection(settings, noon, SlackPace(check_every=0.01, sockets=AT_ONCE))
    try:
        await slack.introduce()
    except SlackProblem:
        await slack.close()
        raise
    return slack


async def test_it_knows_its_workspace_and_is_not_connected_before_it_serves(server: SlackServer) -> None:
    slack = await introduced(Settings(f"{server.base}/api/"))
    assert slack.home == Workspace("T0ACME", "U0BOT", "B0BOT", "https://acme.slack.com/")
    assert slack.workspace == "https://acme.slack.com/"
    assert not slack.connected
    assert [method for method, _ in server.asked] == ["auth.test", "apps.connections.open"]
    await slack.close()


async def test_clicks_and_forms_travel_to_the_desk_and_back(server: SlackServer) -> None:
    slack = await introduced(Settings(f"{server.base}/api"))
    box = Box()
    serving = asyncio.create_task(slack.serve(box, "/deploy", box))
    line = await server.line()
    for number, payload in enumerate((a_click(), a_click("signoff:reject"), a_submission())):
        await line.send({"envelope_id": f"e-{number}", "type": "interactive", "payload": payload})
        async with asyncio.timeout(5):
            assert await line.said.get() == {"envelope_id": f"e-{number}"}
    connected = [slack.connected]
    assert [act.kind for act in box.received] == ["click", "form"]
    assert server.asked_of("views.open") == [
        {"trigger_id": "111.222.aaa", "view": {"type": "modal", "private_metadata": "h4ndle"}}
    ]
    serving.cancel()
    assert isinstance((await asyncio.gather(serving, return_exceptions=True))[0], asyncio.CancelledError)
    async with asyncio.timeout(5):
        await line.closed.wait()
    assert [*connected, slack.connected] == [True, False]
    await slack.close()


async def test_a_proxy_of_the_environment_is_not_used(server: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    slack = await introduced(Settings(f"{server.base}/api/"))
    await slack.close()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"slack_bot_token": None},
            "SLACK_BOT_TOKEN is not set. It is the token that begins with xoxb-; docs/slack.md says where.",
        ),
        (
            {"slack_app_token": SecretStr("xoxb-test")},
            "SLACK_APP_TOKEN does not begin with xapp-, so it is another token. docs/slack.md says where.",
        ),
    ],
)
async def test_a_missing_token_is_named(server: SlackServer, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SlackProblem) as problem:
        await introduced(Settings(f"{server.base}/api/", **changed))
    assert str(problem.value) == sentence
    assert server.asked == []


async def test_a_bad_bot_token_is_named(server: SlackServer) -> None:
    server.queues["auth.test"].clear()
    server.will("auth.test", no("invalid_auth"))
    with pytest.raises(SlackProblem) as problem:
        await introduced(Settings(f"{server.base}/api/"))
    assert str(problem.value) == (
        "Slack refuses SLACK_BOT_TOKEN (invalid_auth). Install the app and copy the Bot User OAuth Token from "
        "«OAuth & Permissions»."
    )
    assert not isinstance(problem.value, SlackUnreachable)


async def test_a_bad_app_token_is_named(server: SlackServer) -> None:
    server.will("apps.connections.open", no("not_allowed_token_type"))
    with pytest.raises(SlackProblem) as problem:
        await introduced(Settings(f"{server.base}/api/"))
    assert str(problem.value) == (
        "Slack refuses SLACK_APP_TOKEN (not_allowed_token_type). Make an app-level token with the scope "
        "connections:write under «Basic Information», and switch on Socket Mode."
    )
    assert not isinstance(problem.value, SlackUnreachable)


async def test_a_persons_token_is_refused(server: SlackServer) -> None:
    server.queues["auth.test"].clear()
    server.will("auth.test", Reply({"ok": True, "url": "https://acme.slack.com/", "team_id": "T", "user_id": "U"}))
    with pytest.raises(SlackProblem, match="is not a bot's token"):
        await introduced(Settings(f"{server.base}/api/"))


@pytest.mark.parametrize(
    "reply",
    [
        Reply("oops", 502),
        Reply({"ok": False, "error": "ratelimited"}, 429),
        Reply({"ok": True, "bot_id": "B0BOT"}),
    ],
)
async def test_slack_in_trouble_is_unreachable_and_may_be_tried_again(server: SlackServer, reply: Reply) -> None:
    server.queues["auth.test"].clear()
    server.will("auth.test", reply, ME)
    with pytest.raises(SlackUnreachable):
        await introduced(Settings(f"{server.base}/api/"))
    slack = await introduced(Settings(f"{server.base}/api/"))
    await slack.close()


async def test_no_slack_at_all_is_unreachable() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        with pytest.raises(SlackUnreachable) as problem:
            await introduced(Settings(f"http://127.0.0.1:{bound.getsockname()[1]}/api/"))
    assert str(problem.value) == "Slack did not answer: Slack cannot be reached: ClientConnectorError."
