"""Cancelling a deploy that is under way: the CI system is asked, and only its word changes the release."""

from dataclasses import replace

import pytest

from bot.core.effects import AskWhetherItRan, Happened, Happening, ResendDeployment, StopDeployment
from bot.core.events import (
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRunning,
    TimePassed,
)
from bot.core.inputs import Answer, BeginDeployment, Cancel, Resolve
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import AccountMayNotAct, CannotStop, MayNotCancel, StillBlocked, TooLate, Unstoppable
from bot.core.release import DeployStatus, Lifecycle, StopAsked
from bot.core.target import (
    BuildbotForce,
    Command,
    DeployWebhook,
    GithubDeployment,
    GithubGate,
    GithubWorkflow,
    Target,
)
from tests.unit.core.values import (
    ALEX,
    GUEST,
    LATER,
    OLGA,
    PRIYA,
    SAM,
    flying,
    go,
    lane,
    lane_policy,
    one,
    policy,
    reasons,
)

DISPATCHED = policy(target=GithubWorkflow("deploy.yml", "main"))
RUNS = flying(status=DeployStatus.RUNNING, policy=lane_policy(DISPATCHED))
KNOWN = (DeployStatus.ACCEPTED, DeployStatus.RUNNING)


def under_way(status: DeployStatus, under: Policy = DISPATCHED) -> Lane:
    return lane(flying(status=status, policy=lane_policy(under)))


@pytest.mark.parametrize("status", KNOWN)
def test_the_ci_system_is_asked_and_the_release_shows_by_whom_and_is_else_left_as_it_is(status: DeployStatus) -> None:
    there = under_way(status)
    decided = go(there, Cancel(1, PRIYA), DISPATCHED)
    (before,) = there.releases
    assert before.deployment is not None
    wanted = replace(before, deployment=replace(before.deployment, stop=StopAsked("priya", LATER)))
    assert decided.lane == there.replaced(wanted)
    assert decided.effects == (StopDeployment(1),)
    assert decided.happenings == (Happening(Happened.ASKED_TO_STOP, 1, "priya"),)


@pytest.mark.parametrize(
    "target",
    [GithubWorkflow("deploy.yml", "main"), BuildbotForce("force", "deploy"), Command(("/usr/bin/deploy",))],
    ids=lambda target: type(target).__name__,
)
def test_jobs_of_these_kinds_can_be_ended(target: Target) -> None:
    under = policy(target=target)
    assert go(under_way(DeployStatus.RUNNING, under), Cancel(1, PRIYA), under).effects == (StopDeployment(1),)


def test_its_word_ends_the_release_and_time_does_not_before_its_limit() -> None:
    asked = go(lane(RUNS), Cancel(1, PRIYA), DISPATCHED).lane
    assert one(go(asked, TimePassed(), DISPATCHED)).state is Lifecycle.DEPLOYING
    over = go(asked, DeploymentEnded(1, succeeded=False, detail="the run ended: cancelled", url=None), DISPATCHED)
    assert (one(over).state, one(over).reason) == (Lifecycle.FAILED, "the run ended: cancelled")


def test_where_the_ask_came_too_late_the_release_is_live() -> None:
    asked = go(lane(RUNS), Cancel(1, PRIYA), DISPATCHED).lane
    arrived = go(asked, DeploymentEnded(1, succeeded=True, detail="", url=None), DISPATCHED)
    assert one(arrived).state is Lifecycle.LIVE


def test_who_asks_again_has_the_ci_system_asked_again() -> None:
    asked = go(lane(RUNS), Cancel(1, PRIYA), DISPATCHED).lane
    assert go(asked, Cancel(1, ALEX), DISPATCHED).effects == (StopDeployment(1),)


def test_nothing_is_asked_while_nobody_knows_whether_there_is_a_job() -> None:
    there = under_way(DeployStatus.UNKNOWN)
    assert reasons(there, Cancel(1, PRIYA), DISPATCHED) == (CannotStop(Unstoppable.UNKNOWN),)


def test_what_was_never_attempted_has_no_job() -> None:
    there = lane(replace(RUNS, deployment=None))
    assert reasons(there, Cancel(1, PRIYA), DISPATCHED) == (CannotStop(Unstoppable.UNKNOWN),)


SENT = under_way(DeployStatus.ATTEMPTED)
WANTED = go(SENT, Cancel(1, PRIYA), DISPATCHED).lane
"""It was cancelled before it was known which job it is."""
TAKEN = DeploymentAccepted(1, "77", None)


def test_before_it_is_known_which_job_it_is_the_wish_is_kept_and_nothing_is_asked() -> None:
    decided = go(SENT, Cancel(1, PRIYA), DISPATCHED)
    (before,) = SENT.releases
    assert before.deployment is not None
    wanted = replace(before, deployment=replace(before.deployment, stop=StopAsked("priya", LATER)))
    assert decided.lane == SENT.replaced(wanted)
    assert decided.effects == ()
    assert decided.happenings == (Happening(Happened.ASKED_TO_STOP, 1, "priya", detail="once it is known which it is"),)


