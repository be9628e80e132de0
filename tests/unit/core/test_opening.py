"""How releases come to be, what a build's news do to them, and what a newer one makes of older ones."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import Build, BuildState
from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.inputs import Account, Adopt, BuildChanged, DeploymentEnded, FoundLive, Request
from bot.core.lane import Lane, Live
from bot.core.policy import Permission, Policy
from bot.core.refusals import (
    AccountMayNotAct,
    AlreadyLive,
    AlreadyOpen,
    NotDeployable,
    NotExpected,
    NotInPolicy,
    NotPermitted,
    Reason,
)
from bot.core.release import Lifecycle, Origin, Release
from tests.factories import LANE, NOON, a_build
from tests.unit.core.values import (
    AUTOMATIC,
    ELSEWHERE,
    FRESH,
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    flying,
    go,
    lane,
    lane_policy,
    live,
    one,
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


def news(number: int, *, newest: bool = True, **changed: object) -> BuildChanged:
    return BuildChanged(a_build(number, **changed), newest)


def test_the_newest_deployable_build_opens_a_release_by_itself() -> None:
    decided = go(lane(live=live(1)), news(2))
    assert decided.lane.releases == (opened(2),)
    label, url = a_build(2).label, a_build(2).url
    assert decided.happenings == (Happening(Happened.OPENED, 9, detail=label, url=url),)
    assert decided.effects == ()


def test_where_nobody_is_asked_it_is_sent_on_its_way_at_once() -> None:
    assert go(lane(), news(2), AUTOMATIC).effects == (StartDeployment(9, 1),)


OPENS: list[tuple[str, Lane, BuildChanged, Policy, bool]] = [
    ("in a lane that is live with nothing known", lane(), news(2), POLICY, True),
    ("over something whose position nobody knows", lane(live=Live("f" * 40, "?", NOON)), news(2), POLICY, True),
    ("beside an older one that waits", lane(release(1)), news(2), POLICY, True),
    ("beside an older one in flight", lane(flying(1)), news(2), POLICY, True),
    ("after one of it that was ended is addressed", lane(release(2, state=Lifecycle.FAILED)), news(2), POLICY, True),
    ("after a newer one that ended", lane(release(3, state=Lifecycle.REJECTED)), news(2), POLICY, True),
    ("rebuilt, though a former artifact is live", lane(live=live(2)), news(2, position=(NOON, 2, 2)), POLICY, True),
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
]


@pytest.mark.parametrize(
    ("there", "given", "under", "opens"), [row[1:] for row in OPENS], ids=[row[0] for row in OPENS]
)
def test_when_a_build_opens_a_release_by_itself(there: Lane, given: BuildChanged, under: Policy, opens: bool) -> None:
    decided = go(there, given, under)
    assert (decided.lane.release(9) is not None) is opens


# -- news of a build that waits --------------------------------------------------------------------------------------


def test_a_build_that_breaks_is_told_once() -> None:
    broken = a_build(1, state=BuildState.BROKEN)
    decided = go(lane(release(1, PRIYA)), BuildChanged(broken, newest=False))
    assert decided.lane.releases == (release(1, PRIYA, build=broken),)
    assert decided.happenings == (Happening(Happened.BUILD_BROKE, 1, url=broken.url),)
    assert go(decided.lane, BuildChanged(broken, newest=False)).happenings == ()


def test_a_build_that_runs_again_keeps_its_approvals_until_it_is_another_artifact() -> None:
    again = a_build(1, state=BuildState.PENDING, artifact="run 9001.2")
    waiting = go(lane(release(1, PRIYA)), BuildChanged(again, newest=False))
    assert (one(waiting).artifact, one(waiting).generation) == ("run 9001.1", 1)
    assert (waiting.effects, waiting.happenings) == ((), ())
    rebuilt = replace(again, state=BuildState.DEPLOYABLE)
    decided = go(waiting.lane, BuildChanged(rebuilt, newest=True))
    assert decided.lane.releases == (release(1, PRIYA, build=rebuilt, artifact="run 9001.2", generation=2),)
    assert decided.happenings == (Happening(Happened.REBUILT, 1, detail="run 9001.2"),)
    assert one(decided).standing() == ()
    assert decided.effects == ()


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


# -- requests --------------------------------------------------------------------------------------------------------


def test_a_request_opens_a_release_that_says_who_asked() -> None:
    decided = go(lane(), Request(a_build(2), OLGA, named=False))
    assert decided.lane.releases == (replace(opened(2), origin=Origin.REQUEST, requested_by="olga"),)
    assert decided.happenings[0].by == "olga"


def test_an_older_build_may_be_asked_for_and_is_marked() -> None:
    decided = go(lane(live=live(3)), Request(a_build(2), OLGA, named=True))
    assert one(decided, 9).older_than_live
    assert not one(go(lane(live=live(2)), Request(a_build(2), OLGA, named=True)), 9).older_than_live


DEAD = a_build(2, state=BuildState.BROKEN)
GUEST = replace(OLGA, account=Account.GUEST, permissions=frozenset())
REQUESTS: list[tuple[str, Lane, Request, Policy, tuple[Reason, ...]]] = [
    ("is broken", lane(), Request(DEAD, OLGA, named=True), POLICY, (NotDeployable("2 (0000002)", BuildState.BROKEN),)),
    ("waits there", lane(release(2)), Request(a_build(2), OLGA, named=True), POLICY, (AlreadyOpen(2),)),
    ("is in flight there", lane(flying(2)), Request(a_build(2), OLGA, named=True), POLICY, (AlreadyOpen(2),)),
    (
        "is live and was not named",
        lane(live=live(2)),
        Request(a_build(2), OLGA, named=False),
        POLICY,
        (AlreadyLive("2 (0000002)"),),
    ),
    (
        "may not go there for every reason at once",
        lane(release(2), live=live(2)),
        Request(DEAD, GUEST, named=False),
        ELSEWHERE,
        (
            AccountMayNotAct(Account.GUEST),
            NotPermitted(Permission.REQUEST, ("everyone",)),
            NotInPolicy(LANE),
            NotDeployable("2 (0000002)", BuildState.BROKEN),
            AlreadyOpen(2),
        ),
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "why"), [row[1:] for row in REQUESTS], ids=[row[0] for row in REQUESTS]
)
def test_a_request_is_refused_when_the_build(
    there: Lane, given: Request, under: Policy, why: tuple[Reason, ...]
) -> None:
    assert reasons(there, given, under) == why


def test_what_is_live_may_be_named_and_an_ended_release_asked_for_again() -> None:
    there = lane(release(2, state=Lifecycle.LIVE), live=live(2))
    assert one(go(there, Request(a_build(2), OLGA, named=True)), 9).state is Lifecycle.OPEN


def test_the_newest_may_be_asked_for_unnamed_while_something_else_is_live() -> None:
    assert one(go(lane(live=live(1)), Request(a_build(2), OLGA, named=False)), 9).state is Lifecycle.OPEN


# -- newer builds ----------------------------------------------------------------------------------------------------


def states(there: Lane) -> dict[int, str]:
    return {one.number: one.state.value for one in there.releases}


def test_a_newer_build_supersedes_the_older_ones_that_wait() -> None:
    decided = go(lane(release(1), release(2)), news(3))
    assert one(decided) == release(1, state=Lifecycle.SUPERSEDED, ended_at=LATER, superseded_by=9)
    assert states(decided.lane) == {1: "superseded", 2: "superseded", 9: "open"}
    assert decided.happenings[:2] == (
        Happening(Happened.SUPERSEDED, 1, other=9),
        Happening(Happened.SUPERSEDED, 2, other=9),
    )


SUPERSEDES: list[tuple[str, Lane, BuildChanged | Request, dict[int, str]]] = [
    ("not the one whose deploy is next", lane(release(1, PRIYA)), news(3), {1: "open", 9: "open"}),
    (
        "not the one that is next behind one in flight",
        lane(flying(1), release(2, PRIYA)),
        news(3),
        {1: "deploying", 2: "open", 9: "open"},
    ),
    (
        "one that is ready, but not next",
        lane(release(1, PRIYA), release(2, PRIYA)),
        news(3),
        {1: "open", 2: "superseded", 9: "open"},
    ),
    (
        "one that is approved and broken",
        lane(release(1, PRIYA, build=a_build(1, state=BuildState.BROKEN))),
        news(3),
        {1: "superseded", 9: "open"},
    ),
    ("not the one in flight", lane(flying(1)), news(3), {1: "deploying", 9: "open"}),
    (
        "one that was asked for",
        lane(release(1, requested_by="olga")),
        news(3),
        {1: "superseded", 9: "open"},
    ),
    (
        "not a newer one, when an older is asked for",
        lane(release(3)),
        Request(a_build(2), OLGA, named=True),
        {3: "open", 9: "open"},
    ),
    (
        "one at the same place, when another is asked for",
        lane(release(3)),
        Request(a_build(4, position=a_build(3).position), OLGA, named=True),
        {3: "superseded", 9: "open"},
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "after"), [row[1:] for row in SUPERSEDES], ids=[row[0] for row in SUPERSEDES]
)
def test_a_newer_build_supersedes(there: Lane, given: BuildChanged | Request, after: dict[int, str]) -> None:
    assert states(go(there, given).lane) == after


def test_what_was_spared_does_not_take_the_environment_back_once_a_newer_one_is_live() -> None:
    there = lane(release(1, PRIYA), flying(2), release(3, PRIYA, build=a_build(1, id=7)))
    decided = go(there, DeploymentEnded(2, succeeded=True, detail="done", url=None))
    assert states(decided.lane) == {1: "superseded", 2: "live", 3: "open"}
    assert one(decided).superseded_by == 2
    assert decided.effects == (StartDeployment(3, 1),)


def test_a_newer_one_that_was_asked_for_before_stays_when_an_older_becomes_live() -> None:
    there = lane(release(1, build=a_build(5)), flying(2))
    assert states(go(there, DeploymentEnded(2, succeeded=True, detail="done", url=None)).lane) == {1: "open", 2: "live"}


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
