"""The forms that the buttons of cards open, whole: what each says will follow, and what it asks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from inline_snapshot import snapshot

from bot.core.policy import Kind
from bot.core.release import Lifecycle
from bot.views import modals
from tests.unit.views.reading import check_block
from tests.unit.views.values import IN_PRODUCTION, LIVE, TEN, a_build, a_lane, a_release, ended

ELSE = a_build(id=2, sha="5" * 40, version="116")


def checked(form: dict[str, Any]) -> dict[str, Any]:
    """Return the form, within Slack's limits."""
    assert all(0 < len(form[part]["text"]) <= 24 for part in ("title", "submit", "close"))
    for block in form["blocks"]:
        check_block(block)
    return form


def read(form: dict[str, Any]) -> str:
    """Return the words of a form."""
    blocks = form["blocks"]
    asked = [f"{one['label']['text']} ({one['hint']['text']})" for one in blocks if one["type"] == "input"]
    return "\n".join([form["title"]["text"], blocks[0]["text"]["text"], *asked, f"[{form['submit']['text']}]"])


def test_the_form_of_a_rejection() -> None:
    assert checked(modals.reject(a_release(), "h-reject")) == snapshot(
        {
            "type": "modal",
            "callback_id": "signoff:reject",
            "private_metadata": "h-reject",
            "title": {"type": "plain_text", "text": "Reject R-42", "emoji": False},
            "submit": {"type": "plain_text", "text": "Reject", "emoji": False},
            "close": {"type": "plain_text", "text": "Go back", "emoji": False},
            "blocks": [
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": "This ends the release of payments 118 (9f3c2ab) to production. Nothing will be deployed.",
                        "verbatim": True,
                    },
                },
                {
                    "type": "input",
                    "block_id": "reason",
                    "label": {"type": "plain_text", "text": "Why?", "emoji": False},
                    "hint": {
                        "type": "plain_text",
                        "text": "The authors read it in the thread of the notice.",
                        "emoji": False,
                    },
                    "optional": False,
                    "element": {
                        "type": "plain_text_input",
                        "action_id": "form:reason",
                        "multiline": True,
                        "min_length": 1,
                        "max_length": 2000,
                    },
                },
            ],
        }
    )


def test_the_form_of_a_schedule() -> None:
    assert checked(modals.schedule(a_release(), "h-schedule", TEN + timedelta(minutes=5))) == snapshot(
        {
            "type": "modal",
            "callback_id": "signoff:schedule",
            "private_metadata": "h-schedule",
            "title": {"type": "plain_text", "text": "Schedule R-42", "emoji": False},
            "submit": {"type": "plain_text", "text": "Schedule", "emoji": False},
            "close": {"type": "plain_text", "text": "Go back", "emoji": False},
            "blocks": [
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": "payments 118 (9f3c2ab) to production does not ship before the time that you pick, and goes on by itself then. Whatever else is in its way stays there; people can approve it meanwhile.",
                        "verbatim": True,
                    },
                },
                {
                    "type": "input",
                    "block_id": "at",
                    "label": {"type": "plain_text", "text": "Not before", "emoji": False},
                    "hint": {"type": "plain_text", "text": "In your own time zone.", "emoji": False},
                    "optional": False,
                    "element": {"type": "datetimepicker", "action_id": "form:at", "initial_date_time": 1795262400},
                },
            ],
        }
    )


def test_the_form_of_a_schedule_proposes_the_time_that_was_chosen_unless_it_has_passed() -> None:
    later = a_release(scheduled_for=TEN + timedelta(days=1))
    proposed = [
        modals.schedule(later, "h", now)["blocks"][1]["element"]["initial_date_time"] - TEN.timestamp()
        for now in (TEN, TEN + timedelta(days=1, minutes=30))
    ]
    assert proposed == [24 * 3600, 26 * 3600]


