"""Trying again what failed: a new release, and which approvals count on."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.build import BuildState
from bot.core.decide import Decision, Fresh, decide
from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.events import TimePassed
from bot.core.inputs import Account, Actor, Retry, Withdraw
from bot.core.lane import Around, Judgement, Lane, Live, Mark
from bot.core.policy import Hotfix, Kind, Mode, Policy, SelfApproval
from bot.core.refusals import (
    AccountMayNotAct,
    AlreadyLive,
    AlreadyOpen,
    BuildQuarantined,
    LaneIsObserved,
    MayNotCancel,
    MovedOn,
    NoFastPath,
    NotDeployable,
    NotFailed,
    NotInPolicy,
    OwnRelease,
    OwnWork,
    Reason,
)
from bot.core.release import Approval, Deployment, DeployStatus, Lifecycle, Origin, Override, Release
from tests.factories import LANE, NOON, a_build
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    ELSEWHERE,
    FRESH,
    LATER,
    OLGA,
    POLICY,
    PRIYA,
    QA,
    SAM,
    SRE,
    approves,
    flying,
    go,
    lane,
    lane_policy,
    live,
    one,
    policy,
    reasons,
    release,
    word,
)

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
APPROVED = NOON - timedelta(minutes=10)


def failed(*by: Any, under: Policy = POLICY, **changed: Any) -> Release:
    """Return a release of build 1 that failed at noon."""
    ended = release(
        1,
        *by,
        under=under,
        state=Lifecycle.FAILED,
        ended_at=NOON,
        reason="step 3 failed",
        deployment=Deployment(DeployStatus.FAILED, NOON),
        approved_at=APPROVED if by else None,
    )
    return replace(ended, **changed)


def second(under: Policy = POLICY, **changed: Any) -> Release:
    """Return the release that priya's second try opens."""
    build = a_build(1)
    born = Release(
        number=9,
        lane=LANE,
        origin=Origin.PIPELINE,
        build=build,
        artifact=build.artifact,
        generation=1,
        key=f"R-9-{FRESH.suffix}",
        state=Lifecycle.OPEN,
        opened_at=LATER,
        policy=lane_policy(under),
        policy_hash="policy-1",
        retry_of=1,
        retried_by="priya",
        retried_slack="U0PRIYA",
    )
    return replace(born, **changed)


def kept(by: Actor) -> Approval:
    """Return what somebody said of the first try, as it counts on."""
    return replace(word(by), inherited=True)


AGAIN = Retry(1, PRIYA)


def test_a_second_try_is_a_new_release_that_points_back() -> None:
    decided = go(lane(failed()), AGAIN)
    assert decided.lane == lane(failed(), second())
    assert decided.happenings == (
        Happening(Happened.RETRIED, 1, "priya", other=9),
        Happening(Happened.OPENED, 9, "priya", detail="1 (0000001)", url=a_build(1).url),
    )
    assert decided.effects == ()


def test_it_is_what_the_first_one_was() -> None:
    under = policy(SRE, hotfix=Hotfix((SRE,)))
    first = failed(
        under=under,
        kind=Kind.HOTFIX,
        why="it loses money",
        origin=Origin.REQUEST,
        requested_by="olga",
        requested_slack="U0OLGA",
        scheduled_for=NOON,
        override=Override("sam", "now", NOON, ()),
        chosen=True,
        put_off="no route",
    )
    decided = go(lane(first), Retry(1, OLGA), under)
    asked = {"requested_by": "olga", "requested_slack": "U0OLGA", "retried_by": "olga", "retried_slack": "U0OLGA"}
    wanted = second(under, kind=Kind.HOTFIX, why="it loses money", origin=Origin.REQUEST, **asked)
    assert one(decided, 9) == wanted


def test_approvals_of_the_same_artifact_count_on() -> None:
    first = failed(PRIYA, generation=1, approvals=(word(PRIYA, generation=3), word(ALEX, generation=2)))
    decided = go(lane(replace(first, generation=3)), AGAIN)
    assert one(decided, 9) == second(approvals=(kept(PRIYA),), approved_at=APPROVED)
    assert decided.effects == (StartDeployment(9, 1),)


KEEPS: list[tuple[str, Policy, Policy, datetime, bool]] = [
    ("within an hour", POLICY, POLICY, NOON + HOUR, True),
    ("not after it", POLICY, POLICY, NOON + HOUR + SECOND, False),
    ("not beyond what was said then", policy(retry_within=SECOND), POLICY, NOON + 2 * SECOND, False),
    ("not beyond what is said now", POLICY, policy(retry_within=SECOND), NOON + 2 * SECOND, False),
    ("within the shorter time", policy(retry_within=SECOND), POLICY, NOON + SECOND, True),
]


@pytest.mark.parametrize(("then", "now", "at", "keeps"), [row[1:] for row in KEEPS], ids=[row[0] for row in KEEPS])
def test_approvals_count_on(then: Policy, now: Policy, at: datetime, keeps: bool) -> None:
    decided = go(lane(failed(PRIYA, under=then)), AGAIN, now, at)
    assert one(decided, 9).approvals == ((kept(PRIYA),) if keeps else ())
    assert one(decided, 9).approved_at == (APPROVED if keeps else None)


