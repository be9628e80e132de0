"""How releases come to be: a build that opens one by itself, a person's request, a second try; and adoption.

Rules:

- A build opens a release by itself when it is the newest deployable one, the lane is adopted and not observed, it is
  not quarantined, and neither what is live nor any unfinished release there is of a newer build, or of this one. Where
  each must ship, every deployable build newer than what is live does, the newest or not.
- Where the policy names an environment that comes before, all of that holds once the build was live there for long
  enough; a request opens at once and shows what is missing as a blocker.
- People may ask for any deployable build, older ones too. That is marked, and holds a lane where builds ship by
  themselves: else the next one would undo it.
- A rollback goes to a build that was live there, a hotfix takes the fast path of the policy; both have a reason, and
  both take over from an ordinary release of their build that waits.
- A second try of what failed is a new release. Approvals count on when it ships the same artifact in place of the same
  one and the first try ended a short time ago; a rebuilt artifact never inherits any. Who tries again asks for it, too:
  beside what counts on, their word on it does not count.
- Another artifact of the same commit is another generation: approvals of the former are void, people are asked again.
  A rollback whose build is rebuilt is dropped: it goes back to what was live, and what would ship now never was.
- Where the deploy is a run that waits at a gate, a release is dropped when that run has ended without going on.
"""

from dataclasses import replace
from datetime import datetime

from bot.core import asking, gated, gates
from bot.core.approvals import in_force
from bot.core.authorize import Act, authorize
from bot.core.blockers import approval_blockers
from bot.core.build import Build, BuildState
from bot.core.decision import Decision, Fresh
from bot.core.effects import Happened, Happening
from bot.core.events import Adopt, BuildChanged, ReachedBefore
from bot.core.inputs import Request, Retry
from bot.core.landing import hold_automatic
from bot.core.lane import Lane, Live
from bot.core.policy import Kind, LanePolicy, NewerBuild, Policy
from bot.core.refusals import (
    AlreadyLive,
    AlreadyOpen,
    BuildQuarantined,
    LaneIsObserved,
    MovedOn,
    NeverLiveThere,
    NoFastPath,
    NoReason,
    NotDeployable,
    NotExpected,
    NotFailed,
    NotInPolicy,
    NotInThePast,
    Reason,
    Refusal,
)
from bot.core.release import Lifecycle, Origin, Release, Replaced
from bot.core.superseding import make_room

NEVER_LIVE = "its build was rebuilt since, and a rollback ships only what was live there before"
ACTS = {Kind.RELEASE: Act.REQUEST, Kind.ROLLBACK: Act.ROLLBACK, Kind.HOTFIX: Act.HOTFIX}
"""What asking for a release of each kind is called."""


def build_changed(lane: Lane, given: BuildChanged, policy: Policy, fresh: Fresh, now: datetime) -> Decision:
    """Show a build's news on the releases that wait with it, and open one where it is due."""
    decided = Decision(lane)
    for release in lane.open:
        if release.build.id == given.build.id:
            decided = _with_build(decided, release, given.build, now)
    due = given.newest or (given.became and _each_must_ship(lane, policy))
    return _open_by_itself(decided, given.build, policy, fresh, now) if due else decided


def reached_before(lane: Lane, given: ReachedBefore, policy: Policy, fresh: Fresh, now: datetime) -> Decision:
    """Open a release of a build that has been live long enough in the environment before.

    To be told once for each build and lane when it goes live there, and once when its soak has ended: what people
    ended here since would open again.
    """
    decided, here = Decision(lane), lane.policy(policy)
    due = here is not None and here.after is not None and (given.newest or _each_must_ship(lane, policy))
    return _open_by_itself(decided, given.build, policy, fresh, now) if due else decided


def _with_build(decided: Decision, release: Release, build: Build, now: datetime) -> Decision:
    if gated.run_ended(release, build):
        over = replace(release, build=build, state=Lifecycle.CANCELLED, ended_at=now, reason=gated.RUN_ENDED)
        told = Happening(Happened.CANCELLED, release.number, detail=gated.RUN_ENDED, url=build.url)
        return decided.changed(over).happened(told)
    if build.artifact == release.artifact or build.state is not BuildState.DEPLOYABLE:
        broke = build.state is BuildState.BROKEN and release.build.state is not BuildState.BROKEN
        shown = decided.changed(replace(release, build=build))
        return shown.happened(Happening(Happened.BUILD_BROKE, release.number, url=build.url)) if broke else shown
    if release.kind is Kind.ROLLBACK:
        dropped = replace(release, state=Lifecycle.CANCELLED, ended_at=now, reason=NEVER_LIVE)
        return decided.changed(dropped).happened(Happening(Happened.CANCELLED, release.number, detail=NEVER_LIVE))
    rebuilt = replace(asking.anew(release, now), build=build, artifact=build.artifact)
    return decided.changed(rebuilt).happened(Happening(Happened.REBUILT, release.number, detail=build.artifact))


