"""From the end of a deploy job to live: what probes, signals and time say of a release's health.

Rules:

- A release has `within` from the end of its job to be healthy for the first time; until then what is not well proves
  nothing. From then on it must stay healthy for `hold_for`: one word to the contrary fails it.
- Time alone makes it live, or fails it; a word that comes after the time is up changes nothing of that.
- A release that failed may yet be well: a person may say so on the record, as long as nothing else became live since.
"""

from dataclasses import replace
from datetime import datetime

from bot.core.authorize import Act, authorize
from bot.core.decision import Decision
from bot.core.deploying import fail, finished, span
from bot.core.effects import Happened, Happening, TellOperations
from bot.core.events import HealthSeen
from bot.core.inputs import MarkDone
from bot.core.landing import land
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import MovedOn, NoReason, Reason, Refusal
from bot.core.release import DeployStatus, Health, Lifecycle, Release
from bot.core.verification import Verification


def health_seen(lane: Lane, release: Release, given: HealthSeen, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take a probe's or a signal's word on a release that is being verified."""
    decided, health = Decision(lane), _health(release, now)
    if not given.healthy and health.well_since is not None:
        return fail(decided, release, f"verification failed: {given.detail}", None, now)
    if given.healthy and health.well_since is None and now < _end(release, health):
        release = replace(release, health=replace(health, well_since=now))
        decided = decided.changed(release).happened(Happening(Happened.WELL, release.number, detail=given.detail))
    return time_passed(decided, release, policy, now)


def time_passed(decided: Decision, release: Release, policy: Policy, now: datetime) -> Decision:
    """Return what time makes of a release that is being verified: live when well for long enough, failed when never."""
    health = _health(release, now)
    if now < _end(release, health):
        return decided
    if health.well_since is None:
        within = span(_rules(release).within)
        return fail(decided, release, f"verification failed: not healthy within {within}", None, now)
    done = finished(release, DeployStatus.SUCCEEDED, None, now)
    return land(decided, release, done, Happening(Happened.LIVE, detail="verified"), policy, now)


def next_moment(release: Release, now: datetime) -> datetime | None:
    """Return when time next says something of a release that is being verified, `now` at the earliest; else None."""
    if release.state is not Lifecycle.VERIFYING:
        return None
    return max(now, _end(release, _health(release, now)))


def _end(release: Release, health: Health) -> datetime:
    """Return when its time to become healthy is over or, once it is, when it has been so for long enough."""
    rules = _rules(release)
    return health.deployed_at + rules.within if health.well_since is None else health.well_since + rules.hold_for


def _rules(release: Release) -> Verification:
    return release.policy.verify or Verification()


def _health(release: Release, now: datetime) -> Health:
    return release.health or Health(deployed_at=now)


def mark_done(lane: Lane, release: Release, given: MarkDone, policy: Policy, now: datetime) -> Decision | Refusal:
    """Take a person's word, on the record, that a failed release is live after all."""
    why = given.reason.strip()
    reasons: list[Reason] = list(authorize(given.by, Act.MARK_DONE, policy, lane=lane, release=release))
    if not why:
        reasons.append(NoReason())
    if lane.live is not None and lane.live.since >= (release.ended_at or now):
        reasons.append(MovedOn(lane.live.label))
    if reasons:
        return Refusal(tuple(reasons))
    by = given.by.person.id
    told = Happening(Happened.MARKED_DONE, release.number, by, why)
    marked = Decision(lane).happened(told).wants(TellOperations(told))
    done = finished(release, DeployStatus.SUCCEEDED, None, now)
    said = Happening(Happened.LIVE, by=by, detail="somebody looked and says that it is")
    return land(marked, release, done, said, policy, now)
