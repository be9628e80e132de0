"""An App Home as somebody sees it, and Slack's limits for one: what the tests of homes look with."""

import json
from typing import Any

from bot.ports.slack import Message
from tests.unit.views.reading import check_block, seen


def read(view: dict[str, Any]) -> str:
    """Return what is on the screen, block by block; fail where Slack would refuse it."""
    check_home(view)
    return "\n".join(_block(block) for block in view["blocks"])


def check_home(view: dict[str, Any]) -> None:
    """Fail where Slack would refuse the view, or where it holds markup that is not ours."""
    assert set(view) == {"type", "blocks"}
    assert view["type"] == "home"
    assert 0 < len(view["blocks"]) <= 100
    assert len(json.dumps(view)) <= 250_000
    ids = [block["block_id"] for block in view["blocks"]]
    assert len(set(ids)) == len(ids)
    assert all(0 < len(one) <= 255 for one in ids)
    for block in view["blocks"]:
        if block["type"] != "actions":
            check_block(block)
            continue
        (box,) = block["elements"]
        assert box["type"] == "checkboxes"
        assert box.get("initial_options", box["options"]) == box["options"]
        for option in box["options"]:
            assert all(0 < len(option[part]["text"]) <= 75 for part in ("text", "description"))
            assert len(option["value"]) <= 150


def _block(block: dict[str, Any]) -> str:
    if block["type"] != "actions":
        return seen(Message("", (block,)))
    (box,) = block["elements"]
    (option,) = box["options"]
    ticked = "x" if "initial_options" in box else " "
    return f"[{ticked}] {option['text']['text']} ({option['description']['text']}) {box['action_id']}"
