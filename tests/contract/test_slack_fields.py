"""What the sandbox sends to the app, against the fields of Slack's own payloads."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox import server
from sandbox.slack.workspace import Workspace
from tests.contract import slack_fields as fields
from tests.contract.github_fields import Shape, disagreements

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


MENU = {"type": "static_select", "action_id": "pick", "options": [{"text": words("A"), "value": "a"}]}
GO = {"type": "button", "action_id": "go", "text": words("Go"), "value": "1"}
ROW = {"type": "actions", "block_id": "row", "elements": [GO]}
MODAL = {
    "type": "modal",
    "title": words("Form"),
    "submit": words("Send"),
    "notify_on_close": True,
    "blocks": [{"type": "actions", "block_id": "menu", "elements": [MENU]}],
}


@dataclass
class Heard:
    """A sandbox whose app acknowledges everything, in the order in which it was sent."""

    running: server.Running
    sent: list[tuple[str, Mapping[str, Any], bool]] = field(default_factory=list)

    async def deliver(self, kind: str, payload: dict[str, Any], *, accepts: bool = False) -> dict[str, Any] | None:
        self.sent.append((kind, payload, accepts))
        return {}

    async def deliver_event(self, payload: dict[str, Any]) -> bool:
        self.sent.append(("events_api", payload, False))
        return True

    async def close(self) -> None:
        """Nothing runs here."""

    def last(self) -> Mapping[str, Any]:
        return self.sent[-1][1]


@pytest.fixture
async def heard() -> AsyncIterator[Heard]:
    workspace = Workspace(lambda: NOON)
    workspace.add_person("U0SAM", "sam")
    workspace.add_channel("C0OPEN", "releases")
    workspace.app.events |= {"app_mention", "app_home_opened"}
    workspace.app.home_tab = True
    running = await server.start(workspace, ack_within=0.2)
    made = Heard(running)
    running.driver.transport = made
    yield made
    await running.stop()


def wrong(shape: Shape, heard: Heard) -> list[str]:
    return disagreements(shape, heard.last())


async def test_a_command_has_slacks_fields(heard: Heard) -> None:
    await heard.running.driver.command("sam", "releases", "/deploy status")
    assert wrong(fields.COMMAND, heard) == []


async def test_a_click_in_a_message_has_slacks_fields(heard: Heard) -> None:
    workspace = heard.running.workspace
    card = workspace.post(workspace.channel("releases"), workspace.app.bot_user, "Ship?", [ROW])
    await heard.running.driver.click("sam", card, "Go")
    assert wrong(fields.CLICK, heard) == []


async def test_a_form_that_is_used_sent_and_closed_has_slacks_fields(heard: Heard) -> None:
    workspace, driver = heard.running.workspace, heard.running.driver
    await driver.choose("sam", workspace.show_modal("U0SAM", MODAL), "pick", "A")
    assert wrong(fields.IN_VIEW, heard) == []
    await driver.submit("sam")
    assert wrong(fields.SUBMISSION, heard) == []
    workspace.show_modal("U0SAM", MODAL)
    await driver.close_modal("sam")
    assert wrong(fields.CLOSED, heard) == []


async def test_events_have_slacks_fields(heard: Heard) -> None:
    workspace, driver = heard.running.workspace, heard.running.driver
    await driver.mention("sam", "releases", "status")
    assert wrong(fields.MENTION, heard) == []
    workspace.publish("U0SAM", {"type": "home", "blocks": [ROW]})
    await driver.open_home("sam")
    assert wrong(fields.OPENED, heard) == []


async def test_what_socket_mode_says_has_slacks_fields(heard: Heard) -> None:
    running = heard.running
    running.driver.transport = running.sockets
    async with ClientSession() as http, http.ws_connect(running.sockets.ticket_url(running.url)) as socket:
        assert disagreements(fields.HELLO, await socket.receive_json()) == []
        await running.driver.command("sam", "releases", "/deploy")
        assert disagreements(fields.INTERACTIVE, await socket.receive_json()) == []
        await running.driver.mention("sam", "releases", "status")
        assert disagreements(fields.OF_EVENTS, await socket.receive_json()) == []
        await running.sockets.disconnect("warning")
        told = [await socket.receive_json()]
        while told[-1]["type"] == "events_api":
            told.append(await socket.receive_json())
        assert disagreements(fields.GOODBYE, told[-1]) == []


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        ("auth.test", {}),
        ("users.info", {"user": "U0SAM"}),
        ("conversations.info", {"channel": "C0OPEN"}),
        ("usergroups.list", {"include_users": "1"}),
        ("usergroups.users.list", {"usergroup": "S0SRE"}),
    ],
)
async def test_the_answers_about_who_and_what_is_there_have_slacks_fields(
    heard: Heard, method: str, asked: dict[str, str]
) -> None:
    workspace = heard.running.workspace
    workspace.app.scopes |= {"users:read", "usergroups:read", "channels:read"}
    workspace.add_usergroup("S0SRE", "sre", ["U0SAM"])
    headers = {"Authorization": f"Bearer {workspace.app.bot_token}"}
    url = f"{heard.running.slack_api_url}{method}"
    async with ClientSession(headers=headers) as http, http.get(url, params=asked) as answer:
        assert disagreements(fields.ANSWERS[method], await answer.json()) == []
