"""The transition table and decide(): one pure function, per lane.

Rules:

- A release is `open` until the attempt to deploy it is recorded; until then approvals can be given and withdrawn and
  it can be rejected, cancelled, superseded or expire. From `deploying` on only the CI system's word, the time limit or
  a person's answer about a lost request changes it.
- Endings are final. Whoever tries again asks for a new release.
- One release per lane is deployed at a time, in the order in which they were opened.
- `latest-wins`: a newer deployable build supersedes the older open releases of its lane, save the one whose deploy is
  next: with that one the approvers' work would be lost for ever where builds come fast.
- Another artifact of the same commit is another generation: approvals of the former are void, people are asked again.
- Whatever happened, the lane is settled afterwards: the first release that nothing blocks is sent on its way.
- A pair of state and input that is not in the table is refused, never ignored.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar, assert_never

from bot.core import approvals
from bot.core.blockers import blockers, expires_at, own_blockers
from bot.core.build import Build, BuildState
from bot.core.effects import (
    Announce,
    AskWhetherItRan,
    Effect,
    Happened,
    Happening,
    ResendDeployment,
    StartDeployment,
    TellFailure,
)
from bot.core.inputs import (
    Adopt,
    Answer,
    Approve,
    BeginDeployment,
    BuildChanged,
    Cancel,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentRefused,
    DeploymentRunning,
    Input,
    OfRelease,
    Reject,
    Request,
    Resolve,
    TimePassed,
    Withdraw,
)
from bot.core.lane import Lane, Live
from bot.core.policy import LanePolicy, Permission, Policy
from bot.core.refusals import (
    AlreadyApproved,
    AlreadyLive,
    AlreadyOpen,
    ChangedSince,
    MayNotCancel,
    NoApprovalNeeded,
    NoReason,
    NotDeployable,
    NotExpected,
    NothingToWithdraw,
    NotInPolicy,
    Reason,
    Refusal,
    StillBlocked,
    TooLate,
)
from bot.core.release import Approval, Deployment, DeployStatus, Lifecycle, Origin, Release, Verdict


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a new release needs from outside: the next number and eight random characters for its key."""

    number: int
    suffix: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The lane's next state, what is to be brought about, and what happened on the way."""

    lane: Lane
    effects: tuple[Effect, ...] = ()
    happenings: tuple[Happening, ...] = ()


