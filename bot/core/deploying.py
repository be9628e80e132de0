"""From the last look before the first byte to the deploy's end: what CI systems, time and people's answers do to it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.core import asking
from bot.core.approvals import in_force
from bot.core.authorize import Act, authorize
from bot.core.blockers import blockers, lane_blockers, own_blockers
from bot.core.build import Build
from bot.core.decision import Decision
from bot.core.effects import AskWhetherItRan, Happened, Happening, ResendDeployment, StopDeployment, TellFailure
from bot.core.events import (
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
)
from bot.core.inputs import Answer, BeginDeployment, Resolve
from bot.core.landing import land
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import NotExpected, Refusal, StillBlocked, TooLate
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Release
from bot.core.unasked import waits_for_directory
from bot.core.words import DIRECTORY, overridable

UNCHECKED = "Slack could not be asked once more about the approvals of"
"""How it is told that some count as they were last known, before the people's ids."""


def begin(lane: Lane, release: Release, given: BeginDeployment, policy: Policy, now: datetime) -> Decision | Refusal:
    """Count the approvers again, take the last look, and record the attempt.

    An approval that lapses is recorded even where the release cannot begin without it: then the decision leaves it
    `open`, and nothing may be sent. Whoever sends looks at the release's state. Of an override it is recorded what it
    skips now: freezes and rules may have come since.
    """
    decided = asking.lapsed(Decision(lane), release, given.approvers, policy, now)
    counted = decided.lane.release(release.number) or release
    if blockers(counted, decided.lane, policy, now) or _may_not_be_sent(
        counted, given.build, decided.lane, policy, now
    ):
        return decided if decided.happenings else Refusal((StillBlocked(),))
    if counted.override is not None:
        known = tuple(name for name in counted.override.skipped if name == DIRECTORY)
        skips = known + overridable(replace(counted, override=None), decided.lane, policy, now)
        counted = replace(counted, override=replace(counted.override, skipped=skips))
    tried = None if waits_for_directory(release) else release.put_off
    deployment = Deployment(DeployStatus.ATTEMPTED, attempted_at=now)
    begun = replace(counted, state=Lifecycle.DEPLOYING, deployment=deployment, put_off=tried)
    detail = f"{UNCHECKED} {', '.join(given.unasked)}" if given.unasked else ""
    told = Happening(Happened.DEPLOY_ATTEMPTED, release.number, detail=detail, again=tried is not None)
    return decided.changed(begun).happened(told)


def begin_again(
    lane: Lane, release: Release, given: BeginDeployment, policy: Policy, now: datetime
) -> Decision | Refusal:
    """Send once more what a person or the policy says may be sent again, unless something is in the way by now.

    Everything is looked at as for the first sending. What is refused here is still under way, as far as anybody knows.
    """
    deployment = _in_status(release, DeployStatus.ATTEMPTED)
    if deployment is None:
        return Refusal((NotExpected(release.state),))
    if deployment.stop is not None:
        return Refusal((StillBlocked(),))
    waits = replace(release, state=Lifecycle.OPEN)
    decided = asking.lapsed(Decision(lane).changed(waits), waits, given.approvers, policy, now)
    counted = decided.lane.release(release.number) or waits
    asked_again = counted.generation != release.generation
    if asked_again or _may_not_be_sent(counted, given.build, decided.lane, policy, now):
        return Refusal((StillBlocked(),))
    again = replace(counted, state=Lifecycle.DEPLOYING, deployment=replace(deployment, attempted_at=now))
    return decided.changed(again)


def _may_not_be_sent(release: Release, build: Build | None, lane: Lane, policy: Policy, now: datetime) -> bool:
    """Whether anything but the order in the lane is in the way of sending a release now: blockers, trial, a rebuild.

    Args:
        release: the release as one that is open.
        build: the release's build as it is known today; None when it is as the release knew it.
        lane: the lane with the release as one that is open.
        policy: today's policy.
        now: the present, in UTC.
    """
    today = release if build is None else replace(release, build=build)
    if today.build.artifact != release.artifact or any(one.trial for one in in_force(release, lane, policy)):
        return True
    return bool(own_blockers(today, lane, policy, now) or lane_blockers(today, lane, policy, now))


