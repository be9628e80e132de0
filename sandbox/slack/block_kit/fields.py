"""The elements that are filled in: text, numbers, days and times."""

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.slack.block_kit.choices import ACTION_ID, USED
from sandbox.slack.block_kit.schema import Check, array, at, boolean, both, number, one_of, shape, string
from sandbox.slack.block_kit.text import plain

FIRST_MOMENT, LAST_MOMENT = 10**9, 10**10 - 1
"""Slack takes seconds since 1970 of ten digits."""
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def day(value: Any, pointer: str) -> Iterator[str]:
    """A day such as 2026-11-21."""
    if not (isinstance(value, str) and DAY.fullmatch(value) and _reads(date.fromisoformat, value)):
        yield at("must be a date in the format YYYY-MM-DD", pointer)


def time_of_day(value: Any, pointer: str) -> Iterator[str]:
    """A time such as 09:30."""
    if not (isinstance(value, str) and TIME.fullmatch(value) and _reads(time.fromisoformat, value)):
        yield at("must be a time in the format HH:mm", pointer)


def _zone(value: Any, pointer: str) -> Iterator[str]:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        yield at("must be a timezone in the IANA format", pointer)


def _figure(value: Any, pointer: str) -> Iterator[str]:
    if not (isinstance(value, str) and NUMBER.fullmatch(value)):
        yield at("must be a number in a string", pointer)


def _reads(read: Any, value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _lengths(value: Any, pointer: str) -> Iterator[str]:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        yield at("min_length must not exceed max_length", f"{pointer}/min_length")


def _range(value: Any, pointer: str) -> Iterator[str]:
    if float(value.get("min_value", "-inf")) > float(value.get("max_value", "inf")):
        yield at("min_value must not exceed max_value", f"{pointer}/min_value")


WHEN = one_of("on_enter_pressed", "on_character_entered")
TYPED = {
    "action_id": ACTION_ID,
    "placeholder": plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": shape({}, {"trigger_actions_on": array(WHEN, 1, 2)}),
}
PICKED = {**USED, "placeholder": plain(150), "focus_on_load": boolean}

PLAIN_TEXT_INPUT: Check = both(
    shape(
        {},
        {
            **TYPED,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        },
    ),
    _lengths,
)
NUMBER_INPUT: Check = both(
    shape(
        {"is_decimal_allowed": boolean},
        {**TYPED, "initial_value": _figure, "min_value": _figure, "max_value": _figure},
    ),
    _range,
)
DATEPICKER = shape({}, {**PICKED, "initial_date": day})
TIMEPICKER = shape({}, {**PICKED, "initial_time": time_of_day, "timezone": _zone})
DATETIMEPICKER = shape({}, {**USED, "focus_on_load": boolean, "initial_date_time": number(FIRST_MOMENT, LAST_MOMENT)})
