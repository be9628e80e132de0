"""Every pair of state and input is in the table or refused, and the table says all that can happen."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from bot.core.decide import TABLE, TRANSITIONS, Decision, decide
from bot.core.diagram import diagram
from bot.core.events import (
    Adopt,
    BuildChanged,
    DeployedElsewhere,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    HealthSeen,
    JobsCameLater,
    ReachedBefore,
    TimePassed,
)
from bot.core.inputs import (
    Account,
    Answer,
    Approve,
    BeginDeployment,
    Cancel,
    DeclareLive,
    HoldLane,
    Input,
    LockLane,
    MarkDone,
    OfLane,
    OfRelease,
    Override,
    Reject,
    Request,
    Resolve,
    ResumeLane,
    Retry,
    Schedule,
    SwitchMode,
    Undo,
    UnlockLane,
    Withdraw,
)
from bot.core.lane import Lane
from bot.core.policy import Kind, Mode, Permission, Policy
from bot.core.refusals import AccountMayNotAct, NotExpected, NotFailed, NotPermitted, Refusal, TooLate
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Release, StopAsked
from bot.core.verification import Verification
from tests.factories import NOON, a_build, a_sha
from tests.unit.core.values import (
    FRESH,
    LATER,
    POLICY,
    PRIYA,
    actor,
    flying,
    go,
    lane,
    live,
    policy,
    reasons,
    release,
)

TONIGHT = NOON + timedelta(hours=8)
SAM = actor("sam", permissions=frozenset(Permission))
INPUTS: dict[type[OfRelease], OfRelease] = {
    type(given): given
    for given in (
        Approve(1, PRIYA),
        Reject(1, PRIYA, "no"),
        Withdraw(1, PRIYA),
        Cancel(1, PRIYA),
        Undo(1, PRIYA),
        Schedule(1, PRIYA, TONIGHT),
        Override(1, SAM, "the shop is down"),
        MarkDone(1, SAM, "it is there"),
        Resolve(1, SAM, Answer.DID_RUN),
        BeginDeployment(1),
        DeploymentAccepted(1, "77", None),
        DeploymentPutOff(1, "no way there"),
        DeploymentRefused(1, "no"),
        DeploymentLost(1),
        DeploymentRunning(1, None),
        JobsCameLater(1, "9001/1", a_sha(1), ("302",)),
        DeploymentEnded(1, succeeded=True, detail="", url=None),
        HealthSeen(1, healthy=True, detail="200"),
    )
}
SAID = (Approve, Reject, Withdraw, Cancel, Undo, Schedule, Override)
REPORTED = (
    DeploymentAccepted,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentLost,
    DeploymentRunning,
    JobsCameLater,
    DeploymentEnded,
)
PAIRS = list(product(Lifecycle, INPUTS.values()))
NAMES = [f"{type(given).__name__} when {state.value}" for state, given in PAIRS]
CHANGES = {(before, after) for before, _, after in TRANSITIONS}


def test_the_inputs_tried_here_are_all_there_are() -> None:
    assert set(INPUTS) == set(get_args(OfRelease))


def decided(there: Lane, given: Input, under: Policy = POLICY, now: datetime = LATER) -> Decision | Refusal:
    """Decide; whatever changes its state thereby, the diagram tells of."""
    outcome = decide(there, given, under, FRESH, now)
    if isinstance(outcome, Decision):
        for before in there.releases:
            after = outcome.lane.release(before.number)
            assert after is not None
            assert after.state is before.state or (before.state, after.state) in CHANGES
    return outcome


@pytest.mark.parametrize(("state", "given"), PAIRS, ids=NAMES)
def test_a_pair_is_in_the_table_or_refused(state: Lifecycle, given: OfRelease) -> None:
    there = lane(flying(state=state, ended_at=LATER if state.ended else None))
    if (state, type(given)) in TABLE:
        assert isinstance(decided(there, given), Decision | Refusal)
    elif isinstance(given, SAID) or (isinstance(given, Resolve) and state.ended):
        assert reasons(there, given) == (TooLate(state),)
    elif isinstance(given, MarkDone):
        assert reasons(there, given) == (NotFailed(state),)
    else:
        assert reasons(there, given) == (NotExpected(state),)


def test_the_table_holds_these_pairs_and_no_others() -> None:
    expected: set[tuple[Lifecycle, type[OfRelease]]] = {
        (Lifecycle.OPEN, kind) for kind in (*SAID, BeginDeployment, DeploymentPutOff)
    }
    expected |= {(Lifecycle.DEPLOYING, kind) for kind in (BeginDeployment, *REPORTED, Resolve, Cancel)}
    expected |= {(Lifecycle.VERIFYING, HealthSeen), (Lifecycle.FAILED, MarkDone)}
    assert set(TABLE) == expected


GUEST = replace(actor("olga", permissions=frozenset()), account=Account.GUEST)
A_GUEST = AccountMayNotAct(Account.GUEST)


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        (Approve(1, GUEST), (A_GUEST, TooLate(Lifecycle.SUPERSEDED, 4))),
        (Undo(1, GUEST), (A_GUEST, TooLate(Lifecycle.SUPERSEDED, 4))),
        (
            Resolve(1, GUEST, Answer.DID_RUN),
            (A_GUEST, NotPermitted(Permission.RESOLVE, ("sre",)), TooLate(Lifecycle.SUPERSEDED, 4)),
        ),
        (
            MarkDone(1, GUEST, ""),
            (A_GUEST, NotPermitted(Permission.OVERRIDE, ()), NotFailed(Lifecycle.SUPERSEDED)),
        ),
    ],
)
def test_whoever_is_too_late_and_may_not_hears_both(given: OfRelease, refused: tuple[object, ...]) -> None:
    there = lane(release(1, state=Lifecycle.SUPERSEDED, superseded_by=4))
    assert reasons(there, given) == refused


OF_LANE: dict[type[OfLane], OfLane] = {
    type(given): given
    for given in (
        BuildChanged(a_build(3), newest=True),
        Request(a_build(3), SAM, named=True),
        Retry(1, SAM),
        Adopt(None),
        TimePassed(),
        HoldLane(SAM, "the sale"),
        ResumeLane(SAM),
        LockLane(SAM, "a load test", TONIGHT),
        UnlockLane(SAM),
        SwitchMode(SAM, Mode.DEPLOYMENT, "we trust it"),
        DeclareLive(SAM, a_sha(3), "3", "it was always there", a_build(3)),
        DeployedElsewhere(a_sha(3), "3", LATER, None, a_build(3)),
        ReachedBefore(a_build(3), newest=True),
    )
}


def test_the_lanes_inputs_tried_here_are_all_there_are() -> None:
    assert set(OF_LANE) == set(get_args(OfLane))


@pytest.mark.parametrize(
    ("state", "given"),
    list(product(Lifecycle, OF_LANE.values())),
    ids=[f"{kind.__name__} beside {state.value}" for state, kind in product(Lifecycle, OF_LANE)],
)
def test_what_concerns_a_lane_is_decided_or_refused(state: Lifecycle, given: OfLane) -> None:
    there = lane(flying(state=state, ended_at=NOON if state.ended else None))
    assert isinstance(decided(there, given), Decision | Refusal)


def test_a_release_that_the_lane_does_not_hold_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError, match=r"^R-1 is not in payments/production$"):
        decide(lane(release(2)), BeginDeployment(1), POLICY, FRESH, LATER)


def test_deciding_leaves_the_lane_that_it_was_given_as_it_was() -> None:
    there = lane(release())
    go(there, Approve(1, PRIYA))
    assert there == lane(release())


READY = release(1, PRIYA, approved_at=NOON)
WAITS = release(1)
VERIFIED = policy(verify=Verification(within=timedelta(minutes=5)))
FLYING = flying(1, DeployStatus.RUNNING)
DONE = Deployment(DeployStatus.SUCCEEDED, NOON, finished_at=NOON)
SEEN = release(1, PRIYA, under=VERIFIED, state=Lifecycle.VERIFYING, deployment=DONE, health=Health(NOON))
FAILED = flying(1, DeployStatus.FAILED, state=Lifecycle.FAILED, ended_at=NOON)
LIVE = flying(1, DeployStatus.SUCCEEDED, state=Lifecycle.LIVE, ended_at=NOON, build=a_build(3))
BACK = flying(2, DeployStatus.RUNNING, kind=Kind.ROLLBACK, requested_by="sam", why="loses orders")
GOOD = DeploymentEnded(1, succeeded=True, detail="", url=None)
TRIAL = policy(trial=True)
GOES_BACK = release(1, kind=Kind.ROLLBACK, requested_by="sam", why="loses orders")
REBUILT = BuildChanged(replace(GOES_BACK.build, artifact="another"), newest=False)
DAY = NOON + timedelta(hours=24)
_SENT = Deployment(DeployStatus.ATTEMPTED, attempted_at=NOON)
HAPPENS: list[tuple[str, Lane, Input, Policy, datetime, Lifecycle]] = [
    ("attempt recorded", lane(READY), BeginDeployment(1), POLICY, LATER, Lifecycle.DEPLOYING),
    ("rejected with a reason", lane(WAITS), Reject(1, PRIYA, "no"), POLICY, LATER, Lifecycle.REJECTED),
    ("cancelled", lane(WAITS), Cancel(1, PRIYA), POLICY, LATER, Lifecycle.CANCELLED),
    ("approvals missing for too long", lane(WAITS), TimePassed(), POLICY, DAY, Lifecycle.EXPIRED),
    ("a newer build", lane(WAITS), BuildChanged(a_build(3), newest=True), POLICY, LATER, Lifecycle.SUPERSEDED),
    ("would have shipped, on trial", lane(READY), TimePassed(), TRIAL, LATER, Lifecycle.CANCELLED),
    ("a rollback's build was rebuilt", lane(GOES_BACK), REBUILT, POLICY, LATER, Lifecycle.CANCELLED),
    (
        "certainly not sent, tried again later",
        lane(flying()),
        DeploymentPutOff(1, "no way there"),
        POLICY,
        LATER,
        Lifecycle.OPEN,
    ),
    (
        "certainly not sent, cancelled meanwhile",
        lane(flying(deployment=replace(_SENT, stop=StopAsked("priya", NOON)))),
        DeploymentPutOff(1, "no way there"),
        POLICY,
        LATER,
        Lifecycle.CANCELLED,
    ),
    ("the job succeeded", lane(FLYING), GOOD, POLICY, LATER, Lifecycle.LIVE),
    (
        "the job succeeded, to be verified",
        lane(replace(FLYING, policy=VERIFIED.services[0].lanes[0])),
        GOOD,
        VERIFIED,
        LATER,
        Lifecycle.VERIFYING,
    ),
    (
        "the job failed, was refused or timed out",
        lane(FLYING),
        replace(GOOD, succeeded=False),
        POLICY,
        LATER,
        Lifecycle.FAILED,
    ),
    (
        "healthy for long enough",
        lane(SEEN),
        HealthSeen(1, healthy=True, detail="200"),
        VERIFIED,
        NOON + timedelta(minutes=1),
        Lifecycle.LIVE,
    ),
    ("not healthy in time, or no longer", lane(SEEN), TimePassed(), VERIFIED, LATER, Lifecycle.FAILED),
    ("marked as done", lane(FAILED), MarkDone(1, SAM, "it is there"), POLICY, LATER, Lifecycle.LIVE),
    (
        "rolled back",
        lane(LIVE, BACK, live=live(3, 1)),
        replace(GOOD, release=2),
        POLICY,
        LATER,
        Lifecycle.ROLLED_BACK,
    ),
]


@pytest.mark.parametrize(
    ("there", "given", "under", "now", "after"), [row[1:] for row in HAPPENS], ids=[row[0] for row in HAPPENS]
)
def test_it_happens(there: Lane, given: Input, under: Policy, now: datetime, after: Lifecycle) -> None:
    outcome = decided(there, given, under, now)
    assert isinstance(outcome, Decision), outcome
    found = outcome.lane.release(1)
    assert found is not None
    assert found.state is after


def test_the_transitions_are_those_that_happen_here() -> None:
    assert tuple((_first(there).state, cause, after) for cause, there, _, _, _, after in HAPPENS) == TRANSITIONS


def _first(there: Lane) -> Release:
    return there.releases[0]


DIAGRAM = """\
stateDiagram-v2
    [*] --> open
    open --> deploying: attempt recorded
    open --> rejected: rejected with a reason
    open --> cancelled: cancelled
    open --> expired: approvals missing for too long
    open --> superseded: a newer build
    open --> cancelled: would have shipped, on trial
    open --> cancelled: a rollback's build was rebuilt
    deploying --> open: certainly not sent, tried again later
    deploying --> cancelled: certainly not sent, cancelled meanwhile
    deploying --> live: the job succeeded
    deploying --> verifying: the job succeeded, to be verified
    deploying --> failed: the job failed, was refused or timed out
    verifying --> live: healthy for long enough
    verifying --> failed: not healthy in time, or no longer
    failed --> live: marked as done
    live --> rolled_back: rolled back
    live --> [*]
    rejected --> [*]
    expired --> [*]
    superseded --> [*]
    cancelled --> [*]
    failed --> [*]
    rolled_back --> [*]
"""


def test_the_diagram_is_drawn_from_the_transitions() -> None:
    assert diagram() == DIAGRAM


def test_the_document_shows_the_diagram_as_it_is() -> None:
    document = Path(__file__).parents[3] / "docs" / "states.md"
    assert f"```mermaid\n{diagram()}```\n" in document.read_text(encoding="utf-8")


def test_only_a_recorded_word_or_a_rollback_leads_out_of_an_ending() -> None:
    out = {(before, after) for before, _, after in TRANSITIONS if before.ended}
    assert out == {(Lifecycle.FAILED, Lifecycle.LIVE), (Lifecycle.LIVE, Lifecycle.ROLLED_BACK)}
