"""How releases come to be by themselves, what a build's news do to them, and how lanes are adopted."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.build import Build, BuildState
from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.events import Adopt, BuildChanged, FoundLive, ReachedBefore
from bot.core.lane import Around, Judgement, Lane, Live, Mark, ModeSwitch, Reached
from bot.core.policy import After, Mode, NewerBuild, Policy
from bot.core.refusals import NotExpected
from bot.core.release import Lifecycle, Origin, Override, Release
from tests.factories import LANE, NOON, a_build
from tests.unit.core.values import (
    AUTOMATIC,
    ELSEWHERE,
    FRESH,
    LATER,
    POLICY,
    PRIYA,
    flying,
    go,
    lane,
    lane_policy,
    live,
    one,
    policy,
    reasons,
    release,
)


def opened(number: int, build: Build | None = None, under: Policy = POLICY) -> Release:
    """Return what a new release is at birth."""
    return Release(
        number=9,
        lane=LANE,
        origin=Origin.PIPELINE,
        build=build or a_build(number),
        artifact=(build or a_build(number)).artifact,
        generation=1,
        key="R-9-abcd2345",
        state=Lifecycle.OPEN,
        opened_at=LATER,
        policy=lane_policy(under),
        policy_hash="policy-1",
    )


def news(number: int, *, newest: bool = True, became: bool = True, **changed: object) -> BuildChanged:
    return BuildChanged(a_build(number, **changed), newest, became)


def reached(number: int, since: datetime = NOON, environment: str = "staging") -> Around:
    return Around(reached=(Reached(environment, number, since),))


HALF_AN_HOUR = timedelta(minutes=30)
AFTER = policy(after=After("staging", HALF_AN_HOUR))
SOAKED = LATER - HALF_AN_HOUR
EACH = policy(newer_build=NewerBuild.EACH_MUST_SHIP)
QUARANTINE = Around(marks=(Mark(1, Judgement.BAD, a_build(2).position, "2", "sam", "loses money", NOON),))


def test_the_newest_deployable_build_opens_a_release_by_itself() -> None:
    decided = go(lane(live=live(1)), news(2))
    assert decided.lane.releases == (opened(2),)
    label, url = a_build(2).label, a_build(2).url
    assert decided.happenings == (Happening(Happened.OPENED, 9, detail=label, url=url),)
    assert decided.effects == ()


def test_where_nobody_is_asked_it_is_sent_on_its_way_at_once() -> None:
    assert go(lane(), news(2), AUTOMATIC).effects == (StartDeployment(9, 1),)


OBSERVED = ModeSwitch(Mode.OBSERVE, Mode.DELIVERY, "sam", "by hand today", NOON)
SECOND = timedelta(seconds=1)
OPENS: list[tuple[str, Lane, BuildChanged, Policy, bool]] = [
    ("in a lane that is live with nothing known", lane(), news(2), POLICY, True),
    ("over something whose position nobody knows", lane(live=Live("f" * 40, "?", NOON)), news(2), POLICY, True),
    ("beside an older one that waits", lane(release(1)), news(2), POLICY, True),
    ("beside an older one in flight", lane(flying(1)), news(2), POLICY, True),
    ("after one of it that was ended is addressed", lane(release(2, state=Lifecycle.FAILED)), news(2), POLICY, True),
    ("after a newer one that ended", lane(release(3, state=Lifecycle.REJECTED)), news(2), POLICY, True),
    ("rebuilt, though a former artifact is live", lane(live=live(2)), news(2, position=(NOON, 2, 2)), POLICY, True),
    (
        "beside another at the same place",
        lane(release(3, build=a_build(7, position=(NOON, 2, 1)))),
        news(2),
        POLICY,
        True,
    ),
    ("not before adoption", Lane(LANE), news(2), POLICY, False),
    ("not while a newer deployable build is known", lane(), news(2, newest=False), POLICY, False),
    ("not while it is pending", lane(), news(2, state=BuildState.PENDING), POLICY, False),
    ("not when it is broken", lane(), news(2, state=BuildState.BROKEN), POLICY, False),
    ("not when a newer one is live", lane(live=live(3)), news(2), POLICY, False),
    ("not when it is live itself", lane(live=live(2)), news(2), POLICY, False),
    ("not while a release of it waits", lane(release(2)), news(2), POLICY, False),
    ("not while a release of it is in flight", lane(flying(2)), news(2), POLICY, False),
    ("not while a newer one waits", lane(release(3)), news(2), POLICY, False),
    ("not while a newer one is in flight", lane(flying(3)), news(2), POLICY, False),
    ("not in a lane that left the policy", lane(), news(2), ELSEWHERE, False),
    ("not in a lane that left the policy, for being new only", lane(), news(2, newest=False), ELSEWHERE, False),
    ("not in a lane that is observed", lane(), news(2), policy(mode=Mode.OBSERVE, target=None), False),
    ("not in a lane that was switched to be observed", lane(mode=OBSERVED), news(2), POLICY, False),
    ("not where there is nothing to deploy it with", lane(), news(2), policy(target=None), False),
    ("on trial like anywhere else", lane(), news(2), policy(trial=True), True),
    ("not when it is quarantined", lane(around=QUARANTINE), news(2), POLICY, False),
    ("not when it contains one that is quarantined", lane(around=QUARANTINE), news(3), POLICY, False),
    ("though a later one is quarantined", lane(around=QUARANTINE), news(1), POLICY, True),
    ("not before it was live in the environment before", lane(), news(2), AFTER, False),
    ("not before its soak there has ended", lane(around=reached(2, SOAKED + SECOND)), news(2), AFTER, False),
    ("once its soak there has ended", lane(around=reached(2, SOAKED)), news(2), AFTER, True),
    ("not when another one was there", lane(around=reached(1, SOAKED)), news(2), AFTER, False),
    ("not when it was live somewhere else", lane(around=reached(2, SOAKED, "qa")), news(2), AFTER, False),
    ("where each must ship, though newer ones are deployable", lane(), news(2, newest=False), EACH, True),
    ("where each must ship, though a newer one waits", lane(release(3, under=EACH)), news(2, newest=False), EACH, True),
    ("where each must ship, not when nothing is new", lane(), news(2, newest=False, became=False), EACH, False),
    ("where each must ship, not twice", lane(release(2, under=EACH)), news(2), EACH, False),
    ("where each must ship, not when it is in flight", lane(flying(2)), news(2), EACH, False),
    ("where each must ship, not behind what is live", lane(live=live(3)), news(2), EACH, False),
    ("where the latest wins, not for being new only", lane(), news(2, newest=False), POLICY, False),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "opens"), [row[1:] for row in OPENS], ids=[row[0] for row in OPENS]
)
def test_when_a_build_opens_a_release_by_itself(there: Lane, given: BuildChanged, under: Policy, opens: bool) -> None:
    decided = go(there, given, under)
    assert (decided.lane.release(9) is not None) is opens


def there_before(number: int = 2, *, newest: bool = True, **changed: object) -> ReachedBefore:
    return ReachedBefore(a_build(number, **changed), newest)


RIPE = lane(around=reached(2, SOAKED))
EACH_AFTER = policy(after=After("staging", HALF_AN_HOUR), newer_build=NewerBuild.EACH_MUST_SHIP)
REACHES: list[tuple[str, Lane, ReachedBefore, Policy, bool]] = [
    ("when its soak there has ended", RIPE, there_before(), AFTER, True),
    ("when no soak is asked for", lane(around=reached(2, LATER)), there_before(), policy(after=After("staging")), True),
    ("not while it soaks", lane(around=reached(2, SOAKED + SECOND)), there_before(), AFTER, False),
    ("not when it is not known to have been there", lane(), there_before(), AFTER, False),
    ("not when a later one was there", RIPE, there_before(newest=False), AFTER, False),
    ("where each must ship, though a later one was there", RIPE, there_before(newest=False), EACH_AFTER, True),
    ("not where no environment comes before", RIPE, there_before(), POLICY, False),
    ("not in a lane that left the policy", RIPE, there_before(), ELSEWHERE, False),
    ("not in a lane that is observed", RIPE, there_before(), policy(after=After("staging"), mode=Mode.OBSERVE), False),
    ("not before adoption", replace(RIPE, adopted_at=None), there_before(), AFTER, False),
    ("not when it broke", RIPE, there_before(state=BuildState.BROKEN), AFTER, False),
    ("not when a newer one is live", replace(RIPE, live=live(3)), there_before(), AFTER, False),
    ("not when it is live", replace(RIPE, live=live(2)), there_before(), AFTER, False),
    ("not while a newer one waits", replace(RIPE, releases=(release(3),)), there_before(), AFTER, False),
    ("not while it waits", replace(RIPE, releases=(release(2),)), there_before(), AFTER, False),
    (
        "not when it is quarantined",
        lane(around=replace(reached(2, SOAKED), marks=QUARANTINE.marks)),
        there_before(),
        AFTER,
        False,
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "opens"), [row[1:] for row in REACHES], ids=[row[0] for row in REACHES]
)
def test_what_was_live_before_opens_a_release(there: Lane, given: ReachedBefore, under: Policy, opens: bool) -> None:
    decided = go(there, given, under)
    if opens:
        assert decided.lane.releases == (opened(2, under=under),)
        assert [one.kind for one in decided.happenings] == [Happened.OPENED]
    else:
        assert (decided.lane.releases, decided.happenings, decided.effects) == (there.releases, (), ())


def test_the_mode_that_was_set_at_run_time_is_what_a_release_is_opened_under() -> None:
    switched = ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "sam", "holidays", NOON)
    decided = go(lane(mode=switched), news(2))
    assert one(decided, 9).policy.mode is Mode.DEPLOYMENT
    assert decided.effects == (StartDeployment(9, 1),)


# -- news of a build that waits --------------------------------------------------------------------------------------


def test_a_build_that_breaks_is_told_once() -> None:
    broken = a_build(1, state=BuildState.BROKEN)
    decided = go(lane(release(1, PRIYA)), BuildChanged(broken, newest=False))
    assert decided.lane.releases == (release(1, PRIYA, build=broken, approved_at=LATER),)
    assert decided.happenings == (Happening(Happened.BUILD_BROKE, 1, url=broken.url),)
    assert go(decided.lane, BuildChanged(broken, newest=False)).happenings == ()


def test_a_build_that_runs_again_keeps_its_approvals_until_it_is_another_artifact() -> None:
    again = a_build(1, state=BuildState.PENDING, artifact="run 9001.2")
    waiting = go(lane(release(1, PRIYA)), BuildChanged(again, newest=False))
    assert (one(waiting).artifact, one(waiting).generation) == ("run 9001.1", 1)
    assert (waiting.effects, waiting.happenings) == ((), ())
    rebuilt = replace(again, state=BuildState.DEPLOYABLE)
    decided = go(waiting.lane, BuildChanged(rebuilt, newest=True))
    anew = release(1, PRIYA, build=rebuilt, artifact="run 9001.2", generation=2, asked_at=LATER)
    assert decided.lane.releases == (anew,)
    assert decided.happenings == (Happening(Happened.REBUILT, 1, detail="run 9001.2"),)
    assert one(decided).standing() == ()
    assert decided.effects == ()


def test_another_artifact_drops_what_somebody_has_overridden() -> None:
    overridden = release(
        1, override=Override("sam", "it burns", NOON, ("1 of qa",)), put_off="GitHub is down", reminded=2
    )
    decided = go(lane(overridden), BuildChanged(a_build(1, artifact="run 9001.2"), newest=True))
    anew = release(1, build=a_build(1, artifact="run 9001.2"), artifact="run 9001.2", generation=2, asked_at=LATER)
    assert decided.lane.releases == (anew,)


def test_a_build_that_comes_back_as_it_was_goes_on_with_its_approvals() -> None:
    waiting = go(lane(release(1, PRIYA)), news(1, state=BuildState.PENDING))
    assert go(waiting.lane, news(1)).effects == (StartDeployment(1, 1),)


def test_what_is_in_flight_stays_what_it_is() -> None:
    decided = go(lane(flying(1)), news(1, artifact="run 2.1"))
    assert decided.lane.releases == (flying(1),)


def test_news_of_another_build_change_nothing() -> None:
    assert go(lane(release(1)), news(2, newest=False)).lane == lane(release(1))


def test_news_still_reach_what_waits_in_a_lane_that_left_the_policy() -> None:
    broken = a_build(1, state=BuildState.BROKEN)
    assert one(go(lane(release()), BuildChanged(broken, newest=False), ELSEWHERE)).build == broken


# -- adoption --------------------------------------------------------------------------------------------------------


def test_a_lane_is_adopted_with_what_is_live_there() -> None:
    since = NOON - timedelta(days=3)
    decided = go(Lane(LANE), Adopt(FoundLive("a" * 40, "17", since, None)))
    assert decided.lane == Lane(LANE, adopted_at=LATER, live=Live("a" * 40, "17", since))
    assert decided.happenings == (Happening(Happened.ADOPTED, detail="17"),)


def test_a_lane_is_adopted_with_nothing_known() -> None:
    decided = go(Lane(LANE), Adopt(None))
    assert decided.lane == Lane(LANE, adopted_at=LATER)
    assert decided.happenings == (Happening(Happened.ADOPTED),)


def test_what_became_live_before_adoption_is_believed_rather_than_what_is_found() -> None:
    there = Lane(LANE, live=live(4, 1))
    assert go(there, Adopt(FoundLive("a" * 40, "17", NOON, None))).lane.live == live(4, 1)


def test_a_lane_is_adopted_once() -> None:
    assert reasons(lane(), Adopt(None)) == (NotExpected(Lifecycle.LIVE),)


def test_a_release_is_named_by_what_was_fresh() -> None:
    assert one(go(lane(), news(2)), 9).key == f"R-{FRESH.number}-{FRESH.suffix}"
