"""The manifest asks for exactly what the code uses: its scopes come from the methods that are called."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from handlers.phrases import ENTRIES
from handlers.slack.ingress import PATH

ROOT = Path(__file__).parents[4]

SCOPES = {
    "apps_connections_open": set(),  # of the app-level token: connections:write
    "auth_test": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_list": {"channels:read"},  # of public channels only
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "views_open": set[str](),
    "views_publish": set[str](),
    "views_update": set[str](),
}
"""Each method of the Web API that is called, and the bot scopes that Slack's reference names for it."""

EVENTS = {"app_home_opened": set[str](), "app_mention": {"app_mentions:read"}}
"""Each event that is listened for, and the bot scopes that Slack's reference names for it."""


@pytest.fixture
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return read


def called() -> set[str]:
    """Return every method that is called on a Web API client anywhere in handlers/slack."""
    found = set()
    for file in (ROOT / "handlers" / "slack").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                on = ast.unparse(node.func.value)
                if on in {"web", "self.web"} and hasattr(AsyncWebClient, node.func.attr):  # `web` is aiohttp's too
                    found.add(node.func.attr)
    return found


def registered(kind: str) -> set[str]:
    """Return what handlers/slack registers with Bolt as `app.KIND(name)`; a pattern comes back as it is written."""
    found = set()
    for file in (ROOT / "handlers" / "slack").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"app.{kind}":
                found.add(ast.literal_eval(node.args[0]))
    return found


def test_t28_every_method_that_is_called_has_its_scopes_known() -> None:
    assert called() == set(SCOPES)


def test_t28_the_scopes_are_those_of_the_methods_the_events_and_the_command(manifest: dict[str, Any]) -> None:
    needed = {"commands"}.union(*SCOPES.values(), *EVENTS.values())
    assert manifest["oauth_config"] == {"scopes": {"bot": sorted(needed)}}


def test_t28_every_event_that_is_listened_for_has_its_scopes_known() -> None:
    assert registered("event") == set(EVENTS)


def test_nothing_is_listened_for_that_the_manifest_does_not_let_through(manifest: dict[str, Any]) -> None:
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert events == sorted(registered("event"))
    assert registered("shortcut") | registered("function") | registered("step") | registered("message") == set()


def test_people_cannot_write_where_nobody_reads(manifest: dict[str, Any]) -> None:
    assert manifest["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }


def test_t05_no_message_is_ever_read(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert [one for one in scopes if "history" in one or one.startswith(("im:", "mpim:", "groups:", "files:"))] == []
    assert [one for one in events if one.startswith("message")] == []


def test_it_is_socket_mode_with_buttons(manifest: dict[str, Any]) -> None:
    settings = dict(manifest["settings"])
    assert set(settings.pop("event_subscriptions")) == {"bot_events"}
    assert settings == {
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": True,
        "token_rotation_enabled": False,
    }


def test_the_command_takes_words_as_they_are_typed(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/deploy"
    assert command["should_escape"] is False
    assert set(command) == {"command", "description", "usage_hint", "should_escape"}


def test_the_hint_names_words_that_there_are(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    first, *hinted = command["usage_hint"].split(" | ")
    forms = {entry.word: entry.usage for entry in ENTRIES}
    assert forms["request"].startswith(first)
    assert [one for one in hinted if one.partition(" ")[0] not in forms] == []
    assert hinted[-1] == forms["help"]
    assert len(command["usage_hint"]) <= 120  # more of it is no hint


def test_it_keeps_slacks_limits(manifest: dict[str, Any]) -> None:
    assert set(manifest) == {"_metadata", "display_information", "features", "oauth_config", "settings"}
    display, features = manifest["display_information"], manifest["features"]
    assert set(display) == {"name", "description", "background_color"}
    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert re.fullmatch("#[0-9a-f]{6}", display["background_color"])
    assert set(features) == {"app_home", "bot_user", "slash_commands"}
    assert re.fullmatch("[a-z0-9_.-]{1,80}", features["bot_user"]["display_name"])
    (command,) = features["slash_commands"]
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000


def test_the_documentation_explains_every_scope_and_no_other(manifest: dict[str, Any]) -> None:
    text = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `([a-z_.]+(?::[a-z.]+)?)`", text, re.MULTILINE)
    slack_scopes = {scope for scope in explained if ":" in scope or scope == "commands"}
    assert slack_scopes == {*manifest["oauth_config"]["scopes"]["bot"], "connections:write"}


def test_t28_the_manifest_for_http_differs_only_in_addresses(manifest: dict[str, Any]) -> None:
    text = (ROOT / "docs" / "manifest-http.yml").read_text(encoding="utf-8")
    over_http = yaml.safe_load(text)
    url = f"https://signoff.acme.example{PATH}"
    (command,) = over_http["features"]["slash_commands"]
    assert command.pop("url") == url
    assert over_http["settings"]["interactivity"].pop("request_url") == url
    assert over_http["settings"]["event_subscriptions"].pop("request_url") == url
    assert over_http["settings"]["socket_mode_enabled"] is False
    over_http["settings"]["socket_mode_enabled"] = True
    assert over_http == manifest
    comments = [line for line in text.splitlines() if "#" in line][1:]
    assert set(comments) <= set((ROOT / "manifest.yml").read_text(encoding="utf-8").splitlines())