UNMOVED: list[tuple[str, Lane, bool]] = [
    ("nothing is live", lane(failed(PRIYA)), True),
    ("what was live is live still", lane(failed(PRIYA), live=live(0)), True),
    ("something older is live since", lane(failed(PRIYA), live=replace(live(0), since=NOON + SECOND)), False),
    ("nobody knows when it began", lane(failed(PRIYA, deployment=None), live=live(0)), False),
]


@pytest.mark.parametrize(("there", "keeps"), [row[1:] for row in UNMOVED], ids=[row[0] for row in UNMOVED])
def test_approvals_are_of_a_change_of_what_was_live(there: Lane, keeps: bool) -> None:
    assert one(go(there, AGAIN), 9).approvals == ((kept(PRIYA),) if keeps else ())


def test_a_rebuilt_artifact_inherits_nothing() -> None:
    rebuilt = a_build(1, artifact="run 9001.2")
    decided = go(lane(failed(PRIYA)), replace(AGAIN, build=rebuilt))
    assert one(decided, 9) == second(build=rebuilt, artifact="run 9001.2")


def test_the_same_artifact_under_todays_build_inherits() -> None:
    told = a_build(1, title="Told better")
    decided = go(lane(failed(PRIYA)), replace(AGAIN, build=told))
    assert one(decided, 9) == second(build=told, approvals=(kept(PRIYA),), approved_at=APPROVED)


def test_what_failed_at_a_moment_that_nobody_noted_inherits_nothing() -> None:
    assert one(go(lane(failed(PRIYA, ended_at=None)), AGAIN), 9).approvals == ()


def test_approvals_that_no_longer_suffice_wait_from_now_on() -> None:
    decided = go(lane(failed(PRIYA)), Retry(1, PRIYA), policy(SRE))
    again = one(decided, 9)
    assert (again.approvals, again.approved_at, again.asked_since) == ((kept(PRIYA),), None, LATER)


def test_where_nobody_is_asked_it_starts_at_once() -> None:
    decided = go(lane(failed(under=AUTOMATIC)), Retry(1, OLGA), AUTOMATIC)
    assert decided.effects == (StartDeployment(9, 1),)


def test_the_mode_of_the_day_is_what_it_is_opened_under() -> None:
    assert one(go(lane(failed(under=AUTOMATIC)), AGAIN), 9).policy.mode is Mode.DELIVERY


def test_it_supersedes_what_is_no_newer() -> None:
    assert one(go(lane(failed(), release(2, build=a_build(0))), AGAIN), 2).superseded_by == 9


MARK = Mark(1, Judgement.BAD, a_build(1).position, "1", "sam", "loses money", NOON)
BROKEN = a_build(1, state=BuildState.BROKEN)
STRANGER = replace(OLGA, account=Account.STRANGER)
LABEL = "1 (0000001)"


def was_live(number: int, since: datetime) -> Live:
    return replace(live(number), since=since)


