"""The signature of webhooks, against the example that GitHub publishes."""

import uuid
from datetime import UTC, datetime

import pytest

from sandbox.github.hooks import Hook, Hooks, build_webhook


def test_the_published_example() -> None:
    """https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries."""
    signed = Hook("guid", "ping", b"Hello, World!").headers("It's a Secret to Everybody")
    expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert signed["X-Hub-Signature-256"] == expected


def test_a_made_webhook_says_what_it_is() -> None:
    hook = build_webhook("workflow_run", {"action": "completed"})
    headers = hook.headers("secret")
    assert hook.body == b'{"action": "completed"}'
    assert str(uuid.UUID(headers["X-GitHub-Delivery"])) == hook.guid
    assert (headers["X-GitHub-Event"], headers["Content-Type"]) == ("workflow_run", "application/json")
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert build_webhook("ping", {}).guid != hook.guid
    assert build_webhook("ping", {}, guid="mine").headers("s")["X-GitHub-Delivery"] == "mine"


async def test_what_was_never_sent_cannot_be_redelivered() -> None:
    with pytest.raises(LookupError, match="no delivery has the GUID 1"):
        await Hooks("secret", lambda: datetime(2026, 11, 21, tzinfo=UTC)).redeliver("1")
