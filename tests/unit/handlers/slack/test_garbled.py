"""What is said where nobody can read what Slack sent: of each form, at a field that it has."""

from typing import Any

import pytest

from bot.core.policy import Kind, Person
from bot.core.release import Lifecycle
from bot.views import modals
from bot.views.announcement import announce
from bot.views.draft import edit_form
from bot.views.request_form import request_form
from bot.views.sheet import Sheet
from handlers.slack import garbled
from handlers.slack.garbled import FIELD, GARBLED
from tests.unit.views.values import LIVE, POLICY, TEN, a_build, a_lane, a_release, a_scene, ended

DONE = ended(Lifecycle.LIVE)
FORMS: tuple[dict[str, Any], ...] = (
    modals.reject(a_release(), "h"),
    modals.schedule(a_release(), "h", TEN),
    modals.hold(a_release(), "h"),
    modals.rollback(DONE, a_build(), a_lane(), "h"),
    modals.mark_done(ended(Lifecycle.FAILED), "h"),
    edit_form(DONE, announce(DONE, a_scene(), LIVE), POLICY, "h"),
    *(request_form(Sheet(kind=kind, by=Person("priya", slack="U0PRIYA")), a_scene()) for kind in Kind),
)
"""Every form that can be sent, the last ones with nothing picked yet."""


def callback_id(view: dict[str, Any]) -> str:
    return str(view["callback_id"])


@pytest.mark.parametrize("view", FORMS, ids=callback_id)
def test_each_form_is_answered_at_a_field_that_it_has(view: dict[str, Any]) -> None:
    (field,) = [field for called, field in FIELD.items() if called == callback_id(view)]
    assert field in [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    answer = garbled.form({"type": "view_submission", "user": 7, "view": view})
    assert answer == {"response_action": "errors", "errors": {field: GARBLED}}


def test_there_is_a_field_for_each_form_and_no_other() -> None:
    assert sorted(FIELD) == sorted(map(callback_id, FORMS))


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"type": "view_submission"},
        {"type": "view_submission", "view": []},
        {"type": "view_submission", "view": {"callback_id": ["signoff:reject"]}},
        {"type": "view_submission", "view": {"callback_id": "signoff:approve"}},
        {"type": "view_closed", "view": {"callback_id": "signoff:reject"}},
    ],
    ids=repr,
)
def test_nothing_is_said_where_nobody_knows_which_form_it_is(body: object) -> None:
    assert garbled.form(body) == {}
