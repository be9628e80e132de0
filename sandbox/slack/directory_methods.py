"""The methods that tell who and what is there: auth, users, usergroups, conversations."""

import base64
import binascii
import re
from typing import Any

from sandbox.slack.calls import Call
from sandbox.slack.directory import READING, Channel
from sandbox.slack.refusal import RefusalError
from sandbox.slack.workspace import Workspace

LARGEST_PAGE = 1000
USUAL_PAGE = 100
MOST_OTHERS = 8
"""In a direct message, besides the bot."""


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
    return _page(call, "members", people, "invalid_arguments")


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
    kinds = (call.optional("types") or "public_channel").replace(" ", "").split(",")
    for kind in kinds:
        if kind not in READING:
            raise RefusalError("invalid_types")
        _allow(workspace, READING[kind])
    found = [one for one in workspace.channels.values() if _listed(call, one, kinds)]
    return _page(call, "channels", [one.as_json(workspace.team_id) for one in found])


def conversations_open(workspace: Workspace, call: Call) -> dict[str, Any]:
    """conversations.open: a direct message of the bot with one person or up to eight, or one by its id."""
    if "mpim:write" not in workspace.app.scopes:
        _allow(workspace, "im:write")
    known = call.optional("channel")
    found = _people_called(workspace, call) if known is None else _direct(workspace, known)
    if isinstance(found, list):
        _allow(workspace, "im:write" if len(found) == 1 else "mpim:write")
        found = workspace.direct_between([workspace.app.bot_user, *found])
    return {"channel": found.as_json(workspace.team_id) if call.is_set("return_im") else {"id": found.id}}


def _people_called(workspace: Workspace, call: Call) -> list[str]:
    users = call.optional("users")
    if users is None:
        raise RefusalError("users_list_not_supplied")
    known = [one.strip() for one in users.split(",")]
    if len(known) > MOST_OTHERS:
        raise RefusalError("too_many_users")
    people = [workspace.people.get(one) for one in known]
    if any(one is None or one.id == workspace.app.bot_user for one in people):
        raise RefusalError("user_not_found")
    if any(one is not None and one.deleted for one in people):
        raise RefusalError("user_disabled")
    return known


def _direct(workspace: Workspace, known: str) -> Channel:
    channel = workspace.channels.get(known)
    if channel is None or (channel.private and not channel.is_member):
        raise RefusalError("channel_not_found")
    if not channel.is_direct:
        raise RefusalError("method_not_supported_for_channel_type")
    _allow(workspace, "im:write" if channel.kind == "im" else "mpim:write")
    return channel


def _listed(call: Call, channel: Channel, kinds: list[str]) -> bool:
    hidden = (channel.archived and call.is_set("exclude_archived")) or (channel.private and not channel.is_member)
    return channel.kind in kinds and not hidden


def _allow(workspace: Workspace, scope: str) -> None:
    if scope not in workspace.app.scopes:
        raise RefusalError("missing_scope", needed=scope, provided=",".join(sorted(workspace.app.scopes)))


def _page(call: Call, name: str, items: list[dict[str, Any]], no_limit: str = "invalid_limit") -> dict[str, Any]:
    limit = call.optional("limit") or str(USUAL_PAGE)
    if not re.fullmatch(r"[0-9]{1,6}", limit) or not 1 <= int(limit) <= LARGEST_PAGE:
        raise RefusalError(no_limit)
    start = _start(call.optional("cursor"))
    end = start + int(limit)
    cursor = base64.b64encode(str(end).encode()).decode() if end < len(items) else ""
    return {name: items[start:end], "response_metadata": {"next_cursor": cursor}}


def _start(cursor: str | None) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True)) if cursor else 0
    except (ValueError, binascii.Error):
        raise RefusalError("invalid_cursor") from None