def decide(lane: Lane, given: Input, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    """Return the lane's next state with the effects it calls for, or a refusal with every reason.

    Args:
        lane: the lane with its unfinished releases, and the addressed release even if it has ended.
        given: what happened.
        policy: today's policy; each release carries the one under which it was opened.
        fresh: number and key suffix for a release that this decision may open.
        now: the present, in UTC.
    """
    match given:
        case BuildChanged():
            decided: Decision | Refusal = _build_changed(lane, given, policy, fresh, now)
        case Request():
            decided = _request(lane, given, policy, fresh, now)
        case Adopt():
            decided = _adopt(lane, given, now)
        case TimePassed():
            decided = _time_passed(lane, policy, now)
        case _:
            decided = _of_release(lane, given, policy, now)
    if isinstance(decided, Refusal):
        return decided
    return _settle(decided, policy)


# -- what concerns the lane ------------------------------------------------------------------------------------------


def _build_changed(lane: Lane, given: BuildChanged, policy: Policy, fresh: Fresh, now: datetime) -> Decision:
    decided = Decision(lane)
    for release in lane.releases:
        if release.state is Lifecycle.OPEN and release.build.id == given.build.id:
            decided = _with_build(decided, release, given.build)
    if not _opens_by_itself(decided.lane, given, policy):
        return decided
    lane_policy = policy.lane(lane.id)
    if lane_policy is None:
        return decided
    return _open(decided, given.build, lane_policy, policy, fresh, now, None)


def _with_build(decided: Decision, release: Release, build: Build) -> Decision:
    """Show the build's news on a release that is open for it; another artifact voids its approvals."""
    if build.artifact == release.artifact or build.state is not BuildState.DEPLOYABLE:
        broke = build.state is BuildState.BROKEN and release.build.state is not BuildState.BROKEN
        changed = _changed(decided, replace(release, build=build))
        return _happened(changed, Happening(Happened.BUILD_BROKE, release.number, url=build.url)) if broke else changed
    rebuilt = replace(release, build=build, artifact=build.artifact, generation=release.generation + 1)
    return _happened(_changed(decided, rebuilt), Happening(Happened.REBUILT, release.number, detail=build.artifact))


def _opens_by_itself(lane: Lane, given: BuildChanged, policy: Policy) -> bool:
    return (
        given.newest
        and given.build.state is BuildState.DEPLOYABLE
        and lane.adopted_at is not None
        and policy.lane(lane.id) is not None
        and not _is_older(given.build, lane)
        and not any(release.build.id == given.build.id for release in lane.releases if not release.state.ended)
    )


def _is_older(build: Build, lane: Lane) -> bool:
    """Whether what is live is a newer build than this one."""
    return lane.live is not None and lane.live.position is not None and build.position < lane.live.position


def _request(lane: Lane, given: Request, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    build = given.build
    lane_policy = policy.lane(lane.id)
    reasons: list[Reason] = list(approvals.permission_reasons(given.by, Permission.REQUEST, policy))
    if lane_policy is None:
        return Refusal((*reasons, NotInPolicy(lane.id)))
    if build.state is not BuildState.DEPLOYABLE:
        reasons.append(NotDeployable(build.label, build.state))
    open_one = next((r for r in lane.releases if r.build.id == build.id and not r.state.ended), None)
    if open_one is not None:
        reasons.append(AlreadyOpen(open_one.number))
    elif not given.named and lane.live is not None and lane.live.sha == build.sha:
        reasons.append(AlreadyLive(build.label))
    if reasons:
        return Refusal(tuple(reasons))
    return _open(Decision(lane), build, lane_policy, policy, fresh, now, given.by.person.id)


def _open(  # noqa: PLR0917 - all of it is the release's birth certificate
    decided: Decision,
    build: Build,
    lane_policy: LanePolicy,
    policy: Policy,
    fresh: Fresh,
    now: datetime,
    requester: str | None,
) -> Decision:
    release = Release(
        number=fresh.number,
        lane=decided.lane.id,
        origin=Origin.REQUEST if requester else Origin.PIPELINE,
        build=build,
        artifact=build.artifact,
        generation=1,
        key=f"R-{fresh.number}-{fresh.suffix}",
        state=Lifecycle.OPEN,
        opened_at=now,
        policy=lane_policy,
        policy_hash=policy.hash,
        requested_by=requester,
        older_than_live=_is_older(build, decided.lane),
    )
    for older in _superseded_by(release, decided.lane, policy):
        ended = replace(older, state=Lifecycle.SUPERSEDED, ended_at=now, superseded_by=release.number)
        decided = _happened(
            _changed(decided, ended), Happening(Happened.SUPERSEDED, older.number, other=release.number)
        )
    opened = replace(decided, lane=decided.lane.opened(release))
    return _happened(
        opened, Happening(Happened.OPENED, release.number, by=requester, detail=build.label, url=build.url)
    )


def _superseded_by(newer: Release, lane: Lane, policy: Policy) -> tuple[Release, ...]:
    """Return the open releases that a newer one makes pointless; the one whose deploy is next stays."""
    waiting = [release for release in lane.open if release.build.position <= newer.build.position]
    following = next((release for release in lane.open if not own_blockers(release, policy)), None)
    return tuple(release for release in waiting if release is not following)


def _adopt(lane: Lane, given: Adopt, now: datetime) -> Decision | Refusal:
    if lane.adopted_at is not None:
        return Refusal((NotExpected(Lifecycle.LIVE),))
    live = given.live
    known = Live(live.sha, live.version, live.since, live.position) if live else None
    adopted = replace(lane, adopted_at=now, live=lane.live or known)
    return _happened(Decision(adopted), Happening(Happened.ADOPTED, detail=live.version if live else ""))


def _time_passed(lane: Lane, policy: Policy, now: datetime) -> Decision:
    decided = Decision(lane)
    for release in lane.open:
        due = expires_at(release, policy)
        if due is not None and due <= now:
            ended = replace(release, state=Lifecycle.EXPIRED, ended_at=now)
            decided = _happened(_changed(decided, ended), Happening(Happened.EXPIRED, release.number))
    flying = lane.in_flight
    if flying is not None and _timed_out(flying, now):
        minutes = int(flying.policy.deploy_timeout.total_seconds() // 60)
        detail = f"no result within {minutes} min; the job may still be running"
        decided = _fail(decided, flying, detail, None, now)
    return decided


def _timed_out(release: Release, now: datetime) -> bool:
    deployment = release.deployment
    return (
        deployment is not None
        and deployment.status is not DeployStatus.UNKNOWN  # a person has been asked; time is no answer
        and deployment.attempted_at + release.policy.deploy_timeout <= now
    )


# -- what concerns one release ---------------------------------------------------------------------------------------


def _of_release(lane: Lane, given: OfRelease, policy: Policy, now: datetime) -> Decision | Refusal:
    release = lane.release(given.release)
    if release is None:
        raise LookupError(f"R-{given.release} is not in {lane.id}")
    rule = TABLE.get((release.state, type(given)))
    if rule is None:
        if isinstance(given, Approve | Reject | Withdraw | Cancel):
            return Refusal((*approvals.account_reasons(given.by), TooLate(release.state, release.superseded_by)))
        return Refusal((NotExpected(release.state),))
    return rule(lane, release, given, policy, now)


def _approve(lane: Lane, release: Release, given: Approve, policy: Policy, now: datetime) -> Decision | Refusal:
    if not approvals.rules_of(release, policy.lane(release.lane)):
        return Refusal((*approvals.account_reasons(given.by), NoApprovalNeeded()))
    reasons = list(approvals.approval_reasons(given.by, release, policy))
    if given.generation is not None and given.generation != release.generation:
        reasons.append(ChangedSince())
    if any(word.person == given.by.person.id for word in release.standing()):
        reasons.append(AlreadyApproved())
    if reasons:
        return Refusal(tuple(reasons))
    said = _said(release, given, Verdict.APPROVE, now)
    return _happened(_changed(Decision(lane), said), Happening(Happened.APPROVED, release.number, given.by.person.id))


def _withdraw(lane: Lane, release: Release, given: Withdraw, policy: Policy, now: datetime) -> Decision | Refusal:
    del policy  # whoever gave a word may take it back, whatever today's policy says
    reasons = list(approvals.account_reasons(given.by))
    if not any(word.person == given.by.person.id for word in release.standing()):
        reasons.append(NothingToWithdraw())
    if reasons:
        return Refusal(tuple(reasons))
    said = _said(release, given, Verdict.WITHDRAW, now)
    return _happened(_changed(Decision(lane), said), Happening(Happened.WITHDRAWN, release.number, given.by.person.id))


def _said(release: Release, given: Approve | Withdraw, verdict: Verdict, now: datetime) -> Release:
    by = given.by
    word = Approval(
        person=by.person.id,
        slack=by.person.slack,
        verdict=verdict,
        generation=release.generation,
        groups=tuple(sorted(by.groups)),
        at=now,
        surface=by.surface,
        saw=by.saw,
    )
    return replace(release, approvals=(*release.approvals, word))


def _reject(lane: Lane, release: Release, given: Reject, policy: Policy, now: datetime) -> Decision | Refusal:
    reasons = list(approvals.approval_reasons(given.by, release, policy, own_work=False))
    if given.generation is not None and given.generation != release.generation:
        reasons.append(ChangedSince())
    if not given.reason.strip():
        reasons.append(NoReason())
    if reasons:
        return Refusal(tuple(reasons))
    ended = replace(release, state=Lifecycle.REJECTED, ended_at=now, reason=given.reason.strip())
    happening = Happening(Happened.REJECTED, release.number, given.by.person.id, given.reason.strip())
    return _happened(_changed(Decision(lane), ended), happening)


def _cancel(lane: Lane, release: Release, given: Cancel, policy: Policy, now: datetime) -> Decision | Refusal:
    reasons = list(approvals.account_reasons(given.by))
    rules = approvals.rules_of(release, policy.lane(release.lane))
    asks = release.requested_by == given.by.person.id
    unruled = not rules and Permission.REQUEST in given.by.permissions
    if not (asks or unruled or approvals.entitled(given.by, rules)):
        reasons.append(MayNotCancel())
    if reasons:
        return Refusal(tuple(reasons))
    ended = replace(release, state=Lifecycle.CANCELLED, ended_at=now)
    return _happened(_changed(Decision(lane), ended), Happening(Happened.CANCELLED, release.number, given.by.person.id))


def _begin(lane: Lane, release: Release, given: BeginDeployment, policy: Policy, now: datetime) -> Decision | Refusal:
    del given
    if blockers(release, lane, policy):
        return Refusal((StillBlocked(),))
    begun = replace(release, state=Lifecycle.DEPLOYING, deployment=Deployment(DeployStatus.ATTEMPTED, attempted_at=now))
    return _happened(_changed(Decision(lane), begun), Happening(Happened.DEPLOY_ATTEMPTED, release.number))


def _begin_again(
    lane: Lane, release: Release, given: BeginDeployment, policy: Policy, now: datetime
) -> Decision | Refusal:
    """Send once more what certainly did not arrive, or what a person or the policy says may be sent again."""
    del given, policy
    deployment = release.deployment
    if deployment is None or deployment.status is not DeployStatus.ATTEMPTED:
        return Refusal((NotExpected(release.state),))
    again = replace(release, deployment=replace(deployment, attempted_at=now))
    return _changed(Decision(lane), again)


def _accepted(
    lane: Lane, release: Release, given: DeploymentAccepted, policy: Policy, now: datetime
) -> Decision | Refusal:
    del policy, now
    deployment = release.deployment
    if deployment is None or deployment.status not in {DeployStatus.ATTEMPTED, DeployStatus.UNKNOWN}:
        return Refusal((NotExpected(release.state),))
    known = replace(deployment, status=DeployStatus.ACCEPTED, ref=given.ref, url=given.url)
    happening = Happening(Happened.DEPLOY_ACCEPTED, release.number, detail=given.ref, url=given.url)
    return _happened(_changed(Decision(lane), replace(release, deployment=known)), happening)


def _running(
    lane: Lane, release: Release, given: DeploymentRunning, policy: Policy, now: datetime
) -> Decision | Refusal:
    del policy, now
    deployment = release.deployment
    if deployment is None or deployment.status is not DeployStatus.ACCEPTED:
        return Refusal((NotExpected(release.state),))
    running = replace(deployment, status=DeployStatus.RUNNING, url=given.url or deployment.url)
    happening = Happening(Happened.DEPLOY_RUNNING, release.number, url=running.url)
    return _happened(_changed(Decision(lane), replace(release, deployment=running)), happening)


def _ended(lane: Lane, release: Release, given: DeploymentEnded, policy: Policy, now: datetime) -> Decision | Refusal:
    del policy
    if given.succeeded:
        return _live(Decision(lane), release, None, given.detail, given.url, now)
    return _fail(Decision(lane), release, given.detail, given.url, now)


def _refused(
    lane: Lane, release: Release, given: DeploymentRefused, policy: Policy, now: datetime
) -> Decision | Refusal:
    del policy
    return _fail(Decision(lane), release, given.reason, None, now)


def _lost(lane: Lane, release: Release, given: DeploymentLost, policy: Policy, now: datetime) -> Decision | Refusal:
    del given, policy, now
    deployment = release.deployment
    if deployment is None or deployment.status is not DeployStatus.ATTEMPTED:
        return Refusal((NotExpected(release.state),))
    unknown = replace(release, deployment=replace(deployment, status=DeployStatus.UNKNOWN))
    asked = replace(_changed(Decision(lane), unknown), effects=(AskWhetherItRan(release.number),))
    return _happened(asked, Happening(Happened.DEPLOY_LOST, release.number))


def _resolve(lane: Lane, release: Release, given: Resolve, policy: Policy, now: datetime) -> Decision | Refusal:
    reasons = approvals.permission_reasons(given.by, Permission.RESOLVE, policy)
    deployment = release.deployment
    if deployment is None or deployment.status is not DeployStatus.UNKNOWN:
        reasons += (TooLate(release.state),)
    if reasons or deployment is None:
        return Refusal(reasons)
    by = given.by.person.id
    decided = _happened(Decision(lane), Happening(Happened.RESOLVED, release.number, by, given.answer.value))
    match given.answer:
        case Answer.DID_RUN:
            return _live(decided, release, by, "somebody looked and says that it ran", None, now)
        case Answer.DID_NOT_RUN:
            return _fail(decided, release, "the request never reached the CI system", None, now)
        case Answer.ABANDON:
            return _fail(decided, release, "given up; nobody knows whether it ran", None, now)
        case Answer.TRY_AGAIN:
            again = replace(release, deployment=replace(deployment, status=DeployStatus.ATTEMPTED, attempted_at=now))
            changed = _changed(decided, again)
            return replace(changed, effects=(*changed.effects, ResendDeployment(release.number, release.generation)))
    assert_never(given.answer)


# -- endings ---------------------------------------------------------------------------------------------------------


def _live(decided: Decision, release: Release, by: str | None, detail: str, url: str | None, now: datetime) -> Decision:  # noqa: PLR0917
    finished = _finished(release, DeployStatus.SUCCEEDED, url, now)
    lives = replace(finished, state=Lifecycle.LIVE, ended_at=now)
    lane = replace(
        decided.lane,
        live=Live(release.build.sha, release.build.version, now, release.build.position, release.number),
    )
    changed = _changed(replace(decided, lane=lane), lives)
    if release.policy.announce:
        changed = replace(changed, effects=(*changed.effects, Announce(release.number)))
    return _happened(changed, Happening(Happened.LIVE, release.number, by, detail, url=_url(lives)))


def _fail(decided: Decision, release: Release, reason: str, url: str | None, now: datetime) -> Decision:
    finished = _finished(release, DeployStatus.FAILED, url, now)
    failed = replace(finished, state=Lifecycle.FAILED, ended_at=now, reason=reason)
    changed = _changed(decided, failed)
    told = replace(changed, effects=(*changed.effects, TellFailure(release.number)))
    return _happened(told, Happening(Happened.FAILED, release.number, detail=reason, url=_url(failed)))


def _finished(release: Release, status: DeployStatus, url: str | None, now: datetime) -> Release:
    before = release.deployment or Deployment(status, attempted_at=now)
    return replace(release, deployment=replace(before, status=status, finished_at=now, url=url or before.url))


def _url(release: Release) -> str | None:
    return release.deployment.url if release.deployment else None


# -- the pieces of a decision ----------------------------------------------------------------------------------------


def _changed(decided: Decision, release: Release) -> Decision:
    return replace(decided, lane=decided.lane.replaced(release))


def _happened(decided: Decision, happening: Happening) -> Decision:
    return replace(decided, happenings=(*decided.happenings, happening))


def _settle(decided: Decision, policy: Policy) -> Decision:
    """Send the first release that nothing blocks on its way; the effect's key makes saying so twice harmless."""
    for release in decided.lane.open:
        if not blockers(release, decided.lane, policy):
            start = StartDeployment(release.number, release.generation)
            return replace(decided, effects=(*decided.effects, start))
    return decided


Rule = Callable[[Lane, Release, OfRelease, Policy, datetime], Decision | Refusal]
_Given = TypeVar("_Given")


def _rule(rule: Callable[[Lane, Release, _Given, Policy, datetime], Decision | Refusal]) -> Rule:
    """Enter a rule in the table; its key guarantees the input's type, which the type checker cannot see."""
    return rule  # type: ignore[return-value]


TABLE: dict[tuple[Lifecycle, type[OfRelease]], Rule] = {
    (Lifecycle.OPEN, Approve): _rule(_approve),
    (Lifecycle.OPEN, Withdraw): _rule(_withdraw),
    (Lifecycle.OPEN, Reject): _rule(_reject),
    (Lifecycle.OPEN, Cancel): _rule(_cancel),
    (Lifecycle.OPEN, BeginDeployment): _rule(_begin),
    (Lifecycle.DEPLOYING, BeginDeployment): _rule(_begin_again),
    (Lifecycle.DEPLOYING, DeploymentAccepted): _rule(_accepted),
    (Lifecycle.DEPLOYING, DeploymentRefused): _rule(_refused),
    (Lifecycle.DEPLOYING, DeploymentLost): _rule(_lost),
    (Lifecycle.DEPLOYING, DeploymentRunning): _rule(_running),
    (Lifecycle.DEPLOYING, DeploymentEnded): _rule(_ended),
    (Lifecycle.DEPLOYING, Resolve): _rule(_resolve),
}
"""What may happen to one release. A pair that is not here is refused."""

TRANSITIONS: tuple[tuple[Lifecycle, str, Lifecycle], ...] = (
    (Lifecycle.OPEN, "attempt recorded", Lifecycle.DEPLOYING),
    (Lifecycle.OPEN, "rejected with a reason", Lifecycle.REJECTED),
    (Lifecycle.OPEN, "cancelled", Lifecycle.CANCELLED),
    (Lifecycle.OPEN, "approvals missing for too long", Lifecycle.EXPIRED),
    (Lifecycle.OPEN, "a newer build", Lifecycle.SUPERSEDED),
    (Lifecycle.DEPLOYING, "the job succeeded", Lifecycle.LIVE),
    (Lifecycle.DEPLOYING, "the job failed, was refused or timed out", Lifecycle.FAILED),
)
"""Every change of state with its cause, in the order of the diagram in the README; a test holds it against decide()."""
