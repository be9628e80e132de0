"""The gates of a lane, each by itself: quarantine, predecessor and soak, undo window, freezes, order."""

from collections.abc import Sequence
from datetime import datetime

from bot.core import approvals
from bot.core.build import Build, Position
from bot.core.lane import Around, Judgement, Lane, Mark
from bot.core.policy import After, Kind, Mode, NewerBuild, Policy, Skip, WhenLifted
from bot.core.release import Release


def quarantined(marks: Sequence[Mark], position: Position) -> Mark | None:
    """Return the mark under which a build is quarantined, or None.

    A build contains every earlier one of its branch. So a bad mark holds for its build and all later ones, until
    somebody has cleared one of these after the mark was made: then for the builds before the cleared one only. A
    rollback goes to a build from before the bad one, and so passes.
    """
    for bad in marks:
        if bad.judgement is not Judgement.BAD or position < bad.position:
            continue
        if not any(_lifts(clear, bad, position) for clear in marks):
            return bad
    return None


def _lifts(clear: Mark, bad: Mark, position: Position) -> bool:
    later = clear.judgement is Judgement.CLEARED and clear.seq > bad.seq
    return later and bad.position <= clear.position <= position


def closed(lane: Lane, policy: Policy) -> bool:
    """Whether nothing can ship there at all: today's policy does not name the lane, observes it or gives no target."""
    here = lane.policy(policy)
    return here is None or here.mode is Mode.OBSERVE or here.target is None


def predecessors(release: Release, lane: Lane, policy: Policy) -> tuple[After, ...]:
    """Return the environments through which the release must have gone, then and now together, each with its soak.

    A rollback has none: what was live here before has been through them. The fast path may leave them out by name.
    """
    if release.kind is Kind.ROLLBACK:
        return ()
    longest: dict[str, After] = {}
    for one in approvals.in_force(release, lane, policy):
        if one.after is None or one.skips(release.kind, Skip.SOAK):
            continue
        known = longest.get(one.after.environment, one.after)
        longest[one.after.environment] = max(known, one.after, key=lambda after: after.soak)
    return tuple(longest.values())


def soaked_at(build: Build, after: After, around: Around) -> datetime | None:
    """Return when a build has been live long enough in the environment before; None when it never was there."""
    times = [one.since for one in around.reached if one.environment == after.environment and one.build == build.id]
    return min(times) + after.soak if times else None


def undo_until(release: Release, lane: Lane, policy: Policy) -> datetime | None:
    """Return when the undo window ends, or None when there is none: nobody has approved, or nobody needs to.

    The longer window of then and now counts.
    """
    if release.approved_at is None:
        return None
    window = max(one.undo_window for one in approvals.in_force(release, lane, policy))
    return release.approved_at + window if window else None


def freezes_bind(release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether freezes hold for a release: not where somebody has overridden them, nor where the fast path says so.

    The fast path must leave them out by name both then and now.
    """
    skipped = all(one.skips(release.kind, Skip.FREEZE) for one in approvals.in_force(release, lane, policy))
    return release.override is None and not skipped


def each_must_ship(release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether every release that was opened before it goes first, ready or not; then or now."""
    return any(one.newer_build is NewerBuild.EACH_MUST_SHIP for one in approvals.in_force(release, lane, policy))


def wants_choice(release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether people must choose which of several releases that waited for a freeze goes first; then or now.

    Nobody needs to choose between one release and itself, nor again once somebody has chosen.
    """
    asks = any(one.when_lifted is WhenLifted.ASK for one in approvals.in_force(release, lane, policy))
    if not asks or release.waited_for is None or not each_must_ship(release, lane, policy):
        return False
    return len(waited(lane)) > 1 and not any(one.chosen for one in lane.open)


def waited(lane: Lane) -> tuple[Release, ...]:
    """Return the open releases that were ready while a freeze kept them."""
    return tuple(one for one in lane.open if one.waited_for is not None)


def goes_before(other: Release, release: Release) -> bool:
    """Whether another open release has the earlier place.

    The fast path and rollbacks come first, then what a person chose when a freeze had lifted, then by number.
    """
    return _place(other) < _place(release)


def _place(release: Release) -> tuple[bool, bool, int]:
    return (release.kind is Kind.RELEASE, not release.chosen, release.number)
