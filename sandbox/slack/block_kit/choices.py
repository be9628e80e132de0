"""The elements that offer a choice: menus of one or many, check boxes, radio buttons."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.slack.block_kit.schema import Check, array, at, boolean, both, number, one_of, shape, string
from sandbox.slack.block_kit.text import BOX_OPTION, CONFIRM, OPTION, OPTION_GROUP, OVERFLOW_OPTION, plain

ACTION_ID = string(255, 1)
ID = string(255, 1)
USED = {"action_id": ACTION_ID, "confirm": CONFIRM}
MENU = {**USED, "placeholder": plain(150), "focus_on_load": boolean}
OFFERED = {"options": array(OPTION, 1, 100), "option_groups": array(OPTION_GROUP, 1, 100)}
AT_MOST = {"max_selected_items": number(1, 100)}
IN_BOXES = 10


def offered(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every option of an element, in groups or not."""
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    return [option for group in groups for option in group["options"]]


def _either(value: Any, pointer: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield at("exactly one of options and option_groups is required", pointer)


def _begins_with_its_own(value: Any, pointer: str) -> Iterator[str]:
    options = offered(value)
    if "initial_option" in value and value["initial_option"] not in options:
        yield at("initial_option must be one of the options", f"{pointer}/initial_option")
    for index, one in enumerate(value.get("initial_options", [])):
        if one not in options:
            yield at("initial_options must be among the options", f"{pointer}/initial_options/{index}")


def _menu(begun: Mapping[str, Check], more: Mapping[str, Check] | None = None) -> Check:
    return both(both(shape({}, {**MENU, **OFFERED, **begun, **(more or {})}), _either), _begins_with_its_own)


def _boxes(begun: Mapping[str, Check]) -> Check:
    inside = shape({"options": array(BOX_OPTION, 1, IN_BOXES)}, {**USED, "focus_on_load": boolean, **begun})
    return both(inside, _begins_with_its_own)


FILTER = shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
QUERY = {"min_query_length": number(0, 2**31)}
CHANNELS = {"default_to_current_conversation": boolean, "response_url_enabled": boolean, "filter": FILTER}

STATIC_SELECT = _menu({"initial_option": OPTION})
EXTERNAL_SELECT = shape({}, {**MENU, **QUERY, "initial_option": OPTION})
USERS_SELECT = shape({}, {**MENU, "initial_user": ID})
CONVERSATIONS_SELECT = shape({}, {**MENU, **CHANNELS, "initial_conversation": ID})
CHANNELS_SELECT = shape({}, {**MENU, "response_url_enabled": boolean, "initial_channel": ID})
MULTI_STATIC_SELECT = _menu({"initial_options": array(OPTION, 1, 100)}, AT_MOST)
MULTI_USERS_SELECT = shape({}, {**MENU, **AT_MOST, "initial_users": array(ID, 1, 100)})
CHECKBOXES = _boxes({"initial_options": array(BOX_OPTION, 1, IN_BOXES)})
RADIO_BUTTONS = _boxes({"initial_option": BOX_OPTION})
OVERFLOW = shape({"options": array(OVERFLOW_OPTION, 1, 5)}, USED)

SUGGESTED = array(OPTION, 0, 100)
"""What an app may answer when it is asked for the options of a menu."""
