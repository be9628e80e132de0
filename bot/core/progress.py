"""What follows by itself after anything has happened in a lane: approvals complete, freezes lift, the next one starts.

Rules:

- Approvals count from when they are complete; an undo window and their age run from then.
- A release that is ready while a freeze keeps it has waited for that freeze. When none is in force any more and each
  must ship, the policy says which of several goes first: the oldest, as ever; the newest, which supersedes the others
  that waited; or the one that people choose.
- On trial, a release that nothing blocks ends instead of starting, and says so; then the next one is looked at.
- Only one release is sent on its way at a time.
"""

from dataclasses import replace
from datetime import datetime

from bot.core import asking, calendar, deploying, escalating, gates, holding, verifying
from bot.core.approvals import in_force
from bot.core.blockers import free, own_blockers
from bot.core.decision import Decision
from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.lane import Lane
from bot.core.policy import Kind, Policy, WhenLifted
from bot.core.release import Lifecycle, Release
from bot.core.superseding import supersede

ON_TRIAL = "on trial: it would have been deployed now"


def settle(decided: Decision, policy: Policy, now: datetime) -> Decision:
    """Return the decision with all that follows from it; settling twice changes nothing more.

    In this order: since when approvals are complete, which releases a freeze keeps or has kept, what a lifted freeze
    means for them, what ends on trial, and the first release that nothing blocks, which is sent on its way.
    """
    lane = decided.lane
    seen = tuple(_seen(release, lane, policy, now) for release in lane.releases)
    decided = decided if seen == lane.releases else replace(decided, lane=replace(lane, releases=seen))
    return _start(_lifted(decided, policy, now), policy, now)


def _seen(release: Release, lane: Lane, policy: Policy, now: datetime) -> Release:
    """Note on an open release since when its approvals are complete, and for which freeze it waits or has waited.

    Only what was opened in its turn waits for a freeze, and only while it is ready itself.
    """
    if release.state is not Lifecycle.OPEN:
        return release
    release = asking.completed(release, lane, policy, now)
    ready = release.kind is Kind.RELEASE and not own_blockers(release, lane, policy, now)
    if not ready or not gates.freezes_bind(release, lane, policy):
        return replace(release, waited_for=None)
    frozen = calendar.frozen(policy.freezes, release.lane, now)
    return replace(release, waited_for=frozen[0].name) if frozen and release.waited_for is None else release


def _lifted(decided: Decision, policy: Policy, now: datetime) -> Decision:
    """Say which of those that waited goes first once no freeze is in force; then nobody has waited any more."""
    lane = decided.lane
    waited = gates.waited(lane)
    if not waited or calendar.frozen(policy.freezes, lane.id, now):
        return decided
    if any(gates.wants_choice(release, lane, policy) for release in waited):
        return decided
    newest = max(waited, key=lambda release: (release.build.position, release.number))
    today = in_force(newest, lane, policy)[-1]
    only_newest = today.when_lifted is WhenLifted.NEWEST and not any(one.chosen for one in lane.open)
    stay: list[Release] = []
    gone: list[Release] = []
    for one in waited:
        goes = only_newest and one is not newest and gates.each_must_ship(one, lane, policy)
        (gone if goes else stay).append(one)
    decided = decided.changed(*(replace(one, waited_for=None) for one in stay))
    return supersede(decided, gone, newest.number, now)


def _start(decided: Decision, policy: Policy, now: datetime) -> Decision:
    """Send the first release that nothing blocks on its way; those on trial before it end."""
    for release in sorted(decided.lane.open, key=gates.place):
        if not free(release, decided.lane, policy, now):
            continue
        if not any(one.trial for one in in_force(release, decided.lane, policy)):
            start = StartDeployment(release.number, release.generation)
            return decided if start in decided.effects else decided.wants(start)
        ended = replace(release, state=Lifecycle.CANCELLED, ended_at=now, reason=ON_TRIAL)
        decided = decided.changed(ended).happened(Happening(Happened.TRIAL_ENDED, release.number, detail=ON_TRIAL))
        if gates.waited(decided.lane):  # those that waited for a freeze beside it may have no choice to wait for now
            return settle(decided, policy, now)
    return decided


def time_passed(decided: Decision, policy: Policy, now: datetime) -> Decision:
    """Return what is due: expiry, old approvals, reminders, ends of locks and holds, time limits, verification."""
    decided = holding.time_passed(decided, policy, now)
    for release in decided.lane.open:
        decided = _waited_long(decided, release, policy, now)
    flying = decided.lane.in_flight
    if flying is None:
        return decided
    if flying.state is Lifecycle.VERIFYING:
        return verifying.time_passed(decided, flying, policy, now)
    return deploying.time_out(decided, flying, now) if deploying.timed_out(flying, now) else decided


def _waited_long(decided: Decision, release: Release, policy: Policy, now: datetime) -> Decision:
    due = asking.expires_at(release, decided.lane, policy)
    if due is not None and due <= now:
        expired = replace(release, state=Lifecycle.EXPIRED, ended_at=now)
        return decided.changed(expired).happened(Happening(Happened.EXPIRED, release.number))
    if asking.grown_old(release, decided.lane, policy, now):
        return asking.renewed(decided, release, now)
    decided = escalating.escalations(decided, release, policy, now)
    release = decided.lane.release(release.number) or release
    return asking.reminders(decided, release, policy, now)
