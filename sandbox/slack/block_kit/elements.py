"""The elements that people use or see inside blocks."""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.block_kit.schema import array, at, boolean, both, number, one_of, shape, string, tagged
from sandbox.slack.block_kit.text import CONFIRM, OPTION, OPTION_GROUP, OVERFLOW_OPTION, plain

ACTION_ID = string(255, 1)

IMAGE = shape({"image_url": string(3000, 1), "alt_text": string(2000)})

BUTTON = shape(
    {"text": plain(75)},
    {
        "action_id": ACTION_ID,
        "url": string(3000),
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)


def _select(value: Any, pointer: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield at("exactly one of options and option_groups is required", pointer)
        return
    groups = value.get("option_groups") or [{"options": value["options"]}]
    options = [option for group in groups for option in group["options"]]
    if "initial_option" in value and value["initial_option"] not in options:
        yield at("initial_option must be one of the options", f"{pointer}/initial_option")


STATIC_SELECT = both(
    shape(
        {},
        {
            "action_id": ACTION_ID,
            "placeholder": plain(150),
            "options": array(OPTION, 1, 100),
            "option_groups": array(OPTION_GROUP, 1, 100),
            "initial_option": OPTION,
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
    ),
    _select,
)

OVERFLOW = shape({"options": array(OVERFLOW_OPTION, 1, 5)}, {"action_id": ACTION_ID, "confirm": CONFIRM})


def _lengths(value: Any, pointer: str) -> Iterator[str]:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        yield at("min_length must not exceed max_length", f"{pointer}/min_length")


PLAIN_TEXT_INPUT = both(
    shape(
        {},
        {
            "action_id": ACTION_ID,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
            "placeholder": plain(150),
            "focus_on_load": boolean,
            "dispatch_action_config": lambda value, pointer: iter(()),  # noqa: ARG005 - nothing here dispatches while typing
        },
    ),
    _lengths,
)

IN_ACTIONS = tagged({"button": BUTTON, "static_select": STATIC_SELECT, "overflow": OVERFLOW})
ACCESSORY = tagged({"button": BUTTON, "static_select": STATIC_SELECT, "overflow": OVERFLOW, "image": IMAGE})
IN_INPUT = tagged({"plain_text_input": PLAIN_TEXT_INPUT, "static_select": STATIC_SELECT})
