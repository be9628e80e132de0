"""Every reason why a release may not ship now. Cards, `why` and refusals come from here and nothing else.

A blocker says what is in the way, and where time alone lifts it until when; bot/views/obstacles.py says it to people
together with who can lift it. The gates themselves are in bot/core/gates.py; this is where they come together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.core import calendar, gates
from bot.core.approvals import Missing, finding_authors, missing, needs_another, unmapped, untold_commits
from bot.core.build import BuildState
from bot.core.lane import Hold, Lane, Lock, Mark, Stop
from bot.core.policy import LaneId, Policy
from bot.core.release import Lifecycle, Release


@dataclass(frozen=True, slots=True)
class WaitsForApproval:
    """People of this rule have not all approved yet."""

    missing: Missing


@dataclass(frozen=True, slots=True)
class NeedsAnotherApprover:
    """A commit of it has been approved by nobody but its own authors; somebody else must approve too."""


@dataclass(frozen=True, slots=True)
class PeopleUnknown:
    """Under `strict` everybody must be listed in the policy; these are not."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingAuthors:
    """All have approved, but the source has not told who wrote its commits: somebody else may have to.

    `untold` is how many commits there are more than can be looked at; 0 while nothing was told yet.
    """

    untold: int = 0


@dataclass(frozen=True, slots=True)
class Undoable:
    """All have approved; it starts by itself when the undo window ends."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Somebody wants it to ship later."""

    until: datetime


@dataclass(frozen=True, slots=True)
class NotThereYet:
    """The build has not been live in the environment before."""

    environment: str


@dataclass(frozen=True, slots=True)
class Soaking:
    """The build has not been live in the environment before for long enough."""

    environment: str
    until: datetime


@dataclass(frozen=True, slots=True)
class InFreeze:
    """A freeze of the policy is in force. `until` is when that one ends."""

    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class WaitsForChoice:
    """Several releases waited for a freeze to end, and the policy lets people choose which goes first."""

    freeze: str


@dataclass(frozen=True, slots=True)
class Held:
    """The lane is held."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class Locked:
    """Somebody has the lane for themselves."""

    lock: Lock


@dataclass(frozen=True, slots=True)
class AllStopped:
    """Nothing starts anywhere."""

    stop: Stop


@dataclass(frozen=True, slots=True)
class InQuarantine:
    """The build, or one that it contains, is quarantined."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class LaneBusy:
    """Another release is being deployed or verified there; they go one at a time."""

    release: int


@dataclass(frozen=True, slots=True)
class BehindInQueue:
    """A release that was opened before goes first: it is ready, or each must ship."""

    release: int


@dataclass(frozen=True, slots=True)
class BuildNotDeployable:
    """The build's pipelines are no longer all green, or run again."""

    state: BuildState


@dataclass(frozen=True, slots=True)
class LaneNotInPolicy:
    """Today's policy no longer names the lane, or only observes it, or says nowhere how to deploy there."""

    lane: LaneId


Own = (
    WaitsForApproval
    | NeedsAnotherApprover
    | PeopleUnknown
    | FindingAuthors
    | Undoable
    | Scheduled
    | NotThereYet
    | Soaking
    | BuildNotDeployable
    | InQuarantine
    | LaneNotInPolicy
)
"""What concerns the release itself."""

Blocker = Own | InFreeze | WaitsForChoice | Held | Locked | AllStopped | LaneBusy | BehindInQueue


def blockers(release: Release, lane: Lane, policy: Policy, now: datetime) -> tuple[Blocker, ...]:
    """Return everything in the way of an open release, its own reasons first, then those of the lane."""
    found: list[Blocker] = list(own_blockers(release, lane, policy, now))
    found += lane_blockers(release, lane, policy, now)
    found += _busy(release, lane)
    found += [BehindInQueue(other.number) for other in _ahead(release, lane, policy, now)]
    return tuple(found)


def free(release: Release, lane: Lane, policy: Policy, now: datetime) -> bool:
    """Whether nothing is in the way of an open release: it has no blockers, told without looking for all of them."""
    if own_blockers(release, lane, policy, now) or lane_blockers(release, lane, policy, now):
        return False
    return next(_ahead(release, lane, policy, now), None) is None and not _busy(release, lane)


