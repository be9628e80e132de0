"""The payloads of Socket Mode, field by field as Slack sends them."""

from typing import Any

from sandbox.slack.directory import Channel, Person
from sandbox.slack.filled import Values
from sandbox.slack.messages import Message
from sandbox.slack.view_methods import view_json
from sandbox.slack.views import Modal, View, initial_values
from sandbox.slack.workspace import Workspace

TOKEN = "sandbox-verification-token"  # noqa: S105 - deprecated by Slack, guards nothing


def slash_command(  # noqa: PLR0917 - the fields of the payload
    workspace: Workspace, person: Person, channel: Channel, command: str, text: str, urls: tuple[str, str]
) -> dict[str, Any]:
    """Return what a typed command delivers; `urls` are response URL and trigger id."""
    return {
        "token": TOKEN,
        "team_id": person.team_id or workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel.told_as,
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app.app_id,
        "is_enterprise_install": "false",
        "response_url": urls[0],
        "trigger_id": urls[1],
    }


def message_action(  # noqa: PLR0917 - the same
    workspace: Workspace,
    person: Person,
    message: Message,
    action: dict[str, Any],
    urls: tuple[str, str],
    version: int = -1,
    values: Values | None = None,
) -> dict[str, Any]:
    """Return the block_actions of something used in a message."""
    channel = workspace.channels[message.channel]
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.is_ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    blocks = message.versions[version].blocks
    payload = {
        **_acted(workspace, person, "block_actions"),
        "container": container,
        "trigger_id": urls[1],
        "channel": {"id": channel.id, "name": channel.told_as},
        "state": {"values": {**initial_values(blocks), **(values or {})}},
        "response_url": urls[0],
        "actions": [{**action, "action_ts": workspace.next_ts()}],
    }
    # real payloads of ephemeral messages come without the message
    return payload if message.is_ephemeral else payload | {"message": message.as_json(workspace.team_id, version)}


def view_action(
    workspace: Workspace, person: Person, view: View, action: dict[str, Any], trigger: str
) -> dict[str, Any]:
    """Return the block_actions of something used in a modal or in the Home tab."""
    return {
        **_acted(workspace, person, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger,
        "view": view_json(workspace, view),
        "actions": [{**action, "action_ts": workspace.next_ts()}],
    }


def suggestion(
    workspace: Workspace, person: Person, where: Message | View, ids: tuple[str, str], typed: str
) -> dict[str, Any]:
    """Return what asks the app for the options of a menu; `ids` are of the block and the action."""
    asked = {**_acted(workspace, person, "block_suggestion"), "block_id": ids[0], "action_id": ids[1], "value": typed}
    if isinstance(where, View):
        return {**asked, "container": {"type": "view", "view_id": where.id}, "view": view_json(workspace, where)}
    channel = workspace.channels[where.channel]
    return {
        **asked,
        "container": {"type": "message", "message_ts": where.ts, "channel_id": channel.id, "is_ephemeral": False},
        "channel": {"id": channel.id, "name": channel.told_as},
        "message": where.as_json(workspace.team_id),
    }


def view_submission(workspace: Workspace, person: Person, modal: Modal, trigger: str) -> dict[str, Any]:
    """Return what sending a modal delivers."""
    return {
        **_acted(workspace, person, "view_submission"),
        "trigger_id": trigger,
        "view": view_json(workspace, modal),
        "response_urls": [],
    }


def view_closed(workspace: Workspace, person: Person, modal: Modal, *, cleared: bool) -> dict[str, Any]:
    """Return what closing a modal delivers where the view asked for it."""
    return {**_acted(workspace, person, "view_closed"), "view": view_json(workspace, modal), "is_cleared": cleared}


def home_opened(workspace: Workspace, person: Person, tab: str) -> dict[str, Any]:
    """Return the event of a person who opens the app's `home` or `messages` tab; a tab never published has no view."""
    direct = workspace.direct_channel(person)
    event = {"type": "app_home_opened", "user": person.id, "channel": direct.id, "tab": tab}
    home = workspace.home(person)
    return event | {"view": view_json(workspace, home)} if home is not None and tab == "home" else event


def written(workspace: Workspace, message: Message, kind: str) -> dict[str, Any]:
    """Return the event of a message that a person wrote, a `message` or an `app_mention`."""
    event = {
        "type": kind,
        "user": message.author,
        "text": message.text,
        "ts": message.ts,
        "team": workspace.team_id,
        "channel": message.channel,
        "event_ts": message.ts,
    }
    return event | {"thread_ts": message.thread_ts} if message.thread_ts else event


def event_callback(workspace: Workspace, event: dict[str, Any]) -> dict[str, Any]:
    """Return the envelope's payload of an event."""
    ts = workspace.next_ts()
    return {
        "token": TOKEN,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app.app_id,
        "event": {"event_ts": ts, **event},
        "type": "event_callback",
        "event_id": f"Ev{ts.replace('.', '')}",
        "event_time": int(workspace.clock().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.app.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"1-{event['type']}-{workspace.team_id}",
    }


def _acted(workspace: Workspace, person: Person, kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": person.team_id or workspace.team_id,
        },
        "api_app_id": workspace.app.app_id,
        "token": TOKEN,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }
