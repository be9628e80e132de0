"""The views.* methods: opening a modal with a trigger, and replacing one that is open."""

from typing import Any

from sandbox.slack.block_kit.views import problems, too_large
from sandbox.slack.calls import Call
from sandbox.slack.chat_methods import structured
from sandbox.slack.modals import Modal
from sandbox.slack.refusal import RefusalError, invalid
from sandbox.slack.workspace import Workspace

STACK = 3


def open_view(workspace: Workspace, call: Call) -> dict[str, Any]:
    """views.open: a trigger opens one modal, within 3 s. The view is checked before the trigger is spent."""
    view = checked(structured(call.arguments, "view"))
    if workspace.view(None, view.get("external_id")):
        raise RefusalError("duplicate_external_id")
    person = workspace.one_shots.exchange(call.text("trigger_id"))
    room_for_one_more(workspace, person)
    return {"view": view_json(workspace, workspace.show_modal(person, view))}


def update_view(workspace: Workspace, call: Call) -> dict[str, Any]:
    """views.update: the hash, where given, guards against a newer version."""
    modal = workspace.view(call.optional("view_id"), call.optional("external_id"))
    if modal is None:
        raise RefusalError("not_found")
    if call.optional("hash") not in {None, modal.hash}:
        raise RefusalError("hash_conflict")
    workspace.update_modal(modal, checked(structured(call.arguments, "view")))
    return {"view": view_json(workspace, modal)}


def room_for_one_more(workspace: Workspace, person: str) -> None:
    """Refuse a fourth modal above three others."""
    if len(workspace.modals(person)) >= STACK:
        raise RefusalError("push_limit_reached")


def checked(view: Any) -> dict[str, Any]:
    """Return a view that Slack would take."""
    if too_large(view):
        raise RefusalError("view_too_large")
    found = problems(view)
    if found:
        raise invalid("invalid_arguments", found)
    return dict(view)


def view_json(workspace: Workspace, modal: Modal) -> dict[str, Any]:
    """Return the view object of an open modal."""
    return modal.as_json(workspace.team_id, workspace.app.app_id, workspace.app.bot_id)