def own_blockers(release: Release, lane: Lane, policy: Policy, now: datetime) -> tuple[Blocker, ...]:
    """Return what is in the way of a release whatever else is in its lane and whatever day it is."""
    found: list[Blocker] = []
    if gates.closed(lane, policy):
        found.append(LaneNotInPolicy(release.lane))
    if release.build.state is not BuildState.DEPLOYABLE:
        found.append(BuildNotDeployable(release.build.state))
    found += _quarantine(release, lane)
    found += approval_blockers(release, lane, policy) or authorship_blockers(release, lane, policy)
    found += _soak(release, lane, policy, now)
    undo = gates.undo_until(release, lane, policy)
    if undo is not None and undo > now:
        found.append(Undoable(undo))
    if release.scheduled_for is not None and release.scheduled_for > now:
        found.append(Scheduled(release.scheduled_for))
    return tuple(found)


def approval_blockers(release: Release, lane: Lane, policy: Policy) -> tuple[Blocker, ...]:
    """Return what its approvers have yet to do; nothing once somebody has overridden them."""
    if release.override is not None:
        return ()
    found: list[Blocker] = []
    waits = missing(release, lane, policy)
    found += [WaitsForApproval(rule) for rule in waits]
    if not waits and needs_another(release, lane, policy):
        found.append(NeedsAnotherApprover())
    unknown = unmapped(release, lane, policy)
    if unknown:
        found.append(PeopleUnknown(unknown))
    return tuple(found)


def authorship_blockers(release: Release, lane: Lane, policy: Policy) -> tuple[Blocker, ...]:
    """Return whether it is still to be told who wrote all the commits; nothing once somebody has overridden that."""
    pending = release.override is None and finding_authors(release, lane, policy)
    return (FindingAuthors(untold_commits(release, lane)),) if pending else ()


def lane_blockers(release: Release, lane: Lane, policy: Policy, now: datetime) -> tuple[Blocker, ...]:
    """Return which gates of the lane are shut for this release, save that the lane is busy."""
    found: list[Blocker] = []
    if lane.around.stop is not None:
        found.append(AllStopped(lane.around.stop))
    hold, lock = gates.hold_of(lane, now), gates.lock_of(lane, now)
    if hold is not None and gates.holds(hold, release):
        found.append(Held(hold))
    if lock is not None:
        found.append(Locked(lock))
    if gates.freezes_bind(release, lane, policy):
        frozen = calendar.frozen(policy.freezes, release.lane, now)
        found += [InFreeze(one.name, one.until) for one in frozen]
        if not frozen and release.waited_for is not None and gates.wants_choice(release, lane, policy):
            found.append(WaitsForChoice(release.waited_for))
    return tuple(found)


def _busy(release: Release, lane: Lane) -> list[Blocker]:
    busy = lane.in_flight
    return [] if busy is None or busy.number == release.number else [LaneBusy(busy.number)]


def _quarantine(release: Release, lane: Lane) -> list[Blocker]:
    mark = gates.quarantined(lane.around.marks, release.build.position)
    return [] if mark is None else [InQuarantine(mark)]


def _soak(release: Release, lane: Lane, policy: Policy, now: datetime) -> list[Blocker]:
    found: list[Blocker] = []
    for after in gates.predecessors(release, lane, policy):
        met = gates.soaked_at(release.build, after, lane.around)
        if met is None:
            found.append(NotThereYet(after.environment))
        elif met > now:
            found.append(Soaking(after.environment, met))
    return found


def _ahead(release: Release, lane: Lane, policy: Policy, now: datetime) -> Iterator[Release]:
    """Yield the releases that go before this one: the ready ones, or all where each must ship.

    One that the lane keeps waiting for a reason that does not keep this one has no place to defend.
    """
    each = gates.each_must_ship(release, lane, policy)
    kept = set(lane_blockers(release, lane, policy, now))
    for other in lane.releases:
        if other.state is not Lifecycle.OPEN or not gates.goes_before(other, release):
            continue
        ready = each or not own_blockers(other, lane, policy, now)
        if ready and (each or kept.issuperset(lane_blockers(other, lane, policy, now))):
            yield other
