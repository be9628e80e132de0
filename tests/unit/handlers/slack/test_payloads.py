"""Payloads at the door: what is read of them, and that nothing in them raises."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.acts import Click, Command, Form
from handlers.slack.payloads import Clicked, NotUnderstood, Submitted, Typed, click, command, form
from tests.unit.handlers.slack.bodies import a_click, a_command, a_submission

CLICK = Click(
    slack="U0PRIYA",
    team="T0ACME",
    handle="h4ndle",
    channel="C0PAY",
    ts="1605853634.000400",
    response_url="https://hooks.slack.com/actions/T0ACME/1/xxx",
)


def clicked(body: dict[str, Any]) -> Clicked:
    read = click(body)
    assert isinstance(read, Clicked)
    return read


def test_a_click_names_actor_card_and_handle() -> None:
    read = clicked(a_click())
    assert (read.action, read.click, read.trigger) == ("signoff:approve", CLICK, "111.222.aaa")


def test_the_actors_team_is_their_own_and_not_the_channels() -> None:
    assert clicked(a_click(user={"id": "U0X", "team_id": "T0OTHER"})).click.team == "T0OTHER"
    assert clicked(a_click(user={"id": "U0X"})).click.team == "T0ACME"
    assert clicked(a_click(user={"id": "U0X"}, team=None)).click.team is None


def test_a_click_delivered_again_has_the_same_key_and_no_other_click_has() -> None:
    first = clicked(a_click()).dedupe_key
    assert first.startswith("slack:click:")
    assert clicked(a_click(trigger_id="9.9.other", response_url="https://hooks.slack.com/2")).dedupe_key == first
    button = a_click()["actions"][0]
    different = [
        a_click(user={"id": "U0SAM", "team_id": "T0ACME"}),
        a_click(user={"id": "U0PRIYA", "team_id": "T0OTHER"}),
        a_click(channel={"id": "C0OTHER"}),
        a_click(message={"ts": "1605853634.000401"}),
        a_click(actions=[{**button, "action_id": "signoff:cancel"}]),
        a_click(actions=[{**button, "block_id": "r2"}]),
        a_click(actions=[{**button, "action_ts": "1605853645.582707"}]),
    ]
    assert len({first, *(clicked(body).dedupe_key for body in different)}) == len(different) + 1


def test_a_private_message_is_found_by_its_container() -> None:
    read = clicked(a_click(message=None, channel=None))
    assert (read.click.channel, read.click.ts) == ("C0PAY", "1605853634.000400")


def test_a_button_outside_messages_is_not_understood() -> None:
    outside = a_click(message=None, channel=None, container={"type": "view", "view_id": "V1"})
    assert click(outside) == NotUnderstood("the button is not in a message")


def test_a_form_names_handle_and_trimmed_reason() -> None:
    assert form(a_submission("  It breaks refunds \n")) == Submitted(
        Form(slack="U0PRIYA", team="T0ACME", handle="h4ndle", reason="It breaks refunds"), "slack:view:V0FORM"
    )


@pytest.mark.parametrize("reason", [None, "", " \n\t "])
def test_an_empty_reason_is_empty(reason: str | None) -> None:
    read = form(a_submission(reason))
    assert isinstance(read, Submitted)
    assert read.form.reason == ""


def a_form(**fields: dict[str, Any]) -> dict[str, Any]:
    """Return a form with these fields, sent."""
    body = a_submission()
    body["view"]["state"]["values"] = {block: {"form:" + block: state} for block, state in fields.items()}
    return body


def test_a_form_names_the_moment_that_was_picked() -> None:
    body = a_form(at={"type": "datetimepicker", "selected_date_time": 1795608000})
    assert form(body) == Submitted(
        Form(slack="U0PRIYA", team="T0ACME", handle="h4ndle", at=datetime(2026, 11, 25, 12, tzinfo=UTC)),
        "slack:view:V0FORM",
    )


@pytest.mark.parametrize(("chosen", "length"), [("open", None), ("30m", timedelta(minutes=30))])
def test_a_form_names_the_length_that_was_chosen(chosen: str, length: timedelta | None) -> None:
    option = {"text": {"type": "plain_text", "text": "So long"}, "value": chosen}
    body = a_form(reason={"value": "Reading"}, length={"type": "static_select", "selected_option": option})
    assert form(body) == Submitted(
        Form(slack="U0PRIYA", team="T0ACME", handle="h4ndle", reason="Reading", length=length), "slack:view:V0FORM"
    )


def test_a_form_names_the_fields_that_were_left_empty() -> None:
    read = form(
        a_form(reason={"value": " "}, at={"selected_date_time": None}, length={"selected_option": None}, more={})
    )
    assert isinstance(read, Submitted)
    assert read.empty == ("reason", "at", "length")


def test_what_is_no_length_is_not_understood() -> None:
    assert form(a_form(length={"selected_option": {"value": "for ever"}})) == NotUnderstood(
        "view.state.values.length: not a length of time"
    )


def test_a_command_names_actor_words_and_where_to_answer() -> None:
    assert command(a_command("payments to production")) == Typed(
        Command(
            slack="U0PRIYA",
            team="T0ACME",
            words="payments to production",
            channel="C0PAY",
            response_url="https://hooks.slack.com/commands/T0ACME/1/xxx",
        ),
        "U0PRIYA",
        "slack:command:111.222.ccc",
        "111.222.ccc",
    )


def test_a_command_cannot_name_a_person_or_host_user() -> None:
    read = command(a_command(person="sam", host_user="root", slack="U0SAM"))
    assert isinstance(read, Typed)
    assert (read.command.person, read.command.host_user, read.command.slack) == (None, None, "U0PRIYA")


def test_without_a_trigger_the_whole_body_is_the_key() -> None:
    first, again, other = (command(a_command(text, trigger_id="")) for text in ("a", "a", "b"))
    assert isinstance(first, Typed)
    assert isinstance(again, Typed)
    assert isinstance(other, Typed)
    assert first.dedupe_key == again.dedupe_key != other.dedupe_key


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (a_click(user=None), "user: model_type"),
        (a_click(user={"id": 7}), "user.id: string_type"),
        (a_click(user={"id": "U0X\n"}), "user.id: string_pattern_mismatch"),
        (a_click(actions=[]), "actions: too_short"),
        (a_click(actions="x"), "actions: list_type"),
        (a_click(actions=[{"action_id": "a"}]), "actions.0.value: missing"),
        (a_click(message={"ts": "1 OR 1"}), "message.ts: string_pattern_mismatch"),
    ],
)
def test_a_wrong_click_is_told_by_field_and_not_by_value(body: dict[str, Any], why: str) -> None:
    assert click(body) == NotUnderstood(why)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_t24_no_field_of_any_type_raises(data: st.DataObject) -> None:
    for make, read in ((a_click, click), (a_submission, form), (a_command, command)):
        body = make()
        body[data.draw(st.sampled_from(sorted(body)))] = data.draw(ANYTHING)
        assert isinstance(read(body), Clicked | Submitted | Typed | NotUnderstood)
