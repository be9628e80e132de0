"""A release becomes live: what that does to what was live, to what waits, and to lanes that come after.

Rules:

- What was opened before and would take the environment backwards is superseded.
- What people asked for since then and is older than what is live now is marked so, and an automatic lane is held, as
  if they had asked for it now.
- Lanes that come after this environment are told.
- Quarantined is the oldest of what was live when a rollback was asked for, what is live when it lands, and what failed
  since where it goes back to just what is live.
- A rollback takes out what was live: that release is `rolled_back`, its build is quarantined with all that contain it,
  its authors are told, and an automatic lane is held, or it would ship the next build right over the rollback.
- A rollback to the very build that is live repairs a later deploy that failed there: then that one is what it takes
  out, where it is known.
"""

from dataclasses import replace
from datetime import datetime

from bot.core import gates
from bot.core.decision import Decision
from bot.core.effects import Announce, Happened, Happening, Taint, TellLanesAfter, TellRolledBack
from bot.core.lane import Hold, Lane, Live
from bot.core.policy import Kind, Mode, Policy
from bot.core.release import Deployment, Lifecycle, Release, Replaced
from bot.core.superseding import overtake


def land(  # noqa: PLR0917 - what landed, how, and what is said of it
    decided: Decision, release: Release, done: Deployment, told: Happening, policy: Policy, now: datetime
) -> Decision:
    """Make a release what is live in its lane.

    Args:
        decided: what was decided so far; its lane holds the release.
        release: the release that has become live.
        done: its deployment, finished.
        told: what is said of it: `live`, with whoever said so.
        policy: today's policy.
        now: since when it is live.
    """
    before = decided.lane
    lives = replace(release, state=Lifecycle.LIVE, ended_at=now, deployment=done, reason=None, put_off=None)
    build = lives.build
    live = Live(build.sha, build.version, now, build.position, lives.number)
    landed = replace(decided, lane=replace(before, live=live)).changed(lives)
    if lives.policy.announce:
        landed = landed.wants(Announce(lives.number))
    landed = landed.happened(replace(told, release=lives.number, url=done.url)).wants(TellLanesAfter(build))
    if lives.kind is Kind.ROLLBACK:
        landed = _take_out(landed, before, lives, policy, now)
    return _older_now(overtake(landed, build, lives, now), policy, now)


def _older_now(decided: Decision, policy: Policy, now: datetime) -> Decision:
    """Say anew of what waits whether it is older than what is live, and hold an automatic lane for what is by now."""
    live = decided.lane.live
    for release in decided.lane.open:
        older = live is not None and live.position is not None and release.build.position < live.position
        if older is release.older_than_live:
            continue
        decided = decided.changed(replace(release, older_than_live=older))
        if older and release.kind is not Kind.ROLLBACK:
            decided = hold_automatic(decided, f"{release.name} ships an older build than is live", release, policy, now)
    return decided


def _take_out(decided: Decision, before: Lane, rollback: Release, policy: Policy, now: datetime) -> Decision:
    by, why = rollback.requested_by, rollback.why or ""
    was = _what_ran(before, rollback)
    number = was.release if was is not None else None
    other = next((one for one in before.releases if one.number == number), None)
    if other is not None and other.state is Lifecycle.LIVE:
        told = Happening(Happened.ROLLED_BACK, other.number, by, why, rollback.number)
        decided = decided.changed(replace(other, state=Lifecycle.ROLLED_BACK)).happened(told)
    bad = _first_bad(before, rollback)
    if bad is not None:
        decided = decided.wants(Taint(bad.position, bad.label, by, why))
    decided = decided.wants(TellRolledBack(rollback.number, number))
    return hold_automatic(decided, f"{rollback.name} rolled it back: {why}", rollback, policy, now)


def _what_ran(before: Lane, rollback: Release) -> Live | None:
    """Return what a rollback takes out: what was live, or what failed later where it goes back to just that."""
    live = before.live
    if live is None or live.sha != rollback.build.sha:
        return live
    failed = _failed_since(before, live)
    if not failed:
        return None
    last = max(failed, key=lambda one: one.number)
    return Live(last.build.sha, last.build.version, live.since, last.build.position, last.number)


def _first_bad(before: Lane, rollback: Release) -> Replaced | None:
    """Return the oldest build that a rollback goes back from: live when it was asked for, live by now, or failed."""
    live, asked = before.live, rollback.instead_of
    known = [asked] if asked is not None else []
    if live is not None and live.position is not None:
        known.append(Replaced(live.position, live.label))
    if live is not None and live.sha == rollback.build.sha:
        known += [Replaced(one.build.position, one.build.label) for one in _failed_since(before, live)]
    later = [one for one in known if one.position > rollback.build.position]
    return min(later, key=lambda one: one.position, default=None)


def _failed_since(lane: Lane, live: Live) -> list[Release]:
    failed = [one for one in lane.releases if one.state is Lifecycle.FAILED]
    return [one for one in failed if one.ended_at is not None and one.ended_at > live.since]


def hold_automatic(decided: Decision, reason: str, because: Release, policy: Policy, now: datetime) -> Decision:
    """Hold a lane where builds ship by themselves, since people have taken it back; a person's hold stays theirs.

    A hold that would have ended by itself does not end any more.
    """
    lane = decided.lane
    here = lane.policy(policy)
    if here is None or here.mode is not Mode.DEPLOYMENT:
        return decided
    old = gates.hold_of(lane, now)
    if old is None:
        hold = Hold(reason, since=now)
    elif old.until is None:
        return decided
    else:
        hold = replace(old, reason=f"{old.reason}; {reason}", until=None)
    held = replace(decided, lane=replace(lane, hold=hold))
    return held.happened(Happening(Happened.HELD, because.number, detail=reason))
