"""Direct messages: between people, where the app is not, and such as the app opened for several."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import server
from sandbox.github.forge import Forge
from sandbox.keeping import Kept
from sandbox.slack.page_acts import do
from sandbox.slack.snapshot import Window, snapshot
from sandbox.slack.workspace import Workspace

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
async def running() -> AsyncIterator[server.Running]:
    workspace = Workspace(lambda: NOON)
    workspace.app.scopes |= {"im:read", "im:write", "mpim:read", "mpim:write"}
    workspace.app.events |= {"message.im", "app_mention"}
    for name in ("sam", "priya", "alex"):
        workspace.add_person(f"U0{name.upper()}", name, real_name=name.title())
    workspace.add_person("U0GONE", "kim", deleted=True)
    workspace.add_channel("C0OPEN", "releases")
    running = await server.start(workspace, ack_within=0.1)
    yield running
    await running.stop()


def client(running: server.Running) -> AsyncWebClient:
    return AsyncWebClient(running.workspace.app.bot_token, base_url=running.slack_api_url)


async def test_what_two_people_say_to_each_other_reaches_nobody_else(running: server.Running) -> None:
    workspace, driver = running.workspace, running.driver
    place = driver.open_direct("sam", ["priya"])
    assert driver.open_direct("priya", ["sam"]) is place
    await driver.say("sam", place, "@signoff is #sam there?")
    assert [one.text for one in place.messages] == [f"<@{workspace.app.bot_user}> is #sam there?"]
    assert running.sockets.sent == [], "the app hears of nothing"
    seen = {
        who: [
            (one["name"], one["kind"], one["direct"], one["with_app"], one["unread"], one["mentions"])
            for one in snapshot(workspace, running.sockets, workspace.person(who), Window("C0OPEN", 9))["channels"]
            if one["direct"]
        ]
        for who in ("sam", "priya", "alex")
    }
    app = (workspace.app.name, "im", True, True, 0, 0)
    assert seen == {
        "sam": [("Priya", "im", True, False, 0, 0), app],
        "priya": [("Sam", "im", True, False, 1, 1), app],
        "alex": [app],
    }
    asked = client(running)
    for refused in (asked.chat_postMessage(channel=place.id, text="x"), asked.conversations_info(channel=place.id)):
        with pytest.raises(SlackApiError, match="channel_not_found"):
            await refused
    assert [one["id"] for one in (await asked.conversations_list(types="im"))["channels"]] == [
        workspace.direct_channel(who).id for who in ("sam", "priya", "alex")
    ]


async def test_a_command_typed_between_people_tells_the_app_where_and_is_answered_there(
    running: server.Running,
) -> None:
    place = running.driver.open_direct("sam", ["priya"])
    done = await running.driver.command("sam", place, "/deploy status")
    assert (done.payload["channel_id"], done.payload["channel_name"]) == (place.id, "directmessage")


async def test_the_app_opens_a_direct_message_with_several_and_is_in_it(running: server.Running) -> None:
    asked, workspace = client(running), running.workspace
    opened = (await asked.conversations_open(users=["U0SAM", "U0PRIYA"], return_im=True))["channel"]
    assert (opened["is_mpim"], opened["is_group"], opened["name"]) == (True, False, "mpdm-priya--sam--signoff-1")
    assert (await asked.conversations_open(channel=opened["id"]))["channel"] == {"id": opened["id"]}
    assert (await asked.conversations_open(users="U0PRIYA,U0SAM"))["channel"]["id"] == opened["id"]
    await asked.chat_postMessage(channel=opened["id"], text="both of you")
    assert [one.text for one in workspace.channel(opened["id"]).messages] == ["both of you"]
    one = (await asked.conversations_open(users="U0SAM"))["channel"]["id"]
    assert one == workspace.direct_channel("sam").id
    assert running.driver.open_direct("sam", [workspace.app.bot_user]).id == one
    workspace.app.scopes -= {"mpim:write"}
    with pytest.raises(SlackApiError, match="missing_scope"):
        await asked.conversations_open(users="U0SAM,U0PRIYA")


async def test_nobody_writes_to_nobody_to_too_many_or_to_somebody_who_left(running: server.Running) -> None:
    for others, why in (
        ([], "between 2 and 9"),
        (["sam"], "between 2 and 9"),
        (["kim"], "kim left"),
        (["x"], "called 'x'"),
    ):
        with pytest.raises(LookupError, match=why):
            running.driver.open_direct("sam", others)
    assert await do(running.driver, "open", {"person": "U0SAM", "with": ["U0ALEX"]}) == "D0ALEX0SAM"
    with pytest.raises(TypeError, match="a list of people"):
        await do(running.driver, "open", {"person": "U0SAM", "with": "U0ALEX"})


async def test_a_direct_message_outlives_a_restart(running: server.Running, tmp_path: Path) -> None:
    place = running.driver.open_direct("sam", ["priya", "alex"])
    await running.driver.say("sam", place, "hello")
    kept = Kept.open(tmp_path)
    kept.follow(running.workspace, Forge(lambda: NOON))
    kept.save()
    kept.close()
    again, kept = Workspace(lambda: NOON), Kept.open(tmp_path)
    kept.load(again, Forge(lambda: NOON))
    kept.close()
    found = again.channel(place.id)
    assert (found.kind, found.members, [one.text for one in found.messages]) == ("mpim", place.members, ["hello"])
