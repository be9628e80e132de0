"""The forms that the buttons of cards open: each says what will follow, and asks for what that needs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.core.build import Build
from bot.core.lane import Lane
from bot.core.release import Lifecycle, Release
from bot.views import limits
from bot.views.blocks import Block, plain_text, section
from bot.views.naming import lane_label, live_label, subject, word
from bot.views.states import marked_aside

REASON_AT_MOST = 2000
OPEN_ENDED = "open"
"""The choice of no end, where a form asks how long something lasts; the others are 30m, 2h, 1d."""
LENGTHS = (
    (OPEN_ENDED, "Until somebody resumes it"),
    ("30m", "30 minutes"),
    ("1h", "1 hour"),
    ("2h", "2 hours"),
    ("4h", "4 hours"),
    ("1d", "1 day"),
    ("7d", "7 days"),
)
_READ_BY_ALL = "Everybody who waits there reads it."


def reject(release: Release, handle: str) -> dict[str, Any]:
    """Return the form that asks for the reason of a rejection; `handle` is that of the button, and all it carries."""
    return _form(
        ("reject", handle),
        (f"Reject {release.name}", "Reject"),
        f"This ends the release of {subject(release)}{marked_aside(release)}. Nothing will be deployed.",
        [_reason("The authors read it in the thread of the notice.")],
    )


def schedule(release: Release, handle: str, now: datetime) -> dict[str, Any]:
    """Return the form that asks from when on a release may ship; it proposes the next full hour but one, or its time.

    Args:
        release: the release, which is open.
        handle: that of the button.
        now: the present, in UTC.
    """
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    at = release.scheduled_for if release.scheduled_for is not None and release.scheduled_for > now else hour
    return _form(
        ("schedule", handle),
        (f"Schedule {release.name}", "Schedule"),
        f"{subject(release)}{marked_aside(release)} does not ship before the time that you pick, and goes on by itself "
        "then. Whatever else is in its way stays there; people can approve it meanwhile.",
        [
            _input(
                "at",
                "Not before",
                "In your own time zone.",
                {"type": "datetimepicker", "action_id": "form:at", "initial_date_time": int(at.timestamp())},
            )
        ],
    )


def hold(release: Release, handle: str) -> dict[str, Any]:
    """Return the form that asks why a lane is held, and for how long."""
    options = [_option(value, words) for value, words in LENGTHS]
    return _form(
        ("hold", handle),
        ("Hold", "Hold"),
        f"Nothing starts in {lane_label(release.lane)} until somebody resumes it, or the time is up. "
        "What is being deployed goes on.",
        [
            _reason(_READ_BY_ALL),
            _input(
                "length",
                "For how long?",
                "The Resume button of a card ends it at any time.",
                {
                    "type": "static_select",
                    "action_id": "form:length",
                    "options": options,
                    "initial_option": options[0],
                },
            ),
        ],
    )


def rollback(release: Release, to: Build, lane: Lane, handle: str) -> dict[str, Any]:
    """Return the form that asks why people go back, and says from what to what.

    Args:
        release: the one that is live, or that failed.
        to: the build that would be deployed.
        lane: the lane with what is live.
        handle: that of the button.
    """
    where, back = lane_label(release.lane), word(to.label)
    if release.state is Lifecycle.FAILED:
        follows = (
            f"This deploys {back} to {where} again, which was live before {release.name} failed and may have left it "
            "half done."
        )
    else:
        live = f", where {live_label(lane.live)} is live now" if lane.live else ""
        follows = (
            f"This takes {where} back to {back}{live}. The build that is taken out goes into quarantine; where builds "
            "ship by themselves, none does so until somebody resumes the lane."
        )
    return _form(
        ("rollback", handle),
        ("Roll back", "Roll back"),
        f"{follows} A release is opened for it, under the policy's own rules for a rollback.",
        [_reason("The authors of what is taken out read it.")],
    )


def mark_done(release: Release, handle: str) -> dict[str, Any]:
    """Return the form that asks how somebody knows that a failed release is live after all."""
    return _form(
        ("mark_done", handle),
        (f"Mark {release.name} as done", "Mark as done"),
        f"{subject(release, 'in')} counts as live from now on, though its deploy is known to have failed. Nothing is "
        "deployed. Only say so if you have looked: it is on the record, and operations are told.",
        [_reason("How do you know? Everybody reads it in the thread of the notice.")],
    )


def _form(carried: tuple[str, str], words: tuple[str, str], follows: str, inputs: Sequence[Block]) -> dict[str, Any]:
    (act, handle), (title, submit) = carried, words
    return {
        "type": "modal",
        "callback_id": f"signoff:{act}",
        "private_metadata": handle,
        "title": plain_text(title, limits.MODAL_TITLE),
        "submit": plain_text(submit, limits.MODAL_TITLE),
        "close": plain_text("Go back", limits.MODAL_TITLE),
        "blocks": [section(follows), *inputs],
    }


def _reason(hint: str) -> Block:
    element = {
        "type": "plain_text_input",
        "action_id": "form:reason",
        "multiline": True,
        "min_length": 1,
        "max_length": REASON_AT_MOST,
    }
    return _input("reason", "Why?", hint, element)


def _input(field: str, label: str, hint: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": field,
        "label": plain_text(label, limits.HEADER),
        "hint": plain_text(hint, limits.HEADER),
        "optional": False,
        "element": element,
    }


def _option(value: str, words: str) -> Block:
    return {"text": plain_text(words, limits.BUTTON), "value": value}