def _each_must_ship(lane: Lane, policy: Policy) -> bool:
    here = lane.policy(policy)
    return here is not None and here.newer_build is NewerBuild.EACH_MUST_SHIP


def _open_by_itself(decided: Decision, build: Build, policy: Policy, fresh: Fresh, now: datetime) -> Decision:
    here = decided.lane.policy(policy)
    if here is None or gates.closed(decided.lane, policy) or not _may_open(decided.lane, build, here, now):
        return decided
    return _open(decided, born(decided.lane, build, here, policy, fresh, now), policy, now)


def _may_open(lane: Lane, build: Build, here: LanePolicy, now: datetime) -> bool:
    if lane.adopted_at is None or build.state is not BuildState.DEPLOYABLE:
        return False
    if gates.quarantined(lane.around.marks, build.position) is not None:
        return False
    if lane.live is not None and lane.live.position is not None and build.position <= lane.live.position:
        return False
    if here.after is not None:
        soaked = gates.soaked_at(build, here.after, lane.around)
        if soaked is None or soaked > now:
            return False
    unfinished = [release for release in lane.releases if not release.state.ended]
    newer = here.newer_build is NewerBuild.LATEST_WINS and any(
        one.build.position > build.position for one in unfinished
    )
    return not newer and not any(one.build.id == build.id for one in unfinished)


