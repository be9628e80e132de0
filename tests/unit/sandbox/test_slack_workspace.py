"""The workspace's own rules: time stamps, versions, waiting, modals above modals."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.slack.modal_answer import take_answer
from sandbox.slack.refusal import RefusalError
from sandbox.slack.view_methods import room_for_one_more
from sandbox.slack.workspace import Workspace

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
VIEW: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Why"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "text", "initial_value": "because"},
        }
    ],
}


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace(lambda: NOON)
    made.add_person("U0SAM", "sam")
    made.add_channel("C0OPEN", "releases")
    return made


def test_a_ts_is_always_greater_than_the_one_before(workspace: Workspace) -> None:
    assert [workspace.next_ts() for _ in range(2)] == ["1772452800.000100", "1772452800.000200"]


def test_a_message_keeps_what_it_said_before(workspace: Workspace) -> None:
    channel = workspace.channel("releases")
    message = workspace.post(channel, workspace.app.bot_user, "one")
    workspace.edit(message, "two", [{"type": "divider"}])
    assert [version.text for version in message.versions] == ["one", "two"]
    marks = [message.edited]
    workspace.edit(message, "three", [])
    assert [*marks, message.edited] == [False, True]
    workspace.delete(message)
    assert channel.messages == []


def test_replies_are_in_the_thread_and_not_in_the_channel(workspace: Workspace) -> None:
    channel = workspace.channel("releases")
    parent = workspace.post(channel, "U0SAM", "one")
    reply = workspace.post(channel, "U0SAM", "two", thread_ts=parent.ts)
    assert (channel.messages, workspace.thread(parent)) == ([parent], [reply])


async def test_waiting_ends_with_the_change_that_was_waited_for(workspace: Workspace) -> None:
    channel = workspace.channel("releases")
    waiting = asyncio.create_task(workspace.changed(lambda: len(channel.messages) == 2))
    workspace.post(channel, "U0SAM", "one")
    await asyncio.sleep(0)
    assert not waiting.done()
    workspace.post(channel, "U0SAM", "two")
    assert await waiting


async def test_waiting_in_vain_tells_what_was_to_be_seen(workspace: Workspace) -> None:
    workspace.post(workspace.channel("releases"), "U0SAM", "one")
    with pytest.raises(TimeoutError, match=r"#releases \(C0OPEN\)\n  one"):
        await workspace.changed(lambda: False, timeout=0.01)


def test_an_unknown_name_is_told_with_those_that_are_known(workspace: Workspace) -> None:
    with pytest.raises(LookupError, match="U0SAM"):
        workspace.person("alex")
    with pytest.raises(LookupError, match="C0OPEN"):
        workspace.channel("#random")


def test_a_modal_answers_with_errors_another_view_or_goes(workspace: Workspace) -> None:
    modal = workspace.show_modal("U0SAM", VIEW)
    assert modal.values == {"reason": {"text": {"type": "plain_text_input", "value": "because"}}}
    take_answer(workspace, modal, {"response_action": "errors", "errors": {"reason": "No."}})
    assert modal.errors == {"reason": "No."}
    before = modal.hash
    take_answer(workspace, modal, {"response_action": "update", "view": {**VIEW, "callback_id": "second"}})
    assert (modal.errors, modal.view["callback_id"], modal.hash == before) == ({}, "second", False)
    take_answer(workspace, modal, {"response_action": "push", "view": VIEW})
    above = workspace.modal("sam")
    assert above is not None
    assert (above.previous_id, above.root_id) == (modal.id, modal.id)
    take_answer(workspace, above, {})
    assert workspace.modals("sam") == [modal]
    take_answer(workspace, modal, {"response_action": "clear"})
    assert workspace.modal("sam") is None


def test_an_answer_that_slack_would_refuse_shows_trouble(workspace: Workspace) -> None:
    modal = workspace.show_modal("U0SAM", VIEW)
    take_answer(workspace, modal, {"response_action": "errors", "errors": {"nothing": "No."}})
    assert (workspace.modal("sam"), modal.errors) == (modal, {})
    assert modal.trouble.startswith("We had some trouble connecting")


def test_three_modals_are_the_most(workspace: Workspace) -> None:
    for _ in range(2):
        workspace.show_modal("U0SAM", VIEW)
    room_for_one_more(workspace, "U0SAM")
    workspace.show_modal("U0SAM", VIEW)
    with pytest.raises(RefusalError, match="push_limit_reached"):
        room_for_one_more(workspace, "U0SAM")
