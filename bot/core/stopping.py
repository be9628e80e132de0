"""Asking the CI system to end a deploy that is under way: an ask and no more, since only its word changes the release.

Rules:

- Whoever may cancel a release before it starts may ask for its end while its job is under way.
- The release stays `deploying`, and shows who asked. When the job ends it is failed, or live where that was too late.
- Who asks again has the CI system asked again: ending a job twice is the same as ending it once.
- Before it is known which job it is, the wish is kept: the CI system is asked once it is known, nothing is sent again
  meanwhile, and what was certainly never sent is cancelled by it. After the time limit, or once a person is asked
  whether there is a job, it is people's to carry out, and they are told so.
- Nothing is asked while nobody knows whether there is a job, nor where Signoff has no right or no way to end one.
"""

from dataclasses import replace
from datetime import datetime

from bot.core.authorize import Act, authorize
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, StopDeployment
from bot.core.inputs import Cancel
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import CannotStop, Refusal, Unstoppable
from bot.core.release import Deployment, DeployStatus, Release, StopAsked
from bot.core.target import BuildbotForce, Command, GithubWorkflow

STOPPABLE = (GithubWorkflow, BuildbotForce, Command)
"""Whose jobs can be ended by what Signoff knows of them and may do: never a deployment that others pick up, a gate at
which Signoff may only answer, or a webhook."""
ONCE_KNOWN = "once it is known which it is"
"""How it is told that the CI system is not asked at once."""


def stop(lane: Lane, release: Release, given: Cancel, policy: Policy, now: datetime) -> Decision | Refusal:
    """Have the CI system asked to end the job, as soon as it is known; of the release only who wants that changes."""
    reasons = authorize(given.by, Act.CANCEL, policy, lane=lane, release=release)
    known = _known(release)
    if isinstance(known, Unstoppable):
        return Refusal((*reasons, CannotStop(known)))
    if reasons:
        return Refusal(reasons)
    later = known.status is DeployStatus.ATTEMPTED
    asked = Happening(Happened.ASKED_TO_STOP, release.number, given.by.person.id, detail=ONCE_KNOWN if later else "")
    wanted = replace(release, deployment=replace(known, stop=StopAsked(given.by.person.id, now)))
    decided = Decision(lane).changed(wanted).happened(asked)
    return decided if later else decided.wants(StopDeployment(release.number))


def _known(release: Release) -> Deployment | Unstoppable:
    """Return the deployment whose job can be ended, or why there is none."""
    if not isinstance(release.policy.target, STOPPABLE):
        return Unstoppable.TARGET
    deployment = release.deployment
    return Unstoppable.UNKNOWN if deployment is None or deployment.status is DeployStatus.UNKNOWN else deployment
