"""What is live by somebody else's doing, and what that does to what waits."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.effects import Announce, Happened, Happening, StartDeployment, TellFailure, TellLanesAfter, TellOperations
from bot.core.elsewhere import has_its_word
from bot.core.events import DeployedElsewhere, FoundLive
from bot.core.inputs import Account, DeclareLive
from bot.core.lane import Lane, Live, ModeSwitch
from bot.core.policy import Hotfix, Kind, Mode, Permission, Policy
from bot.core.refusals import AccountMayNotAct, AlreadyLive, NoReason, NotExpected, NotInPolicy, NotPermitted, Reason
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Origin, Release
from tests.factories import LANE, NOON, a_build, a_sha
from tests.unit.core.values import (
    AUTOMATIC,
    ELSEWHERE,
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    SAM,
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

URL = "https://ci.example/7"
AT = NOON + timedelta(minutes=2)
SECOND = timedelta(seconds=1)
STRANGE = DeployedElsewhere("f" * 40, "hand-made", AT, URL)
SEEN = DeployedElsewhere(a_sha(3), "whatever", AT, URL, a_build(3))
AGAIN = "3 (0000003) was deployed by somebody else"
KEEPER = replace(SAM, permissions=SAM.permissions | {Permission.LIVE})


def external(number: int = 3, under: Policy = POLICY, **changed: Any) -> Release:
    """Return the release as which somebody else's deployment of a build is kept."""
    build = a_build(number)
    kept = Release(
        number=9,
        lane=LANE,
        origin=Origin.EXTERNAL,
        build=build,
        artifact=build.artifact,
        generation=1,
        key="R-9-abcd2345",
        state=Lifecycle.LIVE,
        opened_at=AT,
        ended_at=AT,
        policy=lane_policy(under),
        policy_hash="policy-1",
        deployment=Deployment(DeployStatus.SUCCEEDED, AT, url=URL, finished_at=AT),
    )
    return replace(kept, **changed)


def test_a_known_build_is_kept_as_an_external_release_and_is_live() -> None:
    decided = go(lane(live=live(2)), SEEN)
    now_live = Live(a_sha(3), "3", AT, a_build(3).position, 9)
    assert decided.lane == lane(external(), live=now_live)
    assert decided.happenings == (Happening(Happened.DEPLOYED_ELSEWHERE, 9, detail="3 (0000003)", url=URL),)
    assert decided.effects == (TellLanesAfter(a_build(3)),)


def test_a_commit_that_was_never_seen_moves_what_is_live_and_is_no_release() -> None:
    decided = go(lane(live=live(2)), STRANGE)
    assert decided.lane == lane(live=Live("f" * 40, "hand-made", AT))
    label = "hand-made (fffffff)"
    assert decided.happenings == (Happening(Happened.DEPLOYED_ELSEWHERE, detail=label, url=URL),)
    assert decided.effects == ()


def test_an_older_build_is_marked() -> None:
    assert one(go(lane(live=live(4)), SEEN), 9) == external(older_than_live=True)


def test_it_is_announced_where_the_policy_says_so() -> None:
    decided = go(lane(), SEEN, policy(announce=True))
    assert decided.effects == (Announce(9), TellLanesAfter(a_build(3)))


def test_what_is_no_release_is_not_announced() -> None:
    assert go(lane(), STRANGE, policy(announce=True)).effects == ()


def test_observed_lanes_are_told_and_keep_the_mode_of_the_day() -> None:
    observed = policy(mode=Mode.OBSERVE, target=None)
    assert one(go(lane(), SEEN, observed), 9) == external(under=observed)
    switched = ModeSwitch(Mode.OBSERVE, Mode.DELIVERY, "sam", "by hand today", NOON)
    assert one(go(lane(mode=switched), SEEN), 9).policy.mode is Mode.OBSERVE


def test_nothing_is_live_from_tomorrow_on() -> None:
    late = replace(SEEN, at=LATER + SECOND)
    decided = go(lane(), late)
    assert decided.lane.live == Live(a_sha(3), "3", LATER, a_build(3).position, 9)
    assert one(decided, 9).ended_at == LATER


IGNORED: list[tuple[str, Lane, Policy, tuple[Reason, ...]]] = [
    ("is live already", lane(live=live(3)), POLICY, (NotExpected(Lifecycle.LIVE),)),
    ("is older than what is", lane(live=replace(live(2), since=AT + SECOND)), POLICY, (NotExpected(Lifecycle.LIVE),)),
    ("is our own deploy", lane(flying(3), live=live(2)), POLICY, (NotExpected(Lifecycle.LIVE),)),
    (
        "is our own deploy, which is verified",
        lane(flying(3, state=Lifecycle.VERIFYING)),
        POLICY,
        (NotExpected(Lifecycle.LIVE),),
    ),
    ("is of no lane of the policy", lane(), ELSEWHERE, (NotInPolicy(LANE),)),
]