BACK = failed(kind=Kind.ROLLBACK)
REFUSED: list[tuple[str, Lane, Retry, Policy, tuple[Reason, ...]]] = [
    ("has not failed", lane(flying()), AGAIN, POLICY, (NotFailed(Lifecycle.DEPLOYING), AlreadyOpen(1))),
    ("was rejected", lane(failed(state=Lifecycle.REJECTED)), AGAIN, POLICY, (NotFailed(Lifecycle.REJECTED),)),
    ("is not theirs", lane(failed()), Retry(1, OLGA), POLICY, (MayNotCancel(),)),
    ("broke since", lane(failed()), Retry(1, PRIYA, BROKEN), POLICY, (NotDeployable(LABEL, BuildState.BROKEN),)),
    ("is quarantined", lane(failed(), around=Around(marks=(MARK,))), AGAIN, POLICY, (BuildQuarantined(MARK),)),
    ("is open again", lane(failed(), release(2, build=a_build(1))), AGAIN, POLICY, (AlreadyOpen(2),)),
    ("would go where the pipeline ships", lane(failed()), AGAIN, policy(mode=Mode.OBSERVE), (LaneIsObserved(LANE),)),
    ("has lost its fast path", lane(failed(kind=Kind.HOTFIX)), AGAIN, POLICY, (NoFastPath(LANE),)),
    ("is live by now", lane(failed(), live=was_live(1, NOON + SECOND)), AGAIN, POLICY, (AlreadyLive(LABEL),)),
    ("went back and is live by now", lane(BACK, live=was_live(1, NOON + SECOND)), AGAIN, POLICY, (AlreadyLive(LABEL),)),
    ("is older than what is live", lane(failed(), live=live(2)), AGAIN, POLICY, (MovedOn("2 (0000002)"),)),
    (
        "went back, and something else became live since",
        lane(BACK, live=was_live(2, NOON + SECOND)),
        AGAIN,
        POLICY,
        (MovedOn("2 (0000002)"),),
    ),
    (
        "went back when it was asked for, and something else became live since",
        lane(failed(older_than_live=True), live=was_live(2, NOON + SECOND)),
        AGAIN,
        POLICY,
        (MovedOn("2 (0000002)"),),
    ),
    (
        "failed before something unknown became live",
        lane(failed(), live=Live("f" * 40, "hand-made", NOON + SECOND)),
        AGAIN,
        POLICY,
        (MovedOn("hand-made (fffffff)"),),
    ),
    (
        "may not be tried again for every reason at once",
        lane(failed(state=Lifecycle.LIVE), release(2, build=a_build(1)), live=live(2), around=Around(marks=(MARK,))),
        Retry(1, STRANGER, BROKEN),
        ELSEWHERE,
        (
            AccountMayNotAct(Account.STRANGER),
            MayNotCancel(),
            NotFailed(Lifecycle.LIVE),
            NotInPolicy(LANE),
            NotDeployable(LABEL, BuildState.BROKEN),
            BuildQuarantined(MARK),
            AlreadyOpen(2),
            MovedOn("2 (0000002)"),
        ),
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_second_try_is_refused_when_the_release(
    there: Lane, given: Retry, under: Policy, why: tuple[Reason, ...]
) -> None:
    assert reasons(there, given, under) == why


NOT_MOVED: list[tuple[str, Lane]] = [
    ("an older one is live", lane(failed(), live=live(0))),
    ("it is live itself", lane(failed(), live=live(1))),
    ("it went back from what is live", lane(BACK, live=live(2))),
    ("it was asked for and is older than what is live", lane(failed(older_than_live=True), live=live(2))),
    ("something unknown was live before", lane(failed(), live=Live("f" * 40, "hand-made", NOON))),
    ("nobody knows when it failed", lane(replace(BACK, ended_at=None), live=live(2))),
]


@pytest.mark.parametrize("there", [row[1] for row in NOT_MOVED], ids=[row[0] for row in NOT_MOVED])
def test_a_release_may_be_tried_again_when(there: Lane) -> None:
    assert one(go(there, AGAIN), 9).retry_of == 1


def test_a_rollback_is_tried_again_without_having_been_live_there() -> None:
    assert one(go(lane(BACK), Retry(1, ALEX)), 9).kind is Kind.ROLLBACK


def test_a_hotfix_is_tried_again_in_place_of_an_ordinary_release() -> None:
    under = policy(hotfix=Hotfix((SRE,)))
    there = lane(failed(kind=Kind.HOTFIX, under=under), release(2, build=a_build(1), under=under))
    decided = go(there, Retry(1, SAM), under)
    assert (one(decided, 2).superseded_by, one(decided, 9).kind) == (9, Kind.HOTFIX)


def test_a_release_that_the_lane_was_loaded_without_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError, match=r"^R-1 is not in payments/production$"):
        decide(lane(release(2)), AGAIN, POLICY, FRESH, LATER)


# -- whose new approval counts ---------------------------------------------------------------------------------------


def test_who_tries_again_does_not_approve_it() -> None:
    tried = go(lane(failed()), Retry(1, PRIYA)).lane
    assert reasons(tried, approves(PRIYA, 9)) == (OwnRelease(OwnWork.RETRIER),)
    assert go(tried, approves(ALEX, 9)).effects == (StartDeployment(9, 1),)


def test_what_they_said_of_the_first_try_counts_on_until_they_take_it_back() -> None:
    both = policy(QA, SRE)
    tried = go(lane(failed(PRIYA, under=both)), AGAIN, both).lane
    assert go(tried, approves(SAM, 9), both).effects == (StartDeployment(9, 1),)
    back = go(tried, Withdraw(9, PRIYA), both).lane
    assert reasons(back, approves(PRIYA, 9), both) == (OwnRelease(OwnWork.RETRIER),)


def test_who_tries_a_second_try_again_keeps_what_they_said_of_the_first() -> None:
    second_failed = second(
        approvals=(kept(PRIYA),),
        state=Lifecycle.FAILED,
        ended_at=NOON,
        deployment=Deployment(DeployStatus.FAILED, NOON),
    )
    decided = decide(lane(second_failed), Retry(9, PRIYA), POLICY, Fresh(10, "abcd2345"), LATER)
    assert isinstance(decided, Decision)
    assert one(decided, 10).approvals == (kept(PRIYA),)
    assert decided.effects == (StartDeployment(10, 1),)


def test_their_word_that_was_allowed_then_does_not_count_once_it_is_forbidden() -> None:
    allowed = policy(self_approval=SelfApproval.ALLOW)
    tried = go(lane(failed(under=allowed)), AGAIN, allowed).lane
    said = go(tried, approves(PRIYA, 9), allowed).lane
    assert go(said, TimePassed(), allowed).effects == (StartDeployment(9, 1),)
    assert go(said, TimePassed(), POLICY).effects == ()
