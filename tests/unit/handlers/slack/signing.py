"""Requests as Slack signs them, written apart from the code that checks them."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def signature(body: bytes, timestamp: str, secret: str = SECRET) -> str:
    """Return the value of X-Slack-Signature."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def signed(body: bytes, at: float, content_type: str = FORM, secret: str = SECRET) -> dict[str, str]:
    """Return the headers that Slack sends with a body."""
    timestamp = str(int(at))
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(body, timestamp, secret),
    }


def interaction(payload: Any) -> bytes:
    """Return an interaction as its form."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def command(fields: dict[str, str]) -> bytes:
    """Return a command as its form."""
    return urlencode(fields).encode()


def event(**changed: Any) -> dict[str, Any]:
    """Return an event's envelope."""
    return {
        "token": "ignored",
        "team_id": "T0ACME",
        "api_app_id": "A0SIGNOFF",
        "event": {"type": "app_home_opened", "user": "U0PRIYA", "tab": "home", "event_ts": "1605853634.000400"},
        "type": "event_callback",
        "event_id": "Ev0001",
        "event_time": 1605853634,
        "authorizations": [{"enterprise_id": None, "team_id": "T0ACME", "user_id": "U0BOT", "is_bot": True}],
        "is_ext_shared_channel": False,
        **changed,
    }
