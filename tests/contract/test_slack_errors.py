"""Whatever a call of the Web API carries, the sandbox refuses it with a code that Slack documents for that method."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox.slack import in_process
from sandbox.slack.web_api import METHODS
from sandbox.slack.workspace import Workspace
from tests.contract.slack_errors import DOCUMENTED, OF_EVERY_METHOD

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SCOPES = frozenset(
    {"channels:read", "chat:write", "groups:read", "im:read", "im:write", "mpim:read", "mpim:write", "users:read"}
) | {"usergroups:read"}
NOWHERE = {
    "chat.postMessage": {"thread_not_found", "cannot_dm_bot"},
    "views.open": {"push_limit_reached"},
}
"""What Slack says and documents nowhere, or only for a method alike."""
VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []}
HOME = {"type": "home", "blocks": []}
SOUND: dict[str, dict[str, Any]] = {
    "auth.test": {},
    "chat.postMessage": {"channel": "C0", "text": "x", "blocks": [], "thread_ts": "", "metadata": {}},
    "chat.update": {"channel": "C0", "ts": "1.000001", "text": "x", "blocks": [], "metadata": {}},
    "chat.delete": {"channel": "C0", "ts": "1.000001"},
    "chat.postEphemeral": {"channel": "C0", "user": "U0SAM", "text": "x", "blocks": [], "thread_ts": ""},
    "chat.getPermalink": {"channel": "C0", "message_ts": "1.000001"},
    "views.open": {"trigger_id": "T", "view": VIEW},
    "views.push": {"trigger_id": "T", "view": VIEW},
    "views.update": {"view_id": "V000000001", "external_id": "", "hash": "", "view": VIEW},
    "views.publish": {"user_id": "U0SAM", "view": HOME, "hash": ""},
    "users.info": {"user": "U0SAM"},
    "users.list": {"limit": 2, "cursor": ""},
    "usergroups.list": {"include_users": True},
    "usergroups.users.list": {"usergroup": "S0SRE"},
    "conversations.info": {"channel": "C0"},
    "conversations.list": {"types": "public_channel", "limit": 2, "cursor": "", "exclude_archived": True},
    "conversations.open": {"users": "U0SAM", "channel": ""},
}
WRONG: list[Any] = [
    None,
    "",
    0,
    -1,
    1.5,
    True,
    [],
    {},
    ["x"],
    {"a": 1},
    [None],
    [[]],
    "x" * 5000,
    "9" * 400,
    "\x00",
    "\ud800",
    "\u00b2",
    "\u0661",
    "[1]",
    "{",
    '{"type": 1}',
    "aGk=",
    "LTU=",
    "C1ARCHIVED",
    "C2PRIVATE",
    "C3AWAY",
    "U0GONE",
    "U0BOT",
    "U0ELSE",
    "U0SAM,U0PRIYA",
    "U0SAM,,",
    [{"type": []}],
    [{"type": "section", "text": {"type": [], "text": {}}}],
    [{"type": "actions", "elements": [1]}],
    [{"type": "input", "label": 1, "element": []}],
    [{"type": "section", "block_id": {}, "text": {"type": "mrkdwn", "text": "x"}}],
    {"type": "home", "blocks": None},
    {"type": "home", "blocks": [], "external_id": []},
    {"type": "modal", "title": 1, "blocks": [1]},
    {"event_type": "a", "event_payload": []},
]


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace(lambda: NOON)
    made.rates.strict = False
    made.app.scopes, made.app.home_tab = set(SCOPES), True
    people: dict[str, dict[str, Any]] = {
        "U0SAM": {},
        "U0PRIYA": {},
        "U0GONE": {"deleted": True},
        "U0BOT": {"is_bot": True},
        "U0ELSE": {"is_stranger": True, "team_id": "T0ELSE"},
    }
    channels: dict[str, dict[str, Any]] = {
        "C0": {},
        "C1ARCHIVED": {"archived": True},
        "C2PRIVATE": {"private": True, "is_member": False},
        "C3AWAY": {"is_member": False},
    }
    for known, flags in people.items():
        made.add_person(known, known.lower(), **flags)
    for known, flags in channels.items():
        made.add_channel(known, known.lower(), **flags)
    made.add_usergroup("S0SRE", "sre", ["U0SAM"])
    made.post(made.channel("C0"), made.app.bot_user, "hello")
    made.show_modal("U0SAM", VIEW)
    return made


def asked(workspace: Workspace, method: str, arguments: dict[str, Any], kind: str) -> str:
    """Call a method with JSON or a form; return the code of the refusal, or ok."""
    if kind == "json":
        body = json.dumps(arguments).encode()
    else:
        fields = {name: one if isinstance(one, str) else json.dumps(one) for name, one in arguments.items()}
        body = urlencode(fields, errors="replace").encode()
    headers = {"Authorization": f"Bearer {workspace.app.bot_token}"}
    headers["Content-Type"] = "application/json" if kind == "json" else "application/x-www-form-urlencoded"
    status, _, answer = in_process.answer(workspace, "POST", f"/api/{method}", headers=headers, body=body)
    assert status == 200
    read = json.loads(answer)
    return "ok" if read["ok"] else str(read["error"])


def wrong_calls(method: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return calls with one argument that is wrong or missing."""
    sound = SOUND[method]
    for name in sound:
        yield name, {key: value for key, value in sound.items() if key != name}
        for wrong in WRONG:
            yield name, {**sound, name: wrong}


