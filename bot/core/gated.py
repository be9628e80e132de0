"""Releases whose deploy is a run that waits at a gate of the CI system: what their ends mean there, and the other way.

Rules:

- Rejecting or superseding a release rejects the run that waits for it. A release that expired, was cancelled or was on
  trial leaves its run waiting: nobody has said no, and the build may be asked for again.
- What of the approved run comes to the gate after others of it have gone on there goes on with the same approval: each
  job is answered for once, and nothing of another run, attempt or commit.
- A run that was rejected there, cancelled or timed out ships nothing any more: a release that is still open ends.
"""

from dataclasses import replace
from datetime import datetime

from bot.core.build import Build, BuildState, RunStatus
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, LetOn, TurnAway
from bot.core.events import JobsCameLater
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import NotExpected, Refusal
from bot.core.release import Release
from bot.core.target import GithubGate

RUN_ENDED = (
    "its run on GitHub has ended before it could go on at its gate: it was rejected there, cancelled or timed out"
)


def turn_away(decided: Decision, release: Release) -> Decision:
    """Have the run turned away that waits for a release which was rejected or superseded; not one on trial."""
    sends = waits_at_gate(release) and not release.policy.trial
    return decided.wants(TurnAway(release.number)) if sends else decided


def let_on(lane: Lane, release: Release, given: JobsCameLater, policy: Policy, now: datetime) -> Decision | Refusal:
    """Have jobs let on that came later; refused where none is of what was let on for the release, or all are known.

    The release is being deployed, so it was approved: its deployment names the very attempt that people approved.
    """
    del policy, now
    deployment = release.deployment
    if deployment is None or (deployment.ref, release.build.sha) != (given.ref, given.sha):
        return Refusal((NotExpected(release.state),))
    came = tuple(one for one in given.records if one not in deployment.let_on)
    if not came:
        return Refusal((NotExpected(release.state),))
    answered = replace(release, deployment=replace(deployment, let_on=(*deployment.let_on, *came)))
    told = Happening(Happened.LET_ON, release.number, detail=", ".join(came), again=True)
    return Decision(lane).changed(answered).wants(LetOn(release.number, came)).happened(told)


def run_ended(release: Release, build: Build) -> bool:
    """Whether what an open release ships has ended at its gate, so that nothing is left to go on.

    A check by name that was cancelled or skipped says nothing of the run: it may be made again, and the run waits on.
    """
    cancelled = any(check.is_run and check.status is RunStatus.CANCELLED for check in build.checks)
    return waits_at_gate(release) and build.state is BuildState.BROKEN and cancelled


def waits_at_gate(release: Release) -> bool:
    """Whether a release is deployed by a run that waits at a gate."""
    return isinstance(release.policy.target, GithubGate)
