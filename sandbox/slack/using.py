"""What using an element does: what it is said to the app as, and what stays in the view."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.block_kit.choices import SUGGESTED
from sandbox.slack.filled import KINDS, Value, option_of, state_of
from sandbox.slack.finding import Target
from sandbox.slack.messages import Block
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace

KEPT = frozenset({*KINDS, "overflow"})
"""What a value can be put into."""
PEOPLE = frozenset({"users_select", "multi_users_select"})
PLACES = frozenset({"conversations_select", "channels_select"})


def action_of(block: Block, element: Block, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return an element of `actions` in block_actions, without its moment."""
    action: dict[str, Any] = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    known = ("text", "value", "style") if element["type"] == "button" else ("placeholder", *_initial(element))
    action |= {key: element[key] for key in (*known, "confirm") if key in element}
    return action | dict(state or {})


def put_in(workspace: Workspace, where: Target, block: Block, element: Block, value: Value) -> dict[str, Any]:
    """Return the state of an element with a value in it, kept in the view where there is one."""
    if element["type"] == "overflow":
        return {"selected_option": option_of(element, str(value))}
    state = state_of(element, known_ids(workspace, element, value))
    if isinstance(where, View):
        where.values.setdefault(block["block_id"], {})[element["action_id"]] = state
        workspace.changes.announce()
    return state


def known_ids(workspace: Workspace, element: Block, value: Value) -> Value:
    """Return a value with the ids of people and channels that it names.

    Raises:
        LookupError: nobody, or nothing, is called so.
    """
    if element["type"] in PEOPLE and isinstance(value, str):
        return workspace.person(value).id if value else value
    if element["type"] in PEOPLE and isinstance(value, list | tuple):
        return [workspace.person(one).id for one in value]
    if element["type"] in PLACES and isinstance(value, str):
        return workspace.channel(value).id if value else value
    return value


def suggested(answer: Mapping[str, Any] | None) -> list[Block]:
    """Return the options that an app answered, in groups or not; none where Slack would not take them."""
    groups = (answer or {}).get("option_groups") or [{"options": (answer or {}).get("options")}]
    try:
        options = [option for group in groups for option in group["options"]]
    except (TypeError, KeyError):
        return []
    return [] if list(SUGGESTED(options, "/options")) else options


def _initial(element: Block) -> tuple[str, ...]:
    kind = KINDS.get(element["type"])
    return (kind.initial,) if kind is not None else ()
