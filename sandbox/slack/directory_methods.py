"""The methods that tell who and what is there: auth, users, usergroups, conversations."""

import base64
import binascii
from typing import Any

from sandbox.slack.calls import Call
from sandbox.slack.directory import Channel
from sandbox.slack.refusal import RefusalError
from sandbox.slack.workspace import Workspace

LARGEST_PAGE = 1000
USUAL_PAGE = 100


def auth_test(workspace: Workspace, _call: Call) -> dict[str, Any]:
    """auth.test: who the token belongs to."""
    return {
        "url": f"{workspace.url}/",
        "team": workspace.domain,
        "user": workspace.app.bot_name,
        "team_id": workspace.team_id,
        "user_id": workspace.app.bot_user,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


def users_info(workspace: Workspace, call: Call) -> dict[str, Any]:
    """users.info."""
    person = workspace.people.get(call.text("user"))
    if person is None:
        raise RefusalError("user_not_found")
    return {"user": person.as_json(workspace.team_id, workspace.clock())}


def users_list(workspace: Workspace, call: Call) -> dict[str, Any]:
    """users.list, by pages; strangers of shared channels are not in it."""
    people = [one.as_json(workspace.team_id, workspace.clock()) for one in workspace.people.values() if not one.team_id]
    return _page(call, "members", people)


def usergroups_list(workspace: Workspace, call: Call) -> dict[str, Any]:
    """usergroups.list, with the people where asked for."""
    groups = []
    for group in workspace.usergroups.values():
        people = {"users": list(group.people)} if call.is_set("include_users") else {}
        groups.append(group.as_json(workspace.team_id) | people)
    return {"usergroups": groups}


def usergroups_users_list(workspace: Workspace, call: Call) -> dict[str, Any]:
    """usergroups.users.list."""
    group = workspace.usergroups.get(call.text("usergroup"))
    if group is None:
        raise RefusalError("no_such_subteam")
    return {"users": list(group.people)}


def conversations_info(workspace: Workspace, call: Call) -> dict[str, Any]:
    """conversations.info; a private channel without the bot does not exist for it."""
    channel = workspace.channels.get(call.text("channel"))
    if channel is None or (channel.private and not channel.is_member):
        raise RefusalError("channel_not_found")
    _allow(workspace, channel.reading_scope)
    return {"channel": channel.as_json(workspace.team_id)}


def conversations_list(workspace: Workspace, call: Call) -> dict[str, Any]:
    """conversations.list, by pages; each type that is asked for needs its own scope."""
    scopes = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
    kinds = (call.optional("types") or "public_channel").replace(" ", "").split(",")
    for kind in kinds:
        if kind not in scopes:
            raise RefusalError("invalid_types")
        _allow(workspace, scopes[kind])
    found = [one for one in workspace.channels.values() if _listed(call, one, kinds)]
    return _page(call, "channels", [one.as_json(workspace.team_id) for one in found])


def conversations_open(workspace: Workspace, call: Call) -> dict[str, Any]:
    """conversations.open, for a direct message with one person."""
    users = call.optional("users")
    if users is None:
        raise RefusalError("users_list_not_supplied")
    person = workspace.people.get(users)
    if person is None:
        raise RefusalError("user_not_found")
    if person.deleted:
        raise RefusalError("user_disabled")
    return {"channel": {"id": workspace.direct_channel(person).id}}


def _listed(call: Call, channel: Channel, kinds: list[str]) -> bool:
    hidden = (channel.archived and call.is_set("exclude_archived")) or (channel.private and not channel.is_member)
    return channel.kind in kinds and not hidden


def _allow(workspace: Workspace, scope: str) -> None:
    if scope not in workspace.app.scopes:
        raise RefusalError("missing_scope", needed=scope, provided=",".join(sorted(workspace.app.scopes)))


def _page(call: Call, name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    limit = call.optional("limit") or str(USUAL_PAGE)
    if not limit.isdigit() or not 1 <= int(limit) <= LARGEST_PAGE:
        raise RefusalError("invalid_limit")
    start = _start(call.optional("cursor"))
    end = start + int(limit)
    cursor = base64.b64encode(str(end).encode()).decode() if end < len(items) else ""
    return {name: items[start:end], "response_metadata": {"next_cursor": cursor}}


def _start(cursor: str | None) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True)) if cursor else 0
    except (ValueError, binascii.Error):
        raise RefusalError("invalid_cursor") from None
