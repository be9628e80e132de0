"""Nothing that others write becomes a button, the words on one, or a link that leads away from the configured hosts."""

from collections.abc import Iterator
from typing import Any

from bot.ports.slack import Message
from tests.unit.views.every_answer import ANSWERS
from tests.unit.views.every_form import FORMS
from tests.unit.views.every_view import MESSAGES
from tests.unit.views.evil import Evil

RENDERS = 15
"""Of each view, each with other hostile texts."""
EVERY = {**MESSAGES, **ANSWERS, **FORMS}
OURS = {
    ("button signoff:abandon", "Abandon"),
    ("button signoff:approve", "Approve"),
    ("button signoff:changes", "Changes"),
    ("button signoff:discard_draft", "Discard"),
    ("button signoff:edit_draft", "Edit"),
    ("button signoff:hold", "Hold"),
    ("button signoff:mark_done", "Mark as done"),
    ("button signoff:mute", "Mute these messages"),
    ("button signoff:mute", "Unmute"),
    ("button signoff:now", "As soon as possible"),
    ("button signoff:post_draft", "Post"),
    ("button signoff:reject", "Reject"),
    ("button signoff:resume", "Resume"),
    ("button signoff:retry", "Retry"),
    ("button signoff:rollback", "Roll back"),
    ("button signoff:schedule", "Another time"),
    ("button signoff:schedule", "Schedule"),
    ("button signoff:try_again", "Try again"),
    ("button signoff:undo", "Undo"),
    ("checkboxes home:mute", ""),
    ("datetimepicker form:at", ""),
    ("datetimepicker form:when", ""),
    ("plain_text_input form:reason", ""),
    ("static_select form:environment", ""),
    ("static_select form:length", ""),
    ("static_select form:service", ""),
    ("static_select form:version", ""),
    ("button signoff:did_run", "It did run"),
    ("button signoff:did_not_run", "It did not run"),
}
"""Everything that can be pressed, ticked or chosen, and the words on it."""
PIECES = ("blocks.", "choices.")
"""What makes a button or a choice of whatever words it is given."""


def elements(value: Any) -> Iterator[dict[str, Any]]:
    """Yield everything that can be pressed, ticked or chosen, wherever it stands."""
    if isinstance(value, dict):
        if "action_id" in value:
            yield value
        for inner in value.values():
            yield from elements(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from elements(inner)


def test_t15_what_can_be_pressed_and_what_stands_on_it_are_our_own() -> None:
    pressed: set[tuple[str, str]] = set()
    for entry in (view for name, view in EVERY.items() if not name.startswith(PIECES)):
        evil = Evil()
        for _ in range(RENDERS):
            shown = entry(evil)
            for one in elements(list(shown.blocks) if isinstance(shown, Message) else shown):
                assert "url" not in one, "a button that leads away"
                label = one["text"]["text"] if one["type"] == "button" else ""
                pressed.add((f"{one['type']} {one['action_id']}", label))
    assert pressed <= OURS, "what others wrote, or a button that has no row here"
    assert len(pressed) > len(OURS) // 2
