"""The installed app: its names, its slash commands, what it may do and what it listens to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SCOPES = frozenset({"channels:read", "chat:write", "commands", "usergroups:read", "users:read"})


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command that people may type."""

    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(slots=True)
class App:
    """An app as it is installed in the workspace. `events` are the types that it subscribed to."""

    name: str = "Signoff"
    bot_name: str = "signoff"
    app_id: str = "A0SANDBOX"
    bot_id: str = "B0SANDBOX"
    bot_user: str = "U0SANDBOT"
    commands: list[SlashCommand] = field(default_factory=lambda: [SlashCommand("/deploy")])
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    events: set[str] = field(default_factory=set)
    bot_token: str = "xoxb-sandbox"  # noqa: S105 - opens nothing but this sandbox
    app_token: str = "xapp-sandbox"  # noqa: S105 - the same


def from_manifest(manifest: Mapping[str, Any]) -> App:
    """Return the app that a manifest describes, as Slack would install it."""
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    bot = features.get("bot_user", {})
    return App(
        name=manifest["display_information"]["name"],
        bot_name=bot.get("display_name", manifest["display_information"]["name"]),
        commands=[
            SlashCommand(one["command"], one.get("description", ""), one.get("usage_hint", ""))
            for one in features.get("slash_commands", [])
        ],
        scopes=set(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
        events=set(settings.get("event_subscriptions", {}).get("bot_events", [])),
    )
