"""How people step in before a release ships: undo, schedule, override."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.build import Author, BuildState
from bot.core.calendar import Dated, Freeze
from bot.core.effects import Happened, Happening, StartDeployment, TellOperations
from bot.core.events import BuildChanged, TimePassed
from bot.core.inputs import Account, Actor, BeginDeployment, Schedule, Undo
from bot.core.inputs import Override as Overrides
from bot.core.lane import Around, Change, Hold, Lane, Stop
from bot.core.policy import ApprovalRule, Kind, NewerBuild, Permission, Person, Policy, SelfApproval, WhenLifted
from bot.core.refusals import (
    AccountMayNotAct,
    ChangedSince,
    MayNotCancel,
    NoReason,
    NothingToOverride,
    NothingToUndo,
    NotInThePast,
    NotPermitted,
    Reason,
    StillBlocked,
    TooLate,
)
from bot.core.release import Approval, Lifecycle, Override, Release, Surface, Verdict
from tests.factories import NOON, a_build
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    PRIYA_AUTHOR,
    QA,
    SAM,
    SRE,
    go,
    lane,
    one,
    policy,
    reasons,
    release,
    word,
)

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
MOMENT = timedelta(microseconds=1)
UNDOES = policy(undo_window=timedelta(minutes=10))  # approved at noon, it starts at ten past
TEN_PAST = NOON + timedelta(minutes=10)
SAM_MAY = replace(SAM, permissions=frozenset({Permission.OVERRIDE}))


def frozen(under: Policy, name: str = "fair") -> Policy:
    """Return a policy with a freeze all day."""
    noon = NOON.replace(tzinfo=None)
    return replace(under, freezes=(*under.freezes, Freeze(name, Dated(noon - HOUR, noon + DAY, "UTC"))))


# -- undo ------------------------------------------------------------------------------------------------------------


def ready(*by: Actor, under: Policy = UNDOES, **changed: object) -> Release:
    """Return a release that was approved at noon and starts by itself when its undo window ends."""
    return release(1, *by, under=under, approved_at=NOON, **changed)


def test_the_undo_window_keeps_what_is_approved_until_it_ends() -> None:
    there = lane(ready(PRIYA))
    assert go(there, TimePassed(), UNDOES, TEN_PAST - MOMENT).effects == ()
    assert go(there, TimePassed(), UNDOES, TEN_PAST).effects == (StartDeployment(1, 1),)


def test_an_approver_who_undoes_takes_their_approval_back() -> None:
    decided = go(lane(ready(PRIYA, put_off="GitHub is down")), Undo(1, PRIYA), UNDOES)
    said = Approval("priya", "U0PRIYA", Verdict.WITHDRAW, 1, ("qa",), LATER, Surface.BUTTON)
    assert decided.lane.releases == (
        release(under=UNDOES, approvals=(word(PRIYA), said), asked_at=LATER),  # five minutes were lost
    )
    assert decided.happenings == (Happening(Happened.UNDONE, 1, "priya"),)
    assert go(decided.lane, TimePassed(), UNDOES, TEN_PAST).effects == ()


def test_undo_stops_it_even_where_another_approval_would_do() -> None:
    decided = go(lane(ready(PRIYA, ALEX, reminded=1)), Undo(1, PRIYA), UNDOES)
    said = Approval("priya", "U0PRIYA", Verdict.WITHDRAW, 1, ("qa",), LATER, Surface.BUTTON)
    words = (word(PRIYA), word(ALEX), said)
    assert decided.lane.releases == (release(under=UNDOES, approvals=words, generation=2, asked_at=LATER),)
    assert decided.happenings == (Happening(Happened.UNDONE, 1, "priya"),)
    assert go(decided.lane, TimePassed(), UNDOES, TEN_PAST).effects == ()


def test_undo_stops_what_somebody_has_overridden() -> None:
    burns = Override("sam", "it burns", NOON, ("1 of qa",))
    decided = go(lane(ready(PRIYA, override=burns)), Undo(1, PRIYA), UNDOES)
    assert (one(decided).override, one(decided).generation) == (None, 2)


def test_anybody_else_entitled_makes_people_be_asked_again() -> None:
    for by, there in ((OLGA, ready(PRIYA, requested_by="olga")), (ALEX, ready(PRIYA))):
        decided = go(lane(there), Undo(1, by), UNDOES)
        assert decided.lane.releases == (replace(there, generation=2, asked_at=LATER, approved_at=None),)
        assert decided.happenings == (Happening(Happened.UNDONE, 1, by.person.id),)
        assert decided.effects == ()


UNDO: list[tuple[str, Release, Undo, Policy, datetime, tuple[Reason, ...]]] = [
    ("who has nothing to do with it", ready(PRIYA), Undo(1, OLGA), UNDOES, LATER, (MayNotCancel(),)),
    ("what is not approved", release(under=UNDOES), Undo(1, PRIYA), UNDOES, LATER, (NothingToUndo(),)),
    ("where there is no window", ready(PRIYA, under=POLICY), Undo(1, PRIYA), POLICY, LATER, (NothingToUndo(),)),
    ("after the window", ready(PRIYA), Undo(1, PRIYA), UNDOES, TEN_PAST, (NothingToUndo(),)),
    ("from a former card", ready(PRIYA, generation=2), Undo(1, PRIYA, 1), UNDOES, LATER, (ChangedSince(),)),
    (
        "every reason at once",
        release(generation=2),
        Undo(1, replace(OLGA, account=Account.BOT), 1),
        POLICY,
        LATER,
        (AccountMayNotAct(Account.BOT), MayNotCancel(), ChangedSince(), NothingToUndo()),
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "now", "why"), [row[1:] for row in UNDO], ids=[row[0] for row in UNDO]
)
def test_undo_is_refused(there: Release, given: Undo, under: Policy, now: datetime, why: tuple[Reason, ...]) -> None:
    assert reasons(lane(there), given, under, now) == why


def test_undo_of_the_card_that_is_shown_until_the_last_moment() -> None:
    assert one(go(lane(ready(PRIYA)), Undo(1, PRIYA, 1), UNDOES, TEN_PAST - MOMENT)).standing() == ()


# -- schedule --------------------------------------------------------------------------------------------------------


def test_what_is_scheduled_ships_then_and_not_before() -> None:
    at = LATER + HOUR
    decided = go(lane(release(1, PRIYA, put_off="GitHub is down")), Schedule(1, PRIYA, at))
    assert decided.lane.releases == (release(1, PRIYA, scheduled_for=at, approved_at=LATER),)
    assert decided.happenings == (Happening(Happened.SCHEDULED, 1, "priya", "2026-11-21T13:05:00+00:00"),)
    assert decided.effects == ()
    assert reasons(decided.lane, BeginDeployment(1), now=at - MOMENT) == (StillBlocked(),)
    assert go(decided.lane, TimePassed(), now=at).effects == (StartDeployment(1, 1),)


def test_a_second_schedule_replaces_the_first() -> None:
    there = release(1, PRIYA, scheduled_for=LATER + HOUR)
    assert one(go(lane(there), Schedule(1, PRIYA, LATER + MOMENT))).scheduled_for == LATER + MOMENT


def test_the_present_takes_a_schedule_back_and_no_other_moment_does() -> None:
    there = lane(release(1, PRIYA, scheduled_for=LATER + HOUR))
    decided = go(there, Schedule(1, PRIYA, LATER))
    assert decided.lane.releases == (release(1, PRIYA, approved_at=LATER),)
    assert decided.happenings == (Happening(Happened.SCHEDULED, 1, "priya"),)
    assert decided.effects == (StartDeployment(1, 1),)
    assert reasons(there, Schedule(1, PRIYA, LATER - MOMENT)) == (NotInThePast(LATER - MOMENT),)


PAST = LATER - MOMENT
SCHEDULE: list[tuple[str, Release, Schedule, datetime, tuple[Reason, ...]]] = [
    ("for now", release(), Schedule(1, PRIYA, LATER), LATER, (NotInThePast(LATER),)),
    ("for the past", release(), Schedule(1, PRIYA, PAST), LATER, (NotInThePast(PAST),)),
    ("by who has nothing to do with it", release(), Schedule(1, OLGA, LATER + HOUR), LATER, (MayNotCancel(),)),
    (
        "of what should have expired",
        release(),
        Schedule(1, PRIYA, NOON + DAY + HOUR),
        NOON + DAY,
        (TooLate(Lifecycle.EXPIRED),),
    ),
    (
        "for every reason at once",
        release(),
        Schedule(1, replace(OLGA, account=Account.GUEST), PAST),
        NOON + DAY,
        (AccountMayNotAct(Account.GUEST), MayNotCancel(), NotInThePast(PAST), TooLate(Lifecycle.EXPIRED)),
    ),
    (
        "though it waited, where nobody chooses",
        release(1, PRIYA, waited_for="fair"),
        Schedule(1, PRIYA, LATER),
        LATER,
        (NotInThePast(LATER),),
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "now", "why"), [row[1:] for row in SCHEDULE], ids=[row[0] for row in SCHEDULE]
)
def test_a_schedule_is_refused(there: Release, given: Schedule, now: datetime, why: tuple[Reason, ...]) -> None:
    assert reasons(lane(there), given, now=now) == why


CHOOSES = policy(newer_build=NewerBuild.EACH_MUST_SHIP, when_lifted=WhenLifted.ASK)


def lifted(*more: Release) -> Lane:
    """Return a lane in which two releases waited for a freeze that has ended."""
    first, second = (release(number, PRIYA, under=CHOOSES, waited_for="fair", approved_at=NOON) for number in (1, 2))
    return lane(first, second, *more)


def test_people_choose_which_of_those_that_waited_for_a_freeze_goes_first() -> None:
    assert go(lifted(), TimePassed(), CHOOSES).effects == ()
    decided = go(lifted(), Schedule(2, PRIYA, LATER), CHOOSES)
    assert (one(decided, 2).chosen, one(decided, 2).scheduled_for) == (True, None)
    assert not one(decided, 1).chosen
    assert decided.happenings == (Happening(Happened.SCHEDULED, 2, "priya"),)
    assert decided.effects == (StartDeployment(2, 1),)


def test_whoever_chooses_may_let_it_wait_still() -> None:
    decided = go(lifted(), Schedule(2, PRIYA, LATER + HOUR), CHOOSES)
    assert (one(decided, 2).chosen, one(decided, 2).scheduled_for) == (True, LATER + HOUR)
    assert decided.effects == ()
    again = go(decided.lane, Schedule(2, PRIYA, LATER + DAY / 2), CHOOSES)
    assert (one(again, 2).chosen, one(again, 2).scheduled_for) == (True, LATER + DAY / 2)


def test_what_did_not_wait_is_not_chosen() -> None:
    there = lifted(release(3, under=CHOOSES))
    assert reasons(there, Schedule(3, PRIYA, LATER), CHOOSES) == (NotInThePast(LATER),)
    assert not one(go(there, Schedule(3, PRIYA, LATER + HOUR), CHOOSES), 3).chosen


# -- override --------------------------------------------------------------------------------------------------------

TWO_SRE = ApprovalRule(("sre", "kim"), 2)
BY_PRIYA = a_build(1, authors=(PRIYA_AUTHOR,))
STRICT = policy(self_approval=SelfApproval.STRICT)
SKIPPED: list[tuple[str, Lane, Policy, tuple[str, ...]]] = [
    ("a rule", lane(release()), POLICY, ("1 of qa",)),
    (
        "each rule, then and now",
        lane(release(1, PRIYA, under=policy(QA, SRE))),
        policy(TWO_SRE),
        ("1 of sre", "2 of sre or kim"),
    ),
    ("another approver", lane(release(1, PRIYA, build=BY_PRIYA)), POLICY, ("an approver who is no author",)),
    (
        "people who are unknown",
        lane(release(1, PRIYA, under=STRICT, build=a_build(1, authors=(Author("Ann"), Author("Bo"))))),
        STRICT,
        ("Ann is not in the policy's people", "Bo is not in the policy's people"),
    ),
    ("a freeze", lane(release(1, PRIYA)), frozen(POLICY), ("the freeze fair",)),
    (
        "rules and freezes",
        lane(release()),
        frozen(frozen(POLICY), "year end"),
        ("1 of qa", "the freeze fair", "the freeze year end"),
    ),
    (
        "a freeze where builds ship by themselves",
        lane(release(under=AUTOMATIC)),
        frozen(AUTOMATIC),
        ("the freeze fair",),
    ),
    ("the choice after a freeze", lifted(), CHOOSES, ("the choice after the freeze fair",)),
]


@pytest.mark.parametrize(("there", "under", "names"), [row[1:] for row in SKIPPED], ids=[row[0] for row in SKIPPED])
def test_t20_an_override_lifts_approvals_and_freezes_and_says_so(
    there: Lane, under: Policy, names: tuple[str, ...]
) -> None:
    decided = go(there, Overrides(1, SAM_MAY, " it burns \n"), under)
    told = Happening(Happened.OVERRIDDEN, 1, "sam", "it burns")
    assert one(decided).override == Override("sam", "it burns", LATER, names)
    assert decided.happenings == (told,)
    assert decided.effects == (TellOperations(told), StartDeployment(1, 1))
    assert one(decided).put_off is None
    assert one(go(decided.lane, BeginDeployment(1), under)).state is Lifecycle.DEPLOYING


def test_t20_an_override_lifts_nothing_else() -> None:
    stop = Stop("sam", "fire", NOON)
    there = lane(release(put_off="?"), around=Around(stop=stop), hold=Hold("wait", NOON, "sam"))
    decided = go(there, Overrides(1, SAM_MAY, "it burns"), frozen(POLICY))
    assert one(decided).override == Override("sam", "it burns", LATER, ("1 of qa", "the freeze fair"))
    assert one(decided).put_off is None
    assert reasons(decided.lane, BeginDeployment(1), frozen(POLICY)) == (StillBlocked(),)
    broken = go(lane(release(build=a_build(1, state=BuildState.BROKEN))), Overrides(1, SAM_MAY, "it burns"))
    assert reasons(broken.lane, BeginDeployment(1)) == (StillBlocked(),)


def test_t20_an_override_is_for_one_release_and_one_artifact() -> None:
    there = go(lane(release(), release(2)), Overrides(1, SAM_MAY, "it burns")).lane
    assert there.releases[1].override is None
    assert reasons(there, Overrides(1, SAM_MAY, "still"), POLICY) == (NothingToOverride(),)
    rebuilt = go(there, BuildChanged(a_build(1, artifact="run 9001.2"), newest=False))
    assert one(rebuilt).override is None
    assert rebuilt.effects == ()


OVERRIDE: list[tuple[str, Lane, Overrides, datetime, tuple[Reason, ...]]] = [
    (
        "without the permission",
        lane(release()),
        Overrides(1, PRIYA, "it burns"),
        LATER,
        (NotPermitted(Permission.OVERRIDE, ()),),
    ),
    ("without a reason", lane(release()), Overrides(1, SAM_MAY, " \n"), LATER, (NoReason(),)),
    (
        "where nothing is to be lifted",
        lane(release(1, PRIYA)),
        Overrides(1, SAM_MAY, "it burns"),
        LATER,
        (NothingToOverride(),),
    ),
    (
        "where only a hold is in the way",
        lane(release(1, PRIYA), hold=Hold("wait", NOON, "sam")),
        Overrides(1, SAM_MAY, "it burns"),
        LATER,
        (NothingToOverride(),),
    ),
    (
        "of what should have expired",
        lane(release()),
        Overrides(1, SAM_MAY, "it burns"),
        NOON + DAY,
        (TooLate(Lifecycle.EXPIRED),),
    ),
    (
        "for every reason at once",
        lane(release(under=AUTOMATIC)),
        Overrides(1, replace(OLGA, account=Account.GUEST), ""),
        LATER,
        (AccountMayNotAct(Account.GUEST), NotPermitted(Permission.OVERRIDE, ()), NoReason()),
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "now", "why"), [row[1:] for row in OVERRIDE], ids=[row[0] for row in OVERRIDE]
)
def test_t20_an_override_is_refused(there: Lane, given: Overrides, now: datetime, why: tuple[Reason, ...]) -> None:
    assert reasons(there, given, POLICY, now) == why


def test_a_fast_path_and_a_way_back_are_overridden_like_any_other() -> None:
    for kind in (Kind.HOTFIX, Kind.ROLLBACK):
        decided = go(lane(release(kind=kind)), Overrides(1, SAM_MAY, "it burns"))
        assert one(decided).override == Override("sam", "it burns", LATER, ("1 of qa",))


def test_a_commit_before_it_that_only_its_author_approved_is_named_too() -> None:
    before = Change(a_build(1).sha, a_build(1).position, (PRIYA_AUTHOR,))
    there = lane(
        release(2, replace(PRIYA, person=Person("U0PRIYA", slack="U0PRIYA"))), around=Around(changes=(before,))
    )
    decided = go(there, Overrides(2, SAM_MAY, "it burns"))
    found = one(decided, 2).override
    assert found is not None
    assert found.skipped == ("an approver who is no author",)