def test_once_it_is_known_the_ci_system_is_asked_once_for_all_who_wanted_it() -> None:
    twice = go(WANTED, Cancel(1, ALEX), DISPATCHED)
    assert twice.effects == ()
    known = go(twice.lane, TAKEN, DISPATCHED)
    assert known.effects == (StopDeployment(1),)
    assert one(known).state is Lifecycle.DEPLOYING
    unasked = one(go(SENT, TAKEN, DISPATCHED)).deployment
    assert unasked is not None
    assert one(known).deployment == replace(unasked, stop=StopAsked("alex", LATER))
    assert go(known.lane, DeploymentRunning(1, None), DISPATCHED).effects == ()
    assert go(SENT, TAKEN, DISPATCHED).effects == ()


def test_of_a_request_that_was_lost_it_is_asked_when_the_job_turns_up() -> None:
    lost = go(WANTED, DeploymentLost(1), DISPATCHED)
    assert lost.effects == (AskWhetherItRan(1),)
    assert go(lost.lane, TAKEN, DISPATCHED).effects == (StopDeployment(1),)


def test_what_somebody_wants_ended_is_not_sent_again() -> None:
    assert reasons(WANTED, BeginDeployment(1), DISPATCHED) == (StillBlocked(),)
    assert go(SENT, BeginDeployment(1), DISPATCHED).lane.releases[0].state is Lifecycle.DEPLOYING


def test_whoever_says_later_that_it_may_be_tried_again_takes_the_wish_back() -> None:
    lost = go(WANTED, DeploymentLost(1), DISPATCHED).lane
    again = go(lost, Resolve(1, SAM, Answer.TRY_AGAIN), DISPATCHED)
    assert again.effects == (ResendDeployment(1, 1),)
    assert go(again.lane, BeginDeployment(1), DISPATCHED).effects == ()
    assert go(again.lane, TAKEN, DISPATCHED).effects == ()


def test_what_was_certainly_never_sent_is_cancelled_by_it() -> None:
    dropped = go(WANTED, DeploymentPutOff(1, "no way there"), DISPATCHED)
    before = SENT.releases[0]
    ended = replace(before, state=Lifecycle.CANCELLED, deployment=None, ended_at=LATER)
    assert dropped.lane.releases == (ended,)
    assert dropped.happenings == (Happening(Happened.CANCELLED, 1, "priya"),)
    assert dropped.effects == ()
    assert one(go(SENT, DeploymentPutOff(1, "no way there"), DISPATCHED)).state is Lifecycle.OPEN


@pytest.mark.parametrize("succeeded", [True, False])
def test_a_report_that_comes_before_the_answer_is_what_counts(succeeded: bool) -> None:
    over = go(WANTED, DeploymentEnded(1, succeeded=succeeded, detail="", url=None), DISPATCHED)
    assert one(over).state is (Lifecycle.LIVE if succeeded else Lifecycle.FAILED)
    assert StopDeployment(1) not in over.effects


@pytest.mark.parametrize(
    "target",
    [
        GithubDeployment("production"),
        GithubGate("production"),
        DeployWebhook("https://deployer.example", "DEPLOYER_SECRET"),
    ],
    ids=lambda target: type(target).__name__,
)
@pytest.mark.parametrize("status", [*KNOWN, DeployStatus.UNKNOWN])
def test_nothing_is_asked_where_signoff_can_end_no_job(target: Target, status: DeployStatus) -> None:
    under = policy(target=target)
    assert reasons(under_way(status, under), Cancel(1, PRIYA), under) == (CannotStop(Unstoppable.TARGET),)


def test_only_who_may_cancel_it_may_end_it_and_hears_every_reason() -> None:
    assert reasons(lane(RUNS), Cancel(1, OLGA), DISPATCHED) == (MayNotCancel(),)
    assert reasons(lane(RUNS), Cancel(1, GUEST), DISPATCHED) == (AccountMayNotAct(GUEST.account),)
    lost = under_way(DeployStatus.UNKNOWN)
    assert reasons(lost, Cancel(1, OLGA), DISPATCHED) == (MayNotCancel(), CannotStop(Unstoppable.UNKNOWN))
    assert go(lane(replace(RUNS, requested_by="olga")), Cancel(1, OLGA), DISPATCHED).effects == (StopDeployment(1),)


def test_what_is_deployed_already_is_too_late_to_cancel() -> None:
    there = lane(replace(RUNS, state=Lifecycle.VERIFYING))
    assert reasons(there, Cancel(1, PRIYA), DISPATCHED) == (TooLate(Lifecycle.VERIFYING),)
