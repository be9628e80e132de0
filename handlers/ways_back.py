"""What the buttons about what is live, or what failed, stand for now: to what a rollback from there goes."""

from collections.abc import Sequence

from bot.core.aftermath import aftermath
from bot.core.build import Build
from bot.core.gates import closed
from bot.core.lane import Lane
from bot.core.policy import Kind, Policy
from bot.core.release import Lifecycle, Release
from bot.ports.store import Transaction
from bot.views.buttons import FAILURE_ACTS, LIVE_ACTS, NOTICE_ACTS
from handlers.request_clerk import went_before

LOOKED_AT = 50
"""Releases of a lane among which the one before is looked for."""


def notice_acts(tx: Transaction, release: Release, lane: Lane, policy: Policy) -> tuple[str, ...]:
    """Return what the card of a release may have a button for."""
    if release.state is Lifecycle.OPEN:
        return NOTICE_ACTS
    if release.state is Lifecycle.FAILED:
        history = tx.lanes.history(lane.id, LOOKED_AT)
        return failure_acts(release, lane, history, policy) if aftermath(release, lane, history) is None else ()
    if release.state is Lifecycle.LIVE and _is_live(release, lane) and not closed(lane, policy):
        return LIVE_ACTS if goes_back_to(release, lane, tx.lanes.history(lane.id, LOOKED_AT)) else ()
    return ()


def failure_acts(release: Release, lane: Lane, history: Sequence[Release], policy: Policy) -> tuple[str, ...]:
    """Return what can be done about a release that failed and of which nothing came yet."""
    if closed(lane, policy):
        return ("mark_done",)
    back = goes_back_to(release, lane, history) is not None
    return tuple(act for act in FAILURE_ACTS if back or act != "rollback")


def goes_back_to(release: Release, lane: Lane, history: Sequence[Release]) -> Build | None:
    """Return the build to which the button of a release goes back; None where it stands for nothing any more.

    From what is live it goes to what was live before; from what failed after that, to what is live, to mend what may
    have been left half done. A rollback that failed is tried again instead, and one that is under way is enough.

    Args:
        release: the release whose button it is.
        lane: its lane, with what is live there and what is under way.
        history: the newest releases of the lane, newest first.
    """
    if any(one.kind is Kind.ROLLBACK and not one.state.ended for one in lane.releases):
        return None
    to = went_before(lane, history)
    if to is None or lane.live is None:
        return None
    if release.state is Lifecycle.FAILED:
        return to if release.kind is not Kind.ROLLBACK and to.sha == lane.live.sha else None
    return to if _is_live(release, lane) and to.sha != lane.live.sha else None


def _is_live(release: Release, lane: Lane) -> bool:
    return lane.live is not None and lane.live.release == release.number and release.state is Lifecycle.LIVE
