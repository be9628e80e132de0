"""What people do to a lane, and what ends there by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core import holding
from bot.core.decide import decide
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, StartDeployment, TellOperations
from bot.core.inputs import Account, Actor, HoldLane, Input, LockLane, ResumeLane, SwitchMode, UnlockLane
from bot.core.lane import Hold, Lane, Lock, ModeSwitch
from bot.core.policy import Mode, Permission, Policy
from bot.core.refusals import (
    AccountMayNotAct,
    HeldAlready,
    LaneIsObserved,
    LockedBy,
    NobodyToAsk,
    NoReason,
    NothingHeld,
    NotInPolicy,
    NotInThePast,
    NotLocked,
    NotPermitted,
    Reason,
    Refusal,
    SameMode,
)
from tests.factories import LANE, NOON, a_lane_policy, a_policy
from tests.unit.core.values import ELSEWHERE, FRESH, LATER, OLGA, POLICY, PRIYA, actor, lane, policy, release

HOUR, MINUTE, TICK = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)
TONIGHT = LATER + 8 * HOUR
LANES = frozenset({Permission.HOLD, Permission.LOCK, Permission.MODE})
SAM, ALEX = actor("sam", permissions=LANES), actor("alex", permissions=LANES)
HELD = Hold("the sale", NOON, "alex")
OWN_HOLDS = [replace(HELD, by=by) for by in ("sam", "U0SAM")]
NOBODYS = replace(HELD, by=None)
LONG = replace(HELD, until=TONIGHT)
LOCK = Lock("sam", "U0SAM", "a load test", NOON, TONIGHT)
ASKER, DAN = (replace(OLGA, permissions=frozenset(mine)) for mine in ({Permission.REQUEST}, ()))
GUEST = replace(SAM, account=Account.GUEST)


def under(today: Policy = POLICY) -> Policy:
    named = tuple((one, ("sre",)) for one in sorted(LANES, key=lambda one: one.value))
    return replace(today, permissions=named)


RULED = under()
GONE = under(ELSEWHERE)
NOBODY = under(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, approvals=())))


def done(there: Lane, given: Input, today: Policy = RULED) -> Decision:
    decided = decide(there, given, today, FRESH, LATER)
    assert isinstance(decided, Decision), decided
    return decided


def nothing_there(permission: Permission) -> NotPermitted:
    return NotPermitted(permission, ("sre",))


@pytest.mark.parametrize("until", [None, LATER + TICK])
@pytest.mark.parametrize(
    "before",
    [None, *OWN_HOLDS, replace(HELD, until=LATER)],
    ids=["none", "own", "own, unlisted then", "one that ended"],
)
def test_a_hold_replaces_the_own_one_before(before: Hold | None, until: datetime | None) -> None:
    assert done(lane(hold=before), HoldLane(SAM, " the fair ", until)) == Decision(
        lane(hold=Hold("the fair", LATER, "sam", until)),
        happenings=(Happening(Happened.HELD, by="sam", detail="the fair"),),
    )


def test_a_persons_hold_without_an_end_takes_the_place_of_one_that_nobody_set() -> None:
    assert done(lane(hold=NOBODYS), HoldLane(SAM, "the fair")).lane.hold == Hold("the fair", LATER, "sam")


@pytest.mark.parametrize("until", [None, TONIGHT + TICK], ids=["without an end", "until later"])
def test_a_longer_hold_takes_the_place_of_somebody_elses_and_they_are_told(until: datetime | None) -> None:
    assert done(lane(hold=LONG), HoldLane(SAM, "the fair", until)) == Decision(
        lane(hold=Hold("the fair", LATER, "sam", until)),
        effects=(TellOperations(Happening(Happened.HOLD_TAKEN, by="sam", detail="alex")),),
        happenings=(Happening(Happened.HELD, by="sam", detail="the fair"),),
    )


def test_the_lanes_approvers_hold_it_where_the_policy_names_nobody() -> None:
    held = done(lane(), HoldLane(replace(PRIYA, permissions=frozenset()), "not now"), POLICY)
    assert held.lane.hold == Hold("not now", LATER, "priya")


def test_a_hold_is_resumed() -> None:
    assert done(lane(hold=HELD), ResumeLane(SAM)) == Decision(
        lane(), happenings=(Happening(Happened.RESUMED, by="sam"),)
    )


@pytest.mark.parametrize(
    "under", [RULED, replace(NOBODY, permissions=())], ids=["where others may hold", "where nobody may hold"]
)
def test_a_hold_that_nobody_set_is_resumed_by_whoever_may_ask_for_a_release(under: Policy) -> None:
    there = lane(hold=replace(HELD, by=None))
    assert done(there, ResumeLane(ASKER), under).lane.hold is None
    refused = decide(there, ResumeLane(replace(ASKER, account=Account.GUEST)), under, FRESH, LATER)
    assert isinstance(refused, Refusal)


def test_a_lane_is_locked() -> None:
    assert done(lane(), LockLane(SAM, " a load test ", LATER + TICK)) == Decision(
        lane(lock=Lock("sam", "U0SAM", "a load test", LATER, LATER + TICK)),
        happenings=(Happening(Happened.LOCKED, by="sam", detail="a load test"),),
    )


@pytest.mark.parametrize(
    "known",
    [
        replace(LOCK, warned=True),
        replace(LOCK, owner="U0SAM"),
        replace(LOCK, owner="samuel"),
        replace(LOCK, slack="U0OLD"),
    ],
    ids=["under one name", "locked before the policy listed them", "under another name", "with another account"],
)
def test_the_owner_extends_their_lock_and_is_told_again_when_it_ends_soon(known: Lock) -> None:
    longer = TONIGHT + HOUR
    extended = done(lane(lock=known), LockLane(SAM, "more load", longer))
    assert extended.lane.lock == Lock("sam", "U0SAM", "more load", NOON, longer, renewed=LATER)


def test_a_lock_whose_time_is_up_keeps_nobody_from_locking() -> None:
    taken = done(lane(lock=replace(LOCK, until=LATER)), LockLane(ALEX, "mine", TONIGHT))
    assert taken.lane.lock == Lock("alex", "U0ALEX", "mine", LATER, TONIGHT)


@pytest.mark.parametrize("owner", [SAM, actor("sam", permissions=frozenset())])
def test_the_owner_unlocks_whatever_they_may_otherwise(owner: Actor) -> None:
    assert done(lane(lock=LOCK), UnlockLane(owner)) == Decision(
        lane(), happenings=(Happening(Happened.UNLOCKED, by="sam", detail="sam"),)
    )


def test_a_lock_that_somebody_else_ends_is_told_in_operations() -> None:
    told = Happening(Happened.UNLOCKED, by="alex", detail="sam")
    assert done(lane(lock=LOCK), UnlockLane(ALEX)) == Decision(lane(), (TellOperations(told),), (told,))


def test_somebody_without_a_slack_account_owns_nobody_elses_lock() -> None:
    nobody = replace(ALEX, person=replace(ALEX.person, slack=None))
    told = done(lane(lock=replace(LOCK, slack=None)), UnlockLane(nobody))
    assert len(told.effects) == 1


AUTOMATIC = under(policy(mode=Mode.DEPLOYMENT))
BY_HAND = ModeSwitch(Mode.DELIVERY, Mode.DEPLOYMENT, "alex", "the sale", NOON)


def test_a_mode_is_switched_over_the_files_own() -> None:
    told = Happening(Happened.MODE_SWITCHED, by="sam", detail="from delivery to deployment: we trust it")
    assert done(lane(), SwitchMode(SAM, Mode.DEPLOYMENT, " we trust it ")) == Decision(
        lane(mode=ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "sam", "we trust it", LATER)),
        (TellOperations(told),),
        (told,),
    )


def test_switching_back_to_the_files_own_mode_ends_the_switch() -> None:
    told = Happening(Happened.MODE_SWITCHED, by="sam", detail="from delivery to deployment: it is over")
    assert done(lane(mode=BY_HAND), SwitchMode(SAM, Mode.DEPLOYMENT, "it is over"), AUTOMATIC) == Decision(
        lane(), (TellOperations(told),), (told,)
    )


def test_a_second_switch_keeps_the_files_mode_in_mind() -> None:
    switched = done(lane(mode=BY_HAND), SwitchMode(SAM, Mode.OBSERVE, "hands off"), AUTOMATIC)
    assert switched.lane.mode == ModeSwitch(Mode.OBSERVE, Mode.DEPLOYMENT, "sam", "hands off", LATER)


def test_switching_to_deployment_leaves_an_open_release_waiting_for_its_people() -> None:
    switched = done(lane(release()), SwitchMode(SAM, Mode.DEPLOYMENT, "we trust it"))
    assert switched.lane.releases == (release(),)
    assert not [effect for effect in switched.effects if isinstance(effect, StartDeployment)]


NOBODY_KNOWS = NotInPolicy(LANE)
REFUSED: list[tuple[str, Lane, Input, Policy, tuple[Reason, ...]]] = [
    ("hold without permission", lane(), HoldLane(OLGA, "x"), RULED, (nothing_there(Permission.HOLD),)),
    ("hold by a guest", lane(), HoldLane(GUEST, "x"), RULED, (AccountMayNotAct(Account.GUEST),)),
    ("hold without a reason", lane(), HoldLane(SAM, " "), RULED, (NoReason(),)),
    ("hold until now", lane(), HoldLane(SAM, "x", LATER), RULED, (NotInThePast(LATER),)),
    ("hold what left the policy", lane(), HoldLane(SAM, "x"), GONE, (NOBODY_KNOWS,)),
    (
        "hold with all of it",
        lane(),
        HoldLane(OLGA, "", NOON),
        GONE,
        (nothing_there(Permission.HOLD), NOBODY_KNOWS, NoReason(), NotInThePast(NOON)),
    ),
    ("hold what another holds", lane(hold=HELD), HoldLane(SAM, "x"), RULED, (HeldAlready(HELD),)),
    ("hold for shorter than another", lane(hold=LONG), HoldLane(SAM, "x", TONIGHT - TICK), RULED, (HeldAlready(LONG),)),
    ("hold for as long as another", lane(hold=LONG), HoldLane(SAM, "x", TONIGHT), RULED, (HeldAlready(LONG),)),
    ("hold until later what has no end", lane(hold=HELD), HoldLane(SAM, "x", TONIGHT), RULED, (HeldAlready(HELD),)),
    ("let end what has no end", lane(hold=NOBODYS), HoldLane(SAM, "x", TONIGHT), RULED, (HeldAlready(NOBODYS),)),
    (
        "hold with all of it, held by another",
        lane(hold=HELD),
        HoldLane(OLGA, ""),
        RULED,
        (nothing_there(Permission.HOLD), NoReason(), HeldAlready(HELD)),
    ),
    ("resume without permission", lane(hold=HELD), ResumeLane(OLGA), RULED, (nothing_there(Permission.HOLD),)),
    ("resume unasked", lane(hold=replace(HELD, by=None)), ResumeLane(DAN), RULED, (nothing_there(Permission.HOLD),)),
    ("resume a person's", lane(hold=HELD), ResumeLane(ASKER), RULED, (nothing_there(Permission.HOLD),)),
    ("resume nothing", lane(), ResumeLane(OLGA), RULED, (nothing_there(Permission.HOLD), NothingHeld())),
    ("resume what has ended", lane(hold=replace(HELD, until=LATER)), ResumeLane(SAM), RULED, (NothingHeld(),)),
    ("lock without permission", lane(), LockLane(OLGA, "x", TONIGHT), RULED, (nothing_there(Permission.LOCK),)),
    ("lock without a reason", lane(), LockLane(SAM, "", TONIGHT), RULED, (NoReason(),)),
    ("lock until now", lane(), LockLane(SAM, "x", LATER), RULED, (NotInThePast(LATER),)),
    ("lock what left the policy", lane(), LockLane(SAM, "x", TONIGHT), GONE, (NOBODY_KNOWS,)),
    ("lock what another has locked", lane(lock=LOCK), LockLane(ALEX, "x", TONIGHT), RULED, (LockedBy(LOCK),)),
    (
        "lock with all of it",
        lane(lock=LOCK),
        LockLane(OLGA, "", NOON),
        RULED,
        (nothing_there(Permission.LOCK), NoReason(), NotInThePast(NOON), LockedBy(LOCK)),
    ),
    ("unlock without permission", lane(lock=LOCK), UnlockLane(OLGA), RULED, (nothing_there(Permission.LOCK),)),
    ("unlock as a guest", lane(lock=LOCK), UnlockLane(GUEST), RULED, (AccountMayNotAct(Account.GUEST),)),
    ("unlock nothing", lane(), UnlockLane(SAM), RULED, (NotLocked(),)),
    (
        "unlock what has ended",
        lane(lock=replace(LOCK, until=LATER)),
        UnlockLane(OLGA),
        RULED,
        (nothing_there(Permission.LOCK), NotLocked()),
    ),
    (
        "switch without permission",
        lane(),
        SwitchMode(OLGA, Mode.DEPLOYMENT, "x"),
        RULED,
        (nothing_there(Permission.MODE),),
    ),
    ("switch without a reason", lane(), SwitchMode(SAM, Mode.DEPLOYMENT, " "), RULED, (NoReason(),)),
    ("switch what left the policy", lane(), SwitchMode(SAM, Mode.DEPLOYMENT, "x"), GONE, (NOBODY_KNOWS,)),
    ("switch to people what left the policy", lane(), SwitchMode(SAM, Mode.DELIVERY, "x"), GONE, (NOBODY_KNOWS,)),
    ("switch to what it is", lane(), SwitchMode(SAM, Mode.DELIVERY, "x"), RULED, (SameMode(Mode.DELIVERY),)),
    (
        "switch to what it was switched to",
        lane(mode=BY_HAND),
        SwitchMode(SAM, Mode.DELIVERY, "x"),
        AUTOMATIC,
        (SameMode(Mode.DELIVERY),),
    ),
    (
        "switch where there is nothing to deploy to",
        lane(),
        SwitchMode(SAM, Mode.DELIVERY, "x"),
        under(policy(mode=Mode.OBSERVE, target=None)),
        (LaneIsObserved(LANE),),
    ),
    (
        "switch to people where the policy names none",
        lane(),
        SwitchMode(SAM, Mode.DELIVERY, "x"),
        NOBODY,
        (NobodyToAsk(LANE),),
    ),
    (
        "switch with all of it",
        lane(),
        SwitchMode(OLGA, Mode.DELIVERY, ""),
        under(policy(target=None)),
        (nothing_there(Permission.MODE), NoReason(), SameMode(Mode.DELIVERY), LaneIsObserved(LANE)),
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "today", "reasons"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_lane_is_left_as_it_is(there: Lane, given: Input, today: Policy, reasons: tuple[Reason, ...]) -> None:
    assert decide(there, given, today, FRESH, LATER) == Refusal(reasons)


def test_a_lane_that_asks_nobody_by_the_file_can_be_switched_back_to_that() -> None:
    asks_none = under(a_policy(a_lane_policy(approvals=())))
    automatic = ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "alex", "we trust it", NOON)
    assert done(lane(mode=automatic), SwitchMode(SAM, Mode.DELIVERY, "it is over"), asks_none).lane.mode is None


def test_a_lane_that_asks_nobody_can_be_given_up() -> None:
    assert done(lane(), SwitchMode(SAM, Mode.OBSERVE, "hands off"), NOBODY).lane.mode is not None


def test_a_lane_without_a_target_can_still_be_given_up() -> None:
    switched = done(lane(), SwitchMode(SAM, Mode.OBSERVE, "hands off"), under(policy(target=None)))
    assert switched.lane.mode == ModeSwitch(Mode.OBSERVE, Mode.DELIVERY, "sam", "hands off", LATER)


def test_a_switch_over_a_mode_that_the_file_has_left_is_none() -> None:
    stale = replace(BY_HAND, mode=Mode.OBSERVE)
    assert decide(lane(mode=stale), SwitchMode(SAM, Mode.DELIVERY, "x"), RULED, FRESH, LATER) == Refusal(
        (SameMode(Mode.DELIVERY),)
    )


@pytest.mark.parametrize(
    ("span", "before"),
    [(8 * HOUR, 5 * MINUTE), (50 * MINUTE, 5 * MINUTE), (40 * MINUTE, 4 * MINUTE), (10 * MINUTE, MINUTE)],
)
def test_a_locks_owner_is_told_five_minutes_or_a_tenth_before_its_end(span: timedelta, before: timedelta) -> None:
    assert holding.warns_at(replace(LOCK, until=NOON + span)) == NOON + span - before


WARNING = TONIGHT - 5 * MINUTE
WARNED = replace(LOCK, warned=True)
SHORT = replace(HELD, until=TONIGHT)
ENDS_SOON = Happening(Happened.LOCK_ENDS_SOON, detail="sam")
LOCK_ENDED = Happening(Happened.LOCK_ENDED, detail="sam")
HOLD_ENDED = Happening(Happened.HOLD_ENDED, detail="the sale")
PASSED: list[tuple[str, Lane, datetime, Lane, tuple[Happening, ...]]] = [
    ("nothing is held", lane(), TONIGHT, lane(), ()),
    ("a hold without an end", lane(hold=HELD), TONIGHT, lane(hold=HELD), ()),
    ("a hold before its end", lane(hold=SHORT), TONIGHT - TICK, lane(hold=SHORT), ()),
    ("a hold at its end", lane(hold=SHORT), TONIGHT, lane(), (HOLD_ENDED,)),
    ("a lock long before its end", lane(lock=LOCK), WARNING - TICK, lane(lock=LOCK), ()),
    ("a lock that ends soon", lane(lock=LOCK), WARNING, lane(lock=WARNED), (ENDS_SOON,)),
    ("a lock whose owner knows", lane(lock=WARNED), WARNING, lane(lock=WARNED), ()),
    ("a lock just before its end", lane(lock=WARNED), TONIGHT - TICK, lane(lock=WARNED), ()),
    ("a lock at its end", lane(lock=WARNED), TONIGHT, lane(), (LOCK_ENDED,)),
    ("a lock that nobody looked at", lane(lock=LOCK), TONIGHT, lane(), (LOCK_ENDED,)),
    ("both", lane(lock=LOCK, hold=SHORT), TONIGHT, lane(), (HOLD_ENDED, LOCK_ENDED)),
]


@pytest.mark.parametrize(
    ("there", "now", "after", "happened"), [row[1:] for row in PASSED], ids=[row[0] for row in PASSED]
)
def test_time_passes_over(there: Lane, now: datetime, after: Lane, happened: tuple[Happening, ...]) -> None:
    assert holding.time_passed(Decision(there), POLICY, now) == Decision(after, (), happened)


SWITCHED = ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "sam", "a demo", NOON)
ENDED: list[tuple[str, Policy, str | None]] = [
    ("goes on under the file's mode that it was set over", POLICY, None),
    ("ends with another mode of the file", policy(mode=Mode.OBSERVE), "from deployment to observe"),
    ("ends when the file says the same", policy(mode=Mode.DEPLOYMENT), "from deployment to deployment"),
    ("ends when the file names the lane no more", GONE, "from deployment to no lane"),
]


@pytest.mark.parametrize(("today", "told"), [row[1:] for row in ENDED], ids=[row[0] for row in ENDED])
def test_a_switched_mode(today: Policy, told: str | None) -> None:
    there = Decision(lane(mode=SWITCHED))
    detail = f"{told}: the policy file was changed"
    ended = Decision(lane(), (), (Happening(Happened.MODE_SWITCHED, detail=detail),))
    assert holding.time_passed(there, today, LATER) == (there if told is None else ended)
