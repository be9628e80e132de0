"""The button that only shows: whose card has it, and what it opens. Members may, and nothing is stored."""

from typing import Any

from bot.core.lane import Lane
from bot.core.release import Lifecycle, Release
from bot.ports.store import Transaction
from bot.views.buttons import CHANGES
from bot.views.changes import changes_modal
from bot.views.links import Links
from handlers.desk import Desk
from handlers.scenery import scene_of

_SHOWN = frozenset({Lifecycle.OPEN, Lifecycle.DEPLOYING, Lifecycle.VERIFYING, Lifecycle.LIVE})


def shown_acts(tx: Transaction, release: Release, lane: Lane) -> tuple[str, ...]:
    """Return `changes` where a release changes something against what is live, or was before it."""
    base = tx.changes.before(release.number) if release.state.ended else lane.live
    some = release.state in _SHOWN and base is not None and base.sha != release.build.sha
    return (CHANGES,) if some else ()


def shown(tx: Transaction, desk: Desk, links: Links, handle: str) -> dict[str, Any] | None:
    """Return what a button opens that only shows, whatever became of the release; None for any other button."""
    known = tx.cards.by_handle(handle)
    release = tx.lanes.release(known.release) if known and known.release else None
    if known is None or release is None or known.act != CHANGES:
        return None
    lane = tx.lanes.load(release.lane, also=release.number)
    return changes_modal(release, lane, scene_of(tx, desk.policy, links, desk.workspace, desk.clock()))
