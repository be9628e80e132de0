"""The form that a button of a card opens, or a sentence why there is nothing to fill in. Reads; stores nothing."""

from typing import Any

from bot.core.lane import Lane
from bot.core.release import Lifecycle, Release
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.views import answers, done, modals
from handlers.desk import Desk
from handlers.permalinks import Permalinks
from handlers.ways_back import LOOKED_AT, goes_back_to

Opened = dict[str, Any] | Message


def form(tx: Transaction, desk: Desk, handle: str) -> Opened:
    """Return the form for a button; what it says is looked at once more when it is sent."""
    known = tx.cards.by_handle(handle)
    release = tx.lanes.release(known.release) if known and known.release else None
    if known is None or release is None:
        return answers.not_my_button()
    links = Permalinks(tx.cards, desk.workspace)
    match known.act:
        case "reject" | "schedule" | "hold" if release.state is not Lifecycle.OPEN:
            return answers.nothing_to_do(release, known.act, desk.policy, links)
        case "reject" | "schedule" if known.generation != release.generation:
            return answers.nothing_to_do(release, known.act, desk.policy, links)
        case "reject":
            return modals.reject(release, handle)
        case "schedule":
            return modals.schedule(release, handle, desk.clock())
        case "hold":
            return modals.hold(release, handle)
        case "rollback" | "mark_done":
            return _about_the_past(tx, desk, release, known.act, handle)
        case _:
            return answers.not_my_button()


def _about_the_past(tx: Transaction, desk: Desk, release: Release, act: str, handle: str) -> Opened:
    links = Permalinks(tx.cards, desk.workspace)
    if act == "mark_done":
        failed = release.state is Lifecycle.FAILED
        return modals.mark_done(release, handle) if failed else done.not_failed(release, links)
    lane: Lane = tx.lanes.load(release.lane, also=release.number)
    to = goes_back_to(release, lane, tx.lanes.history(release.lane, LOOKED_AT))
    if to is None:
        return done.no_way_back(release, desk.policy, links)
    return modals.rollback(release, to, lane, handle)
