"""What the page asks the sandbox for: a window on a workspace, what is unread outside of it, what anything is made of."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox import server
from sandbox.slack.messages import Block
from sandbox.slack.page_acts import ACTS
from sandbox.slack.workspace import Workspace

START = datetime(2026, 11, 21, 10, tzinfo=UTC)


def workspace_of_two() -> Workspace:
    workspace = Workspace(lambda: START)
    workspace.add_person("U0SAM", "sam")
    workspace.add_person("U0PRIYA", "priya")
    workspace.add_usergroup("S0SRE", "sre", ["U0PRIYA"])
    workspace.add_channel("C0OPEN", "releases")
    workspace.add_channel("C0OPS", "ops")
    return workspace


@asynccontextmanager
async def served(workspace: Workspace) -> AsyncIterator[ClientSession]:
    running = await server.start(workspace)
    async with ClientSession(running.url) as http:
        yield http
    await running.stop()


async def seen_by(http: ClientSession, person: str, **query: Any) -> dict[str, Any]:
    asked = {"person": person, "channel": "C0OPEN"} | query
    async with http.get("/sandbox/state", params=asked) as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json()
        return found


def marks(state: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {one["name"]: (one["unread"], one["mentions"]) for one in state["channels"]}


async def test_a_window_holds_the_last_messages_of_one_channel_and_one_thread() -> None:
    workspace = workspace_of_two()
    posts = [workspace.post(workspace.channel("releases"), "U0PRIYA", f"Message {n}") for n in range(5)]
    for words in ("one", "two"):
        workspace.post(workspace.channel("releases"), "U0SAM", words, thread_ts=posts[3].ts)
    workspace.delete(posts[4])
    async with served(workspace) as http:
        state = await seen_by(http, "U0SAM", last="2", thread=posts[3].ts)
        elsewhere = await seen_by(http, "U0SAM", channel="C0GONE")
    [here, ops, _] = state["channels"]
    assert [one["text"] for one in here["messages"]] == ["Message 2", "Message 3"]
    assert [one["replies"]["count"] for one in here["messages"]] == [0, 2]
    assert (ops["messages"], state["here"], state["earlier"]) == ([], "C0OPEN", 2)
    assert [one["text"] for one in state["thread"]] == ["Message 3", "one", "two"]
    assert elsewhere["here"] == "C0OPEN"


async def test_what_is_unread_is_counted_by_person_and_by_what_they_have_seen() -> None:
    workspace = workspace_of_two()
    ops = workspace.channel("ops")
    first = workspace.post(ops, "U0SAM", "<!subteam^S0SRE> look")
    workspace.post(ops, "U0PRIYA", "I see <@U0SAM>")
    workspace.post(workspace.direct_channel("sam"), workspace.app.bot_user, "Live")
    async with served(workspace) as http:
        assert marks(await seen_by(http, "U0SAM")) == {"releases": (0, 0), "ops": (1, 1), "Signoff": (1, 1)}
        assert marks(await seen_by(http, "U0PRIYA")) == {"releases": (0, 0), "ops": (1, 1), "Signoff": (0, 0)}
        seen = json.dumps({"C0OPS": first.ts})
        assert marks(await seen_by(http, "U0PRIYA", seen=seen))["ops"] == (0, 0)


async def test_followed_threads_are_told_with_what_is_new_in_them() -> None:
    workspace = workspace_of_two()
    channel = workspace.channel("releases")
    asked = workspace.post(channel, workspace.app.bot_user, "Ship?\nPlease")
    workspace.post(channel, "U0PRIYA", "Yes", thread_ts=asked.ts)
    reply = workspace.post(channel, workspace.app.bot_user, "Shipped", thread_ts=asked.ts)
    thread = {"channel": "C0OPEN", "ts": asked.ts, "title": "Ship?", "replies": 2, "last": reply.ts}
    async with served(workspace) as http:
        assert (await seen_by(http, "U0SAM"))["threads"] == []
        assert (await seen_by(http, "U0PRIYA"))["threads"] == [thread | {"unread": 1}]
        seen = json.dumps({f"C0OPEN/{asked.ts}": reply.ts})
        assert (await seen_by(http, "U0PRIYA", seen=seen))["threads"] == [thread | {"unread": 0}]


async def test_ephemerals_from_before_a_client_began_are_gone() -> None:
    workspace = workspace_of_two()
    channel = workspace.channel("releases")
    workspace.post(channel, workspace.app.bot_user, "Before", visible_to="U0SAM")
    async with served(workspace) as http:
        begun = await seen_by(http, "U0SAM")
        workspace.post(channel, workspace.app.bot_user, "Since", visible_to="U0SAM")
        later = await seen_by(http, "U0SAM", private_after=begun["private_after"])
        other = await seen_by(http, "U0PRIYA", private_after=begun["private_after"])
        kept = await seen_by(http, "U0SAM", private_after="0")
    texts = [[message["text"] for message in one["channels"][0]["messages"]] for one in (begun, later, other, kept)]
    assert texts == [[], ["Since"], [], ["Before", "Since"]]


async def test_a_window_that_makes_no_sense_is_refused() -> None:
    async with served(workspace_of_two()) as http:
        for query in ({"last": "many"}, {"seen": "["}, {"seen": '{"C0OPEN": 5}'}):
            async with http.get("/sandbox/state", params={"channel": "C0OPEN", **query}) as answer:
                assert answer.status == 400
        async with http.get("/sandbox/state", params={"channel": "C0OPEN", "person": "U0NOBODY"}) as answer:
            assert answer.status == 404


async def test_a_message_a_home_and_a_draft_are_inspected() -> None:
    workspace = workspace_of_two()
    divider = {"type": "divider", "block_id": "line"}
    message = workspace.post(workspace.channel("releases"), workspace.app.bot_user, "A line", [divider])
    home = workspace.publish("U0SAM", {"type": "home", "blocks": [divider]})

    async def asked(act: str, **body: Any) -> Any:
        async with http.post(f"/sandbox/act/{act}", json={"person": "U0SAM", **body}) as answer:
            said = await answer.json()
            return said.get("said", said.get("error"))

    async with served(workspace) as http:
        found = await asked("inspect", channel="C0OPEN", ts=message.ts)
        assert (found["kind"], found["sent"], found["problems"]) == ("message", {"blocks": [divider]}, [])
        assert (found["json"], found["versions"]) == (message.as_json(workspace.team_id), 1)
        found = await asked("inspect", view=home.id)
        assert (found["kind"], found["sent"]) == ("home", {"type": "home", "blocks": [divider]})
        assert found["json"]["id"] == home.id
        assert await asked("check", kind="message", sent={"blocks": [{"type": "header"}]}) == [
            "missing required field: text [json-pointer:/blocks/0]"
        ]
        assert await asked("check", kind="home", sent={"type": "home", "blocks": [divider]}) == []
        assert await asked("check", kind="poem", sent={}) == "'poem' is none of message, modal, home"


WRONG: list[Any] = [None, 0, 1.5, True, [], {}, ["x"], [[]], "", "\x00", "²", "U0NOBODY", "x" * 500]
SOUND: dict[str, dict[str, Any]] = {
    "command": {"channel": "C0OPEN", "line": "/deploy"},
    "say": {"channel": "C0OPEN", "line": "x", "thread": "1.000001"},
    "open": {"with": ["U0PRIYA"]},
    "click": {"channel": "C0OPEN", "ts": "", "action_id": "go", "block_id": "b"},
    "choose": {"channel": "C0OPEN", "ts": "", "action_id": "one", "block_id": "b", "option": "A"},
    "options": {"channel": "C0OPEN", "ts": "", "action_id": "more", "block_id": "b", "typed": "a"},
    "submit": {"values": {"r": "x"}},
    "close": {"view": "V000000001"},
    "home": {"tab": "messages"},
    "inspect": {"channel": "C0OPEN", "ts": ""},
    "check": {"kind": "message", "sent": {}},
}


def words(text: str) -> Block:
    return {"type": "plain_text", "text": text}


@pytest.mark.parametrize("act", ACTS)
async def test_whatever_an_act_carries_it_is_done_or_refused_with_a_sentence(act: str) -> None:
    workspace = workspace_of_two()
    row: Block = {
        "type": "actions",
        "block_id": "b",
        "elements": [
            {"type": "button", "action_id": "go", "text": words("Go")},
            {"type": "static_select", "action_id": "one", "options": [{"text": words("A"), "value": "a"}]},
            {"type": "external_select", "action_id": "more", "min_query_length": 1},
        ],
    }
    form: Block = {"type": "input", "block_id": "r", "label": words("R"), "element": {"type": "plain_text_input"}}
    card = workspace.post(workspace.channel("releases"), workspace.app.bot_user, "hello", [row])
    sound = {"person": "U0SAM", **SOUND[act]}
    if "ts" in sound:
        sound["ts"] = card.ts
    async with served(workspace) as http:
        for name in sound:
            for wrong in WRONG:
                if not workspace.modals("U0SAM"):
                    workspace.show_modal("U0SAM", {"type": "modal", "title": words("T"), "blocks": [form]})
                async with http.post(f"/sandbox/act/{act}", json={**sound, name: wrong}) as answer:
                    said = await answer.json()
                    assert (answer.status, bool(said.get("error"))) in {(200, False), (400, True)}, (name, wrong, said)
