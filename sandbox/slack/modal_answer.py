"""What the acknowledgement of a sent modal does to it: errors, clear, update, push, or plain closing."""

from typing import Any

from sandbox.slack.refusal import RefusalError
from sandbox.slack.view_methods import checked, room_for_one_more
from sandbox.slack.views import Modal
from sandbox.slack.workspace import Workspace


def take_answer(workspace: Workspace, modal: Modal, answer: dict[str, Any]) -> None:
    """Do what the app answered; an answer that Slack would refuse shows as trouble of the modal."""
    stack = workspace.modals(modal.person)
    action = answer.get("response_action")
    try:
        if action == "errors":
            modal.errors = _errors(modal, answer.get("errors"))
        elif action == "update":
            workspace.update_view(modal, checked(answer.get("view"), "modal"))
        elif action == "push":
            room_for_one_more(workspace, modal.person)
            workspace.show_modal(modal.person, checked(answer.get("view"), "modal"))
        elif action == "clear":
            stack.clear()
        elif modal in stack:
            stack.remove(modal)
    except RefusalError as refusal:
        modal.trouble = f"We had some trouble connecting ({refusal.error}). Try again?"
    workspace.changes.announce()


def _errors(modal: Modal, errors: Any) -> dict[str, str]:
    """Return errors by block id; Slack ignores the whole answer where a block is not an input of the view."""
    known = {block["block_id"] for block in modal.inputs}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= known:
        raise RefusalError("invalid_errors")
    return {str(key): str(value) for key, value in errors.items()}
