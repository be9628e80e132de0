"""The workspace as one person sees it, as JSON for the page."""

from typing import Any

from sandbox.slack.directory import Channel, Person
from sandbox.slack.messages import Message
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.view_methods import view_json
from sandbox.slack.views import View
from sandbox.slack.workspace import SLACKBOT, Workspace


def snapshot(workspace: Workspace, sockets: SocketMode, person: Person) -> dict[str, Any]:
    """Return everything that a person can see now."""
    channels = [one for one in workspace.channels.values() if one.has(person.id)]
    direct = workspace.direct_channel(person)
    if direct not in channels:
        channels.append(direct)
    modal, home = workspace.modal(person), workspace.home(person)
    return {
        "revision": workspace.changes.revision,
        "team": workspace.domain,
        "app": {"name": workspace.app.name, "user": workspace.app.bot_user, "connections": len(sockets.connections)}
        | {"home_tab": workspace.app.home_tab, "messages_read_only": workspace.app.messages_read_only},
        "me": person.id,
        "people": {one.id: _person(workspace, one) for one in workspace.people.values()},
        "usergroups": {one.id: one.handle for one in workspace.usergroups.values()},
        "commands": [
            {"command": one.command, "description": one.description, "usage_hint": one.usage_hint}
            for one in workspace.app.commands
        ],
        "channels": [_channel(workspace, one, person) for one in channels],
        "modal": _view(workspace, modal) if modal else None,
        "home": _view(workspace, home) if home else None,
    }


def _person(workspace: Workspace, person: Person) -> dict[str, Any]:
    may_act = not (person.is_bot or person.deleted or person.id == SLACKBOT)
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name or person.name,
        "is_bot": person.is_bot,
        "may_act": may_act,
        "note": _note(person),
        "tz": person.tz,
        "is_app": person.id == workspace.app.bot_user,
    }


def _note(person: Person) -> str:
    if person.deleted:
        return "deactivated"
    if person.is_stranger or person.team_id:
        return "from another company"
    return "guest" if person.is_restricted or person.is_ultra_restricted else ""


def _channel(workspace: Workspace, channel: Channel, person: Person) -> dict[str, Any]:
    visible = [one for one in channel.posts if not one.deleted]
    visible += workspace.ephemerals(person, channel)
    return {
        "id": channel.id,
        "name": workspace.app.name if channel.person else channel.name,
        "kind": channel.kind,
        "archived": channel.archived,
        "shared": channel.ext_shared,
        "messages": [_message(workspace, one) for one in sorted(visible, key=lambda one: _order(one.ts))],
    }


def _order(ts: str) -> tuple[int, int]:
    seconds, _, rest = ts.partition(".")
    return int(seconds), int(rest)


def _message(workspace: Workspace, message: Message) -> dict[str, Any]:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts if message.is_reply else None,
        "author": message.author,
        "text": message.text,
        "blocks": message.blocks,
        "edited": message.edited,
        "ephemeral": message.is_ephemeral,
        "versions": len(message.versions),
        "json": message.as_json(workspace.team_id),
    }


def _view(workspace: Workspace, shown: View) -> dict[str, Any]:
    view = view_json(workspace, shown)
    return {"view": view, "values": shown.values, "errors": shown.errors, "trouble": shown.trouble}