@pytest.mark.parametrize(("there", "under", "why"), [row[1:] for row in IGNORED], ids=[row[0] for row in IGNORED])
def test_a_deploy_by_somebody_else_is_no_news_when_it(there: Lane, under: Policy, why: tuple[Reason, ...]) -> None:
    assert reasons(there, SEEN, under) == why


NEWS: list[tuple[str, Lane]] = [
    ("something else is under way", lane(flying(4))),
    ("nothing is live", lane()),
    ("the lane is not adopted", Lane(LANE)),
    ("what is live is as old", lane(live=replace(live(2), since=AT))),
]


@pytest.mark.parametrize("there", [row[1] for row in NEWS], ids=[row[0] for row in NEWS])
def test_a_deploy_by_somebody_else_is_news_though(there: Lane) -> None:
    decided = go(there, SEEN)
    assert decided.lane.live == Live(a_sha(3), "3", AT, a_build(3).position, 9)
    assert decided.lane.adopted_at == there.adopted_at


def test_what_waits_is_superseded_or_asked_for_again() -> None:
    there = lane(release(2, PRIYA), release(4, PRIYA))
    decided = go(there, SEEN)
    assert one(decided, 2) == release(2, PRIYA, state=Lifecycle.SUPERSEDED, ended_at=LATER, superseded_by=9)
    asked = one(decided, 4)
    assert (asked.state, asked.generation, asked.asked_at, asked.standing()) == (Lifecycle.OPEN, 2, LATER, ())
    assert decided.happenings[1:] == (
        Happening(Happened.SUPERSEDED, 2, other=9),
        Happening(Happened.ASKED_AGAIN, 4, detail=AGAIN),
    )
    assert decided.effects == (TellLanesAfter(a_build(3)),)


def test_what_waits_is_asked_for_again_also_when_nobody_knows_the_build() -> None:
    decided = go(lane(release(2, PRIYA)), STRANGE)
    why = "hand-made (fffffff) was deployed by somebody else"
    assert decided.happenings[1:] == (Happening(Happened.ASKED_AGAIN, 2, detail=why),)


def test_where_builds_ship_by_themselves_nobody_is_asked() -> None:
    decided = go(lane(release(4, under=AUTOMATIC)), SEEN, AUTOMATIC)
    assert one(decided, 4).generation == 1
    assert decided.effects == (TellLanesAfter(a_build(3)), StartDeployment(4, 1))


def test_where_builds_ship_by_themselves_now_nobody_is_asked_though_they_were() -> None:
    switched = ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "sam", "holidays", NOON)
    assert one(go(lane(release(4, PRIYA), mode=switched), SEEN), 4).generation == 1


def test_what_asks_nobody_is_not_asked_for_again() -> None:
    free = policy(rollback=(), hotfix=Hotfix(()))
    there = lane(release(2, under=free, kind=Kind.ROLLBACK), release(4, under=free))
    decided = go(there, SEEN, free)
    assert (one(decided, 2).generation, one(decided, 4).generation) == (1, 2)


def verified(number: int, deployed_at: datetime = NOON) -> Release:
    return flying(number, state=Lifecycle.VERIFYING, health=Health(deployed_at))


def test_what_is_being_verified_fails_when_it_no_longer_runs_there() -> None:
    decided = go(lane(verified(4), release(5, PRIYA)), SEEN)
    why = f"verification failed: {AGAIN}"
    assert (one(decided, 4).state, one(decided, 4).reason) == (Lifecycle.FAILED, why)
    assert decided.happenings[1:] == (
        Happening(Happened.FAILED, 4, detail=why),
        Happening(Happened.ASKED_AGAIN, 5, detail=AGAIN),
    )
    assert decided.effects == (TellFailure(4), TellLanesAfter(a_build(3)))


STILL: list[tuple[str, Release, DeployedElsewhere | DeclareLive, Lifecycle]] = [
    ("it was deployed afterwards", verified(4, AT + SECOND), SEEN, Lifecycle.VERIFYING),
    ("it was deployed at that instant", verified(4, AT), SEEN, Lifecycle.FAILED),
    ("its job still runs", flying(4), SEEN, Lifecycle.DEPLOYING),
    ("somebody declares another", verified(4), DeclareLive(KEEPER, "f" * 40, "17", "by hand"), Lifecycle.FAILED),
    ("somebody declares it", verified(4), DeclareLive(KEEPER, a_sha(4), "4", "I looked"), Lifecycle.VERIFYING),
]


@pytest.mark.parametrize(("there", "given", "state"), [row[1:] for row in STILL], ids=[row[0] for row in STILL])
def test_what_becomes_of_a_release_in_flight_when(
    there: Release, given: DeployedElsewhere | DeclareLive, state: Lifecycle
) -> None:
    assert one(go(lane(there), given), 4).state is state


