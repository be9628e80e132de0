"""Payloads in the shapes that Slack sends, with many of the fields that we do not read."""

from typing import Any


def a_click(action: str = "signoff:approve", **changed: Any) -> dict[str, Any]:
    """Return a click on a button of a card."""
    return {
        "type": "block_actions",
        "user": {"id": "U0PRIYA", "username": "priya", "name": "priya", "team_id": "T0ACME"},
        "api_app_id": "A0SIGNOFF",
        "token": "ignored",
        "container": {
            "type": "message",
            "message_ts": "1605853634.000400",
            "channel_id": "C0PAY",
            "is_ephemeral": False,
        },
        "trigger_id": "111.222.aaa",
        "team": {"id": "T0ACME", "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C0PAY", "name": "payments"},
        "message": {"bot_id": "B0BOT", "type": "message", "text": "R-1", "user": "U0BOT", "ts": "1605853634.000400"},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0ACME/1/xxx",
        "actions": [
            {
                "action_id": action,
                "block_id": "r1",
                "text": {"type": "plain_text", "text": "Approve", "emoji": True},
                "value": "h4ndle",
                "type": "button",
                "action_ts": "1605853645.582706",
            }
        ],
        **changed,
    }


def a_submission(reason: str | None = "It breaks refunds", **changed: Any) -> dict[str, Any]:
    """Return the reject form, sent."""
    return {
        "type": "view_submission",
        "team": {"id": "T0ACME", "domain": "acme", "enterprise_id": "E0ORG", "enterprise_name": "Acme"},
        "user": {"id": "U0PRIYA", "username": "priya", "name": "priya", "team_id": "T0ACME"},
        "api_app_id": "A0SIGNOFF",
        "token": "ignored",
        "trigger_id": "111.222.bbb",
        "view": {
            "id": "V0FORM",
            "team_id": "T0ACME",
            "type": "modal",
            "blocks": [],
            "private_metadata": "h4ndle",
            "callback_id": "signoff:reject",
            "state": {"values": {"reason": {"reason": {"type": "plain_text_input", "value": reason}}}},
            "hash": "1596530361.3wRYuk3R",
            "root_view_id": "V0FORM",
            "app_id": "A0SIGNOFF",
        },
        "response_urls": [],
        **changed,
    }


def a_command(text: str = "payments", **changed: Any) -> dict[str, Any]:
    """Return the command, typed."""
    return {
        "token": "ignored",
        "team_id": "T0ACME",
        "team_domain": "acme",
        "channel_id": "C0PAY",
        "channel_name": "payments",
        "user_id": "U0PRIYA",
        "user_name": "priya",
        "command": "/deploy",
        "text": text,
        "api_app_id": "A0SIGNOFF",
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/T0ACME/1/xxx",
        "trigger_id": "111.222.ccc",
        **changed,
    }