@pytest.mark.parametrize("method", METHODS)
def test_every_refusal_is_one_that_slack_documents(workspace: Workspace, method: str) -> None:
    known = DOCUMENTED[method] | OF_EVERY_METHOD | NOWHERE.get(method, set()) | {"ok"}
    said = {
        (name, asked(workspace, method, arguments, kind))
        for name, arguments in wrong_calls(method)
        for kind in ("json", "form")
    }
    assert {(name, code) for name, code in said if code not in known} == set()


@pytest.mark.parametrize(
    ("method", "scope"), [(method, scope) for method, (_, scope) in METHODS.items() if scope is not None]
)
def test_a_method_without_its_scope_says_which_one_it_needs(workspace: Workspace, method: str, scope: str) -> None:
    workspace.app.scopes -= {scope}
    assert asked(workspace, method, SOUND[method], "json") == "missing_scope"


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("chat.postMessage", {"channel": "C1ARCHIVED", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": "C2PRIVATE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C3AWAY", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "U0GONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "U0BOT", "text": "x"}, "cannot_dm_bot"),
        ("chat.postMessage", {"channel": "#c0", "text": "x"}, "ok"),
        ("chat.postMessage", {"channel": "c1archived", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": "#u0sam", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0", "text": "x", "metadata": "{"}, "invalid_metadata_format"),
        (
            "chat.postMessage",
            {"channel": "C0", "text": "x", "metadata": {"event_type": "a"}},
            "invalid_metadata_schema",
        ),
        ("chat.postEphemeral", {"channel": "C0", "user": "U0NOBODY", "text": "x"}, "user_not_in_channel"),
        ("chat.update", {"channel": "c0", "ts": "1.000001", "text": "x"}, "channel_not_found"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("users.list", {"limit": "\u00b2"}, "invalid_arguments"),
        ("conversations.info", {"channel": "C2PRIVATE"}, "channel_not_found"),
        ("conversations.list", {"limit": "\u00b2"}, "invalid_limit"),
        ("conversations.list", {"types": "im,mpim,shared"}, "invalid_types"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0SAM,U0GONE"}, "user_disabled"),
        ("conversations.open", {"users": ",".join(["U0SAM"] * 9)}, "too_many_users"),
        ("conversations.open", {"channel": "C0"}, "method_not_supported_for_channel_type"),
        ("conversations.open", {"channel": "C2PRIVATE"}, "channel_not_found"),
    ],
)
def test_a_refusal_names_what_is_wrong(workspace: Workspace, method: str, arguments: dict[str, Any], code: str) -> None:
    workspace.direct_channel("U0SAM")
    assert asked(workspace, method, arguments, "form") == code


def test_a_message_in_an_archived_channel_is_frozen(workspace: Workspace) -> None:
    channel = workspace.channel("C0")
    asked_for = {"channel": "C0", "ts": channel.posts[0].ts, "text": "later"}
    assert asked(workspace, "chat.update", asked_for, "json") == "ok"
    channel.archived = True
    assert asked(workspace, "chat.update", asked_for, "json") == "is_inactive"