# -- a person's word -------------------------------------------------------------------------------------------------

SAID = DeclareLive(KEEPER, a_sha(3), "whatever", " deployed by hand ", a_build(3))
UNSEEN = DeclareLive(KEEPER, "f" * 40, "hand-made", "deployed by hand")


def test_a_person_may_say_what_is_live() -> None:
    decided = go(lane(release(2, PRIYA), release(4, PRIYA), live=live(1)), SAID)
    assert decided.lane.live == Live(a_sha(3), "3", LATER, a_build(3).position)
    assert decided.lane.adopted_at == NOON
    told = Happening(Happened.DECLARED_LIVE, by="sam", detail="3 (0000003): deployed by hand")
    assert decided.happenings == (
        told,
        Happening(Happened.SUPERSEDED, 2),
        Happening(Happened.ASKED_AGAIN, 4, detail="3 (0000003) was declared live"),
    )
    assert decided.effects == (TellOperations(told), TellLanesAfter(a_build(3)))
    assert one(decided, 2).superseded_by is None


def test_a_person_may_name_what_was_never_seen() -> None:
    decided = go(lane(live=live(1)), UNSEEN)
    assert decided.lane == lane(live=Live("f" * 40, "hand-made", LATER))
    told = Happening(Happened.DECLARED_LIVE, by="sam", detail="hand-made (fffffff): deployed by hand")
    assert (decided.happenings, decided.effects) == ((told,), (TellOperations(told),))


def test_a_lane_that_was_never_seen_is_adopted_with_it() -> None:
    assert go(Lane(LANE), UNSEEN).lane == Lane(LANE, adopted_at=LATER, live=Live("f" * 40, "hand-made", LATER))
    again = go(Lane(LANE, live=live(3)), SAID)
    assert again.lane == Lane(LANE, adopted_at=LATER, live=Live(a_sha(3), "3", LATER, a_build(3).position))


STRANGER = replace(OLGA, account=Account.STRANGER)
UNSAID: list[tuple[str, Lane, DeclareLive, Policy, tuple[Reason, ...]]] = [
    ("without a reason", lane(), replace(SAID, reason=" "), POLICY, (NoReason(),)),
    ("by whoever may not", lane(), replace(SAID, by=OLGA), POLICY, (NotPermitted(Permission.LIVE, ()),)),
    ("of what is live already", lane(live=live(3)), SAID, POLICY, (AlreadyLive("3 (0000003)"),)),
    ("of a lane that the policy does not name", lane(), SAID, ELSEWHERE, (NotInPolicy(LANE),)),
    (
        "for every reason at once",
        lane(live=live(3)),
        replace(SAID, by=STRANGER, reason=""),
        ELSEWHERE,
        (
            AccountMayNotAct(Account.STRANGER),
            NotPermitted(Permission.LIVE, ()),
            NoReason(),
            NotInPolicy(LANE),
            AlreadyLive("3 (0000003)"),
        ),
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "why"), [row[1:] for row in UNSAID], ids=[row[0] for row in UNSAID]
)
def test_nobody_is_believed(there: Lane, given: DeclareLive, under: Policy, why: tuple[Reason, ...]) -> None:
    assert reasons(there, given, under) == why


def told(state: Lifecycle, **changed: Any) -> Release:
    """Return a release of ours whose job was told to have ended at noon, and came to this state."""
    ended = Deployment(DeployStatus.SUCCEEDED, NOON, finished_at=NOON)
    return release(state=state, **{"deployment": ended, **changed})


def found(since: datetime) -> FoundLive:
    """Return the deploy of R-1 as what is live since then."""
    return FoundLive(a_sha(1), "1", since, None, key="R-1-abcd2345")


@pytest.mark.parametrize("state", [Lifecycle.LIVE, Lifecycle.ROLLED_BACK, Lifecycle.VERIFYING])
def test_a_deploy_of_ours_that_is_seen_from_outside_has_its_word_unless_it_was_made_anew(state: Lifecycle) -> None:
    latest = NOON + timedelta(minutes=5)
    assert has_its_word(told(state), found(NOON - SECOND))
    assert has_its_word(told(state), found(latest))
    assert not has_its_word(told(state), found(latest + SECOND))


@pytest.mark.parametrize("deployment", [None, Deployment(DeployStatus.RUNNING, NOON)])
def test_what_was_never_told_to_have_ended_was_not_made_anew(deployment: Deployment | None) -> None:
    assert has_its_word(told(Lifecycle.LIVE, deployment=deployment), found(NOON + timedelta(days=1)))


def test_what_failed_by_its_time_limit_and_runs_there_was_not_told_and_what_failed_its_verification_was() -> None:
    assert not has_its_word(told(Lifecycle.FAILED), found(NOON))
    assert has_its_word(told(Lifecycle.FAILED, health=Health(NOON)), found(NOON))
