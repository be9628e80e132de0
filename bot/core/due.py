"""When time alone changes a release, its card or its lane; the clock comes by then and says that time has passed."""

from datetime import datetime

from bot.core import asking, calendar, escalating, gates, holding, quiet, verifying
from bot.core.blockers import Blocker, Held, InFreeze, Locked, Scheduled, Soaking, Undoable, lane_blockers, own_blockers
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.release import DeployStatus, Lifecycle, Release


def due_at(release: Release, lane: Lane, policy: Policy, now: datetime) -> datetime | None:
    """Return the next instant at which time alone changes a release or its card; None when time changes nothing.

    An open release expires, is reminded of and escalated, has approvals that grow old, and waits for what ends by
    itself: an undo window, a schedule, a soak, a freeze, a hold, a lock; its card tells when a freeze begins. A deploy
    runs out of time, a verification ends. What was due before `now` and has not been seen to is due still: the instant
    may lie in the past.

    Args:
        release: one of the lane's releases.
        lane: the lane as it is.
        policy: today's policy.
        now: the present, in UTC.
    """
    match release.state:
        case Lifecycle.OPEN:
            ends = [_ends(one) for one in own_blockers(release, lane, policy, now)]
            ends += [_ends(one) for one in lane_blockers(release, lane, policy, now)]
            begins = _freezes_at(release, lane, policy, now)
            late = quiet.late_at(release, lane, policy, now)
            asks = asking.next_moment(release, lane, policy, now), escalating.next_moment(release, lane, policy, now)
            return _first(*asks, begins, late, *ends)
        case Lifecycle.DEPLOYING:
            return _first(_runs_out(release), quiet.late_at(release, lane, policy, now))
        case _:
            return verifying.next_moment(release, now)


def lane_due_at(lane: Lane) -> datetime | None:
    """Return when the lane's hold or lock ends, or when the lock's owner is told that it ends soon; else None.

    For every lane, with releases or without: what is open asks for its own blockers only.
    """
    hold, lock = lane.hold, lane.lock
    lock_ends = None if lock is None else lock.until if lock.warned else holding.warns_at(lock)
    return _first(hold.until if hold else None, lock_ends)


def _ends(blocker: Blocker) -> datetime | None:
    match blocker:
        case Undoable() | Scheduled() | Soaking() | InFreeze():
            return blocker.until
        case Held():
            return blocker.hold.until
        case Locked():
            return blocker.lock.until
        case _:
            return None


def _freezes_at(release: Release, lane: Lane, policy: Policy, now: datetime) -> datetime | None:
    """Return when a freeze begins that its card must tell of."""
    if not gates.freezes_bind(release, lane, policy):
        return None
    return calendar.next_begin([one for one in policy.freezes if one.concerns(lane.id)], now)


def _runs_out(release: Release) -> datetime | None:
    deployment = release.deployment
    if deployment is None or deployment.status is DeployStatus.UNKNOWN:  # a person has been asked; time is no answer
        return None
    return deployment.attempted_at + release.policy.deploy_timeout


def _first(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
