"""Block Kit's limits: what is exactly within one is taken, what is one over is refused where it is."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.slack.block_kit import blocks, views

Block = dict[str, Any]


def plain(length: int) -> Block:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Block:
    return {"type": "mrkdwn", "text": "x" * length}


def button(**more: Any) -> Block:
    return {"type": "button", "text": plain(5), **more}


def confirm(title: int = 5, text: int = 5, yes: int = 5, no: int = 5) -> Block:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no)}


def options(count: int, text: int = 5, value: int = 5) -> list[Block]:
    return [{"text": plain(text), "value": "v" * value} for _ in range(count)]


def select(**more: Any) -> Block:
    return {"type": "static_select", "options": options(1), **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> Block:
    return {"type": "section", "text": mrkdwn(5), **more}


def field(label: int = 5, **element: Any) -> Block:
    return {"type": "input", "label": plain(label), "element": {"type": "plain_text_input", **element}}


def overflow(count: int) -> Block:
    return {"type": "overflow", "options": options(count)}


def context(count: int) -> Block:
    return {"type": "context", "elements": [mrkdwn(5)] * count}


LIMITS: dict[str, tuple[Callable[[int], Block], int, str]] = {
    "header": (lambda n: {"type": "header", "text": plain(n)}, 150, "/blocks/0/text/text"),
    "section text": (lambda n: section(text=mrkdwn(n)), 3000, "/blocks/0/text/text"),
    "fields": (lambda n: section(fields=[mrkdwn(1)] * n), 10, "/blocks/0/fields"),
    "field": (lambda n: section(fields=[mrkdwn(n)]), 2000, "/blocks/0/fields/0/text"),
    "block id": (lambda n: section(block_id="b" * n), 255, "/blocks/0/block_id"),
    "context elements": (context, 10, "/blocks/0/elements"),
    "actions": (lambda n: actions(*[button()] * n), 25, "/blocks/0/elements"),
    "button text": (lambda n: actions(button(text=plain(n))), 75, "/blocks/0/elements/0/text/text"),
    "button value": (lambda n: actions(button(value="v" * n)), 2000, "/blocks/0/elements/0/value"),
    "button url": (lambda n: actions(button(url="u" * n)), 3000, "/blocks/0/elements/0/url"),
    "button label": (
        lambda n: actions(button(accessibility_label="l" * n)),
        75,
        "/blocks/0/elements/0/accessibility_label",
    ),
    "action id": (lambda n: actions(button(action_id="a" * n)), 255, "/blocks/0/elements/0/action_id"),
    "confirm title": (
        lambda n: actions(button(confirm=confirm(title=n))),
        100,
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "confirm text": (lambda n: actions(button(confirm=confirm(text=n))), 300, "/blocks/0/elements/0/confirm/text/text"),
    "confirm yes": (lambda n: actions(button(confirm=confirm(yes=n))), 30, "/blocks/0/elements/0/confirm/confirm/text"),
    "confirm no": (lambda n: actions(button(confirm=confirm(no=n))), 30, "/blocks/0/elements/0/confirm/deny/text"),
    "options": (lambda n: actions(select(options=options(n))), 100, "/blocks/0/elements/0/options"),
    "option text": (
        lambda n: actions(select(options=options(1, text=n))),
        75,
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option value": (
        lambda n: actions(select(options=options(1, value=n))),
        150,
        "/blocks/0/elements/0/options/0/value",
    ),
    "placeholder": (lambda n: actions(select(placeholder=plain(n))), 150, "/blocks/0/elements/0/placeholder/text"),
    "overflow": (lambda n: actions(overflow(n)), 5, "/blocks/0/elements/0/options"),
    "label": (lambda n: field(label=n), 2000, "/blocks/0/label/text"),
    "hint": (lambda n: field() | {"hint": plain(n)}, 2000, "/blocks/0/hint/text"),
    "max length": (lambda n: field(max_length=n), 3000, "/blocks/0/element/max_length"),
    "alt text": (
        lambda n: {"type": "image", "image_url": "https://x", "alt_text": "a" * n},
        2000,
        "/blocks/0/alt_text",
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_block_at_its_limit_is_taken_and_one_over_it_is_not(name: str) -> None:
    build, limit, pointer = LIMITS[name]
    assert blocks.problems([build(limit)]) == []
    [problem] = blocks.problems([build(limit + 1)])
    assert problem.endswith(f"[json-pointer:{pointer}]")


def test_a_message_takes_fifty_blocks() -> None:
    assert blocks.problems([section()] * 50) == []
    assert blocks.problems([section()] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (section(text=mrkdwn(0)), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ({"type": "section"}, "missing required field: text or fields [json-pointer:/blocks/0]"),
        ({"type": "header", "text": mrkdwn(5)}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
        ({"type": "video"}, "unsupported type: video [json-pointer:/blocks/0/type]"),
        ({"type": "divider", "colour": "red"}, "invalid additional property: colour [json-pointer:/blocks/0]"),
        (actions(), "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
        (actions(button(style="blue")), "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"),
        (
            actions(button(action_id="a"), button(action_id="a")),
            "action_id 'a' already exists [json-pointer:/blocks/0/elements]",
        ),
        (
            actions(select(initial_option={"text": plain(1), "value": "other"})),
            "initial_option must be one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
        ),
        (
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text"}]}]},
            "missing required field: text [json-pointer:/blocks/0/elements/0/elements/0]",
        ),
        ("words", "must be an object [json-pointer:/blocks/0]"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(block: Any, problem: str) -> None:
    assert blocks.problems([block]) == [problem]


def test_block_ids_must_differ() -> None:
    twice = [section(block_id="a"), section(block_id="a")]
    assert blocks.problems(twice) == ["block_id 'a' already exists [json-pointer:/blocks]"]


def view(*inside: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain(24), "blocks": list(inside) or [section()], **more}


@pytest.mark.parametrize(
    ("shown", "problem"),
    [
        (view(title=plain(25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (view(submit=plain(25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (view(close=plain(25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
        (view(field()), "missing required field: submit [json-pointer:/view]"),
        (view(callback_id="c" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (view(private_metadata="p" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (view(*[section()] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    ],
)
def test_what_is_wrong_with_a_view_is_told(shown: Block, problem: str) -> None:
    assert views.problems(shown) == [problem]


def test_a_view_with_inputs_needs_a_submit_button_and_then_is_taken() -> None:
    assert views.problems(view(field(), submit=plain(24), close=plain(24))) == []


def test_a_view_may_have_250_kilobytes() -> None:
    around = len('{"text": ""}')
    assert not views.too_large({"text": "x" * (250 * 1024 - around)})
    assert views.too_large({"text": "x" * (250 * 1024 - around + 1)})
