"""Every reason why a release may not ship now. Cards, `why` and refusals come from here and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.approvals import Missing, missing, only_authors_approved
from bot.core.build import BuildState
from bot.core.lane import Lane
from bot.core.policy import LaneId, Policy
from bot.core.release import Release


@dataclass(frozen=True, slots=True)
class WaitsForApproval:
    """People of this rule have not all approved yet."""

    missing: Missing


@dataclass(frozen=True, slots=True)
class NeedsAnotherApprover:
    """Everybody who approved wrote the commit; somebody else must approve too."""


@dataclass(frozen=True, slots=True)
class LaneBusy:
    """Another release is being deployed there; they go one at a time."""

    release: int


@dataclass(frozen=True, slots=True)
class BehindInQueue:
    """A release that was opened before is ready and goes first."""

    release: int


@dataclass(frozen=True, slots=True)
class BuildNotDeployable:
    """The build's pipelines are no longer all green, or run again."""

    state: BuildState


@dataclass(frozen=True, slots=True)
class LaneNotInPolicy:
    """Today's policy no longer names the lane."""

    lane: LaneId


Blocker = WaitsForApproval | NeedsAnotherApprover | LaneBusy | BehindInQueue | BuildNotDeployable | LaneNotInPolicy


def blockers(release: Release, lane: Lane, policy: Policy) -> tuple[Blocker, ...]:
    """Return everything in the way of an open release, its own reasons first, then those of the lane."""
    found: list[Blocker] = list(own_blockers(release, policy))
    busy = lane.in_flight
    if busy is not None and busy.number != release.number:
        found.append(LaneBusy(busy.number))
    found += [
        BehindInQueue(other.number)
        for other in lane.open
        if other.number < release.number and not own_blockers(other, policy)
    ]
    return tuple(found)


def own_blockers(release: Release, policy: Policy) -> tuple[Blocker, ...]:
    """Return what is in the way of a release whatever else is in its lane."""
    found: list[Blocker] = []
    if policy.lane(release.lane) is None:
        found.append(LaneNotInPolicy(release.lane))
    if release.build.state is not BuildState.DEPLOYABLE:
        found.append(BuildNotDeployable(release.build.state))
    waits = missing(release, policy)
    found += [WaitsForApproval(rule) for rule in waits]
    if not waits and only_authors_approved(release, policy):
        found.append(NeedsAnotherApprover())
    return tuple(found)


def expires_at(release: Release, policy: Policy) -> datetime | None:
    """Return when an open release expires, or None: the time runs only while approvals are missing."""
    waits = any(isinstance(b, WaitsForApproval | NeedsAnotherApprover) for b in own_blockers(release, policy))
    if release.policy.expires_after is None or not waits:
        return None
    return release.opened_at + release.policy.expires_after