def test_the_form_of_a_hold() -> None:
    assert checked(modals.hold(a_release(), "h-hold")) == snapshot(
        {
            "type": "modal",
            "callback_id": "signoff:hold",
            "private_metadata": "h-hold",
            "title": {"type": "plain_text", "text": "Hold", "emoji": False},
            "submit": {"type": "plain_text", "text": "Hold", "emoji": False},
            "close": {"type": "plain_text", "text": "Go back", "emoji": False},
            "blocks": [
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": "Nothing starts in payments in production until somebody resumes it, or the time is up. What is being deployed goes on.",
                        "verbatim": True,
                    },
                },
                {
                    "type": "input",
                    "block_id": "reason",
                    "label": {"type": "plain_text", "text": "Why?", "emoji": False},
                    "hint": {
                        "type": "plain_text",
                        "text": "Everybody who waits there reads it.",
                        "emoji": False,
                    },
                    "optional": False,
                    "element": {
                        "type": "plain_text_input",
                        "action_id": "form:reason",
                        "multiline": True,
                        "min_length": 1,
                        "max_length": 2000,
                    },
                },
                {
                    "type": "input",
                    "block_id": "length",
                    "label": {"type": "plain_text", "text": "For how long?", "emoji": False},
                    "hint": {
                        "type": "plain_text",
                        "text": "The Resume button of a card ends it at any time.",
                        "emoji": False,
                    },
                    "optional": False,
                    "element": {
                        "type": "static_select",
                        "action_id": "form:length",
                        "options": [
                            {
                                "text": {"type": "plain_text", "text": "Until somebody resumes it", "emoji": False},
                                "value": "open",
                            },
                            {"text": {"type": "plain_text", "text": "30 minutes", "emoji": False}, "value": "30m"},
                            {"text": {"type": "plain_text", "text": "1 hour", "emoji": False}, "value": "1h"},
                            {"text": {"type": "plain_text", "text": "2 hours", "emoji": False}, "value": "2h"},
                            {"text": {"type": "plain_text", "text": "4 hours", "emoji": False}, "value": "4h"},
                            {"text": {"type": "plain_text", "text": "1 day", "emoji": False}, "value": "1d"},
                            {"text": {"type": "plain_text", "text": "7 days", "emoji": False}, "value": "7d"},
                        ],
                        "initial_option": {
                            "text": {"type": "plain_text", "text": "Until somebody resumes it", "emoji": False},
                            "value": "open",
                        },
                    },
                },
            ],
        }
    )


def test_the_form_of_a_rollback_from_what_is_live() -> None:
    live = replace(LIVE, sha=a_build().sha, version="118", release=42)
    form = checked(modals.rollback(ended(Lifecycle.LIVE), ELSE, a_lane(live=live), "h-rollback"))
    assert (form["callback_id"], form["private_metadata"]) == ("signoff:rollback", "h-rollback")
    assert read(form) == snapshot("""\
Roll back
This takes payments in production back to 116 (5555555), where 118 (9f3c2ab) is live now. The build that is taken out goes into quarantine; where builds ship by themselves, none does so until somebody resumes the lane. A release is opened for it, under the policy's own rules for a rollback.
Why? (The authors of what is taken out read it.)
[Roll back]\
""")


def test_the_form_of_a_rollback_after_a_failure() -> None:
    assert read(checked(modals.rollback(ended(Lifecycle.FAILED), ELSE, a_lane(), "h"))) == snapshot("""\
Roll back
This deploys 116 (5555555) to payments in production again, which was live before R-42 failed and may have left it half done. A release is opened for it, under the policy's own rules for a rollback.
Why? (The authors of what is taken out read it.)
[Roll back]\
""")
    assert "is live now" not in read(modals.rollback(ended(Lifecycle.FAILED), ELSE, a_lane(live=None), "h"))


def test_the_form_that_marks_as_done() -> None:
    form = checked(modals.mark_done(ended(Lifecycle.FAILED), "h-done"))
    assert (form["callback_id"], form["private_metadata"]) == ("signoff:mark_done", "h-done")
    assert read(form) == snapshot("""\
Mark R-42 as done
payments 118 (9f3c2ab) in production counts as live from now on, though its deploy is known to have failed. Nothing is deployed. Only say so if you have looked: it is on the record, and operations are told.
Why? (How do you know? Everybody reads it in the thread of the notice.)
[Mark as done]\
""")


def test_a_form_marks_what_nobody_must_overlook() -> None:
    rollback = a_release(kind=Kind.ROLLBACK, policy=replace(IN_PRODUCTION, rollback=()))
    assert [
        read(form).splitlines()[1] for form in (modals.reject(rollback, "h"), modals.schedule(rollback, "h", TEN))
    ] == (
        snapshot(
            [
                "This ends the release of payments 118 (9f3c2ab) to production (ROLLBACK). Nothing will be deployed.",
                "payments 118 (9f3c2ab) to production (ROLLBACK) does not ship before the time that you pick, and goes on by itself then. Whatever else is in its way stays there; people can approve it meanwhile.",
            ]
        )
    )
