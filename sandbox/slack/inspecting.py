"""What the inspector shows: the JSON of a message or view as Slack has it and as it was sent, and what is refused."""

from typing import Any

from sandbox.slack.block_kit import blocks, views
from sandbox.slack.finding import Target
from sandbox.slack.messages import Message
from sandbox.slack.view_methods import view_json
from sandbox.slack.workspace import Workspace

KINDS = ("message", "modal", "home")


def inspected(workspace: Workspace, target: Target) -> dict[str, Any]:
    """Return a message or view: `json` as Slack tells of it, `sent` as an app sends it."""
    if isinstance(target, Message):
        sent = {"blocks": target.blocks}
        return {
            "kind": "message",
            "json": target.as_json(workspace.team_id),
            "sent": sent,
            "versions": len(target.versions),
        }
    kind = str(target.view["type"])
    return {"kind": kind, "json": view_json(workspace, target), "sent": target.view, "versions": 1}


def refused(kind: str, sent: Any) -> list[str]:
    """Return everything that Slack would refuse in a message or view of this kind, nothing where it would take it.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
    if kind == "message":
        return blocks.problems(sent.get("blocks") if isinstance(sent, dict) else sent)
    return views.problems(sent, kind)
