"""What a form lets people pick from: selects within Slack's limits, by construction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.views import limits
from bot.views.blocks import plain_text
from bot.views.escape import plain

MOST = 100
"""Options of a select or of a group; and groups, of which `ROOM` never lets there be so many."""
OPTION = 75
PLACEHOLDER = 150
ROOM = 110_000
"""Bytes that the options of a select may take. A view may have 250 KB: room for two such selects, and for words."""

_LEAST = 8
"""A title in fewer characters than this says nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: `value` is what comes back, of at most 150 characters; `label` is cut to what fits."""

    value: str
    label: str


def select(action: str, asks: str, choices: Sequence[Choice], picked: str | None, room: int = ROOM) -> dict[str, Any]:
    """Return a select; the picked value is shown as such where it is among the choices.

    More than a hundred are put into groups. What does not fit into `room` bytes is left out, the picked one never.
    """
    shown = [(choice.value, _option(choice)) for choice in fitting(choices, picked, room)]
    element: dict[str, Any] = {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain_text(asks, PLACEHOLDER),
    }
    options = [option for _, option in shown]
    if len(options) <= MOST:
        element["options"] = options
    else:
        groups = [options[first : first + MOST] for first in range(0, len(options), MOST)]
        element["option_groups"] = [{"label": _span(group), "options": group} for group in groups]
    initial = next((option for value, option in shown if value == picked), None)
    return {**element, "initial_option": initial} if initial else element


def fitting(choices: Sequence[Choice], picked: str | None, room: int = ROOM) -> tuple[Choice, ...]:
    """Return as many choices as fit into so many bytes, the picked one among them, in their order."""
    kept: set[str] = set()
    for choice in sorted(choices, key=lambda one: one.value != picked):  # the picked one first, the others as they are
        room -= len(json.dumps(_option(choice))) + len(", ")
        if room < 0:
            break
        kept.add(choice.value)
    return tuple(choice for choice in choices if choice.value in kept)


def labelled(first: str, marks: Sequence[str], title: str, last: str) -> str:
    """Return the label of an option whose title is what gives way: 118 (9f3c2ab) · live now · Add… · passed 2 h ago."""
    between = " · "
    whole = between.join([plain(first, OPTION - len(between.join(["", *marks]))), *marks])
    end = f"{between}{last}" if last else ""
    room = OPTION - len(whole) - len(end)
    if room < 0:
        return whole
    shown = plain(title, room - len(between)) if room - len(between) >= _LEAST else ""
    return f"{whole}{between}{shown}{end}" if shown else f"{whole}{end}"


def _option(choice: Choice) -> dict[str, Any]:
    return {"text": plain_text(choice.label, OPTION), "value": choice.value}


def _span(group: Sequence[dict[str, Any]]) -> dict[str, Any]:
    first, last = group[0]["text"]["text"], group[-1]["text"]["text"]
    half = (limits.BUTTON - len(" to ")) // 2
    return plain_text(f"{plain(first, half)} to {plain(last, half)}", limits.BUTTON)
