"""Releases that a run waits for at its gate: their ends there, and its end here."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import Build, BuildState, RunStatus
from bot.core.effects import Happened, Happening, LetOn, TurnAway
from bot.core.events import BuildChanged, JobsCameLater, TimePassed
from bot.core.gated import RUN_ENDED
from bot.core.inputs import Cancel, Reject
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import NotExpected
from bot.core.release import Deployment, DeployStatus, Lifecycle, Release
from bot.core.target import GithubGate
from tests.factories import NOON, a_build
from tests.unit.core.values import LATER, POLICY, PRIYA, go, lane, one, policy, reasons, release

GATED = policy(target=GithubGate("production"))
TRIAL = policy(target=GithubGate("production"), trial=True)
DAY = timedelta(hours=24)


def over(number: int, status: RunStatus = RunStatus.CANCELLED, state: BuildState = BuildState.BROKEN) -> Build:
    build = a_build(number)
    return replace(build, state=state, checks=tuple(replace(check, status=status) for check in build.checks))


def test_a_rejection_turns_its_run_away() -> None:
    decided = go(lane(release(1, under=GATED)), Reject(1, PRIYA, "totals are off"), GATED)
    assert decided.effects == (TurnAway(1),)


def test_a_newer_build_turns_the_older_run_away() -> None:
    decided = go(lane(release(1, under=GATED)), BuildChanged(a_build(2), newest=True, became=True), GATED)
    assert [effect for effect in decided.effects if isinstance(effect, TurnAway)] == [TurnAway(1)]


def test_on_trial_no_run_is_turned_away() -> None:
    assert go(lane(release(1, under=TRIAL)), Reject(1, PRIYA, "totals are off"), TRIAL).effects == ()
    decided = go(lane(release(1, under=TRIAL)), BuildChanged(a_build(2), newest=True, became=True), TRIAL)
    assert decided.lane.releases[0].state is Lifecycle.SUPERSEDED
    assert not any(isinstance(effect, TurnAway) for effect in decided.effects)


def test_other_targets_have_nobody_to_turn_away() -> None:
    assert go(lane(release(1)), Reject(1, PRIYA, "totals are off")).effects == ()
    decided = go(lane(release(1)), BuildChanged(a_build(2), newest=True, became=True))
    assert not any(isinstance(effect, TurnAway) for effect in decided.effects)


def test_what_was_cancelled_expired_or_on_trial_leaves_its_run_waiting() -> None:
    assert go(lane(release(1, under=GATED)), Cancel(1, PRIYA), GATED).effects == ()
    expired = go(lane(release(1, under=GATED)), TimePassed(), GATED, NOON + DAY)
    assert expired.lane.releases[0].state is Lifecycle.EXPIRED
    assert not any(isinstance(effect, TurnAway) for effect in expired.effects)
    ready = release(1, PRIYA, under=TRIAL, approved_at=NOON)
    tried = go(lane(ready), TimePassed(), TRIAL)
    assert tried.lane.releases[0].state is Lifecycle.CANCELLED
    assert tried.effects == ()


def test_a_release_ends_when_its_run_has_ended_at_the_gate() -> None:
    decided = go(lane(release(1, under=GATED)), BuildChanged(over(1), newest=False), GATED)
    ended = one(decided)
    assert (ended.state, ended.reason, ended.ended_at) == (Lifecycle.CANCELLED, RUN_ENDED, LATER)
    assert ended.build.state is BuildState.BROKEN
    assert decided.happenings == (Happening(Happened.CANCELLED, 1, detail=RUN_ENDED, url=ended.build.url),)
    assert decided.effects == ()


def with_a_check(build: Build) -> Build:
    """Return a build with a check by name that was cancelled or skipped."""
    check = replace(build.checks[0], pipeline="scan", run_id="scan", status=RunStatus.CANCELLED)
    return replace(build, checks=(*build.checks, check))


@pytest.mark.parametrize(
    ("under", "build"),
    [
        (POLICY, over(1)),
        (GATED, over(1, RunStatus.FAILED)),
        (GATED, over(1, RunStatus.QUEUED, BuildState.PENDING)),
        (GATED, over(1, RunStatus.CANCELLED, BuildState.PENDING)),
        (GATED, with_a_check(over(1, RunStatus.SUCCEEDED))),
    ],
    ids=["another target", "a job failed", "it runs again", "nothing is settled yet", "a check by name was skipped"],
)
def test_else_it_stays_open(under: Policy, build: Build) -> None:
    decided = go(lane(release(1, under=under)), BuildChanged(build, newest=False), under)
    assert one(decided).state is Lifecycle.OPEN


CAME = JobsCameLater(1, "9001/1", a_build().sha, ("302", "303"))
"""Two jobs of the approved attempt have come to the gate where a first one went on."""


def begun(status: DeployStatus = DeployStatus.RUNNING, ref: str | None = "9001/1", *let_on: str) -> Release:
    deployment = Deployment(status, attempted_at=NOON, ref=ref, let_on=let_on)
    return release(1, PRIYA, under=GATED, state=Lifecycle.DEPLOYING, deployment=deployment)


def gone_on(status: DeployStatus = DeployStatus.RUNNING, ref: str | None = "9001/1", *let_on: str) -> Lane:
    return lane(begun(status, ref, *let_on))


@pytest.mark.parametrize("status", [DeployStatus.ACCEPTED, DeployStatus.RUNNING])
def test_what_comes_later_is_let_on_and_known_from_then_on(status: DeployStatus) -> None:
    decided = go(gone_on(status), CAME, GATED)
    assert decided.effects == (LetOn(1, ("302", "303")),)
    assert decided.happenings == (Happening(Happened.LET_ON, 1, detail="302, 303", again=True),)
    before, after = begun(status), one(decided)
    assert after.deployment is not None
    assert after.deployment.let_on == ("302", "303")
    assert replace(after, deployment=replace(after.deployment, let_on=())) == before
    assert reasons(decided.lane, CAME, GATED) == (NotExpected(Lifecycle.DEPLOYING),)


def test_of_what_comes_later_only_what_is_new_is_let_on() -> None:
    decided = go(gone_on(DeployStatus.RUNNING, "9001/1", "301", "302"), CAME, GATED)
    assert decided.effects == (LetOn(1, ("303",)),)
    after = one(decided).deployment
    assert after is not None
    assert after.let_on == ("301", "302", "303")


@pytest.mark.parametrize(
    ("there", "came"),
    [
        (gone_on(), replace(CAME, ref="9001/2")),
        (gone_on(), replace(CAME, ref="9002/1")),
        (gone_on(), replace(CAME, sha=a_build(2).sha)),
        (gone_on(), replace(CAME, records=())),
        (gone_on(DeployStatus.RUNNING, "9001/1", "303", "302"), CAME),
        (gone_on(DeployStatus.ATTEMPTED, None), CAME),
        (gone_on(DeployStatus.UNKNOWN, None), CAME),
    ],
    ids=["attempt", "run", "commit", "nothing", "answered for", "not accepted", "lost"],
)
def test_nothing_else_is_let_on_later(there: Lane, came: JobsCameLater) -> None:
    assert reasons(there, came, GATED) == (NotExpected(Lifecycle.DEPLOYING),)


def test_a_deploy_without_a_record_lets_nothing_on() -> None:
    there = lane(replace(begun(), deployment=None))
    assert reasons(there, CAME, GATED) == (NotExpected(Lifecycle.DEPLOYING),)


@pytest.mark.parametrize("state", [state for state in Lifecycle if state is not Lifecycle.DEPLOYING])
def test_nothing_is_let_on_for_what_is_not_being_deployed(state: Lifecycle) -> None:
    there = lane(replace(begun(), state=state, ended_at=LATER if state.ended else None))
    assert reasons(there, CAME, GATED) == (NotExpected(state),)
