"""What whoever acted is told when Slack sent it in a way that nobody can read: where Slack has a place for it."""

from collections.abc import Mapping
from typing import Any

from bot.core.policy import Kind
from bot.views import request_form
from bot.views.buttons import FORMS

GARBLED = "Slack sent this in a way that could not be read, so nothing was done. Please try again."
FIELD: Mapping[str, str] = {
    **{f"signoff:{act}": "at" if act == "schedule" else "reason" for act in FORMS},
    **{f"{request_form.PREFIX}{kind.value}": "service" for kind in Kind},
}
"""A field that a form always has, by the form's callback id. An error at one that it has not Slack refuses altogether
(`invalid_errors`), and the person reads of trouble connecting."""


def command() -> dict[str, Any]:
    """Return what whoever typed a command is told."""
    return {"text": GARBLED, "response_type": "ephemeral"}


def form(body: object) -> dict[str, Any]:
    """Return what whoever sent a form is told: it stays open, and says so; nothing where nobody knows which form it is.

    Args:
        body: what came; of any shape.
    """
    if not isinstance(body, dict) or body.get("type") != "view_submission":
        return {}
    view = body.get("view")
    called = view.get("callback_id") if isinstance(view, dict) else None
    field = FIELD.get(called) if isinstance(called, str) else None
    return {} if field is None else {"response_action": "errors", "errors": {field: GARBLED}}
