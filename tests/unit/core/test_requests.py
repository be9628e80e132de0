"""What people may ask for: releases, rollbacks and hotfixes, and what each is refused for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.build import BuildState
from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.inputs import Account, Actor, Request
from bot.core.lane import Around, Hold, Judgement, Lane, Live, Mark, Reached
from bot.core.policy import ApprovalRule, Hotfix, Kind, Mode, Permission, Policy
from bot.core.refusals import (
    AccountMayNotAct,
    AlreadyLive,
    AlreadyOpen,
    BuildQuarantined,
    LaneIsObserved,
    NeverLiveThere,
    NoFastPath,
    NoReason,
    NotDeployable,
    NotInPolicy,
    NotInThePast,
    NotPermitted,
    Reason,
)
from bot.core.release import Lifecycle, Origin, Release, Replaced
from tests.factories import LANE, NOON, a_build
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    ELSEWHERE,
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    QA,
    SAM,
    SRE,
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

FAST = policy(hotfix=Hotfix((SRE,)))
ONCALL = replace(SAM, permissions=SAM.permissions | {Permission.HOTFIX, Permission.ROLLBACK})
MARK = Mark(1, Judgement.BAD, a_build(2).position, "2", "sam", "loses money", NOON)
QUARANTINE = Around(marks=(MARK,))
LABEL = "2 (0000002)"


def was_live(number: int, environment: str = "production") -> Around:
    return Around(reached=(Reached(environment, number, NOON),))


def asks(number: int = 2, by: Actor = OLGA, *, named: bool = True, **changed: Any) -> Request:
    return Request(a_build(number, **changed), by, named)


def back(number: int = 2, by: Actor = ONCALL, reason: str = "it loses money") -> Request:
    return Request(a_build(number), by, named=True, kind=Kind.ROLLBACK, reason=reason)


def fix(number: int = 2, by: Actor = ONCALL, reason: str = "it loses money") -> Request:
    return Request(a_build(number), by, named=True, kind=Kind.HOTFIX, reason=reason)


def asked(number: int = 2, under: Policy = POLICY, **changed: Any) -> Release:
    """Return what olga gets."""
    build = a_build(number)
    born = release(9, build=build, artifact=build.artifact, policy=lane_policy(under), opened_at=LATER)
    return replace(replace(born, origin=Origin.REQUEST, requested_by="olga", requested_slack="U0OLGA"), **changed)


def test_a_request_opens_a_release_that_says_who_asked() -> None:
    decided = go(lane(), asks())
    assert decided.lane.releases == (asked(),)
    assert decided.happenings == (Happening(Happened.OPENED, 9, by="olga", detail=LABEL, url=a_build(2).url),)
    assert decided.effects == ()


def test_a_rollback_says_why() -> None:
    decided = go(lane(around=was_live(2)), back(reason=" it loses money\n"))
    assert decided.lane.releases == (
        asked(requested_by="sam", requested_slack="U0SAM", kind=Kind.ROLLBACK, why="it loses money"),
    )


def test_a_rollback_remembers_what_was_live_when_it_was_asked_for() -> None:
    there = lane(around=was_live(2), live=live(3))
    assert one(go(there, back()), 9).instead_of == Replaced(a_build(3).position, "3 (0000003)")
    assert one(go(there, asks()), 9).instead_of is None


def test_a_hotfix_says_why() -> None:
    decided = go(lane(), fix(reason=" it loses money "), FAST)
    assert decided.lane.releases == (
        asked(under=FAST, requested_by="sam", requested_slack="U0SAM", kind=Kind.HOTFIX, why="it loses money"),
    )


def test_what_somebody_said_with_an_ordinary_request_is_kept() -> None:
    assert one(go(lane(), replace(asks(), reason=" for the fair ")), 9).why == "for the fair"


def test_a_release_may_be_asked_for_later() -> None:
    soon = LATER + timedelta(seconds=1)
    assert go(lane(), replace(asks(), at=soon)).lane.releases == (asked(scheduled_for=soon),)
    automatic = go(lane(), replace(asks(), at=soon), AUTOMATIC)
    assert (one(automatic, 9).state, automatic.effects) == (Lifecycle.OPEN, ())


def test_rollbacks_belong_to_approvers_where_the_policy_says_nothing() -> None:
    assert one(go(lane(around=was_live(2)), back(by=PRIYA)), 9).requested_by == "priya"


def test_a_rollback_with_rules_of_its_own_starts_at_once() -> None:
    under = policy(QA, rollback=())
    assert go(lane(around=was_live(2), live=live(3)), back(), under).effects == (StartDeployment(9, 1),)


def test_what_is_live_may_be_rolled_back_to_when_what_came_after_it_failed() -> None:
    assert one(go(lane(live=live(2)), back()), 9).kind is Kind.ROLLBACK


DEAD: dict[str, Any] = {"state": BuildState.BROKEN}
GUEST = replace(OLGA, account=Account.GUEST, permissions=frozenset())
HELD_BY_NOBODY = replace(ONCALL, permissions=frozenset())
OBSERVED = policy(mode=Mode.OBSERVE, target=None)
REQUESTS: list[tuple[str, Lane, Request, Policy, tuple[Reason, ...]]] = [
    ("is broken", lane(), asks(**DEAD), POLICY, (NotDeployable(LABEL, BuildState.BROKEN),)),
    ("runs", lane(), asks(state=BuildState.PENDING), POLICY, (NotDeployable(LABEL, BuildState.PENDING),)),
    ("waits there", lane(release(2)), asks(), POLICY, (AlreadyOpen(2),)),
    ("is in flight there", lane(flying(2)), asks(), POLICY, (AlreadyOpen(2),)),
    ("waits there, not ended", lane(flying(1), release(2)), asks(), POLICY, (AlreadyOpen(2),)),
    ("is live and was not named", lane(live=live(2)), asks(named=False), POLICY, (AlreadyLive(LABEL),)),
    ("is quarantined", lane(around=QUARANTINE), asks(3), POLICY, (BuildQuarantined(MARK),)),
    ("would go where the pipeline ships", lane(), asks(), OBSERVED, (LaneIsObserved(LANE),)),
    ("would go where nothing can deploy it", lane(), asks(), policy(target=None), (LaneIsObserved(LANE),)),
    ("shall ship in the past", lane(), replace(asks(), at=NOON), POLICY, (NotInThePast(NOON),)),
    ("shall ship this instant", lane(), replace(asks(), at=LATER), POLICY, (NotInThePast(LATER),)),
    (
        "may not go there for every reason at once",
        lane(release(2), live=live(2)),
        asks(by=GUEST, named=False, **DEAD),
        ELSEWHERE,
        (
            AccountMayNotAct(Account.GUEST),
            NotPermitted(Permission.REQUEST, ("everyone",)),
            NotInPolicy(LANE),
            NotDeployable(LABEL, BuildState.BROKEN),
            AlreadyOpen(2),
        ),
    ),
    ("was never live there", lane(live=live(3)), back(), POLICY, (NeverLiveThere(LABEL),)),
    ("was live elsewhere only", lane(around=was_live(2, "staging")), back(), POLICY, (NeverLiveThere(LABEL),)),
    ("is not the one that was live", lane(around=was_live(1)), back(), POLICY, (NeverLiveThere(LABEL),)),
    ("shall be rolled back to without a reason", lane(around=was_live(2)), back(reason=" "), POLICY, (NoReason(),)),
    (
        "shall be rolled back to and is quarantined itself",
        lane(around=replace(was_live(2), marks=(MARK,))),
        back(),
        POLICY,
        (BuildQuarantined(MARK),),
    ),
    (
        "shall be rolled back to by somebody who may not",
        lane(around=was_live(2)),
        back(by=OLGA),
        POLICY,
        (NotPermitted(Permission.ROLLBACK, ("qa",)),),
    ),
    ("shall be fixed fast without a reason", lane(), fix(reason="\t"), FAST, (NoReason(),)),
    ("has no fast path", lane(), fix(), POLICY, (NoFastPath(LANE),)),
    ("is a quarantined hotfix", lane(around=QUARANTINE), fix(3), FAST, (BuildQuarantined(MARK),)),
    (
        "shall be fixed fast by somebody who may not",
        lane(),
        fix(by=HELD_BY_NOBODY),
        FAST,
        (NotPermitted(Permission.HOTFIX, ()),),
    ),
    (
        "is a hotfix already",
        lane(release(2, kind=Kind.HOTFIX)),
        fix(),
        FAST,
        (AlreadyOpen(2),),
    ),
    (
        "is a rollback already",
        lane(release(2, kind=Kind.ROLLBACK), around=was_live(2)),
        back(),
        POLICY,
        (AlreadyOpen(2),),
    ),
    ("is a hotfix already and asked for again", lane(release(2, kind=Kind.HOTFIX)), asks(), POLICY, (AlreadyOpen(2),)),
    ("is being deployed as it is", lane(flying(2)), fix(), FAST, (AlreadyOpen(2),)),
    ("is being verified as it is", lane(flying(2, state=Lifecycle.VERIFYING)), fix(), FAST, (AlreadyOpen(2),)),
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
    assert one(go(there, asks()), 9).state is Lifecycle.OPEN


def test_the_newest_may_be_asked_for_unnamed_while_something_else_is_live() -> None:
    assert one(go(lane(live=live(1)), asks(named=False)), 9).state is Lifecycle.OPEN
    assert one(go(lane(), asks(named=False)), 9).state is Lifecycle.OPEN


@pytest.mark.parametrize("kind", [Kind.HOTFIX, Kind.ROLLBACK])
def test_the_lighter_ways_take_over_from_an_ordinary_release_that_waits(kind: Kind) -> None:
    there = lane(release(2, PRIYA, under=FAST), around=was_live(2))
    decided = go(there, replace(fix(), kind=kind), FAST)
    assert one(decided, 2).superseded_by == 9
    assert (one(decided, 2).state, one(decided, 9).kind) == (Lifecycle.SUPERSEDED, kind)


# -- older builds ----------------------------------------------------------------------------------------------------


def test_an_older_build_may_be_asked_for_and_is_marked() -> None:
    assert go(lane(live=live(3)), asks()).lane.releases == (asked(older_than_live=True),)
    assert not one(go(lane(live=live(2)), asks()), 9).older_than_live
    assert not one(go(lane(live=Live("f" * 40, "?", NOON)), asks()), 9).older_than_live


OLDER = "R-9 ships an older build than is live"


def test_it_holds_a_lane_where_builds_ship_by_themselves_and_is_not_kept_by_that() -> None:
    decided = go(lane(live=live(3)), asks(), AUTOMATIC)
    assert decided.lane.hold == Hold(OLDER, LATER)
    assert decided.happenings[1:] == (Happening(Happened.HELD, 9, detail=OLDER),)
    assert decided.effects == (StartDeployment(9, 1),)


def test_a_hold_that_has_ended_does_not_count() -> None:
    over = Hold("lunch", NOON, "sam", until=LATER)
    assert go(lane(live=live(3), hold=over), asks(), AUTOMATIC).lane.hold == Hold(OLDER, LATER)


def test_a_persons_hold_stays_theirs_and_does_not_end_by_itself_any_more() -> None:
    soon = LATER + timedelta(seconds=1)
    decided = go(lane(live=live(3), hold=Hold("lunch", NOON, "sam", soon)), asks(), AUTOMATIC)
    assert decided.lane.hold == Hold(f"lunch; {OLDER}", NOON, "sam")
    assert decided.happenings[1:] == (Happening(Happened.HELD, 9, detail=OLDER),)


def test_a_persons_hold_without_an_end_stays_as_it_is() -> None:
    held = Hold("lunch", NOON, "sam")
    decided = go(lane(live=live(3), hold=held), asks(), AUTOMATIC)
    assert decided.lane.hold == held
    assert [one.kind for one in decided.happenings] == [Happened.OPENED]


HOLDS: list[tuple[str, Lane, Request, Policy, bool]] = [
    ("not where people decide", lane(live=live(3)), asks(), POLICY, False),
    ("not for what is live", lane(live=live(2)), asks(), AUTOMATIC, False),
    ("for an older hotfix too", lane(live=live(3)), fix(), policy(mode=Mode.DEPLOYMENT, hotfix=Hotfix(())), True),
    ("not for a rollback before it has landed", lane(live=live(3), around=was_live(2)), back(), AUTOMATIC, False),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "holds"), [row[1:] for row in HOLDS], ids=[row[0] for row in HOLDS]
)
def test_an_older_build_holds_the_lane(there: Lane, given: Request, under: Policy, holds: bool) -> None:
    given = replace(given, by=replace(ALEX, permissions=ONCALL.permissions))
    assert (go(there, given, under).lane.hold is not None) is holds


def test_an_empty_rule_is_somebody_who_is_never_there() -> None:
    nobody = policy(ApprovalRule(("nobody",), 1))
    assert reasons(lane(around=was_live(2)), back(by=PRIYA), nobody) == (
        NotPermitted(Permission.ROLLBACK, ("nobody",)),
    )
