"""Of which releases a quiet lane posts no notice, and from when on it does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import BuildState
from bot.core.calendar import Dated, Freeze
from bot.core.due import due_at
from bot.core.lane import Hold, Lane, Lock, Stop
from bot.core.policy import Kind, LanePolicy, Mode, Policy
from bot.core.quiet import keeps_quiet, late_at
from bot.core.release import Deployment, DeployStatus, Lifecycle, Origin, Override, Release
from bot.core.speaking import Cards
from tests.factories import LANE, NOON, a_build, a_lane_policy, a_policy, a_release

MINUTE, HALF_HOUR = timedelta(minutes=1), timedelta(minutes=30)
QUIET = a_lane_policy(mode=Mode.DEPLOYMENT, cards=Cards.QUIET, deploy_timeout=HALF_HOUR, approvals=())
BUILDING = replace(a_build(), state=BuildState.PENDING)
BROKEN = replace(a_build(), state=BuildState.BROKEN)
OVERRIDE = Override("sam", "fire", NOON, ())


def lane(*releases: Release, **changed: object) -> Lane:
    return replace(Lane(LANE, adopted_at=NOON, releases=releases), **changed)  # type: ignore[arg-type]


def quiet(release: Release, after: timedelta = MINUTE, here: LanePolicy = QUIET, **changed: object) -> bool:
    policy = a_policy(here)
    own = replace(release, policy=here)
    return keeps_quiet(own, lane(own, **changed), policy, NOON + after)


def flying(status: DeployStatus = DeployStatus.RUNNING) -> Release:
    return a_release(state=Lifecycle.DEPLOYING, deployment=Deployment(status, NOON))


@pytest.mark.parametrize("state", [Lifecycle.OPEN, Lifecycle.VERIFYING, Lifecycle.LIVE, Lifecycle.SUPERSEDED])
def test_what_goes_well_has_none(state: Lifecycle) -> None:
    assert quiet(a_release(state=state))


@pytest.mark.parametrize(
    "state",
    [Lifecycle.FAILED, Lifecycle.ROLLED_BACK, Lifecycle.REJECTED, Lifecycle.CANCELLED, Lifecycle.EXPIRED],
)
def test_what_does_not_has_one(state: Lifecycle) -> None:
    assert not quiet(a_release(state=state))


@pytest.mark.parametrize(
    "here",
    [
        replace(QUIET, cards=Cards.FULL),
        replace(QUIET, mode=Mode.DELIVERY),
        replace(QUIET, trial=True),
    ],
)
def test_only_where_builds_ship_by_themselves_and_the_policy_says_so(here: LanePolicy) -> None:
    assert not quiet(a_release(state=Lifecycle.LIVE), here=here)


def test_where_the_policy_has_forgotten_the_lane_it_is_shown() -> None:
    assert not keeps_quiet(a_release(policy=QUIET), lane(), Policy(()), NOON)


@pytest.mark.parametrize(
    "release",
    [
        a_release(origin=Origin.REQUEST),
        a_release(origin=Origin.EXTERNAL),
        a_release(kind=Kind.HOTFIX),
        a_release(override=OVERRIDE),
        a_release(put_off="GitHub is down"),
    ],
)
def test_what_people_did_or_what_was_put_off_is_shown(release: Release) -> None:
    assert not quiet(replace(release, state=Lifecycle.OPEN))


def test_what_waits_for_a_person_is_shown() -> None:
    assert not quiet(a_release(), hold=Hold("a demo", NOON, "sam"))
    assert not quiet(a_release(), lock=Lock("sam", None, "mine", NOON, NOON + HALF_HOUR))
    assert not quiet(a_release(scheduled_for=NOON + HALF_HOUR))
    assert not quiet(a_release(build=BROKEN))
    stopped = lane(a_release(policy=QUIET))
    stopped = replace(stopped, around=replace(stopped.around, stop=Stop("sam", "fire", NOON)))
    assert not keeps_quiet(stopped.releases[0], stopped, a_policy(QUIET), NOON)


def test_what_passes_by_itself_is_waited_for_in_silence() -> None:
    assert quiet(a_release(build=BUILDING))
    busy = lane(replace(flying(), number=2, policy=QUIET), a_release(1, policy=QUIET))
    assert keeps_quiet(busy.releases[1], busy, a_policy(QUIET), NOON)


def test_an_open_release_is_late_after_the_time_of_a_deploy() -> None:
    assert quiet(a_release(build=BUILDING), HALF_HOUR - MINUTE)
    assert not quiet(a_release(build=BUILDING), HALF_HOUR)
    assert quiet(a_release(), HALF_HOUR)  # nothing is in the way: it starts at this moment


def test_nobody_is_late_in_a_freeze() -> None:
    when = Dated(NOON.replace(tzinfo=None) - HALF_HOUR, NOON.replace(tzinfo=None) + 9 * HALF_HOUR, "UTC")
    policy = a_policy(QUIET, freezes=(Freeze("weekend", when, (), ()),))
    here = lane(a_release(policy=QUIET))
    assert keeps_quiet(here.releases[0], here, policy, NOON + 2 * HALF_HOUR)


def test_a_deploy_is_late_after_half_its_time_and_a_lost_one_asks_at_once() -> None:
    assert quiet(flying(), timedelta(minutes=14))
    assert not quiet(flying(), timedelta(minutes=15))
    assert not quiet(flying(DeployStatus.UNKNOWN))
    assert quiet(replace(flying(), deployment=None))


def test_the_clock_comes_by_when_it_is_late_and_not_again() -> None:
    policy, release = a_policy(QUIET), replace(flying(), policy=QUIET)
    here = lane(release)
    assert due_at(release, here, policy, NOON) == NOON + HALF_HOUR / 2
    assert late_at(release, here, policy, NOON + HALF_HOUR / 2) is None
    assert due_at(release, here, policy, NOON + HALF_HOUR / 2) == NOON + HALF_HOUR
    waits = replace(a_release(build=BUILDING), policy=QUIET)
    assert due_at(waits, lane(waits), policy, NOON) == NOON + HALF_HOUR
    ended = replace(waits, state=Lifecycle.LIVE)
    assert late_at(ended, lane(ended), policy, NOON) is None
    full = a_policy(replace(QUIET, cards=Cards.FULL))
    assert due_at(release, here, full, NOON) == NOON + HALF_HOUR
