"""How releases come to be: a build that opens one by itself, a person's request, adoption, superseding.

Rules:

- A build opens a release by itself when it is the newest deployable one, the lane is adopted, and neither what is live
  nor any unfinished release there is of a newer build, or of this one.
- `latest-wins`: a newer build supersedes the older open releases of its lane, save the one whose deploy is next: with
  that one the approvers' work would be lost for ever where builds come fast. Once the newer one is live, even that one
  goes: it would take the environment backwards.
- Another artifact of the same commit is another generation: approvals of the former are void, people are asked again.
"""

from dataclasses import replace
from datetime import datetime

from bot.core import approvals
from bot.core.blockers import own_blockers
from bot.core.build import Build, BuildState
from bot.core.decision import Decision, Fresh
from bot.core.effects import Happened, Happening
from bot.core.inputs import Adopt, BuildChanged, ReachedBefore, Request, Retry
from bot.core.lane import Lane, Live
from bot.core.policy import LanePolicy, Permission, Policy
from bot.core.refusals import AlreadyLive, AlreadyOpen, NotDeployable, NotExpected, NotInPolicy, Reason, Refusal
from bot.core.release import Lifecycle, Origin, Release


def build_changed(lane: Lane, given: BuildChanged, policy: Policy, fresh: Fresh, now: datetime) -> Decision:
    """Show a build's news on the releases that wait with it, and open one where it is due."""
    decided = Decision(lane)
    for release in lane.open:
        if release.build.id == given.build.id:
            decided = _with_build(decided, release, given.build)
    lane_policy = policy.lane(lane.id)
    if lane_policy is None or not _opens_by_itself(lane, given):
        return decided
    return _open(decided, _born(lane, given.build, lane_policy, policy, fresh, now), policy)


def _with_build(decided: Decision, release: Release, build: Build) -> Decision:
    if build.artifact == release.artifact or build.state is not BuildState.DEPLOYABLE:
        broke = build.state is BuildState.BROKEN and release.build.state is not BuildState.BROKEN
        shown = decided.changed(replace(release, build=build))
        return shown.happened(Happening(Happened.BUILD_BROKE, release.number, url=build.url)) if broke else shown
    rebuilt = replace(release, build=build, artifact=build.artifact, generation=release.generation + 1, put_off=None)
    return decided.changed(rebuilt).happened(Happening(Happened.REBUILT, release.number, detail=build.artifact))


def _opens_by_itself(lane: Lane, given: BuildChanged) -> bool:
    build = given.build
    if not given.newest or build.state is not BuildState.DEPLOYABLE or lane.adopted_at is None:
        return False
    if lane.live is not None and lane.live.position is not None and build.position <= lane.live.position:
        return False
    return not any(_goes_before(release, build) for release in lane.releases if not release.state.ended)


def _goes_before(release: Release, build: Build) -> bool:
    """Whether an unfinished release is of this build or of a newer one."""
    return release.build.id == build.id or release.build.position > build.position


def request(lane: Lane, given: Request, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    """Open a release because somebody asks for it."""
    build = given.build
    lane_policy = policy.lane(lane.id)
    reasons: list[Reason] = list(approvals.permission_reasons(given.by, Permission.REQUEST, policy))
    if lane_policy is None:
        reasons.append(NotInPolicy(lane.id))
    if build.state is not BuildState.DEPLOYABLE:
        reasons.append(NotDeployable(build.label, build.state))
    open_one = next((r for r in lane.releases if r.build.id == build.id and not r.state.ended), None)
    if open_one is not None:
        reasons.append(AlreadyOpen(open_one.number))
    elif not given.named and lane.live is not None and lane.live.sha == build.sha:
        reasons.append(AlreadyLive(build.label))
    if reasons or lane_policy is None:
        return Refusal(tuple(reasons))
    born = _born(lane, build, lane_policy, policy, fresh, now)
    asked = replace(born, origin=Origin.REQUEST, requested_by=given.by.person.id)
    return _open(Decision(lane), asked, policy)


def _born(  # noqa: PLR0917 - all of it is the release's birth certificate
    lane: Lane, build: Build, lane_policy: LanePolicy, policy: Policy, fresh: Fresh, now: datetime
) -> Release:
    live = lane.live.position if lane.live else None
    return Release(
        number=fresh.number,
        lane=lane.id,
        origin=Origin.PIPELINE,
        build=build,
        artifact=build.artifact,
        generation=1,
        key=f"R-{fresh.number}-{fresh.suffix}",
        state=Lifecycle.OPEN,
        opened_at=now,
        policy=lane_policy,
        policy_hash=policy.hash,
        older_than_live=live is not None and build.position < live,
    )


def _open(decided: Decision, release: Release, policy: Policy) -> Decision:
    following = next((one for one in decided.lane.open if not own_blockers(one, policy)), None)
    for older in decided.lane.open:
        if older is not following and older.build.position <= release.build.position:
            decided = _supersede(decided, older, release.number, release.opened_at)
    opened = replace(decided, lane=decided.lane.opened(release))
    build = release.build
    return opened.happened(
        Happening(Happened.OPENED, release.number, by=release.requested_by, detail=build.label, url=build.url)
    )


def overtake(decided: Decision, live: Release, now: datetime) -> Decision:
    """Supersede what was opened before a release that is live now, and would take the environment backwards."""
    for older in decided.lane.open:
        if older.number < live.number and older.build.position <= live.build.position:
            decided = _supersede(decided, older, live.number, now)
    return decided


def _supersede(decided: Decision, older: Release, by: int, now: datetime) -> Decision:
    ended = replace(older, state=Lifecycle.SUPERSEDED, ended_at=now, superseded_by=by)
    return decided.changed(ended).happened(Happening(Happened.SUPERSEDED, older.number, other=by))


def adopt(lane: Lane, given: Adopt, now: datetime) -> Decision | Refusal:
    """See a lane for the first time, with what is live there."""
    if lane.adopted_at is not None:
        return Refusal((NotExpected(Lifecycle.LIVE),))
    live = given.live
    known = Live(live.sha, live.version, live.since, live.position) if live else None
    adopted = replace(lane, adopted_at=now, live=lane.live or known)
    return Decision(adopted).happened(Happening(Happened.ADOPTED, detail=live.version if live else ""))


def reached_before(lane: Lane, given: ReachedBefore, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    """Open a release of a build that has been live long enough in the environment before."""
    raise NotImplementedError


def retry(lane: Lane, given: Retry, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    """Open a new release of what failed; approvals of the same artifact count on for a short time."""
    raise NotImplementedError
