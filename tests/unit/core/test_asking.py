"""Asking people over time: expiry, reminders, approvals that grow old or lapse, and asking again."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.core import asking
from bot.core.asking import anew, ask_again, completed, expires_at, grown_old, lapsed, next_moment, reminders
from bot.core.build import BuildState
from bot.core.calendar import Dated, Freeze, QuietHours
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, Remind
from bot.core.events import TimePassed
from bot.core.inputs import Account, Actor
from bot.core.lane import Hold
from bot.core.policy import Hotfix, Kind, Policy, SelfApproval, Skip
from bot.core.release import Approval, Lifecycle, Override, Release, Surface, Verdict
from tests.factories import NOON, a_build
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    ELSEWHERE,
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    PRIYA_AUTHOR,
    QA,
    SAM,
    SRE,
    actor,
    go,
    lane,
    policy,
    release,
    word,
)

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
MOMENT = timedelta(microseconds=1)
BOTH = policy(QA, SRE)
BACK = policy(rollback=())
NEVER = policy(expires_after=None)
BURNS = Override("sam", "it burns", NOON, ("1 of qa",))


def frozen(under: Policy, begins: int, ends: int) -> Policy:
    """Return a policy with a freeze between two hours counted from noon."""
    at = NOON.replace(tzinfo=None)
    return replace(under, freezes=(Freeze("fair", Dated(at + begins * HOUR, at + ends * HOUR, "UTC")),))


# -- expiry ----------------------------------------------------------------------------------------------------------

FAST = policy(hotfix=Hotfix((QA,), frozenset({Skip.FREEZE})))
UNAGED = policy(approval_valid_for=None)
EXPIRES: list[tuple[str, Release, Policy, datetime | None]] = [
    ("while approvals are missing", release(), POLICY, NOON + DAY),
    (
        "while only authors have approved",
        release(1, PRIYA, build=a_build(1, authors=(PRIYA_AUTHOR,))),
        POLICY,
        NOON + DAY,
    ),
    ("while a rule added since is not met", release(1, PRIYA), BOTH, NOON + DAY),
    ("by the policy it was opened under", release(under=policy(expires_after=HOUR)), POLICY, NOON + HOUR),
    ("from when people were asked again", release(asked_at=NOON + HOUR), POLICY, NOON + HOUR + DAY),
    ("not once it is approved", release(1, PRIYA), POLICY, None),
    ("not once somebody has overridden", release(under=UNAGED, override=BURNS), UNAGED, None),
    ("not because its build broke", release(1, PRIYA, build=a_build(1, state=BuildState.BROKEN)), POLICY, None),
    ("not where the policy has no limit", release(under=NEVER), POLICY, None),
    ("not for a limit made since", release(under=NEVER), POLICY, None),
    ("not in an automatic lane", release(under=AUTOMATIC), AUTOMATIC, None),
    ("not when it was opened in one", release(under=AUTOMATIC), POLICY, None),
    ("still where the lane is automatic since", release(), AUTOMATIC, NOON + DAY),
    ("still where the policy no longer names the lane", release(), ELSEWHERE, NOON + DAY),
    ("not once it has started", release(state=Lifecycle.DEPLOYING), POLICY, None),
    ("a rollback", release(kind=Kind.ROLLBACK), POLICY, NOON + DAY),
    (
        "not a rollback that nobody need approve",
        release(under=policy(rollback=()), kind=Kind.ROLLBACK),
        policy(rollback=()),
        None,
    ),
    ("a hotfix", release(under=FAST, kind=Kind.HOTFIX), FAST, NOON + DAY),
    ("later for a freeze in between", release(), frozen(POLICY, 2, 5), NOON + DAY + 3 * HOUR),
    ("later for a freeze at first", release(), frozen(POLICY, -2, 5), NOON + DAY + 5 * HOUR),
    ("no later for a freeze after it", release(), frozen(POLICY, 25, 30), NOON + DAY),
    ("no later for a freeze before it", release(asked_at=NOON + 3 * HOUR), frozen(POLICY, 1, 2), NOON + DAY + 3 * HOUR),
    (
        "as much later for a freeze that it may skip",
        release(under=FAST, kind=Kind.HOTFIX),
        frozen(FAST, 2, 5),
        NOON + DAY + 3 * HOUR,
    ),
    ("later for a freeze that binds others on its way", release(under=FAST), frozen(FAST, 2, 5), NOON + DAY + 3 * HOUR),
]


@pytest.mark.parametrize(("there", "under", "due"), [row[1:] for row in EXPIRES], ids=[row[0] for row in EXPIRES])
def test_a_release_expires(there: Release, under: Policy, due: datetime | None) -> None:
    assert expires_at(there, lane(there), under) == due
    assert next_moment(there, lane(there), under, LATER) == due


# -- asking again ----------------------------------------------------------------------------------------------------


def test_what_was_complete_until_now_does_not_expire_at_the_moment_at_which_more_is_asked() -> None:
    there, late = release(1, PRIYA, approved_at=NOON + HOUR), NOON + 30 * HOUR
    decided = go(lane(there, hold=Hold("a look around", NOON, "sam")), TimePassed(), policy(QA, SRE), late)
    (after,) = decided.lane.releases
    assert (after.state, after.approved_at) == (Lifecycle.OPEN, None)
    assert expires_at(after, decided.lane, policy(QA, SRE)) == late + 23 * HOUR


def test_asked_again_is_another_generation_of_which_nothing_is_said() -> None:
    there = release(
        1, PRIYA, approved_at=NOON, reminded=2, put_off="GitHub is down", override=BURNS, scheduled_for=NOON + DAY
    )
    expected = replace(there, generation=2, asked_at=LATER, approved_at=None, reminded=0, put_off=None, override=None)
    assert anew(replace(there, escalated=True), LATER) == expected, "and may be escalated again"
    assert anew(there, LATER) == expected
    decided = ask_again(Decision(lane(there)), there, "it is another day", LATER)
    assert decided == Decision(
        lane(expected), happenings=(Happening(Happened.ASKED_AGAIN, 1, detail="it is another day"),)
    )
    assert expected.standing() == ()
    assert expected.asked_since == LATER


# -- complete approvals ----------------------------------------------------------------------------------------------

BEFORE = NOON + timedelta(minutes=2)
COMPLETED: list[tuple[str, Release, Policy, Release]] = [
    ("now complete", release(1, PRIYA), POLICY, release(1, PRIYA, approved_at=LATER)),
    ("complete before", release(1, PRIYA, approved_at=BEFORE), POLICY, release(1, PRIYA, approved_at=BEFORE)),
    ("not complete", release(), POLICY, release()),
    (
        "complete no longer",
        release(approved_at=BEFORE),
        POLICY,
        release(asked_at=NOON + timedelta(minutes=3)),
    ),
    (
        "complete no longer, and asked again before",
        release(approved_at=BEFORE, asked_at=NOON + timedelta(minutes=1)),
        POLICY,
        release(asked_at=NOON + timedelta(minutes=4)),
    ),
    ("another rule since", release(1, PRIYA), BOTH, release(1, PRIYA)),
    (
        "by its author alone",
        release(1, PRIYA, build=a_build(1, authors=(PRIYA_AUTHOR,))),
        POLICY,
        release(1, PRIYA, build=a_build(1, authors=(PRIYA_AUTHOR,))),
    ),
    ("nobody is asked", release(under=AUTOMATIC), AUTOMATIC, release(under=AUTOMATIC)),
    (
        "nobody is asked, but somebody has overridden a freeze",
        release(under=AUTOMATIC, override=BURNS),
        AUTOMATIC,
        release(under=AUTOMATIC, override=BURNS, approved_at=LATER),
    ),
    ("overridden", release(override=BURNS), POLICY, release(override=BURNS, approved_at=LATER)),
]


@pytest.mark.parametrize(
    ("there", "under", "expected"), [row[1:] for row in COMPLETED], ids=[row[0] for row in COMPLETED]
)
def test_since_when_approvals_are_complete(there: Release, under: Policy, expected: Release) -> None:
    assert completed(there, lane(there), under, LATER) == expected
    assert completed(expected, lane(expected), under, LATER + HOUR) == expected


def test_the_time_in_which_approvals_were_complete_brings_expiry_no_nearer() -> None:
    there = release(approved_at=NOON + HOUR)
    seen = completed(there, lane(there), POLICY, NOON + 30 * HOUR)
    assert expires_at(seen, lane(seen), POLICY) == NOON + 30 * HOUR + 23 * HOUR


LASTS = policy(approval_valid_for=3 * HOUR)
ENDLESS = policy(approval_valid_for=None)
OLD: list[tuple[str, Release, Policy, datetime | None]] = [
    ("after what the policy says", release(1, PRIYA, approved_at=NOON), POLICY, NOON + 72 * HOUR),
    ("the shorter of then", release(1, PRIYA, under=LASTS, approved_at=NOON), POLICY, NOON + 3 * HOUR),
    ("the shorter of now", release(1, PRIYA, approved_at=NOON), LASTS, NOON + 3 * HOUR),
    ("what one of them says, then", release(1, PRIYA, under=LASTS, approved_at=NOON), ENDLESS, NOON + 3 * HOUR),
    ("what one of them says, now", release(1, PRIYA, under=ENDLESS, approved_at=NOON), LASTS, NOON + 3 * HOUR),
    ("never", release(1, PRIYA, under=ENDLESS, approved_at=NOON), ENDLESS, None),
    ("not while they are not complete", release(1, PRIYA), POLICY, None),
    ("an override, from when it was given", release(approved_at=LATER, override=BURNS), POLICY, NOON + 72 * HOUR),
    ("an override, by the shorter of then", release(under=LASTS, override=BURNS), POLICY, NOON + 3 * HOUR),
    ("an override never", release(under=ENDLESS, override=BURNS), ENDLESS, None),
    ("not what has started", release(1, PRIYA, approved_at=NOON, state=Lifecycle.DEPLOYING), POLICY, None),
]


@pytest.mark.parametrize(("there", "under", "due"), [row[1:] for row in OLD], ids=[row[0] for row in OLD])
def test_approvals_grow_old(there: Release, under: Policy, due: datetime | None) -> None:
    at = due or NOON + 1000 * HOUR
    assert grown_old(there, lane(there), under, at) is (due is not None)
    assert not grown_old(there, lane(there), under, at - MOMENT)
    assert next_moment(there, lane(there), under, LATER) == due


# -- reminders -------------------------------------------------------------------------------------------------------

NIGHT = QuietHours(time(20), time(7), "UTC")
REMINDS = policy(remind_after=(2 * HOUR, 10 * HOUR, 12 * HOUR), quiet_hours=NIGHT)
MORNING = datetime(2026, 11, 22, 7, tzinfo=UTC)
NEXT: list[tuple[str, Release, Policy, datetime, int | None, datetime | None]] = [
    ("before the first", release(), REMINDS, NOON + 2 * HOUR - MOMENT, None, NOON + 2 * HOUR),
    ("at the first", release(), REMINDS, NOON + 2 * HOUR, 1, NOON + 2 * HOUR),
    ("after the first", release(), REMINDS, NOON + 3 * HOUR, 1, NOON + 3 * HOUR),
    ("once", release(reminded=1), REMINDS, NOON + 3 * HOUR, None, MORNING),
    ("quiet", release(reminded=1), REMINDS, NOON + 10 * HOUR, None, MORNING),
    ("quiet still", release(reminded=1), REMINDS, MORNING - MOMENT, None, MORNING),
    ("one for two", release(reminded=1), REMINDS, MORNING, 3, MORNING),
    ("one for three, after downtime", release(), REMINDS, MORNING + HOUR, 3, MORNING + HOUR),
    ("no more", release(reminded=3), REMINDS, MORNING + HOUR, None, NOON + DAY),
    ("from when people were asked", release(asked_at=NOON + HOUR), REMINDS, NOON + 2 * HOUR, None, NOON + 3 * HOUR),
    ("by today's policy", release(under=REMINDS), POLICY, NOON + 3 * HOUR, None, NOON + DAY),
    ("by its own where there is none today", release(under=REMINDS), ELSEWHERE, NOON + 3 * HOUR, 1, NOON + 3 * HOUR),
    ("fewer times today than were sent", release(reminded=9), REMINDS, NOON + 3 * HOUR, None, NOON + DAY),
    ("not of what is approved", release(1, PRIYA), REMINDS, NOON + 3 * HOUR, None, None),
    ("not of what has started", release(state=Lifecycle.DEPLOYING), REMINDS, NOON + 3 * HOUR, None, None),
    ("where no hour is quiet", release(), policy(remind_after=(9 * HOUR,)), NOON + 9 * HOUR, 1, NOON + 9 * HOUR),
]


@pytest.mark.parametrize(
    ("there", "under", "now", "nth", "due"), [row[1:] for row in NEXT], ids=[row[0] for row in NEXT]
)
def test_people_are_reminded(
    there: Release, under: Policy, now: datetime, nth: int | None, due: datetime | None
) -> None:
    before = Decision(lane(there))
    decided = reminders(before, there, under, now)
    if nth is None:
        assert decided == before
    else:
        told = (Happening(Happened.REMINDED, 1),)
        assert decided == Decision(lane(replace(there, reminded=nth)), (Remind(1, nth),), told)
        assert reminders(decided, decided.lane.releases[0], under, now) == decided
    assert next_moment(there, lane(there), under, now) == due


def test_the_times_may_be_written_in_any_order() -> None:
    mixed = policy(remind_after=(5 * HOUR, HOUR, 3 * HOUR))
    assert next_moment(release(), lane(), mixed, NOON) == NOON + HOUR
    assert next_moment(release(reminded=1), lane(), mixed, NOON) == NOON + 3 * HOUR
    assert reminders(Decision(lane(release())), release(), mixed, NOON + HOUR).effects == (Remind(1, 1),)


def test_the_first_of_all_moments_is_the_next() -> None:
    soon = policy(remind_after=(30 * HOUR,))
    assert next_moment(release(), lane(), soon, NOON) == NOON + DAY
    assert next_moment(release(under=NEVER), lane(), soon, NOON) == NOON + 30 * HOUR


# -- lapsing ---------------------------------------------------------------------------------------------------------

JUST_QA = actor("alex", groups=frozenset({"qa"}))
JUST_SRE = actor("alex", groups=frozenset({"sre"}))
OUT = actor("priya", groups=frozenset({"office"}))
LAPSES: list[tuple[str, Release, Policy, tuple[Actor, ...], list[tuple[str, tuple[str, ...], str]]]] = [
    ("nobody", release(1, PRIYA), POLICY, (PRIYA,), []),
    (
        "nobody, though one has joined more",
        release(1, PRIYA),
        POLICY,
        (actor("priya", groups=frozenset({"qa", "x"})),),
        [],
    ),
    (
        "nobody who was listed since",
        release(1, replace(OLGA, person=PRIYA.person, groups=PRIYA.groups)),
        POLICY,
        (PRIYA,),
        [],
    ),
    ("who is gone", release(1, PRIYA), POLICY, (), [("priya", (), asking.GONE)]),
    ("who is gone, of two", release(1, PRIYA, ALEX), POLICY, (ALEX,), [("priya", (), asking.GONE)]),
    ("who left every group", release(1, PRIYA), POLICY, (OUT,), [("priya", ("office",), asking.LEFT)]),
    ("nobody where nobody is asked by now", release(1, PRIYA, under=BACK, kind=Kind.ROLLBACK), BACK, (OUT,), []),
    ("not who is in one group fewer", release(1, ALEX), POLICY, (JUST_QA,), []),
    ("not who is not needed where they left", release(1, ALEX, SAM, under=BOTH), BOTH, (JUST_QA, SAM), []),
    (
        "who is needed where they left",
        release(1, PRIYA, ALEX, under=BOTH),
        BOTH,
        (PRIYA, JUST_QA),
        [("alex", ("qa",), asking.LEFT)],
    ),
    ("who stays where they are needed", release(1, PRIYA, ALEX, under=BOTH), BOTH, (PRIYA, JUST_SRE), []),
    (
        "all at once",
        release(1, PRIYA, ALEX, SAM, under=BOTH),
        BOTH,
        (JUST_SRE, SAM),
        [("priya", (), asking.GONE), ("alex", ("sre",), asking.LEFT)],
    ),
    (
        "who was the one that is no author",
        release(1, PRIYA, SAM, ALEX, under=BOTH, build=a_build(1, authors=(PRIYA_AUTHOR,))),
        POLICY,
        (PRIYA, SAM, JUST_SRE),
        [("alex", ("sre",), asking.LEFT)],
    ),
    (
        "nobody whose word was taken back",
        release(approvals=(word(PRIYA), word(PRIYA, Verdict.WITHDRAW))),
        POLICY,
        (),
        [],
    ),
]


@pytest.mark.parametrize(
    ("there", "under", "approvers", "who"), [row[1:] for row in LAPSES], ids=[row[0] for row in LAPSES]
)
def test_approvals_lapse(
    there: Release,
    under: Policy,
    approvers: tuple[Actor, ...],
    who: list[tuple[str, tuple[str, ...], str]],
) -> None:
    decided = lapsed(Decision(lane(there)), there, approvers, under, LATER)
    slack = {person: f"U0{person.upper()}" for person, _, _ in who}
    words = tuple(
        Approval(person, slack[person], Verdict.LAPSE, 1, groups, LATER, Surface.BUTTON) for person, groups, _ in who
    )
    assert decided.lane.releases == (replace(there, approvals=(*there.approvals, *words)),)
    assert decided.happenings == tuple(Happening(Happened.LAPSED, 1, person, why) for person, _, why in who)
    assert decided.effects == ()
    assert not {word.person for word in decided.lane.releases[0].standing()} & set(slack)


@pytest.mark.parametrize("account", [one for one in Account if one is not Account.MEMBER])
def test_an_approval_lapses_with_its_givers_account(account: Account) -> None:
    there = release(1, PRIYA)
    decided = lapsed(Decision(lane(there)), there, (actor("priya", account=account),), POLICY, LATER)
    said = Approval("priya", "U0PRIYA", Verdict.LAPSE, 1, ("qa",), LATER, Surface.BUTTON)
    assert decided.lane.releases[0].approvals[1:] == (said,)
    assert decided.happenings == (Happening(Happened.LAPSED, 1, "priya", asking.NO_MEMBER),)


def test_a_lapse_keeps_what_the_word_was_said_with_but_the_card() -> None:
    there = release(3, generation=2, approvals=(replace(word(PRIYA, generation=2), surface=Surface.CLI, saw="card"),))
    now_in = actor("priya", groups=frozenset({"h", "a", "e", "c", "g", "b"}))
    decided = lapsed(Decision(lane(there)), there, (now_in,), POLICY, LATER)
    said = Approval("priya", "U0PRIYA", Verdict.LAPSE, 2, ("a", "b", "c", "e", "g", "h"), LATER, Surface.CLI)
    assert decided.lane.releases[0].approvals[1:] == (said,)
    assert decided.happenings == (Happening(Happened.LAPSED, 3, "priya", asking.LEFT),)


def test_nobody_lapses_who_was_not_asked_after() -> None:
    there = release(1, PRIYA)
    assert lapsed(Decision(lane(there)), there, None, POLICY, LATER) == Decision(lane(there))


def test_approvals_that_are_too_old_do_not_ship_however_late_the_clock_comes() -> None:
    there = release(1, PRIYA, approved_at=NOON)
    late = NOON + 72 * HOUR
    for approvers in (None, (PRIYA,), ()):
        decided = lapsed(Decision(lane(there)), there, approvers, POLICY, late)
        assert decided == ask_again(Decision(lane(there)), there, "the approvals are too old", late)
    assert lapsed(Decision(lane(there)), there, (PRIYA,), POLICY, late - MOMENT) == Decision(lane(there))


def test_nobody_lapses_for_leaving_a_group_once_somebody_has_overridden() -> None:
    there = release(1, PRIYA, ALEX, under=BOTH, override=BURNS)
    assert lapsed(Decision(lane(there)), there, (PRIYA, JUST_QA), BOTH, LATER) == Decision(lane(there))


def test_why_approvals_lapse_is_said() -> None:
    assert (asking.GONE, asking.NO_MEMBER, asking.LEFT) == (
        "their account is gone",
        "their account may not act any more",
        "they have left the group that was to approve",
    )


def test_whoever_is_unknown_under_strict_keeps_a_release_from_being_complete() -> None:
    strict = policy(self_approval=SelfApproval.STRICT)
    there = release(1, PRIYA, under=strict)  # Ann, who wrote it, is nobody's
    assert completed(there, lane(there), strict, LATER) == there
    assert expires_at(there, lane(there), strict) == NOON + DAY


WITHDRAWN: list[tuple[str, int, int]] = [
    ("before the freeze", 1, 0),
    ("inside the freeze", 4, 1),
    ("after the freeze", 6, 5),
]


@pytest.mark.parametrize(("hours", "asked"), [row[1:] for row in WITHDRAWN], ids=[row[0] for row in WITHDRAWN])
def test_time_that_counted_counts_on_when_approvals_are_withdrawn(hours: int, asked: int) -> None:
    under, now = frozen(POLICY, 2, 5), NOON + hours * HOUR
    again = asking.completed(release(approved_at=NOON + HOUR), lane(), under, now)
    assert (again.approved_at, again.asked_at) == (None, NOON + asked * HOUR)
    at_first = max(NOON + 5 * HOUR, now) if hours > 1 else NOON + 4 * HOUR
    assert asking.expires_at(again, lane(again), under) == at_first + 23 * HOUR
