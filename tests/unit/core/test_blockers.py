"""Every reason why a release may not ship now, all at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from bot.core import blockers as module
from bot.core.approvals import Missing
from bot.core.blockers import (
    AllStopped,
    BehindInQueue,
    Blocker,
    BuildNotDeployable,
    FindingAuthors,
    Held,
    InFreeze,
    InQuarantine,
    LaneBusy,
    LaneNotInPolicy,
    Locked,
    NeedsAnotherApprover,
    NotThereYet,
    PeopleUnknown,
    Scheduled,
    Soaking,
    Undoable,
    WaitsForApproval,
    WaitsForChoice,
    approval_blockers,
    blockers,
    free,
)
from bot.core.build import Author, BuildState
from bot.core.calendar import Dated, Freeze
from bot.core.lane import Around, Hold, Judgement, Lane, Lock, Mark, ModeSwitch, Reached, Stop
from bot.core.policy import After, Hotfix, Kind, Mode, NewerBuild, Policy, SelfApproval, Skip, WhenLifted
from bot.core.release import Lifecycle, Override, Release
from tests.factories import LANE, NOON, a_build
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    ELSEWHERE,
    LATER,
    POLICY,
    PRIYA,
    PRIYA_AUTHOR,
    QA,
    SRE,
    flying,
    lane,
    policy,
    release,
)

MINUTE, TICK = timedelta(minutes=1), timedelta(microseconds=1)
SOON = LATER + TICK
TONIGHT = NOON + timedelta(hours=8)
BOTH = policy(QA, SRE)
BROKEN = a_build(3, state=BuildState.BROKEN)
READY = release(3, PRIYA)
WAITS_QA, WAITS_SRE = WaitsForApproval(Missing(QA, 0)), WaitsForApproval(Missing(SRE, 0))
HOLD, LOCK = Hold("the sale", NOON, "sam"), Lock("sam", "U0SAM", "a load test", NOON, TONIGHT)
BY_ITSELF = Hold("R-7 rolled it back", NOON)
STOP = Stop("sam", "the database is ill", NOON)
BAD = Mark(1, Judgement.BAD, a_build(3).position, "3 (0000003)", "sam", "loses orders", NOON)
EARLIER = replace(BAD, position=a_build(2).position)
LATER_BAD = replace(BAD, position=a_build(4).position)
STAGING, CANARY = After("staging", 30 * MINUTE), After("canary")
SOAK = policy(after=STAGING)
STRANGER = Author("Somebody", "somebody@else.example")
STRICT = policy(self_approval=SelfApproval.STRICT)
OVERRIDE = Override("sam", "the shop is down", NOON, ())
OBSERVED = ModeSwitch(Mode.OBSERVE, Mode.DELIVERY, "sam", "they take over", NOON)
EACH = policy(newer_build=NewerBuild.EACH_MUST_SHIP)
ASK = policy(newer_build=NewerBuild.EACH_MUST_SHIP, when_lifted=WhenLifted.ASK)
FAST = policy(after=STAGING, hotfix=Hotfix((), frozenset({Skip.SOAK, Skip.FREEZE})))


def frozen(under: Policy, *names: str, **changed: Any) -> Policy:
    """Return a policy with freezes from noon to tonight."""
    when = Dated(NOON.replace(tzinfo=None), TONIGHT.replace(tzinfo=None), "UTC")
    return replace(under, freezes=tuple(Freeze(name, when, **changed) for name in names))


FROZEN = frozen(POLICY, "sale")
SALE = InFreeze("sale", TONIGHT)


def reached(since: datetime, environment: str = "staging", build: int = 3) -> Around:
    return Around(reached=(Reached(environment, build, since),))


def waiting(number: int, under: Policy = ASK) -> Release:
    return release(number, PRIYA, under=under, waited_for="sale")


OWN: list[tuple[str, Release, Lane, Policy, tuple[Blocker, ...]]] = [
    ("nothing", READY, lane(READY), POLICY, ()),
    ("nothing of its own deploy", flying(3), lane(flying(3)), POLICY, ()),
    ("every rule that is not met", release(3, under=BOTH), lane(), BOTH, (WAITS_QA, WAITS_SRE)),
    (
        "only authors have approved",
        release(3, PRIYA, build=a_build(3, authors=(PRIYA_AUTHOR,))),
        lane(),
        POLICY,
        (NeedsAnotherApprover(),),
    ),
    (
        "authors, while people are missing anyway",
        release(3, PRIYA, build=a_build(3, authors=(PRIYA_AUTHOR,)), under=BOTH),
        lane(),
        BOTH,
        (WAITS_SRE,),
    ),
    (
        "nothing once somebody has overridden that people are missing",
        release(3, build=a_build(3, authors=(STRANGER,)), under=STRICT, override=OVERRIDE),
        lane(),
        STRICT,
        (),
    ),
    (
        "all that an override does not lift",
        release(3, build=BROKEN, override=OVERRIDE, under=SOAK, scheduled_for=TONIGHT),
        lane(around=Around(STOP, (BAD,))),
        SOAK,
        (
            BuildNotDeployable(BuildState.BROKEN),
            InQuarantine(BAD),
            NotThereYet("staging"),
            Scheduled(TONIGHT),
            AllStopped(STOP),
        ),
    ),
    (
        "pipelines that run again",
        release(3, PRIYA, build=a_build(3, state=BuildState.PENDING)),
        lane(),
        POLICY,
        (BuildNotDeployable(BuildState.PENDING),),
    ),
    ("a lane that left the policy", READY, lane(READY), ELSEWHERE, (LaneNotInPolicy(LANE),)),
    ("a lane that is observed now", READY, lane(READY, mode=OBSERVED), POLICY, (LaneNotInPolicy(LANE),)),
    ("a lane with nowhere to deploy", READY, lane(READY), policy(target=None), (LaneNotInPolicy(LANE),)),
    ("its build is quarantined", READY, lane(around=Around(marks=(BAD,))), POLICY, (InQuarantine(BAD),)),
    ("its build contains a bad one", READY, lane(around=Around(marks=(EARLIER,))), POLICY, (InQuarantine(EARLIER),)),
    ("not a later bad one", READY, lane(around=Around(marks=(LATER_BAD,))), POLICY, ()),
    ("never there before", READY, lane(), SOAK, (NotThereYet("staging"),)),
    (
        "too short there before",
        READY,
        lane(around=reached(LATER - 30 * MINUTE + TICK)),
        SOAK,
        (Soaking("staging", SOON),),
    ),
    ("not once it has soaked", READY, lane(around=reached(LATER - 30 * MINUTE)), SOAK, ()),
    (
        "two environments, then and now",
        release(3, PRIYA, under=policy(after=CANARY)),
        lane(around=reached(LATER)),
        SOAK,
        (NotThereYet("canary"), Soaking("staging", LATER + 30 * MINUTE)),
    ),
    ("not where the fast path leaves it out", release(3, kind=Kind.HOTFIX, under=FAST), lane(), FAST, ()),
    (
        "the undo window",
        release(3, PRIYA, approved_at=NOON, under=policy(undo_window=5 * MINUTE + TICK)),
        lane(),
        POLICY,
        (Undoable(SOON),),
    ),
    (
        "not once the undo window has ended",
        release(3, PRIYA, approved_at=NOON, under=policy(undo_window=5 * MINUTE)),
        lane(),
        POLICY,
        (),
    ),
    ("somebody wants it later", replace(READY, scheduled_for=SOON), lane(), POLICY, (Scheduled(SOON),)),
    ("not once that is now", replace(READY, scheduled_for=LATER), lane(), POLICY, ()),
]
OF_LANE: list[tuple[str, Release, Lane, Policy, tuple[Blocker, ...]]] = [
    ("all is stopped", READY, lane(around=Around(STOP)), POLICY, (AllStopped(STOP),)),
    ("a hold", READY, lane(hold=HOLD), POLICY, (Held(HOLD),)),
    ("not a hold that has ended", READY, lane(hold=replace(HOLD, until=LATER)), POLICY, ()),
    ("a hold that came by itself", READY, lane(hold=BY_ITSELF), POLICY, (Held(BY_ITSELF),)),
    ("not what somebody asked for", replace(READY, requested_by="olga"), lane(hold=BY_ITSELF), POLICY, ()),
    ("a lock", READY, lane(lock=LOCK), POLICY, (Locked(LOCK),)),
    ("not a lock that has ended", READY, lane(lock=replace(LOCK, until=LATER)), POLICY, ()),
    ("a freeze", READY, lane(), FROZEN, (SALE,)),
    ("two freezes", READY, lane(), frozen(POLICY, "sale", "fair"), (SALE, InFreeze("fair", TONIGHT))),
    ("not a freeze of another environment", READY, lane(), frozen(POLICY, "sale", environments=("staging",)), ()),
    ("not a freeze of another service", READY, lane(), frozen(POLICY, "sale", services=("docs",)), ()),
    ("not a freeze that somebody has overridden", release(3, override=OVERRIDE), lane(), FROZEN, ()),
    (
        "not a freeze that the fast path leaves out",
        release(3, kind=Kind.HOTFIX, under=FAST),
        lane(),
        frozen(FAST, "sale"),
        (),
    ),
    ("a choice", waiting(3, ASK), lane(waiting(3), waiting(4)), ASK, (WaitsForChoice("sale"),)),
    ("not a choice while it is frozen", waiting(3), lane(waiting(3), waiting(4)), frozen(ASK, "sale"), (SALE,)),
    ("not a choice without others", waiting(3), lane(waiting(3)), ASK, ()),
    (
        "not a choice for what has not waited",
        release(3, PRIYA, under=ASK),
        lane(waiting(4), waiting(5), release(3, PRIYA, under=ASK)),
        ASK,
        (),
    ),
    (
        "not a choice once somebody has overridden the freeze",
        replace(waiting(3), override=OVERRIDE),
        lane(replace(waiting(3), override=OVERRIDE), waiting(4)),
        ASK,
        (),
    ),
    ("one in flight", READY, lane(flying(1), READY), POLICY, (LaneBusy(1),)),
    ("one in flight that was opened later", READY, lane(READY, flying(4)), POLICY, (LaneBusy(4),)),
    ("one that is verified", READY, lane(flying(1, state=Lifecycle.VERIFYING), READY), POLICY, (LaneBusy(1),)),
    (
        "all of the lane at once",
        release(3),
        lane(flying(1), release(2, PRIYA), release(3), hold=HOLD, lock=LOCK, around=Around(STOP)),
        FROZEN,
        (WAITS_QA, AllStopped(STOP), Held(HOLD), Locked(LOCK), SALE, LaneBusy(1), BehindInQueue(2)),
    ),
]
HOTFIX = release(5, PRIYA, kind=Kind.HOTFIX)
URGENT = release(4, override=OVERRIDE)
ORDER: list[tuple[str, Release, Lane, Policy, tuple[Blocker, ...]]] = [
    ("one that is ready and was opened before", READY, lane(release(1, PRIYA), READY), POLICY, (BehindInQueue(1),)),
    ("not one that waits itself", READY, lane(release(1), READY), POLICY, ()),
    ("not one that was opened later", READY, lane(READY, release(4, PRIYA)), POLICY, ()),
    ("not one that has ended", READY, lane(release(1, PRIYA, state=Lifecycle.REJECTED), READY), POLICY, ()),
    (
        "every one that goes before",
        READY,
        lane(release(1, PRIYA), release(2, PRIYA), READY),
        POLICY,
        (BehindInQueue(1), BehindInQueue(2)),
    ),
    ("the fast path goes first", READY, lane(READY, HOTFIX), POLICY, (BehindInQueue(5),)),
    ("nobody before the fast path", HOTFIX, lane(READY, HOTFIX), POLICY, ()),
    ("not a fast path that waits itself", READY, lane(READY, replace(HOTFIX, approvals=())), POLICY, ()),
    (
        "what somebody chose goes first",
        READY,
        lane(READY, release(4, PRIYA, chosen=True)),
        POLICY,
        (BehindInQueue(4),),
    ),
    ("where each must ship, one that waits itself", READY, lane(release(1), READY), EACH, (BehindInQueue(1),)),
    (
        "where each had to ship, one that waits itself",
        release(3, PRIYA, under=EACH),
        lane(release(1), release(3, PRIYA, under=EACH)),
        POLICY,
        (BehindInQueue(1),),
    ),
    ("where each must ship, not a later one", READY, lane(READY, release(4, PRIYA)), EACH, ()),
    ("not one that a freeze keeps, once it is overridden", URGENT, lane(READY, URGENT), FROZEN, ()),
    (
        "one that nothing else keeps, though it is overridden",
        URGENT,
        lane(READY, URGENT),
        POLICY,
        (BehindInQueue(3),),
    ),
    (
        "one that the same hold keeps",
        URGENT,
        lane(READY, URGENT, hold=HOLD),
        POLICY,
        (Held(HOLD), BehindInQueue(3)),
    ),
    (
        "where each must ship, even one that a freeze keeps",
        URGENT,
        lane(READY, URGENT),
        frozen(EACH, "sale"),
        (BehindInQueue(3),),
    ),
]
ALL = [*OWN, *OF_LANE, *ORDER]


@pytest.mark.parametrize(("there", "where", "under", "found"), [row[1:] for row in ALL], ids=[row[0] for row in ALL])
def test_what_is_in_the_way(there: Release, where: Lane, under: Policy, found: tuple[Blocker, ...]) -> None:
    assert blockers(there, where, under, LATER) == found
    assert free(there, where, under, LATER) is (not found)


def test_strict_names_everybody_whom_it_cannot_place() -> None:
    there = release(3, PRIYA, build=a_build(3, authors=(STRANGER,), pusher=None), under=STRICT)
    assert blockers(there, lane(), STRICT, LATER) == (PeopleUnknown(("Somebody",)),)


def test_every_blocker_is_met_by_one_of_these() -> None:
    met = {type(blocker) for row in ALL for blocker in row[4]} | {PeopleUnknown, FindingAuthors}
    assert met == set(get_args(Blocker))


def test_an_automatic_lane_asks_nobody() -> None:
    assert approval_blockers(release(3, under=AUTOMATIC), lane(), AUTOMATIC) == ()


def test_switching_to_delivery_asks_people_of_what_was_opened_to_ship_by_itself() -> None:
    switched = lane(mode=ModeSwitch(Mode.DELIVERY, Mode.DEPLOYMENT, "sam", "the sale", NOON))
    assert approval_blockers(release(3, under=AUTOMATIC), switched, AUTOMATIC) == (WAITS_QA,)


def test_t32_two_of_a_group_are_one_short_after_one() -> None:
    two = policy(QA, QA)
    assert approval_blockers(release(3, ALEX, under=two), lane(), two) == (
        WaitsForApproval(Missing(replace(QA, count=2), 1)),
    )


def test_whether_one_is_free_is_told_without_looking_behind_the_first_in_its_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []
    own = module.own_blockers

    def noting(there: Release, where: Lane, under: Policy, now: datetime) -> Sequence[Blocker]:
        looked.append(there.number)
        return own(there, where, under, now)

    monkeypatch.setattr(module, "own_blockers", noting)
    there = lane(*(release(number, PRIYA) for number in range(1, 101)))
    assert not free(there.releases[-1], there, POLICY, LATER)
    assert looked == [100, 1]
