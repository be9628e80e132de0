"""The gates of a lane, each by itself: quarantine, predecessor and soak, undo window, freezes, order."""

from collections.abc import Sequence
from datetime import datetime

from bot.core import approvals
from bot.core.build import Build, Position
from bot.core.lane import Around, Judgement, Lane, Mark
from bot.core.policy import After, Kind, Policy, Skip, WhenLifted
from bot.core.release import Release


def quarantined(marks: Sequence[Mark], position: Position) -> Mark | None:
    """Return the mark under which a build is quarantined, or None.

    A build contains every earlier one of its branch. So a bad mark holds for its build and all later ones, until
    somebody has cleared one of these after the mark was made: then for the builds before the cleared one only.
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


def predecessors(release: Release, lane: Lane, policy: Policy) -> tuple[After, ...]:
    """Return the environments through which the release must have gone, then and now together.

    A rollback has none: what was live here before has been through them. The fast path may leave them out by name.
    """
    if release.kind is Kind.ROLLBACK:
        return ()
    in_force = approvals.in_force(release, lane, policy)
    return tuple(
        dict.fromkeys(one.after for one in in_force if one.after is not None and not one.skips(release.kind, Skip.SOAK))
    )


def soaked_at(build: Build, after: After, around: Around) -> datetime | None:
    """Return when a build has been live long enough in the environment before; None when it never was there."""
    times = [one.since for one in around.reached if one.environment == after.environment and one.build == build.id]
    return min(times) + after.soak if times else None


def undo_until(release: Release, lane: Lane, policy: Policy) -> datetime | None:
    """Return when the undo window ends, or None when none is running: nobody has approved, or nobody needs to."""
    if release.approved_at is None:
        return None
    window = max(one.undo_window for one in approvals.in_force(release, lane, policy))
    return release.approved_at + window if window else None


def freezes_bind(release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether freezes hold for a release: not where somebody has overridden them, nor where the fast path says so."""
    skipped = all(one.skips(release.kind, Skip.FREEZE) for one in approvals.in_force(release, lane, policy))
    return release.override is None and not skipped


def wants_choice(release: Release, lane: Lane, policy: Policy) -> bool:
    """Whether people must choose which of several releases that waited for a freeze goes first."""
    here = lane.policy(policy)
    if here is None or here.when_lifted is not WhenLifted.ASK or release.waited_for is None:
        return False
    waited = [one for one in lane.open if one.waited_for is not None]
    return len(waited) > 1 and not any(one.chosen for one in waited)


def goes_before(other: Release, release: Release) -> bool:
    """Whether another open release has the earlier place: the fast path and rollbacks first, then by number."""
    return _place(other) < _place(release)


def _place(release: Release) -> tuple[bool, bool, int]:
    return (release.kind is Kind.RELEASE, not release.chosen, release.number)
