"""The rules of a modal's view."""

import json
from collections.abc import Iterator
from typing import Any

from sandbox.slack.block_kit.blocks import MODAL_BLOCKS
from sandbox.slack.block_kit.schema import at, boolean, both, one_of, shape, string
from sandbox.slack.block_kit.text import plain

VIEW_BYTES = 250 * 1024


def _inputs_are_sent(value: Any, pointer: str) -> Iterator[str]:
    if "submit" not in value and any(block["type"] == "input" for block in value["blocks"]):
        yield at("missing required field: submit", pointer)


VIEW = both(
    shape(
        {"type": one_of("modal"), "title": plain(24), "blocks": MODAL_BLOCKS},
        {
            "submit": plain(24),
            "close": plain(24),
            "callback_id": string(255),
            "private_metadata": string(3000),
            "external_id": string(255),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    _inputs_are_sent,
)


def problems(view: Any) -> list[str]:
    """Return everything that Slack would refuse in a view."""
    return list(VIEW(view, "/view"))


def too_large(view: Any) -> bool:
    """Whether a view is over Slack's limit in bytes."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES
