"""The gates of a lane, each by itself: quarantine, hold and lock, predecessor and soak, undo, freezes, order."""

from collections.abc import Sequence
from datetime import datetime

from bot.core import approvals
from bot.core.build import Build, Position
from bot.core.lane import Around, Hold, Judgement, Lane, Lock, Mark
from bot.core.policy import After, Kind, Mode, NewerBuild, Policy, Skip, WhenLifted
from bot.core.release import Release


def quarantined(marks: Sequence[Mark], position: Position) -> Mark | None:
    """Return the mark under which a build is quarantined, or None.

    A build contains every earlier one of its branch. So a bad mark holds for its build and all later ones, until
    somebody has cleared one of these after the mark was made: then for the builds before the cleared one only. A
    rollback goes to a build from before the bad one, and so passes.
    """
    confirmed: Position | None = None  # the newest that was cleared later, among those that the build contains
    for mark in reversed(marks):
        if mark.position > position:
            continue
        if mark.judgement is Judgement.CLEARED:
            confirmed = max(confirmed or mark.position, mark.position)
        elif confirmed is None or confirmed < mark.position:
            return mark
    return None


def condemned(marks: Sequence[Mark], position: Position) -> Mark | None:
    """Return the mark by which this very build is quarantined, whatever earlier builds are; or None.

    A second verdict on what an earlier mark quarantines already is not idle: it stands when that one has been cleared.
    """
    last = next((mark for mark in reversed(marks) if mark.position == position), None)
    return last if last is not None and last.judgement is Judgement.BAD else None


def closed(lane: Lane, policy: Policy) -> bool:
    """Whether nothing can ship there at all: today's policy does not name the lane, observes it or gives no target."""
    here = lane.policy(policy)
    return here is None or here.mode is Mode.OBSERVE or here.target is None


def hold_of(lane: Lane, now: datetime) -> Hold | None:
    """Return the hold that is in force, if one is."""
    held = lane.hold
    return held if held is not None and (held.until is None or held.until > now) else None


def lock_of(lane: Lane, now: datetime) -> Lock | None:
    """Return the lock that is in force, if one is."""
    return lane.lock if lane.lock is not None and lane.lock.until > now else None


def holds(hold: Hold, release: Release) -> bool:
    """Whether a hold keeps a release: a person's keeps all, one that came by itself only what nobody asked for.

    After a rollback an automatic lane is held, so that it does not go forward again unasked; people still may.
    """
    return hold.by is not None or (release.requested_by is None and release.retry_of is None)


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
    """Whether people must choose which of several releases that waited for a freeze goes first; asked then or now.

    Nobody needs to choose between one release and itself, nor again once somebody has chosen.
    """
    asks = any(one.when_lifted is WhenLifted.ASK for one in approvals.in_force(release, lane, policy))
    if not asks or not each_must_ship(release, lane, policy):
        return False
    return len(waited(lane)) > 1 and not any(one.chosen for one in lane.open)


def waited(lane: Lane) -> tuple[Release, ...]:
    """Return the open releases that were ready while a freeze kept them."""
    return tuple(one for one in lane.open if one.waited_for is not None)


def goes_before(other: Release, release: Release) -> bool:
    """Whether another open release has the earlier place.

    The fast path and rollbacks come first, then what a person chose when a freeze had lifted, then by number.
    """
    return place(other) < place(release)


def place(release: Release) -> tuple[bool, bool, int]:
    """Return what releases of a lane are put in order by."""
    return (release.kind is Kind.RELEASE, not release.chosen, release.number)
