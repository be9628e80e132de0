"""The chat.* methods: posting, editing, deleting, links."""

import json
from typing import Any

from sandbox.slack.block_kit.blocks import problems
from sandbox.slack.calls import Call
from sandbox.slack.directory import Channel
from sandbox.slack.messages import Block, Message
from sandbox.slack.refusal import RefusalError, invalid
from sandbox.slack.workspace import Workspace

UPDATE_TEXT = 4000
NO_JSON = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
POST_TEXT = 40_000
"""Slack cuts longer texts of new messages without a word."""


def post_message(workspace: Workspace, call: Call) -> dict[str, Any]:
    """chat.postMessage: a person's id as channel opens the direct message."""
    channel = _postable(workspace, call.text("channel"))
    text, blocks = content(call.arguments)
    workspace.rates.post(channel.id)
    thread = call.optional("thread_ts")
    if thread and all(post.ts != thread for post in channel.posts):
        # Slack does not document what it says; below a deleted message it does post
        raise RefusalError("thread_not_found")
    message = workspace.post(
        channel,
        workspace.app.bot_user,
        text[:POST_TEXT],
        blocks,
        thread_ts=thread,
        metadata=_metadata(call.arguments),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json(workspace.team_id)}


def update(workspace: Workspace, call: Call) -> dict[str, Any]:
    """chat.update: without text and blocks the old blocks stay, with text alone they go."""
    channel = _existing(workspace, call.text("channel"))
    message = _own(workspace, channel, call.text("ts"), "cant_update_message")
    if channel.archived:
        raise RefusalError("is_inactive")
    if not {"text", "blocks"} & call.arguments.keys():
        text, blocks = message.text, message.blocks
    else:
        text, blocks = content(call.arguments)
    if len(text) > UPDATE_TEXT:
        raise RefusalError("msg_too_long")
    workspace.edit(message, text, blocks)
    if "metadata" in call.arguments:
        message.metadata = _metadata(call.arguments)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": message.as_json(workspace.team_id)}


def delete(workspace: Workspace, call: Call) -> dict[str, Any]:
    """chat.delete: the app's own messages only."""
    channel = _existing(workspace, call.text("channel"))
    message = _own(workspace, channel, call.text("ts"), "cant_delete_message")
    workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(workspace: Workspace, call: Call) -> dict[str, Any]:
    """chat.postEphemeral: for one person who is in the channel, which is never given as a person's id."""
    if call.text("channel") in workspace.people:
        raise RefusalError("channel_not_found")
    channel = _postable(workspace, call.text("channel"))
    person = call.text("user")
    if person not in workspace.people or not channel.has(person):
        raise RefusalError("user_not_in_channel")
    text, blocks = content(call.arguments)
    message = workspace.post(
        channel,
        workspace.app.bot_user,
        text[:POST_TEXT],
        blocks,
        thread_ts=call.optional("thread_ts"),
        visible_to=person,
    )
    return {"message_ts": message.ts}


def permalink(workspace: Workspace, call: Call) -> dict[str, Any]:
    """chat.getPermalink: the page of the sandbox opens such links."""
    channel = _existing(workspace, call.text("channel"))
    message = _find(channel, call.text("message_ts"))
    if message is None:
        raise RefusalError("message_not_found")
    link = f"{workspace.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def content(arguments: dict[str, Any]) -> tuple[str, list[Block]]:
    """Return text and blocks of a message that says something and that Slack would take."""
    blocks = structured(arguments, "blocks") or []
    text = arguments.get("text") or ""
    found = problems(blocks)
    if found:
        raise invalid("invalid_blocks", found)
    if not blocks and not str(text).strip():
        raise RefusalError("no_text")
    return str(text), blocks


def structured(arguments: dict[str, Any], name: str) -> Any:
    """Return an argument that is JSON, which forms carry as a string."""
    value = arguments.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise RefusalError(NO_JSON.get(name, "invalid_arguments")) from None


def _metadata(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return a message's metadata; an empty object is none."""
    given = structured(arguments, "metadata")
    if not given:
        return {}
    right = isinstance(given, dict) and isinstance(given.get("event_payload"), dict)
    if not right or not isinstance(given.get("event_type"), str) or not given["event_type"]:
        raise RefusalError("invalid_metadata_schema")
    return dict(given)


def _postable(workspace: Workspace, known: str) -> Channel:
    person = workspace.people.get(known)
    if person is not None:
        if person.deleted or known == workspace.app.bot_user:
            raise RefusalError("channel_not_found")
        if person.is_bot:
            raise RefusalError("cannot_dm_bot")
        channel = workspace.direct_channel(person)
    else:
        channel = _existing(workspace, _id_of(workspace, known))
    if channel.person and not workspace.app.messages_tab:
        raise RefusalError("messages_tab_disabled")
    if channel.archived:
        raise RefusalError("is_archived")
    if not channel.is_member and (channel.private or "chat:write.public" not in workspace.app.scopes):
        raise RefusalError("not_in_channel")
    return channel


def _id_of(workspace: Workspace, known: str) -> str:
    """Return the id of a channel that is named; only posting takes names."""
    name = known.removeprefix("#")
    found = (one.id for one in workspace.channels.values() if one.name == name and not one.is_direct)
    return known if known in workspace.channels else next(found, known)


def _existing(workspace: Workspace, known: str) -> Channel:
    channel = workspace.channels.get(known)
    if channel is None or (channel.private and not channel.is_member):
        # a private channel without the bot does not exist for it
        raise RefusalError("channel_not_found")
    return channel


def _find(channel: Channel, ts: str) -> Message | None:
    return next((one for one in channel.posts if one.ts == ts and not one.deleted), None)


def _own(workspace: Workspace, channel: Channel, ts: str, refused: str) -> Message:
    message = _find(channel, ts)
    if message is None:
        raise RefusalError("message_not_found")
    if message.author != workspace.app.bot_user:
        raise RefusalError(refused)
    return message
