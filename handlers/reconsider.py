"""At the start under another policy than the last: every lane with unfinished releases decides anew."""

from collections.abc import Sequence

from bot.core.events import TimePassed
from bot.core.policy import LaneId
from bot.ports.store import Transaction
from bot.submit import Setting, show_newest, submit
from handlers.desk import Desk

MARK = "reconsidered under"
AT_ONCE = 25
"""Lanes in one transaction: what comes in meanwhile waits for no more than these."""


async def reconsider(desk: Desk, version: str) -> int:
    """Let every lane look at today's policy: what it unblocks starts, what it lets open does, what it makes due is.

    Under the policy that all have seen there is nothing new to see, so that a restart costs the same at any size.

    Args:
        desk: with today's policy.
        version: of Signoff itself, whose rules may have changed like the policy's.

    Returns:
        How many lanes were asked because something waits there, or because somebody had switched their mode.
    """
    seen = f"{version} {desk.policy.hash}"
    if await desk.store.read(lambda tx: tx.remembered.get(MARK)) == seen:
        return 0
    lanes = await desk.store.read(_concerned)
    for first in range(0, len(lanes), AT_ONCE):
        some = lanes[first : first + AT_ONCE]
        await desk.change(lambda tx, setting, some=some: _ask(tx, some, setting))  # type: ignore[misc]
    every = [one.lane for one in desk.policy.lanes()]
    for first in range(0, len(every), AT_ONCE):
        some = every[first : first + AT_ONCE]
        await desk.change(lambda tx, setting, some=some: _show(tx, some, setting))  # type: ignore[misc]
    await desk.store.write(lambda tx: tx.remembered.set(MARK, seen))
    return len(lanes)


def _concerned(tx: Transaction) -> Sequence[LaneId]:
    """Lanes in which something waits, and those whose mode the file may have ended: it must not come back with it."""
    return tuple(dict.fromkeys((*tx.lanes.waiting(), *tx.lanes.switched())))


def _ask(tx: Transaction, lanes: Sequence[LaneId], setting: Setting) -> None:
    for lane in lanes:
        submit(tx, lane, TimePassed(), setting)


def _show(tx: Transaction, lanes: Sequence[LaneId], setting: Setting) -> None:
    for lane in lanes:
        show_newest(tx, lane, setting)