def request(lane: Lane, given: Request, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    """Open a release because somebody asks for it.

    Whether a build was live there before, which a rollback needs, is told by the lane's `around.reached` of its own
    environment: it is loaded with what was live here without having failed or been rolled back.
    """
    build, here = given.build, lane.policy(policy)
    reasons: list[Reason] = list(authorize(given.by, ACTS[given.kind], policy, lane=lane))
    if given.kind is not Kind.RELEASE and not given.reason.strip():
        reasons.append(NoReason())
    reasons += _in_the_way(lane, build, given.kind, policy)
    if given.kind is Kind.ROLLBACK and not _was_live(lane, build):
        reasons.append(NeverLiveThere(build.label))
    open_one = _unfinished(lane, build, given.kind)
    if open_one is not None:
        reasons.append(AlreadyOpen(open_one.number))
    elif not given.named and lane.live is not None and lane.live.sha == build.sha:
        reasons.append(AlreadyLive(build.label))
    if given.at is not None and given.at <= now:
        reasons.append(NotInThePast(given.at))
    if reasons or here is None:
        return Refusal(tuple(reasons))
    asked = replace(
        born(lane, build, here, policy, fresh, now),
        origin=Origin.REQUEST,
        requested_by=given.by.person.id,
        requested_slack=given.by.person.slack,
        kind=given.kind,
        instead_of=_replaced(lane) if given.kind is Kind.ROLLBACK else None,
        why=given.reason.strip() or None,
        scheduled_for=given.at,
    )
    decided = _open(Decision(lane), asked, policy, now)
    if asked.older_than_live and asked.kind is not Kind.ROLLBACK:  # a rollback holds the lane when it has landed
        return hold_automatic(decided, f"{asked.name} ships an older build than is live", asked, policy, now)
    return decided


def _replaced(lane: Lane) -> Replaced | None:
    live = lane.live
    return Replaced(live.position, live.label) if live is not None and live.position is not None else None


def _in_the_way(lane: Lane, build: Build, kind: Kind, policy: Policy) -> list[Reason]:
    """Return why people cannot have a build shipped there, whoever they are."""
    reasons: list[Reason] = []
    here = lane.policy(policy)
    if here is None:
        reasons.append(NotInPolicy(lane.id))
    elif gates.closed(lane, policy):
        reasons.append(LaneIsObserved(lane.id))
    elif kind is Kind.HOTFIX and here.hotfix is None:
        reasons.append(NoFastPath(lane.id))
    if build.state is not BuildState.DEPLOYABLE:
        reasons.append(NotDeployable(build.label, build.state))
    mark = gates.quarantined(lane.around.marks, build.position)
    if mark is not None:
        reasons.append(BuildQuarantined(mark))
    return reasons


def _was_live(lane: Lane, build: Build) -> bool:
    is_live = lane.live is not None and lane.live.sha == build.sha
    here = lane.id.environment
    return is_live or any(one.environment == here and one.build == build.id for one in lane.around.reached)


def _unfinished(lane: Lane, build: Build, kind: Kind) -> Release | None:
    """Return the unfinished release of a build, save an ordinary one that waits and gives way to this kind."""
    for release in lane.releases:
        waits = release.state is Lifecycle.OPEN and release.kind is Kind.RELEASE
        gives_way = waits and kind is not Kind.RELEASE
        if release.build.id == build.id and not release.state.ended and not gives_way:
            return release
    return None


def retry(lane: Lane, given: Retry, policy: Policy, fresh: Fresh, now: datetime) -> Decision | Refusal:
    """Open a new release of what failed; approvals of the same artifact count on for a short time.

    Raises:
        LookupError: the lane was loaded without the release.
    """
    failed = lane.release(given.release)
    if failed is None:
        raise LookupError(f"R-{given.release} is not in {lane.id}")
    here = lane.policy(policy)
    build = given.build or failed.build
    reasons: list[Reason] = list(authorize(given.by, Act.RETRY, policy, lane=lane, release=failed))
    if failed.state is not Lifecycle.FAILED:
        reasons.append(NotFailed(failed.state))
    reasons += _in_the_way(lane, build, failed.kind, policy)
    open_one = _unfinished(lane, build, failed.kind)
    if open_one is not None:
        reasons.append(AlreadyOpen(open_one.number))
    reasons += _moved_on(lane, failed)
    if reasons or here is None:
        return Refusal(tuple(reasons))
    by, number = given.by.person.id, failed.number
    tried = replace(born(lane, build, here, policy, fresh, now), retried_by=by, retried_slack=given.by.person.slack)
    again = _second(failed, tried, lane, policy, now)
    retried = Happening(Happened.RETRIED, number, by, other=again.number)
    return _open(Decision(lane).happened(retried), again, policy, now, by)


def _moved_on(lane: Lane, failed: Release) -> list[Reason]:
    """Tell what has become live there since: the build itself, something newer, or if it goes back, anything."""
    live = lane.live
    if live is None:
        return []
    since = failed.ended_at is not None and live.since > failed.ended_at
    if since and live.sha == failed.build.sha:
        return [AlreadyLive(live.label)]
    backwards = failed.kind is Kind.ROLLBACK or failed.older_than_live
    moved = since if live.position is None or backwards else live.position > failed.build.position
    return [MovedOn(live.label)] if moved else []


def _second(failed: Release, born: Release, lane: Lane, policy: Policy, now: datetime) -> Release:
    again = replace(
        born,
        origin=failed.origin,
        requested_by=failed.requested_by,
        requested_slack=failed.requested_slack,
        kind=failed.kind,
        instead_of=failed.instead_of,
        why=failed.why,
        retry_of=failed.number,
    )
    allowed = min(one.retry_within for one in in_force(failed, lane, policy))
    in_time = failed.ended_at is not None and now <= failed.ended_at + allowed
    if not in_time or born.artifact != failed.artifact or not _in_place_of_the_same(failed, lane):
        return again
    words = tuple(replace(word, generation=again.generation, inherited=True) for word in failed.standing())
    again = replace(again, approvals=words)
    complete = not approval_blockers(again, lane, policy)
    return replace(again, approved_at=failed.approved_at) if complete else again  # they are as old as they are


def _in_place_of_the_same(failed: Release, lane: Lane) -> bool:
    """Whether nothing has become live since the first try began: people approved a change of what was live then."""
    live, deployment = lane.live, failed.deployment
    return live is None or (deployment is not None and live.since <= deployment.attempted_at)


def born(  # noqa: PLR0917 - all of it is the release's birth certificate
    lane: Lane, build: Build, lane_policy: LanePolicy, policy: Policy, fresh: Fresh, now: datetime
) -> Release:
    """Return the release that a pipeline opens of a build; whoever else opens it says so."""
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


def _open(decided: Decision, release: Release, policy: Policy, now: datetime, by: str | None = None) -> Decision:
    roomy = make_room(decided, release, policy, now)
    opened = replace(roomy, lane=roomy.lane.opened(release))
    build = release.build
    who = by or release.requested_by
    return opened.happened(Happening(Happened.OPENED, release.number, by=who, detail=build.label, url=build.url))


def adopt(lane: Lane, given: Adopt, now: datetime) -> Decision | Refusal:
    """See a lane for the first time, with what is live there."""
    if lane.adopted_at is not None:
        return Refusal((NotExpected(Lifecycle.LIVE),))
    live = given.live
    known = Live(live.sha, live.version, live.since, live.position) if live else None
    adopted = replace(lane, adopted_at=now, live=lane.live or known)
    return Decision(adopted).happened(Happening(Happened.ADOPTED, detail=live.version if live else ""))
