"""The elements of forms and of the Home tab: what Slack refuses in them, where they may stand, what they begin with."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.slack.block_kit import blocks, views
from sandbox.slack.filled import KINDS, initial_state, state_of, trouble_with
from sandbox.slack.messages import Block
from sandbox.slack.workspace import Workspace
from sandbox.slack.writing import typed
from tests.unit.sandbox.test_slack_blocks import actions, confirm, field, mrkdwn, options, plain, section

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def asks(**element: Any) -> Block:
    return {"type": "input", "label": plain(5), "element": element}


def groups(count: int, label: int = 5, inside: int = 1) -> list[Block]:
    return [{"label": plain(label), "options": options(inside)} for _ in range(count)]


def boxes(kind: str, count: int = 1, **more: Any) -> Block:
    return section(accessory={"type": kind, "options": options(count), **more})


LIMITS: dict[str, tuple[Callable[[int], Block], int, str]] = {
    "groups": (
        lambda n: asks(type="static_select", option_groups=groups(n)),
        100,
        "/element/option_groups",
    ),
    "group label": (
        lambda n: asks(type="static_select", option_groups=groups(1, label=n)),
        75,
        "/element/option_groups/0/label/text",
    ),
    "group options": (
        lambda n: asks(type="multi_static_select", option_groups=groups(1, inside=n)),
        100,
        "/element/option_groups/0/options",
    ),
    "chosen at once": (
        lambda n: asks(type="multi_static_select", options=options(1), max_selected_items=n),
        100,
        "/element/max_selected_items",
    ),
    "check boxes": (lambda n: boxes("checkboxes", n), 10, "/accessory/options"),
    "radio buttons": (lambda n: boxes("radio_buttons", n), 10, "/accessory/options"),
    "box description": (
        lambda n: asks(type="checkboxes", options=[{**options(1)[0], "description": mrkdwn(n)}]),
        75,
        "/element/options/0/description/text",
    ),
    "box confirm": (
        lambda n: boxes("checkboxes", confirm=confirm(title=n)),
        100,
        "/accessory/confirm/title/text",
    ),
    "day placeholder": (lambda n: asks(type="datepicker", placeholder=plain(n)), 150, "/element/placeholder/text"),
    "initial text": (lambda n: field(initial_value="x" * n), 3000, "/element/initial_value"),
    "person's action id": (
        lambda n: actions({"type": "users_select", "action_id": "a" * n}),
        255,
        "/elements/0/action_id",
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_an_element_at_its_limit_is_taken_and_one_over_it_is_not(name: str) -> None:
    build, limit, pointer = LIMITS[name]
    assert blocks.problems([build(limit)]) == []
    [problem] = blocks.problems([build(limit + 1)])
    assert problem.endswith(f"[json-pointer:/blocks/0{pointer}]")


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (asks(type="datepicker", initial_date="21.11.2026"), "must be a date in the format YYYY-MM-DD"),
        (asks(type="datepicker", initial_date="2026-02-30"), "must be a date in the format YYYY-MM-DD"),
        (asks(type="timepicker", initial_time="9:30"), "must be a time in the format HH:mm"),
        (asks(type="timepicker", initial_time="24:00"), "must be a time in the format HH:mm"),
        (asks(type="timepicker", timezone="Mars/Base"), "must be a timezone in the IANA format"),
        (asks(type="datetimepicker", initial_date_time=999_999_999), "must be between 1000000000 and 9999999999"),
        (asks(type="number_input"), "missing required field: is_decimal_allowed"),
        (asks(type="number_input", is_decimal_allowed=True, max_value="many"), "must be a number in a string"),
        (
            asks(type="number_input", is_decimal_allowed=True, min_value="3", max_value="2"),
            "min_value must not exceed max_value",
        ),
        (asks(type="static_select"), "exactly one of options and option_groups is required"),
        (asks(type="checkboxes", options=[]), "no fewer than 1 items allowed"),
        (
            asks(type="checkboxes", options=options(1), initial_options=options(1, text=6)),
            "initial_options must be among the options",
        ),
        (
            asks(type="radio_buttons", options=options(1), initial_option=options(1, text=6)[0]),
            "initial_option must be one of the options",
        ),
        (
            asks(type="static_select", options=[{"text": mrkdwn(5), "value": "v"}]),
            "unsupported type: mrkdwn",
        ),
        (
            asks(type="plain_text_input", dispatch_action_config={"trigger_actions_on": ["on_blur"]}),
            "must be one of: on_enter_pressed, on_character_entered",
        ),
        (asks(type="button", text=plain(5)), "unsupported type: button"),
        (asks(type="overflow", options=options(1)), "unsupported type: overflow"),
        (actions({"type": "plain_text_input"}), "unsupported type: plain_text_input"),
        (actions({"type": "multi_static_select", "options": options(1)}), "unsupported type: multi_static_select"),
        (section(accessory={"type": "datetimepicker"}), "unsupported type: datetimepicker"),
    ],
)
def test_what_is_wrong_with_an_element_is_told(block: Block, problem: str) -> None:
    [told] = blocks.problems([block])
    assert told.startswith(f"{problem} [json-pointer:/blocks/0/")


def test_a_home_tab_has_blocks_and_neither_title_nor_anything_to_send() -> None:
    assert views.problems({"type": "home", "blocks": [section()] * 100, "private_metadata": "p" * 3000}, "home") == []
    assert views.problems({"type": "home", "blocks": [section()] * 101}, "home") == [
        "no more than 100 items allowed [json-pointer:/view/blocks]"
    ]
    assert sorted(views.problems({"type": "home", "blocks": [field()], "submit": plain(4)}, "home")) == [
        "invalid additional property: submit [json-pointer:/view]"
    ]
    assert views.problems({"type": "modal", "blocks": [section()]}, "home") == [
        "unsupported type: modal [json-pointer:/view/type]"
    ]


def test_one_element_alone_may_take_the_focus() -> None:
    view = {"type": "modal", "title": plain(4), "submit": plain(4), "blocks": [field(focus_on_load=True)]}
    assert views.problems(view) == []
    view["blocks"] = [field(focus_on_load=True), field(focus_on_load=True)]
    assert views.problems(view) == ["focus_on_load may be set for one element only [json-pointer:/view/blocks]"]


BEGUN: dict[str, tuple[Block, Any]] = {
    "plain_text_input": ({"initial_value": "why"}, "why"),
    "number_input": ({"initial_value": "3"}, "3"),
    "static_select": ({"initial_option": options(1)[0]}, options(1)[0]),
    "external_select": ({"initial_option": options(1)[0]}, options(1)[0]),
    "radio_buttons": ({"initial_option": options(1)[0]}, options(1)[0]),
    "users_select": ({"initial_user": "U0SAM"}, "U0SAM"),
    "conversations_select": ({"initial_conversation": "C0OPEN"}, "C0OPEN"),
    "channels_select": ({"initial_channel": "C0OPEN"}, "C0OPEN"),
    "checkboxes": ({"initial_options": options(1)}, options(1)),
    "multi_static_select": ({"initial_options": options(1)}, options(1)),
    "multi_users_select": ({"initial_users": ["U0SAM"]}, ["U0SAM"]),
    "datepicker": ({"initial_date": "2026-11-21"}, "2026-11-21"),
    "timepicker": ({"initial_time": "09:30"}, "09:30"),
    "datetimepicker": ({"initial_date_time": 1795262400}, 1795262400),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_element_begins_with_what_the_app_gave_it_or_with_nothing(kind: str) -> None:
    given, content = BEGUN[kind]
    key = KINDS[kind].key
    assert initial_state({"type": kind, **given}) == {"type": kind, key: content}
    assert initial_state({"type": kind}) == {"type": kind, key: [] if isinstance(content, list) else None}


def test_a_button_and_an_overflow_menu_keep_nothing() -> None:
    assert [initial_state({"type": kind}) for kind in ("button", "overflow")] == [None, None]


@pytest.mark.parametrize(
    ("element", "value", "trouble"),
    [
        ({"type": "plain_text_input"}, "", "Please complete this required field."),
        ({"type": "plain_text_input", "min_length": 3}, "no", "Please use at least 3 characters."),
        ({"type": "plain_text_input", "max_length": 3}, "long", "Please use at most 3 characters."),
        ({"type": "checkboxes", "options": options(1)}, [], "Please select an option."),
        ({"type": "datepicker"}, None, "Please complete this required field."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a whole number."),
        ({"type": "number_input", "is_decimal_allowed": True}, "many", "Please enter a number."),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "2"}, "1.5", "Please enter 2 or more."),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "2"}, "2.5", "Please enter 2 or less."),
        (
            {"type": "multi_users_select", "max_selected_items": 1},
            ["U0SAM", "U0PRIYA"],
            "Please select at most 1 options.",
        ),
        ({"type": "datetimepicker"}, NOON, ""),
    ],
)
def test_slacks_client_does_not_send_what_is_wrong(element: Block, value: Any, trouble: str) -> None:
    assert trouble_with(element, state_of(element, value), optional=False) == trouble
    assert trouble_with(element, state_of(element, None), optional=True) == ""


@pytest.mark.parametrize(
    ("kind", "value"), [("datepicker", "tomorrow"), ("timepicker", "25:00"), ("datetimepicker", "soon")]
)
def test_what_is_no_day_no_time_and_no_moment_cannot_be_picked(kind: str, value: str) -> None:
    with pytest.raises(ValueError, match=value):
        state_of({"type": kind}, value)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("@signoff status", "<@U0SANDBOT> status"),
        ("thanks @sam.", "thanks <@U0SAM>."),
        ("sam@sam.example, @nobody", "sam@sam.example, @nobody"),
        ("in #releases and #private", "in <#C0OPEN|releases> and <#C0SHUT|>"),
        ("5 < 6 & #7", "5 &lt; 6 &amp; #7"),
        ("see https://x.example/?a=1", "see <https://x.example/?a=1>"),
        ("<@U0SAM> <!channel>", "<@U0SAM> <!channel>"),
    ],
)
def test_a_line_is_kept_as_slack_keeps_it(line: str, kept: str) -> None:
    workspace = Workspace(lambda: NOON)
    workspace.add_person("U0SAM", "sam")
    workspace.add_channel("C0OPEN", "releases")
    workspace.add_channel("C0SHUT", "private", private=True)
    assert typed(workspace, line) == kept
