"""What may have arrived is sent again only where it could be sent for the first time now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import Build, BuildState
from bot.core.effects import AskWhetherItRan, Happened, Happening
from bot.core.events import DeploymentLost
from bot.core.inputs import Answer, BeginDeployment, Resolve
from bot.core.lane import Hold, Judgement, Lane, Lock, Mark, Stop
from bot.core.policy import Mode, Policy
from bot.core.refusals import NotPermitted, StillBlocked
from bot.core.release import DeployStatus, Lifecycle, Release, Verdict
from tests.factories import NOON, a_build
from tests.unit.core.values import ALEX, LATER, OLGA, POLICY, PRIYA, SAM, SRE, flying, go, lane, one, policy, reasons
from tests.unit.core.values import release as waiting

REBUILT = replace(a_build(1), artifact="run 9001.2")
BROKEN = a_build(1, state=BuildState.BROKEN)
HELD = Hold("the books are closed", NOON, "sam")
LOCKED = Lock("sam", "U0SAM", "a demo", NOON, LATER + timedelta(hours=1))
BAD = Mark(1, Judgement.BAD, a_build(1).position, "1", "sam", "it burns", NOON)


def around(**changed: object) -> Lane:
    """Return a lane with something around it."""
    return replace(lane(), around=replace(lane().around, **changed))  # type: ignore[arg-type]


SHUT: list[tuple[str, Lane, Policy, Build | None]] = [
    ("while all is stopped", around(stop=Stop("sam", "a fire", NOON)), POLICY, None),
    ("once its build is quarantined", around(marks=(BAD,)), POLICY, None),
    ("while the lane is held", lane(hold=HELD), POLICY, None),
    ("while the lane is locked", lane(lock=LOCKED), POLICY, None),
    ("once the pipeline deploys by itself", lane(), policy(mode=Mode.OBSERVE), None),
    ("once today's policy asks for more", lane(), policy(SRE), None),
    ("once the lane is on trial", lane(), policy(trial=True), None),
    ("once its build is broken", lane(), POLICY, BROKEN),
    ("once its build is rebuilt", lane(), POLICY, REBUILT),
]
NAMED = pytest.mark.parametrize(("there", "under", "build"), [row[1:] for row in SHUT], ids=[row[0] for row in SHUT])


def holding(there: Lane, release: Release) -> Lane:
    """Return the lane with this release in it."""
    return replace(there, releases=(release,))


@NAMED
def test_nobody_may_have_it_sent_again(there: Lane, under: Policy, build: Build | None) -> None:
    lost = holding(there, flying(1, DeployStatus.UNKNOWN))
    assert reasons(lost, Resolve(1, SAM, Answer.TRY_AGAIN, build), under) == (StillBlocked(),)


@NAMED
def test_it_is_not_sent_again_by_itself(there: Lane, under: Policy, build: Build | None) -> None:
    assert reasons(holding(there, flying()), BeginDeployment(1, None, build), under) == (StillBlocked(),)


def test_whoever_may_not_answer_is_told_that_too() -> None:
    lost = holding(lane(hold=HELD), flying(1, DeployStatus.UNKNOWN))
    refused = reasons(lost, Resolve(1, OLGA, Answer.TRY_AGAIN))
    assert [type(reason) for reason in refused] == [NotPermitted, StillBlocked]


@pytest.mark.parametrize("answer", [Answer.DID_RUN, Answer.DID_NOT_RUN, Answer.ABANDON])
def test_what_is_in_the_way_keeps_nobody_from_saying_what_became_of_it(answer: Answer) -> None:
    lost = holding(lane(hold=HELD), flying(1, DeployStatus.UNKNOWN))
    assert one(go(lost, Resolve(1, SAM, answer))).state.ended


def test_what_waits_behind_it_is_not_in_its_way() -> None:
    there = lane(waiting(1, PRIYA), flying(2))
    assert one(go(there, BeginDeployment(2, (PRIYA,), a_build(2))), 2).state is Lifecycle.DEPLOYING


LEFT = replace(PRIYA, groups=frozenset())


def test_it_is_not_sent_again_without_its_only_approver() -> None:
    assert reasons(lane(flying()), BeginDeployment(1, (LEFT,))) == (StillBlocked(),)
    asked = go(lane(flying()), DeploymentLost(1))
    assert asked.effects == (AskWhetherItRan(1),)


def test_it_is_sent_again_where_another_approval_is_enough() -> None:
    both = replace(flying(), approvals=waiting(1, PRIYA, ALEX).approvals)
    decided = go(lane(both), BeginDeployment(1, (LEFT, ALEX)))
    assert [word.verdict for word in one(decided).approvals] == [Verdict.APPROVE, Verdict.APPROVE, Verdict.LAPSE]
    assert (one(decided).state, one(decided).generation) == (Lifecycle.DEPLOYING, 1)
    assert decided.happenings == (
        Happening(Happened.LAPSED, 1, "priya", "they have left the group that was to approve"),
    )


def test_it_is_not_sent_again_on_approvals_that_are_too_old() -> None:
    old = flying(approved_at=NOON - timedelta(hours=72))
    assert reasons(lane(old), BeginDeployment(1, (PRIYA,))) == (StillBlocked(),)


def test_nothing_begins_while_the_lane_is_on_trial() -> None:
    assert reasons(lane(waiting(1, PRIYA)), BeginDeployment(1), policy(trial=True)) == (StillBlocked(),)


@pytest.mark.parametrize("build", [BROKEN, REBUILT], ids=["broken", "rebuilt"])
def test_nothing_begins_on_what_a_release_knew_of_its_build(build: Build) -> None:
    assert reasons(lane(waiting(1, PRIYA)), BeginDeployment(1, (PRIYA,), build)) == (StillBlocked(),)
