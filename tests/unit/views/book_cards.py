"""The chapters of the book about the notice of a release: its states, what may be in the way, its thread, endings."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core import blockers as kinds
from bot.core.blockers import Blocker, blockers
from bot.core.build import BuildState, RunStatus
from bot.core.effects import Happened, Happening
from bot.core.inputs import Answer
from bot.core.lane import Around, Authorship, Hold, Lane
from bot.core.policy import Kind, Mode, NewerBuild, Policy, SelfApproval, WhenLifted
from bot.core.progress import ON_TRIAL
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Origin, Override, Release, StopAsked
from bot.core.stopping import ONCE_KNOWN
from bot.core.unasked import put_off_since
from bot.ports.slack import Message
from bot.views import card, changes, thread
from bot.views.blocks import listing
from bot.views.buttons import FAILURE_ACTS, NOTICE_ACTS
from bot.views.obstacles import obstacle
from tests.unit.views import book_world as world
from tests.unit.views.book import Chapter, Example
from tests.unit.views.book_world import (
    BAD,
    BOTH,
    EVENING,
    HOLD,
    IN_PRODUCTION,
    LOCK,
    NOON,
    NOW,
    POLICY,
    QA,
    STOP,
    a_policy,
    build,
    check,
    deploying,
    ended,
    lane,
    release,
    scene,
    yes,
)

HANDLES = dict.fromkeys((*NOTICE_ACTS, *FAILURE_ACTS, "changes"), "h")


def notice(one: Release, there: Lane | None = None, policy: Policy = POLICY) -> Message:
    """Return the card of a release as it stands."""
    return card.notice(one, there or lane(one), scene(policy), HANDLES, 1)


def _ready(**changed: Any) -> Release:
    return release(approvals=BOTH, approved_at=NOW - timedelta(hours=1), **changed)


def _shut(when: str, **changed: Any) -> Example:
    ready = _ready()
    return Example(when, notice(ready, lane(ready, **changed)), Lifecycle.OPEN)


def _states() -> list[Example]:
    undoable = release(approvals=BOTH, approved_at=NOW)
    queue = (_ready(number=41), _ready())
    trial = replace(IN_PRODUCTION, trial=True)
    return [
        Example("A build could go to production, and people are asked", notice(release()), Lifecycle.OPEN),
        Example("priya has approved, one of sre is still missing", notice(release(approvals=(yes("priya", "qa"),)))),
        Example("Everybody has approved, and it can still be stopped for 30 seconds", notice(undoable)),
        Example("Somebody scheduled it", notice(_ready(scheduled_for=EVENING))),
        _shut("Somebody holds the lane", hold=HOLD),
        _shut("Somebody has locked the lane", lock=LOCK),
        _shut("Everything is stopped", around=Around(stop=STOP, reached=lane().around.reached)),
        _shut("The build is in quarantine", around=Around(marks=(BAD,), reached=lane().around.reached)),
        Example("A freeze is in force", notice(_ready(), policy=a_policy(freezes=(world.AUDIT_DAY,)))),
        Example("It has not been long enough in staging", notice(_ready(), replace(lane(_ready()), around=Around()))),
        Example("Another release is before it", notice(queue[1], lane(*queue))),
        Example("People must choose what goes first after a freeze", _choice()),
        Example("Its build broke after it was opened", notice(_ready(build=build(state=BuildState.BROKEN)))),
        Example("Nothing is in the way", notice(_ready())),
        Example("The CI system could not be reached", notice(_ready(put_off="GitHub answers 503"))),
        Example("Slack cannot be asked who approved it", notice(_ready(put_off=put_off_since("Slack answers 503")))),
        Example(
            "The deploy is about to be sent",
            notice(deploying(DeployStatus.ATTEMPTED)),
            DeployStatus.ATTEMPTED,
        ),
        Example("The CI system has it", notice(deploying(DeployStatus.ACCEPTED)), DeployStatus.ACCEPTED),
        Example("The deploy job runs", notice(deploying(DeployStatus.RUNNING)), DeployStatus.RUNNING),
        Example("Somebody wants its deploy to end", notice(_cancelled(DeployStatus.RUNNING, Lifecycle.DEPLOYING))),
        Example(
            "Somebody wants it to end before its job is known",
            notice(_cancelled(DeployStatus.ATTEMPTED, Lifecycle.DEPLOYING)),
        ),
        Example("Nobody knows whether it started", notice(deploying(DeployStatus.UNKNOWN)), DeployStatus.UNKNOWN),
        Example(
            "It is deployed and watched",
            notice(ended(Lifecycle.VERIFYING, ended_at=None, health=Health(NOW - timedelta(minutes=2)))),
        ),
        Example(
            "It is healthy, and must stay so for a while",
            notice(ended(Lifecycle.VERIFYING, ended_at=None, health=Health(NOON, NOON))),
            Lifecycle.VERIFYING,
        ),
        Example("It is live", notice(ended(Lifecycle.LIVE)), Lifecycle.LIVE),
        Example("It is live, though somebody cancelled it", notice(_cancelled(DeployStatus.SUCCEEDED, Lifecycle.LIVE))),
        Example(
            "Somebody rejected it",
            notice(ended(Lifecycle.REJECTED, reason="The migration locks the orders table.\nPlease split it.")),
            Lifecycle.REJECTED,
        ),
        Example("Approvals did not come in time", notice(ended(Lifecycle.EXPIRED)), Lifecycle.EXPIRED),
        Example(
            "A newer build took its place", notice(ended(Lifecycle.SUPERSEDED, superseded_by=43)), Lifecycle.SUPERSEDED
        ),
        Example("Somebody cancelled it", notice(ended(Lifecycle.CANCELLED)), Lifecycle.CANCELLED),
        Example(
            "It would have been deployed, were it not on trial",
            notice(ended(Lifecycle.CANCELLED, reason=ON_TRIAL, policy=trial), policy=a_policy(trial)),
        ),
        Example("The deploy failed", notice(_failed()), Lifecycle.FAILED),
        Example("It ran out of time, and nobody could be asked to end its job", notice(_unasked())),
        Example("The verification failed", notice(_failed(health=Health(NOON))), Lifecycle.FAILED),
        Example("It was rolled back", notice(ended(Lifecycle.ROLLED_BACK)), Lifecycle.ROLLED_BACK),
    ]


def _cancelled(status: DeployStatus, state: Lifecycle) -> Release:
    ref, url = (None, None) if status is DeployStatus.ATTEMPTED else ("9", world.JOB)
    deployment = Deployment(status, NOON, ref=ref, url=url, stop=StopAsked("alex", NOON))
    return ended(state, deployment=deployment)


def _unasked() -> Release:
    deployment = Deployment(DeployStatus.FAILED, NOON, stop=StopAsked("alex", NOON))
    return _failed(reason="no result within 30 min; the job may still be running", deployment=deployment)


def _failed(**changed: Any) -> Release:
    return ended(Lifecycle.FAILED, **{"reason": "The job ended with failure: container did not start", **changed})


def _choice() -> Message:
    asks = replace(IN_PRODUCTION, newer_build=NewerBuild.EACH_MUST_SHIP, when_lifted=WhenLifted.ASK)
    waited = {"waited_for": "audit", "policy": asks}
    first, second = _ready(**waited), _ready(number=43, **waited)
    return notice(first, lane(first, second), a_policy(asks))


def _ways() -> list[Example]:
    fast = release(kind=Kind.HOTFIX, origin=Origin.REQUEST, requested_by="sam", why="refunds fail for everybody")
    back = {"kind": Kind.ROLLBACK, "origin": Origin.REQUEST, "requested_by": "sam", "why": "it charges twice"}
    back |= {"build": world.OLDER}
    older = release(build=world.OLDER, older_than_live=True, origin=Origin.REQUEST, requested_by="alex")
    newer = replace(world.LIVE, sha=build().sha, version="118", position=build().position)
    override = Override("sam", "the fix cannot wait for qa", NOON, ("1 of qa",))
    elsewhere = ended(Lifecycle.LIVE, origin=Origin.EXTERNAL, approvals=())
    return [
        Example("A hotfix takes the fast path", notice(fast)),
        Example("A rollback", notice(release(**back), lane(live=newer))),
        Example("Somebody asks for an older build than is live", notice(older, lane(older, live=newer))),
        Example("Somebody broke the glass", notice(release(override=override))),
        Example("Somebody else deployed, and Signoff noticed", notice(elsewhere)),
        Example(
            "The same commit was built anew, so approvals do not count", notice(release(generation=2, asked_at=NOON))
        ),
        Example("What the button Changes opens", changes.changes_modal(release(), lane(release()), scene())),
    ]


def _found(kind: type[Blocker], one: Release, there: Lane, policy: Policy = POLICY) -> str:
    """Return what the card and `/deploy why` say of a blocker of that kind; it must really be in the way."""
    (first, *_) = [found for found in blockers(one, there, policy, NOW) if isinstance(found, kind)]
    return obstacle(first, one, there, scene(policy))


def _obstacles() -> list[Example]:
    ready, asked = _ready(), release()
    strict = replace(IN_PRODUCTION, self_approval=SelfApproval.STRICT)
    one_rule = replace(IN_PRODUCTION, approvals=(QA,))
    own = release(policy=one_rule, approvals=(yes("nora", "qa"),), build=build(pusher=world.OMAR))
    with_nora = a_policy(one_rule, groups=tuple(replace(one, people=one.people | {"nora"}) for one in POLICY.groups))
    unknown = release(policy=strict, build=build(authors=(world.NORA, world.OMAR)))
    before, live = lane().around, lane().live
    assert live is not None
    beyond = Authorship(live.sha, ready.build.sha, (ready.build.authors,), 100)
    asks = replace(IN_PRODUCTION, newer_build=NewerBuild.EACH_MUST_SHIP, when_lifted=WhenLifted.ASK)
    waited = [_ready(number=number, waited_for="audit", policy=asks) for number in (42, 43)]
    busy, lost = deploying(DeployStatus.RUNNING, number=41), deploying(DeployStatus.UNKNOWN, number=41)
    first = _ready(number=41)
    broken = _ready(build=build(state=BuildState.BROKEN, checks=(check(status=RunStatus.FAILED),)))
    alone = replace(IN_PRODUCTION, mode=Mode.OBSERVE)
    behind = _ready(number=41, policy=asks, build=build(position=(NOON, 118, 1)))
    quarantined = Around(marks=(replace(BAD, position=(NOON, 118, 1)),), reached=before.reached)
    by_itself = replace(BAD, by=None, reason="R-41 rolled it back")
    situations: list[tuple[str, type[Any], Release, Lane, Policy]] = [
        ("An approval is missing", kinds.WaitsForApproval, asked, lane(asked), POLICY),
        ("Only an author has approved", kinds.NeedsAnotherApprover, own, lane(own), with_nora),
        ("An author is not known", kinds.PeopleUnknown, unknown, lane(unknown), a_policy(strict)),
        ("It is not known yet who wrote it", kinds.FindingAuthors, ready,
         lane(ready, around=replace(before, compares=True)), POLICY),
        ("It brings more than can be looked at", kinds.FindingAuthors, ready,
         lane(ready, around=replace(before, compares=True, authorship=(beyond,))), POLICY),
        ("It can still be stopped", kinds.Undoable, replace(ready, approved_at=NOW), lane(ready), POLICY),
        ("It is scheduled", kinds.Scheduled, replace(ready, scheduled_for=EVENING), lane(ready), POLICY),
        ("It was never in staging", kinds.NotThereYet, ready, lane(ready, around=Around()), POLICY),
        ("It is not in staging for long enough", kinds.Soaking, ready,
         lane(ready, around=replace(before, reached=(replace(before.reached[0], since=NOW - timedelta(minutes=5)),))),
         POLICY),
        ("Its build broke", kinds.BuildNotDeployable, broken, lane(broken), POLICY),
        ("Its pipelines run again", kinds.BuildNotDeployable,
         _ready(build=build(state=BuildState.PENDING)), lane(ready), POLICY),
        ("Somebody put the build in quarantine", kinds.InQuarantine, ready,
         lane(ready, around=replace(before, marks=(BAD,))), POLICY),
        ("A rollback put the build in quarantine", kinds.InQuarantine, ready,
         lane(ready, around=replace(before, marks=(by_itself,))), POLICY),
        ("The policy names the lane no more", kinds.LaneNotInPolicy, ready, lane(ready),
         a_policy(services=())),
        ("The lane is only observed now", kinds.LaneNotInPolicy, ready, lane(ready), a_policy(alone)),
        ("A freeze is in force", kinds.InFreeze, ready, lane(ready), a_policy(freezes=(world.AUDIT_DAY,))),
        ("People must choose what goes first", kinds.WaitsForChoice, waited[0], lane(*waited),
         a_policy(asks)),
        ("Somebody holds the lane", kinds.Held, ready, lane(ready, hold=HOLD), POLICY),
        ("The lane was held after a rollback", kinds.Held, ready,
         lane(ready, hold=Hold("R-41 rolled it back", NOON)), POLICY),
        ("Somebody has locked the lane", kinds.Locked, ready, lane(ready, lock=LOCK), POLICY),
        ("Everything is stopped", kinds.AllStopped, ready,
         lane(ready, around=replace(before, stop=STOP)), POLICY),
        ("Another release is being deployed", kinds.LaneBusy, ready, lane(busy, ready), POLICY),
        ("Nobody knows whether another one is being deployed", kinds.LaneBusy, ready, lane(lost, ready),
         POLICY),
        ("Another release goes first", kinds.BehindInQueue, ready, lane(first, ready), POLICY),
        ("Another one goes first that cannot ship", kinds.BehindInQueue, replace(ready, policy=asks),
         lane(behind, replace(ready, policy=asks), around=quarantined), a_policy(asks)),
    ]  # fmt: skip
    return [
        Example(when, listing([_found(kind, one, there, policy)]), kind)
        for when, kind, one, there, policy in situations
    ]


def _thread() -> list[Example]:
    live, waits = ended(Lifecycle.LIVE), release(approvals=(yes("priya", "qa"),))
    told: list[tuple[str, Happened, Release, dict[str, Any]]] = [
        ("Somebody approves", Happened.APPROVED, waits, {"by": "priya"}),
        ("Somebody takes that back", Happened.WITHDRAWN, release(), {"by": "priya"}),
        ("An approval no longer counts", Happened.LAPSED, release(),
         {"by": "priya", "detail": "they are no longer in qa"}),
        ("Approvals are asked for again", Happened.ASKED_AGAIN, release(),
         {"detail": "what is live there has changed"}),
        ("A second group is called", Happened.ESCALATED, waits, {"detail": "sre"}),
        ("The same commit was built anew", Happened.REBUILT, release(), {}),
        ("The build broke", Happened.BUILD_BROKE, release(), {}),
        ("Somebody rejects it", Happened.REJECTED, release(),
         {"by": "priya", "detail": "The migration locks the orders table.\nPlease split it."}),
        ("Somebody cancels it", Happened.CANCELLED, release(), {"by": "alex"}),
        ("It was cancelled by itself", Happened.CANCELLED, release(),
         {"detail": "the policy no longer deploys there"}),
        ("It expired", Happened.EXPIRED, release(), {}),
        ("A newer build took its place", Happened.SUPERSEDED, release(), {"other": 43}),
        ("Somebody schedules it", Happened.SCHEDULED, release(scheduled_for=EVENING), {"by": "sam"}),
        ("Somebody takes the time back", Happened.SCHEDULED, release(), {"by": "sam"}),
        ("Somebody breaks the glass", Happened.OVERRIDDEN,
         release(override=Override("sam", "the fix cannot wait for qa", NOON, ("1 of qa",))), {"by": "sam"}),
        ("Somebody stops it within the undo window", Happened.UNDONE, release(), {"by": "sam"}),
        ("The lane is held", Happened.HELD, release(), {"detail": "R-41 rolled it back"}),
        ("It is on trial", Happened.TRIAL_ENDED, release(), {}),
        ("The deploy is sent", Happened.DEPLOY_ATTEMPTED, deploying(DeployStatus.ATTEMPTED), {}),
        ("It could not be sent yet", Happened.DEPLOY_PUT_OFF, release(), {"detail": "GitHub answers 503"}),
        ("The CI system has it", Happened.DEPLOY_ACCEPTED, deploying(DeployStatus.ACCEPTED), {"url": world.JOB}),
        ("The job runs", Happened.DEPLOY_RUNNING, deploying(DeployStatus.RUNNING), {"url": world.JOB}),
        ("Somebody cancels the deploy", Happened.ASKED_TO_STOP, deploying(DeployStatus.RUNNING), {"by": "alex"}),
        ("Somebody cancels the deploy before its job is known", Happened.ASKED_TO_STOP,
         deploying(DeployStatus.ATTEMPTED), {"by": "alex", "detail": ONCE_KNOWN}),
        ("The answer was lost", Happened.DEPLOY_LOST, deploying(DeployStatus.UNKNOWN), {}),
        ("Somebody looked and answers", Happened.RESOLVED, live,
         {"by": "sam", "detail": Answer.DID_RUN.value}),
        ("The job has ended, and it is watched", Happened.VERIFYING, release(), {"url": world.JOB}),
        ("It is healthy", Happened.WELL, release(), {"detail": "status 200, version 118"}),
        ("It is live", Happened.LIVE, live, {"url": world.JOB}),
        ("It failed", Happened.FAILED, _failed(), {"detail": "The job ended with failure", "url": world.JOB}),
        ("The verification failed", Happened.FAILED, _failed(health=Health(NOON)),
         {"detail": "it was not healthy within 5 min: status 500"}),
        ("Somebody tries again", Happened.RETRIED, _failed(), {"by": "sam", "other": 44}),
        ("Somebody marks it as done", Happened.MARKED_DONE, live,
         {"by": "sam", "detail": "the job had only lost its log"}),
        ("It is rolled back", Happened.ROLLED_BACK, ended(Lifecycle.ROLLED_BACK),
         {"by": "sam", "other": 45, "detail": "it charges twice"}),
        ("Somebody else deployed", Happened.DEPLOYED_ELSEWHERE, ended(Lifecycle.LIVE, origin=Origin.EXTERNAL), {}),
    ]  # fmt: skip
    return [
        Example(when, thread.line(Happening(kind, 42, **more), one, lane(one), scene()), kind)
        for when, kind, one, more in told
    ]


def chapters() -> list[Chapter]:
    """Return the chapters about the notice of a release."""
    return [
        Chapter("The notice", "In the service's channel: one for each release, edited in place.", _states()),
        Chapter("Unusual ways", "The notice of what is no everyday release.", _ways()),
        Chapter(
            "What may be in the way",
            "One sentence for each reason, on the notice and in the answer to `/deploy why`.",
            _obstacles(),
        ),
        Chapter("The thread of a notice", "The log of a release, one line for everything that happens.", _thread()),
    ]
