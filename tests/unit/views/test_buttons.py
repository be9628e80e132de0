"""The row of buttons on the card of a release, in every state: what applies, what leads on, what gives way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.core import blockers
from bot.core.approvals import Missing
from bot.core.blockers import Blocker
from bot.core.lane import Hold
from bot.core.policy import LanePolicy
from bot.core.release import Deployment, DeployStatus, Lifecycle, Release
from bot.views.blocks import actions
from bot.views.buttons import CHANGES, FAILURE_ACTS, MOST, NOTICE_ACTS, buttons_of
from bot.views.card import notice
from tests.unit.views.reading import check, check_block, seen
from tests.unit.views.values import IN_PRODUCTION, QA, TEN, a_lane, a_policy, a_release, a_scene, ended

HANDLES = {act: f"h-{act}" for act in (*NOTICE_ACTS, *FAILURE_ACTS, CHANGES)}
WAITS = blockers.WaitsForApproval(Missing(QA, 0))
UNDOABLE = blockers.Undoable(TEN)
HELD = blockers.Held(Hold("Reading", TEN, "sam"))
SCHEDULED = blockers.Scheduled(TEN)
CHOICE = blockers.WaitsForChoice("weekend")
LATER = a_release(scheduled_for=TEN + timedelta(days=1))
FAILED = ended(Lifecycle.FAILED, deployment=Deployment(DeployStatus.FAILED, TEN))


def row(release: Release, *found: Blocker, policy: LanePolicy = IN_PRODUCTION) -> list[str]:
    """Return the words of the buttons, with the style of those that have one."""
    shown = buttons_of(release, a_lane(release), a_policy(policy), found, HANDLES)
    if shown:
        check_block(actions(shown))
    assert len(shown) <= MOST
    assert sum(button.style == "primary" for button in shown) <= 1
    return [f"{button.words} ({button.style})" if button.style else button.words for button in shown]


@pytest.mark.parametrize(
    ("release", "found", "shown"),
    [
        (a_release(), (WAITS,), snapshot(["Approve (primary)", "Reject (danger)", "Changes", "Schedule", "Hold"])),
        (a_release(), (), snapshot(["Reject (danger)", "Changes", "Schedule", "Hold"])),
        (a_release(), (UNDOABLE,), snapshot(["Undo (danger)", "Reject (danger)", "Changes", "Schedule", "Hold"])),
        (
            a_release(),
            (WAITS, HELD),
            snapshot(["Approve (primary)", "Reject (danger)", "Changes", "Schedule", "Resume"]),
        ),
        (LATER, (SCHEDULED,), snapshot(["Reject (danger)", "Changes", "Another time", "As soon as possible", "Hold"])),
        (
            LATER,
            (WAITS, SCHEDULED),
            snapshot(["Approve (primary)", "Reject (danger)", "Changes", "Another time", "As soon as possible"]),
        ),
        (
            LATER,
            (WAITS, SCHEDULED, HELD),
            snapshot(["Approve (primary)", "Reject (danger)", "Changes", "As soon as possible", "Resume"]),
        ),
        (a_release(), (CHOICE,), snapshot(["Reject (danger)", "Changes", "Schedule", "As soon as possible", "Hold"])),
    ],
)
def test_the_row_of_an_open_release(release: Release, found: Sequence[Blocker], shown: list[str]) -> None:
    assert row(release, *found) == shown


def test_nobody_is_asked_to_approve_or_reject_where_builds_ship_by_themselves() -> None:
    alone = replace(IN_PRODUCTION, approvals=())
    assert row(a_release(policy=alone), policy=alone) == snapshot(["Changes", "Schedule", "Hold"])


@pytest.mark.parametrize("state", [one for one in Lifecycle if one is not Lifecycle.OPEN])
def test_the_row_of_a_release_that_no_longer_waits(state: Lifecycle) -> None:
    shown = {
        Lifecycle.LIVE: ["Changes", "Roll back"],
        Lifecycle.FAILED: ["Retry", "Roll back (danger)", "Mark as done"],
    }
    assert row(replace(FAILED, state=state)) == shown.get(state, ["Changes"])


def test_after_a_late_failure_going_back_comes_last() -> None:
    assert row(replace(FAILED, ended_at=TEN + timedelta(hours=3))) == ["Retry", "Mark as done", "Roll back"]


@pytest.mark.parametrize("state", [Lifecycle.OPEN, Lifecycle.LIVE, Lifecycle.FAILED])
def test_an_act_without_a_handle_has_no_button(state: Lifecycle) -> None:
    release = replace(FAILED, state=state)
    assert buttons_of(release, a_lane(release), a_policy(), (WAITS, UNDOABLE, HELD, SCHEDULED), {}) == ()


def test_everything_that_can_be_clicked_on_an_open_card_says_what_it_does() -> None:
    release = a_release()
    several = (WAITS, SCHEDULED), (UNDOABLE, HELD), ()
    rows = [buttons_of(release, a_lane(release), a_policy(), found, HANDLES) for found in several]
    known = {button.act: button for shown in rows for button in shown}
    assert {*known} == {*NOTICE_ACTS, CHANGES}
    assert "\n".join(
        f"{one.label} | {one.confirm.title} {one.confirm.text}" if one.confirm else one.label for one in known.values()
    ) == snapshot("""\
Approve payments 118 to production | Approve R-42? payments 118 to production, commit 9f3c2ab, may ship.
Reject payments 118 to production
Changes of R-42: payments 118 to production
Schedule: payments 118 to production
As soon as possible: payments 118 to production | Ship R-42 as soon as possible? payments 118 to production, commit 9f3c2ab, goes on as soon as nothing else is in its way.
Undo: do not deploy payments 118 to production yet
Resume payments in production | Resume payments in production? What waits there goes on as soon as nothing else is in its way.
Hold payments in production\
""")


def test_the_card_of_what_is_live_offers_to_go_back() -> None:
    release = ended(Lifecycle.LIVE)
    message = notice(release, a_lane(release), a_scene(), {"rollback": "h-back"}, 1)
    check(message)
    assert seen(message).splitlines()[-2:] == snapshot(
        ["[Roll back] signoff:rollback = h-back", "  read aloud: Roll back from payments 118 in production"]
    )
    assert message.text.splitlines()[-1] == "Actions: Roll back."
