"""The installed app: its names, its slash commands, what it may do and what it listens to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SCOPES = frozenset({"channels:read", "chat:write", "commands", "usergroups:read", "users:read"})
NEEDED = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
}
"""The scope without which Slack does not let an app listen to an event."""


class ManifestError(ValueError):
    """A manifest that Slack would not install."""


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
    home_tab: bool = True
    messages_tab: bool = True
    messages_read_only: bool = False
    """Whether people may only read what the app writes to them directly."""
    bot_token: str = "xoxb-sandbox"  # noqa: S105 - opens nothing but this sandbox
    app_token: str = "xapp-sandbox"  # noqa: S105 - the same


def from_manifest(manifest: Mapping[str, Any]) -> App:
    """Return the app that a manifest describes, as Slack would install it.

    Raises:
        ManifestError: it listens to an event without the scope that this needs.
    """
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    bot = features.get("bot_user", {})
    home = features.get("app_home", {})
    scopes = set(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []))
    events = set(settings.get("event_subscriptions", {}).get("bot_events", []))
    for event in sorted(events):
        if event in NEEDED and NEEDED[event] not in scopes:
            raise ManifestError(f"the event {event} needs the scope {NEEDED[event]}")
    return App(
        name=manifest["display_information"]["name"],
        bot_name=bot.get("display_name", manifest["display_information"]["name"]),
        commands=[
            SlashCommand(one["command"], one.get("description", ""), one.get("usage_hint", ""))
            for one in features.get("slash_commands", [])
        ],
        scopes=scopes,
        events=events,
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", True),
        messages_read_only=home.get("messages_tab_read_only_enabled", False),
    )
