"""What follows when a release becomes live, and what a rollback takes out."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.effects import Announce, Happened, Happening, Taint, TellLanesAfter, TellRolledBack
from bot.core.events import DeploymentEnded
from bot.core.lane import Hold, Lane, Live, ModeSwitch
from bot.core.policy import Kind, Mode
from bot.core.release import Deployment, DeployStatus, Lifecycle, Origin, Release, Replaced
from tests.factories import LANE, NOON, a_build
from tests.unit.core.values import (
    AUTOMATIC,
    ELSEWHERE,
    LATER,
    POLICY,
    flying,
    go,
    lane,
    lane_policy,
    live,
    one,
    policy,
    release,
)

WHY = "it loses money"
ROLLBACK = flying(5, build=a_build(2), kind=Kind.ROLLBACK, requested_by="sam", why=WHY)
BAD = release(4, state=Lifecycle.LIVE)
DONE = DeploymentEnded(5, succeeded=True, detail="", url=None)
TAKEN = lane(BAD, ROLLBACK, live=live(4, 4))
HELD = f"R-5 rolled it back: {WHY}"
AFTER = TellLanesAfter(a_build(2))
TAINT = Taint(a_build(4).position, "4 (0000004)", "sam", WHY)
SECOND = timedelta(seconds=1)


def failed(number: int, **changed: Any) -> Release:
    return replace(release(number, state=Lifecycle.FAILED, ended_at=LATER), **changed)


def test_a_rollback_takes_out_what_was_live() -> None:
    decided = go(TAKEN, DONE)
    finished = Deployment(DeployStatus.SUCCEEDED, NOON, finished_at=LATER)
    landed = replace(ROLLBACK, state=Lifecycle.LIVE, ended_at=LATER, deployment=finished)
    build = a_build(2)
    assert decided.lane == Lane(
        LANE,
        adopted_at=NOON,
        live=Live(build.sha, "2", LATER, build.position, 5),
        releases=(replace(BAD, state=Lifecycle.ROLLED_BACK), landed),
    )
    assert decided.effects == (AFTER, TAINT, TellRolledBack(5, 4))
    assert decided.happenings == (
        Happening(Happened.LIVE, 5),
        Happening(Happened.ROLLED_BACK, 4, "sam", WHY, other=5),
    )


def test_it_holds_a_lane_where_builds_ship_by_themselves() -> None:
    decided = go(TAKEN, DONE, AUTOMATIC)
    assert decided.lane.hold == Hold(HELD, LATER)
    assert decided.happenings[2:] == (Happening(Happened.HELD, 5, detail=HELD),)


def test_it_holds_what_was_switched_to_ship_by_itself_and_not_what_was_switched_away() -> None:
    by_itself = ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "sam", "holidays", NOON)
    by_people = ModeSwitch(Mode.DELIVERY, Mode.DEPLOYMENT, "sam", "holidays", NOON)
    assert go(replace(TAKEN, mode=by_itself), DONE).lane.hold == Hold(HELD, LATER)
    assert go(replace(TAKEN, mode=by_people), DONE, AUTOMATIC).lane.hold is None


def test_it_holds_nothing_where_the_policy_names_no_lane() -> None:
    assert go(TAKEN, DONE, ELSEWHERE).lane.hold is None


def test_a_rollback_of_what_no_release_was_quarantines_it_all_the_same() -> None:
    decided = go(lane(ROLLBACK, live=live(4)), DONE)
    assert decided.effects == (AFTER, TAINT, TellRolledBack(5, None))
    assert [one.kind for one in decided.happenings] == [Happened.LIVE]


def test_a_release_that_the_lane_was_loaded_without_is_named_all_the_same() -> None:
    assert go(lane(ROLLBACK, live=live(4, 4)), DONE).effects == (AFTER, TAINT, TellRolledBack(5, 4))


def test_what_was_rolled_back_before_is_not_rolled_back_again() -> None:
    there = lane(replace(BAD, state=Lifecycle.ROLLED_BACK), ROLLBACK, live=live(4, 4))
    decided = go(there, DONE)
    assert one(decided, 4) == replace(BAD, state=Lifecycle.ROLLED_BACK)
    assert [one.kind for one in decided.happenings] == [Happened.LIVE]


UNTAINTED: list[tuple[str, Live | None, int | None]] = [
    ("nothing was", None, None),
    ("nobody knows what was", Live("f" * 40, "?", NOON), None),
    ("an older one was", live(1, 1), 1),
    ("one at the same place was", replace(live(2, 2), sha="f" * 40), 2),
    ("it was live itself", live(2, 2), None),
]


@pytest.mark.parametrize(("was", "other"), [row[1:] for row in UNTAINTED], ids=[row[0] for row in UNTAINTED])
def test_a_rollback_quarantines_nothing_where_that_was_live_of_which(was: Live | None, other: int | None) -> None:
    assert go(lane(ROLLBACK, live=was), DONE).effects == (AFTER, TellRolledBack(5, other))


def test_a_rollback_to_what_is_live_takes_out_the_last_that_failed_since() -> None:
    there = lane(
        release(2, state=Lifecycle.LIVE),
        failed(3),
        failed(4),
        failed(1),
        ROLLBACK,
        live=live(2, 2),
    )
    decided = go(there, DONE, AUTOMATIC)
    first = Taint(a_build(3).position, "3 (0000003)", "sam", WHY)
    assert decided.effects == (AFTER, first, TellRolledBack(5, 4))
    assert {one.number: one.state for one in decided.lane.releases} == {
        1: Lifecycle.FAILED,
        2: Lifecycle.LIVE,
        3: Lifecycle.FAILED,
        4: Lifecycle.FAILED,
        5: Lifecycle.LIVE,
    }
    assert decided.lane.hold == Hold(HELD, LATER)


def test_it_quarantines_the_first_of_several_that_failed_since() -> None:
    asked = replace(ROLLBACK, build=a_build(1))
    there = lane(failed(2), failed(3), failed(4), asked, live=live(1, 1))
    assert go(there, DONE).effects[1:] == (
        Taint(a_build(2).position, "2 (0000002)", "sam", WHY),
        TellRolledBack(5, 4),
    )


INSTEAD: list[tuple[str, int, str]] = [
    ("what was live when it was asked for is older than what is live by now", 3, "3 (0000003)"),
    ("it is newer", 6, "4 (0000004)"),
    ("it is older than what it goes back to", 1, "4 (0000004)"),
]


@pytest.mark.parametrize(("number", "marked"), [row[1:] for row in INSTEAD], ids=[row[0] for row in INSTEAD])
def test_it_quarantines_the_first_that_it_goes_back_from(number: int, marked: str) -> None:
    build = a_build(number)
    asked = replace(ROLLBACK, instead_of=Replaced(build.position, build.label))
    decided = go(lane(BAD, asked, live=live(4, 4)), DONE)
    assert [one.label for one in decided.effects if isinstance(one, Taint)] == [marked]
    assert one(decided, 4).state is Lifecycle.ROLLED_BACK


NOT_SINCE: list[tuple[str, Release]] = [
    ("before it was live", failed(4, ended_at=NOON - SECOND)),
    ("at the very instant", failed(4, ended_at=NOON)),
    ("nobody knows when", failed(4, ended_at=None)),
    ("not at all", failed(4, state=Lifecycle.REJECTED)),
]


@pytest.mark.parametrize("other", [row[1] for row in NOT_SINCE], ids=[row[0] for row in NOT_SINCE])
def test_it_does_not_take_out_what_failed(other: Release) -> None:
    decided = go(lane(other, ROLLBACK, live=live(2, 2)), DONE)
    assert decided.effects == (AFTER, TellRolledBack(5, None))


def test_it_takes_out_what_failed_a_moment_after_that_was_live() -> None:
    decided = go(lane(failed(4, ended_at=NOON + SECOND), ROLLBACK, live=live(2, 2)), DONE)
    assert decided.effects[-1] == TellRolledBack(5, 4)


def test_a_rollback_that_nobody_is_known_to_have_asked_for_still_lands() -> None:
    decided = go(lane(replace(ROLLBACK, requested_by=None, why=None), live=live(4)), DONE, AUTOMATIC)
    assert decided.effects == (AFTER, replace(TAINT, by=None, reason=""), TellRolledBack(5, None))
    assert decided.lane.hold == Hold("R-5 rolled it back: ", LATER)


@pytest.mark.parametrize("kind", [Kind.RELEASE, Kind.HOTFIX])
def test_nothing_else_takes_anything_out(kind: Kind) -> None:
    decided = go(replace(TAKEN, releases=(BAD, replace(ROLLBACK, kind=kind))), DONE, AUTOMATIC)
    assert one(decided, 4) == BAD
    assert (decided.effects, decided.lane.hold) == ((AFTER,), None)


def test_what_is_live_has_no_reason_left_for_which_it_failed_or_was_put_off() -> None:
    troubled = flying(1, reason="no route", put_off="no route")
    decided = go(lane(troubled), DeploymentEnded(1, succeeded=True, detail="", url=None))
    assert (one(decided).reason, one(decided).put_off) == (None, None)


def test_a_rollback_is_announced_like_any_release() -> None:
    announced = replace(ROLLBACK, policy=lane_policy(policy(announce=True)))
    assert go(lane(announced, live=live(4)), DONE, POLICY).effects[:2] == (Announce(5), AFTER)


# -- what waits behind it ---------------------------------------------------------------------------------------------

LANDS = DeploymentEnded(1, succeeded=True, detail="", url=None)
NEWER = flying(1, build=a_build(4))
ASKED = release(2, build=a_build(3), origin=Origin.REQUEST, requested_by="olga")
BEHIND = "R-2 ships an older build than is live"


def test_what_was_asked_for_while_a_newer_build_was_on_its_way_is_older_than_live_when_that_has_landed() -> None:
    decided = go(lane(NEWER, ASKED), LANDS, AUTOMATIC)
    assert one(decided, 2) == replace(ASKED, older_than_live=True)
    assert decided.lane.hold == Hold(BEHIND, LATER)
    assert decided.happenings == (Happening(Happened.LIVE, 1), Happening(Happened.HELD, 2, detail=BEHIND))


def test_a_rollback_that_waits_is_older_and_holds_nothing_before_it_has_landed() -> None:
    decided = go(lane(NEWER, replace(ASKED, kind=Kind.ROLLBACK)), LANDS, AUTOMATIC)
    assert (one(decided, 2).older_than_live, decided.lane.hold) == (True, None)


def test_what_was_older_is_not_any_more_when_a_rollback_went_below_it() -> None:
    waits = replace(ASKED, number=6, older_than_live=True)
    decided = go(lane(BAD, ROLLBACK, waits, live=live(4, 4)), DONE)
    assert one(decided, 6).older_than_live is False


def test_what_is_newer_than_what_landed_holds_nothing() -> None:
    newer = replace(ASKED, build=a_build(5))
    decided = go(lane(NEWER, newer), LANDS, AUTOMATIC)
    assert (one(decided, 2).older_than_live, decided.lane.hold) == (False, None)