def put_off(lane: Lane, release: Release, given: DeploymentPutOff, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take the attempt back: nothing was sent, so people may think again, and the next attempt looks at all anew.

    Who asked to cancel it meanwhile has cancelled it.
    """
    del policy
    deployment = _in_status(release, DeployStatus.ATTEMPTED)
    if deployment is None:
        return Refusal((NotExpected(release.state),))
    if deployment.stop is not None:
        ended = replace(release, state=Lifecycle.CANCELLED, deployment=None, ended_at=now, put_off=None)
        dropped = Happening(Happened.CANCELLED, release.number, deployment.stop.by)
        return Decision(lane).changed(ended).happened(dropped)
    told = Happening(Happened.DEPLOY_PUT_OFF, release.number, detail=given.why, again=release.put_off is not None)
    waits = replace(release, state=Lifecycle.OPEN, deployment=None, put_off=given.why)
    return Decision(lane).changed(waits).happened(told)


def waits(lane: Lane, release: Release, given: DeploymentPutOff, policy: Policy, now: datetime) -> Decision | Refusal:
    """Put off what nobody has begun to hand over: who approved it cannot be asked about."""
    del policy, now
    told = Happening(Happened.DEPLOY_PUT_OFF, release.number, detail=given.why, again=release.put_off is not None)
    return Decision(lane).changed(replace(release, put_off=given.why)).happened(told)


def accepted(
    lane: Lane, release: Release, given: DeploymentAccepted, policy: Policy, now: datetime
) -> Decision | Refusal:
    """Record the id that the CI system gave; a request that was lost counts its time limit from when it is found.

    Who asked to cancel it before has the CI system asked now.
    """
    del policy
    deployment = _in_status(release, DeployStatus.ATTEMPTED, DeployStatus.UNKNOWN)
    if deployment is None:
        return Refusal((NotExpected(release.state),))
    since = now if deployment.status is DeployStatus.UNKNOWN else deployment.attempted_at
    known = replace(deployment, status=DeployStatus.ACCEPTED, attempted_at=since, ref=given.ref, url=given.url)
    happening = Happening(Happened.DEPLOY_ACCEPTED, release.number, detail=given.ref, url=given.url)
    decided = Decision(lane).changed(replace(release, deployment=known, put_off=None)).happened(happening)
    return decided if known.stop is None else decided.wants(StopDeployment(release.number))


def running(
    lane: Lane, release: Release, given: DeploymentRunning, policy: Policy, now: datetime
) -> Decision | Refusal:
    """Record that the job has begun."""
    del policy, now
    deployment = _in_status(release, DeployStatus.ACCEPTED)
    if deployment is None:
        return Refusal((NotExpected(release.state),))
    runs = replace(deployment, status=DeployStatus.RUNNING, url=given.url or deployment.url)
    happening = Happening(Happened.DEPLOY_RUNNING, release.number, url=runs.url)
    return Decision(lane).changed(replace(release, deployment=runs)).happened(happening)


def ended(lane: Lane, release: Release, given: DeploymentEnded, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take the job's final word, however little was known of it before."""
    if given.succeeded:
        return _arrived(
            Decision(lane), release, Happening(Happened.LIVE, detail=given.detail, url=given.url), policy, now
        )
    return fail(Decision(lane), release, given.detail, given.url, now)


def _arrived(decided: Decision, release: Release, told: Happening, policy: Policy, now: datetime) -> Decision:
    """Make a release live whose job has succeeded, or have it verified first where its policy says so."""
    done = finished(release, DeployStatus.SUCCEEDED, told.url, now)
    if release.policy.verify is None:
        return land(decided, release, done, told, policy, now)
    health = Health(deployed_at=now)
    verified = replace(release, state=Lifecycle.VERIFYING, deployment=done, health=health, put_off=None)
    happening = replace(told, kind=Happened.VERIFYING, release=release.number, url=done.url)
    return decided.changed(verified).happened(happening)


def refused(
    lane: Lane, release: Release, given: DeploymentRefused, policy: Policy, now: datetime
) -> Decision | Refusal:
    """End what the CI system will never start; one that it has accepted is not ended by a refusal."""
    del policy
    if _in_status(release, DeployStatus.ATTEMPTED, DeployStatus.UNKNOWN) is None:
        return Refusal((NotExpected(release.state),))
    return fail(Decision(lane), release, given.reason, None, now)


def lost(lane: Lane, release: Release, given: DeploymentLost, policy: Policy, now: datetime) -> Decision | Refusal:
    """Ask a person; from here on time is no answer."""
    del given, policy, now
    deployment = _in_status(release, DeployStatus.ATTEMPTED)
    if deployment is None:
        return Refusal((NotExpected(release.state),))
    unknown = replace(release, deployment=replace(deployment, status=DeployStatus.UNKNOWN), put_off=None)
    asked = Decision(lane).changed(unknown).wants(AskWhetherItRan(release.number))
    return asked.happened(Happening(Happened.DEPLOY_LOST, release.number))


def resolve(lane: Lane, release: Release, given: Resolve, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take a person's answer about a lost request."""
    reasons = authorize(given.by, Act.RESOLVE, policy, lane=lane, release=release)
    deployment = _in_status(release, DeployStatus.UNKNOWN)
    if deployment is None:
        reasons += (TooLate(release.state),)
    elif given.answer is Answer.TRY_AGAIN:
        waits = replace(release, state=Lifecycle.OPEN)
        if _may_not_be_sent(waits, given.build, Decision(lane).changed(waits).lane, policy, now):
            reasons += (StillBlocked(),)
    if reasons or deployment is None:
        return Refusal(reasons)
    by = given.by.person.id
    decided = Decision(lane).happened(Happening(Happened.RESOLVED, release.number, by, given.answer.value))
    match given.answer:
        case Answer.DID_RUN:
            told = Happening(Happened.LIVE, by=by, detail="somebody looked and says that it ran")
            return _arrived(decided, release, told, policy, now)
        case Answer.DID_NOT_RUN:
            return fail(decided, release, "the request never reached the CI system", None, now)
        case Answer.ABANDON:
            return fail(decided, release, "given up; nobody knows whether it ran", None, now)
        case Answer.TRY_AGAIN:
            sent = replace(deployment, status=DeployStatus.ATTEMPTED, attempted_at=now, stop=None)
            again = replace(release, deployment=sent)
            return decided.changed(again).wants(ResendDeployment(release.number, release.generation))
    assert_never(given.answer)


def timed_out(release: Release, now: datetime) -> bool:
    """Whether a deployment in flight has had all the time that its policy gives it."""
    deployment = _in_status(release, DeployStatus.ATTEMPTED, DeployStatus.ACCEPTED, DeployStatus.RUNNING)
    return deployment is not None and deployment.attempted_at + release.policy.deploy_timeout <= now


def time_out(decided: Decision, release: Release, now: datetime) -> Decision:
    """Give up waiting. The job may yet end; its word comes too late then."""
    within = span(release.policy.deploy_timeout)
    return fail(decided, release, f"no result within {within}; the job may still be running", None, now)


def span(limit: timedelta) -> str:
    """Return a time limit in the words of a sentence: 30 min, 1 min 30 s."""
    minutes, seconds = divmod(int(limit.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes and seconds else f"{minutes} min" if minutes else f"{seconds} s"


def fail(decided: Decision, release: Release, reason: str, url: str | None, now: datetime) -> Decision:
    """End a release whose deploy came to nothing, and tell people."""
    done = finished(release, DeployStatus.FAILED, url, now)
    failed = replace(release, state=Lifecycle.FAILED, ended_at=now, deployment=done, reason=reason, put_off=None)
    told = decided.changed(failed).wants(TellFailure(release.number))
    return told.happened(Happening(Happened.FAILED, release.number, detail=reason, url=done.url))


def finished(release: Release, status: DeployStatus, url: str | None, now: datetime) -> Deployment:
    """Return a release's deployment with its end on record; the moment of a former end stays."""
    before = release.deployment or Deployment(status, attempted_at=now)
    return replace(before, status=status, finished_at=before.finished_at or now, url=url or before.url)


def _in_status(release: Release, *expected: DeployStatus) -> Deployment | None:
    """Return the deployment of a release if it is in one of these states, else None."""
    deployment = release.deployment
    return deployment if deployment is not None and deployment.status in expected else None
