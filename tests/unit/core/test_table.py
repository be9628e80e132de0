"""Every pair of state and input is in the table or refused, and the table says all that can happen."""

from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from bot.core.decide import TABLE, TRANSITIONS, decide
from bot.core.diagram import diagram
from bot.core.inputs import (
    Answer,
    Approve,
    BeginDeployment,
    Cancel,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    OfRelease,
    Reject,
    Resolve,
    Withdraw,
)
from bot.core.refusals import NotExpected, TooLate
from bot.core.release import Lifecycle
from tests.unit.core.values import FRESH, LATER, POLICY, PRIYA, SAM, flying, go, lane, reasons, release

INPUTS: dict[type[OfRelease], OfRelease] = {
    type(given): given
    for given in (
        Approve(1, PRIYA),
        Reject(1, PRIYA, "no"),
        Withdraw(1, PRIYA),
        Cancel(1, PRIYA),
        Resolve(1, SAM, Answer.DID_RUN),
        BeginDeployment(1),
        DeploymentAccepted(1, "77", None),
        DeploymentPutOff(1, "no way there"),
        DeploymentRefused(1, "no"),
        DeploymentLost(1),
        DeploymentRunning(1, None),
        DeploymentEnded(1, succeeded=True, detail="", url=None),
    )
}
SAID = (Approve, Reject, Withdraw, Cancel)
PAIRS = list(product(Lifecycle, INPUTS.values()))
NAMES = [f"{type(given).__name__} when {state.value}" for state, given in PAIRS]


def test_the_inputs_tried_here_are_all_there_are() -> None:
    assert set(INPUTS) == set(get_args(OfRelease))


@pytest.mark.parametrize(("state", "given"), PAIRS, ids=NAMES)
def test_a_pair_is_in_the_table_or_refused(state: Lifecycle, given: OfRelease) -> None:
    there = lane(flying(state=state))
    if (state, type(given)) in TABLE:
        assert not state.ended
    elif isinstance(given, SAID) or (isinstance(given, Resolve) and state.ended):
        assert reasons(there, given) == (TooLate(state),)
    else:
        assert reasons(there, given) == (NotExpected(state),)


def test_the_table_holds_these_pairs_and_no_others() -> None:
    expected: set[tuple[Lifecycle, type[OfRelease]]] = {(Lifecycle.OPEN, kind) for kind in (*SAID, BeginDeployment)}
    expected |= {(Lifecycle.DEPLOYING, kind) for kind in INPUTS if kind not in SAID}
    assert set(TABLE) == expected


def test_a_release_that_the_lane_does_not_hold_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError, match=r"^R-1 is not in payments/production$"):
        decide(lane(release(2)), BeginDeployment(1), POLICY, FRESH, LATER)


def test_deciding_leaves_the_lane_that_it_was_given_as_it_was() -> None:
    there = lane(release())
    go(there, Approve(1, PRIYA))
    assert there == lane(release())


DIAGRAM = """\
stateDiagram-v2
    [*] --> open
    open --> deploying: attempt recorded
    open --> rejected: rejected with a reason
    open --> cancelled: cancelled
    open --> expired: approvals missing for too long
    open --> superseded: a newer build
    deploying --> open: certainly not sent, tried again later
    deploying --> live: the job succeeded
    deploying --> failed: the job failed, was refused or timed out
    live --> [*]
    rejected --> [*]
    expired --> [*]
    superseded --> [*]
    cancelled --> [*]
    failed --> [*]
"""


def test_the_diagram_is_drawn_from_the_transitions() -> None:
    assert diagram() == DIAGRAM


def test_the_document_shows_the_diagram_as_it_is() -> None:
    document = Path(__file__).parents[3] / "docs" / "states.md"
    assert f"```mermaid\n{diagram()}```\n" in document.read_text(encoding="utf-8")


def test_no_ending_leads_anywhere() -> None:
    assert {before for before, _, _ in TRANSITIONS} == {state for state in Lifecycle if not state.ended}
