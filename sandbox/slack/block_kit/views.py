"""The rules of a view: a modal's, and the Home tab's, which has no title and nothing to send."""

import json
from collections.abc import Iterator
from typing import Any

from sandbox.slack.block_kit.blocks import VIEW_BLOCKS
from sandbox.slack.block_kit.schema import at, boolean, both, shape, string, tagged
from sandbox.slack.block_kit.text import plain

VIEW_BYTES = 250 * 1024
KEPT = {"callback_id": string(255), "private_metadata": string(3000), "external_id": string(255)}


def _inputs_are_sent(value: Any, pointer: str) -> Iterator[str]:
    if "submit" not in value and any(block["type"] == "input" for block in value["blocks"]):
        yield at("missing required field: submit", pointer)


def _one_focus(value: Any, pointer: str) -> Iterator[str]:
    focused = 0
    for block in value["blocks"]:
        one = [block.get("element"), block.get("accessory"), *block.get("elements", [])]
        focused += sum(bool(element and element.get("focus_on_load")) for element in one)
    if focused > 1:
        yield at("focus_on_load may be set for one element only", f"{pointer}/blocks")


MODAL = both(
    both(
        shape(
            {"title": plain(24), "blocks": VIEW_BLOCKS},
            {
                **KEPT,
                "submit": plain(24),
                "close": plain(24),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                "submit_disabled": boolean,
            },
        ),
        _inputs_are_sent,
    ),
    _one_focus,
)
HOME = both(shape({"blocks": VIEW_BLOCKS}, KEPT), _one_focus)


def problems(view: Any, kind: str = "modal") -> list[str]:
    """Return everything that Slack would refuse in a view of this kind."""
    return list(tagged({kind: {"modal": MODAL, "home": HOME}[kind]})(view, "/view"))


def too_large(view: Any) -> bool:
    """Whether a view is over Slack's limit in bytes."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES
