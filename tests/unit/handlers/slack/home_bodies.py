"""What Slack sends of App Home, with many of the fields that we do not read."""

from typing import Any

from bot.views.home_settings import MUTE


def opening(**changed: Any) -> dict[str, Any]:
    """Return the event of somebody who opens their home, where something is shown already."""
    happened = {
        "type": "app_home_opened",
        "user": "U0PRIYA",
        "channel": "D0PRIYA",
        "tab": "home",
        "view": {"id": "V1", "type": "home", "blocks": [], "private_metadata": "U0SAM", "hash": "1.a", "state": {}},
        "event_ts": "1605853634.000400",
    }
    event = {key: value for key, value in (happened | changed).items() if value is not None}
    return {
        "type": "event_callback",
        "team_id": "T0ACME",
        "api_app_id": "A0SIGNOFF",
        "event_id": "Ev0HOME",
        "event": event,
        "authorizations": [{"team_id": "T0ACME", "user_id": "U0BOT", "is_bot": True}],
    }


def ticking(*options: str, action: str = MUTE, view: str = "home") -> dict[str, Any]:
    """Return what Slack sends when the box in a home was ticked or unticked."""
    return {
        "type": "block_actions",
        "user": {"id": "U0PRIYA", "username": "priya", "team_id": "T0ACME"},
        "team": {"id": "T0ACME", "domain": "acme"},
        "container": {"type": "view", "view_id": "V1"},
        "trigger_id": "111.222.aaa",
        "view": {"id": "V1", "type": view, "blocks": [], "private_metadata": "U0SAM", "state": {"values": {}}},
        "actions": [
            {
                "type": "checkboxes",
                "action_id": action,
                "block_id": "home:mute:r1",
                "selected_options": [
                    {"value": value, "text": {"type": "plain_text", "text": "x"}} for value in options
                ],
                "action_ts": "1605853645.582706",
            }
        ],
    }
