"""What people fill in: the state of every kind of element, in Slack's own shape, before and after it is used."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.slack.block_kit.choices import offered
from sandbox.slack.block_kit.fields import NUMBER, day, time_of_day
from sandbox.slack.messages import Block

Values = dict[str, dict[str, Any]]
Value = str | int | datetime | Collection[str] | None
"""What a person puts in: words, the options' words, a day, a time, a moment; None or nothing takes it away."""
LONGEST_INPUT = 3000


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of element that keeps something: under which key, how a value is read, what it begins with."""

    key: str
    read: Callable[[Block, Any], Any]
    initial: str
    nothing: Any = None


def option_of(element: Mapping[str, Any], name: str) -> Block:
    """Return the option that goes by its value or, where none does, by its words."""
    options = offered(element)
    found = next((one for one in options if one.get("value") == name), None)
    found = found or next((one for one in options if one["text"]["text"] == name), None)
    if found is not None:
        return found
    raise LookupError(f"no option is called {name!r}; there are {', '.join(one['text']['text'] for one in options)}")


def _one(element: Block, value: str) -> Block:
    return option_of(element, value)


def _several(element: Block, value: str | Collection[str]) -> list[Block]:
    names = [value] if isinstance(value, str) else list(value)
    chosen = [option_of(element, name) for name in names]
    return [option for option in offered(element) if option in chosen]


def _ids(_element: Block, value: str | Collection[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _words(_element: Block, value: Any) -> str:
    return str(value)


def _day(_element: Block, value: Any) -> str:
    return _in_form(day, value)


def _time(_element: Block, value: Any) -> str:
    return _in_form(time_of_day, value)


def _moment(_element: Block, value: Any) -> int:
    return int(value.timestamp()) if isinstance(value, datetime) else int(value)


def _in_form(check: Any, value: Any) -> str:
    for problem in check(value, ""):
        raise ValueError(f"{value!r} {problem}")
    return str(value)


KINDS: dict[str, Kind] = {
    "plain_text_input": Kind("value", _words, "initial_value"),
    "number_input": Kind("value", _words, "initial_value"),
    "static_select": Kind("selected_option", _one, "initial_option"),
    "external_select": Kind("selected_option", _one, "initial_option"),
    "radio_buttons": Kind("selected_option", _one, "initial_option"),
    "users_select": Kind("selected_user", _words, "initial_user"),
    "conversations_select": Kind("selected_conversation", _words, "initial_conversation"),
    "channels_select": Kind("selected_channel", _words, "initial_channel"),
    "checkboxes": Kind("selected_options", _several, "initial_options", ()),
    "multi_static_select": Kind("selected_options", _several, "initial_options", ()),
    "multi_users_select": Kind("selected_users", _ids, "initial_users", ()),
    "datepicker": Kind("selected_date", _day, "initial_date"),
    "timepicker": Kind("selected_time", _time, "initial_time"),
    "datetimepicker": Kind("selected_date_time", _moment, "initial_date_time"),
}
"""The kinds whose state Slack sends; a button and an overflow menu keep nothing."""


def state_of(element: Block, value: Value) -> dict[str, Any]:
    """Return the state of an element into which a person put a value.

    Raises:
        LookupError: it offers no such option.
        ValueError: that is no day, no time, no moment.
    """
    kind = KINDS[element["type"]]
    empty = value is None or (not isinstance(value, int | datetime) and not value)
    return _stated(element, kind.nothing if empty else kind.read(element, value))


def initial_state(element: Block) -> dict[str, Any] | None:
    """Return the state of an element that nobody has touched; None where it keeps nothing."""
    kind = KINDS.get(element["type"])
    return None if kind is None else _stated(element, element.get(kind.initial) or kind.nothing)


def content_of(state: Mapping[str, Any]) -> Any:
    """Return what was put in, without its type; false where there is nothing."""
    return state.get(KINDS[state["type"]].key) if state else None


def still_fits(element: Block, state: Mapping[str, Any]) -> bool:
    """Whether a state may stay when its element is shown anew: of the same type, with options that are still there."""
    if state["type"] != element["type"]:
        return False
    content = content_of(state)
    if "options" not in element and "option_groups" not in element:
        return True
    chosen = content if isinstance(content, list) else [content] if content else []
    return all(one in offered(element) for one in chosen)


def trouble_with(element: Block, state: Mapping[str, Any], *, optional: bool) -> str:
    """Return why Slack's own client would not send a field, or nothing."""
    content = content_of(state)
    if not content:
        select = "selected_option" in KINDS[element["type"]].key
        missing = "Please select an option." if select else "Please complete this required field."
        return "" if optional else missing
    if element["type"] == "plain_text_input":
        return _length(element, content)
    if element["type"] == "number_input":
        return _number(element, content)
    most = element.get("max_selected_items")
    return f"Please select at most {most} options." if most and len(content) > most else ""


def _length(element: Block, text: str) -> str:
    if len(text) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    most = element.get("max_length", LONGEST_INPUT)
    return f"Please use at most {most} characters." if len(text) > most else ""


def _number(element: Block, text: str) -> str:
    if not NUMBER.fullmatch(text) or ("." in text and not element["is_decimal_allowed"]):
        return "Please enter a whole number." if not element["is_decimal_allowed"] else "Please enter a number."
    if float(text) < float(element.get("min_value", "-inf")):
        return f"Please enter {element['min_value']} or more."
    if float(text) > float(element.get("max_value", "inf")):
        return f"Please enter {element['max_value']} or less."
    return ""


def _stated(element: Block, content: Any) -> dict[str, Any]:
    kind = KINDS[element["type"]]
    state = {"type": element["type"], kind.key: list(content) if isinstance(content, list | tuple) else content}
    if "timezone" in element:
        state["timezone"] = element["timezone"]
    return state
