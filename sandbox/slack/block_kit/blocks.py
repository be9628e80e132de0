"""The blocks of a message: which there are, how large, and which ids must differ."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sandbox.slack.block_kit.elements import ACCESSORY, IMAGE, IN_ACTIONS, IN_INPUT
from sandbox.slack.block_kit.rich_text import RICH_TEXT
from sandbox.slack.block_kit.schema import array, at, boolean, both, shape, string, tagged
from sandbox.slack.block_kit.text import plain, text

IN_MESSAGE = 50
IN_VIEW = 100
NAMED = {"block_id": string(255, 1)}


def _says_something(value: Any, pointer: str) -> Iterator[str]:
    if "text" not in value and "fields" not in value:
        yield at("missing required field: text or fields", pointer)


def _actions_differ(value: Any, pointer: str) -> Iterator[str]:
    ids = Counter(element["action_id"] for element in value["elements"] if "action_id" in element)
    for action_id, count in ids.items():
        if count > 1:
            yield at(f"action_id {action_id!r} already exists", f"{pointer}/elements")


CONTEXT_ELEMENT = tagged(
    {
        "image": IMAGE,
        "plain_text": plain(3000),
        "mrkdwn": text(3000),
    }
)

BLOCK = tagged(
    {
        "header": shape({"text": plain(150)}, NAMED),
        "section": both(
            shape(
                {},
                {
                    **NAMED,
                    "text": text(3000),
                    "fields": array(text(2000), 1, 10),
                    "accessory": ACCESSORY,
                    "expand": boolean,
                },
            ),
            _says_something,
        ),
        "context": shape({"elements": array(CONTEXT_ELEMENT, 1, 10)}, NAMED),
        "divider": shape({}, NAMED),
        "actions": both(shape({"elements": array(IN_ACTIONS, 1, 25)}, NAMED), _actions_differ),
        "image": shape(
            {"image_url": string(3000, 1), "alt_text": string(2000)},
            {**NAMED, "title": plain(2000)},
        ),
        "input": shape(
            {"label": plain(2000), "element": IN_INPUT},
            {**NAMED, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
        ),
        "rich_text": RICH_TEXT,
    }
)


def _blocks_differ(value: Any, pointer: str) -> Iterator[str]:
    ids = Counter(block["block_id"] for block in value if "block_id" in block)
    for block_id, count in ids.items():
        if count > 1:
            yield at(f"block_id {block_id!r} already exists", pointer)


MESSAGE_BLOCKS = both(array(BLOCK, 0, IN_MESSAGE), _blocks_differ)
VIEW_BLOCKS = both(array(BLOCK, 1, IN_VIEW), _blocks_differ)


def problems(blocks: Any) -> list[str]:
    """Return everything that Slack would refuse in the blocks of a message."""
    return list(MESSAGE_BLOCKS(blocks, "/blocks"))
