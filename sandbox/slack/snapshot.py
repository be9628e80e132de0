"""The workspace as one person sees it, as JSON for the page: all of it, or only what is on the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.directory import Channel, Person
from sandbox.slack.messages import Message
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.unread import counts, followed, order
from sandbox.slack.view_methods import view_json
from sandbox.slack.views import View
from sandbox.slack.workspace import SLACKBOT, Workspace


@dataclass(frozen=True, slots=True)
class Window:
    """What is on a screen: the last messages of one channel, and the replies of one thread in it.

    `seen` says what was read, by channel, and by channel/ts of a thread. Ephemerals up to `private_after` are gone, as
    Slack's client forgets them when it starts anew; where that is None, all that there are now are.
    """

    channel: str
    last: int
    thread: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    private_after: str | None = None


def snapshot(workspace: Workspace, sockets: SocketMode, person: Person, window: Window | None = None) -> dict[str, Any]:
    """Return what a person can see now: everything where no window is given."""
    channels = [one for one in workspace.channels.values() if one.has(person.id)]
    direct = workspace.direct_channel(person)
    if direct not in channels:
        channels.append(direct)
    modal, home = workspace.modal(person), workspace.home(person)
    return {
        "revision": workspace.changes.revision,
        "now": workspace.clock().timestamp(),
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
        "modal": _view(workspace, modal) if modal else None,
        "home": _view(workspace, home) if home else None,
    } | (_everything(workspace, channels, person) if window is None else _seen(workspace, channels, person, window))


def _everything(workspace: Workspace, channels: list[Channel], person: Person) -> dict[str, Any]:
    shown = []
    for one in channels:
        visible = _in_order([post for post in one.posts if not post.deleted] + workspace.ephemerals(person, one))
        shown.append(_channel(workspace, one, person) | {"messages": [_message(post) for post in visible]})
    return {"channels": shown}


def _seen(workspace: Workspace, channels: list[Channel], person: Person, window: Window) -> dict[str, Any]:
    after = window.private_after if window.private_after is not None else _newest_private(workspace)
    here = next((one for one in channels if one.id == window.channel), None)
    if here is None:
        alike = [one for one in channels if one.person and window.channel.startswith("D")]
        here = next(iter(alike or channels))
    shown = [
        _channel(workspace, one, person)
        | counts(workspace, one, person, window.seen.get(one.id, ""))
        | {"messages": []}
        for one in channels
    ]
    private = [one for one in workspace.ephemerals(person, here) if order(one.ts) > order(after)]
    top, replies = _parts(here, private)
    kept = _in_order(top)[-window.last :]
    parent = next((one for one in top if one.ts == window.thread), None)
    thread = [parent, *_in_order(replies.get(parent.ts, []))] if parent else []
    drawn = [_message(one) | {"replies": _replies(replies.get(one.ts, []))} for one in kept]
    return {
        "channels": [one | {"messages": drawn} if one["id"] == here.id else one for one in shown],
        "here": here.id,
        "earlier": len(top) - len(kept),
        "thread": [_message(one) for one in thread],
        "threads": followed(workspace, channels, person, window.seen),
        "private_after": after,
    }


def _parts(channel: Channel, private: list[Message]) -> tuple[list[Message], dict[str, list[Message]]]:
    """Return what stands in a channel itself, and the replies by what they are below."""
    top: list[Message] = []
    below: dict[str, list[Message]] = {}
    for one in [*channel.posts, *private]:
        if one.is_reply and not one.deleted:
            below.setdefault(str(one.thread_ts), []).append(one)
        elif not one.deleted:
            top.append(one)
    return top, below


def _replies(replies: list[Message]) -> dict[str, Any]:
    return {"count": len(replies), "last": replies[-1].ts if replies else ""}


def _newest_private(workspace: Workspace) -> str:
    private = [message.ts for person in workspace.people for message in workspace.ephemerals(person)]
    return max(private, key=order, default="0.0")


def _in_order(messages: list[Message]) -> list[Message]:
    return sorted(messages, key=lambda one: order(one.ts))


def _person(workspace: Workspace, person: Person) -> dict[str, Any]:
    may_act = not (person.is_bot or person.deleted or person.id == SLACKBOT)
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name or person.name,
        "is_bot": person.is_bot,
        "may_act": may_act,
        "note": _note(person),
        "groups": [one.handle for one in workspace.usergroups.values() if person.id in one.people],
        "tz": person.tz,
        "is_app": person.id == workspace.app.bot_user,
    }


def _note(person: Person) -> str:
    if person.deleted:
        return "deactivated"
    if person.is_stranger or person.team_id:
        return "from another company"
    if person.is_ultra_restricted:
        return "guest of one channel"
    return "guest" if person.is_restricted else ""


def _channel(workspace: Workspace, channel: Channel, person: Person) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": _called(workspace, channel, person),
        "direct": channel.is_direct,
        "with_app": channel.person is not None,
        "kind": channel.kind,
        "archived": channel.archived,
        "shared": channel.ext_shared,
        "has_app": channel.is_member,
    }


def _called(workspace: Workspace, channel: Channel, person: Person) -> str:
    """Return a place's name as somebody reads it: a direct message is called after the others."""
    if channel.person:
        return workspace.app.name
    if not channel.direct:
        return channel.name
    others = [workspace.people[one] for one in channel.members or () if one != person.id]
    return ", ".join(sorted(one.real_name or one.name for one in others))


def _message(message: Message) -> dict[str, Any]:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts if message.is_reply else None,
        "author": message.author,
        "text": message.text,
        "blocks": message.blocks,
        "edited": message.edited,
        "ephemeral": message.is_ephemeral,
    }


def _view(workspace: Workspace, shown: View) -> dict[str, Any]:
    view = view_json(workspace, shown)
    return {"view": view, "values": shown.values, "errors": shown.errors, "trouble": shown.trouble}
