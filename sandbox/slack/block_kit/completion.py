"""What Slack adds to blocks when it takes them: ids where there are none, and the defaults of text objects."""

import copy
from typing import Any

from sandbox.slack.messages import Block

DEFAULTS: dict[str, dict[str, bool]] = {"plain_text": {"emoji": True}, "mrkdwn": {"verbatim": False}}


def completed(blocks: list[Block], salt: str) -> list[Block]:
    """Return a copy of the blocks as Slack gives them back. `salt` keeps ids apart between messages."""
    whole = copy.deepcopy(blocks)
    for index, block in enumerate(whole):
        block.setdefault("block_id", f"b{salt}{index}")
        for number, element in enumerate(_interactive(block)):
            element.setdefault("action_id", f"a{salt}{index}{number}")
    _texts(whole)
    return whole


def _interactive(block: Block) -> list[Block]:
    if block["type"] == "actions":
        return list(block["elements"])
    one = block.get("element") or block.get("accessory")
    return [one] if one and one["type"] != "image" else []


def _texts(value: Any) -> None:
    if isinstance(value, dict):
        for key, default in DEFAULTS.get(value.get("type", ""), {}).items():
            value.setdefault(key, default)
        for one in value.values():
            _texts(one)
    elif isinstance(value, list):
        for one in value:
            _texts(one)
