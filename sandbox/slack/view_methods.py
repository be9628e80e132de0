"""The views.* methods: a modal that opens, another one above it, a view replaced, a Home tab published."""

from typing import Any

from sandbox.slack.block_kit.views import problems, too_large
from sandbox.slack.calls import Call
from sandbox.slack.chat_methods import structured
from sandbox.slack.refusal import RefusalError, invalid
from sandbox.slack.views import Home, View
from sandbox.slack.workspace import Workspace

STACK = 3


def open_view(workspace: Workspace, call: Call) -> dict[str, Any]:
    """views.open: a trigger opens one modal, within 3 s. The view is checked before the trigger is spent."""
    view = _given(workspace, call, "modal")
    person = workspace.one_shots.exchange(call.text("trigger_id"))
    room_for_one_more(workspace, person)
    return {"view": view_json(workspace, workspace.show_modal(person, view))}


def push_view(workspace: Workspace, call: Call) -> dict[str, Any]:
    """views.push: one more modal above the one that is open, which something was used in."""
    view = _given(workspace, call, "modal")
    person = workspace.one_shots.exchange(call.text("trigger_id"))
    if not workspace.modals(person):
        raise RefusalError("not_found")
    room_for_one_more(workspace, person)
    return {"view": view_json(workspace, workspace.show_modal(person, view))}


def update_view(workspace: Workspace, call: Call) -> dict[str, Any]:
    """views.update: the hash, where given, guards against a newer version."""
    shown = workspace.view(call.optional("view_id"), call.optional("external_id"))
    if shown is None:
        raise RefusalError("not_found")
    _up_to_date(call, shown)
    view = _given(workspace, call, "home" if isinstance(shown, Home) else "modal", shown)
    workspace.update_view(shown, view)
    return {"view": view_json(workspace, shown)}


def publish_view(workspace: Workspace, call: Call) -> dict[str, Any]:
    """views.publish: what a person's Home tab shows from now on, whether or not it is open."""
    known = call.text("user_id")
    person = workspace.people.get(known)
    if person is None or person.is_bot:
        raise invalid("invalid_arguments", ["invalid `user_id` [json-pointer:/user_id]"])
    if not workspace.app.home_tab:
        raise RefusalError("not_enabled")
    home = workspace.home(known)
    if home is not None:
        _up_to_date(call, home)
    elif call.optional("hash"):
        raise RefusalError("hash_conflict")
    return {"view": view_json(workspace, workspace.publish(known, _given(workspace, call, "home", home)))}


def room_for_one_more(workspace: Workspace, person: str) -> None:
    """Refuse a fourth modal above three others."""
    if len(workspace.modals(person)) >= STACK:
        raise RefusalError("push_limit_reached")


def checked(view: Any, kind: str) -> dict[str, Any]:
    """Return a view that Slack would take."""
    if too_large(view):
        raise RefusalError("view_too_large")
    found = problems(view, kind)
    if found:
        raise invalid("invalid_arguments", found)
    return dict(view)


def view_json(workspace: Workspace, view: View) -> dict[str, Any]:
    """Return the view object of an open modal or a Home tab."""
    return view.as_json(workspace.team_id, workspace.app.app_id, workspace.app.bot_id)


def _given(workspace: Workspace, call: Call, kind: str, replaced: View | None = None) -> dict[str, Any]:
    view = checked(structured(call.arguments, "view"), kind)
    if workspace.view(None, view.get("external_id")) not in {None, replaced}:
        raise RefusalError("duplicate_external_id")
    return view


def _up_to_date(call: Call, shown: View) -> None:
    if call.optional("hash") not in {None, shown.hash}:
        raise RefusalError("hash_conflict")
