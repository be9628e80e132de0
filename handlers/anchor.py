"""The head of the audit chain: noted once an hour too, written to the log, and the message that always shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.anchors import unlogged, were_logged
from bot.ports.cards import Card
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.submit import anchor
from bot.views.anchor import root
from handlers.desk import Desk

log = structlog.get_logger()

EVERY = timedelta(hours=1)


@dataclass(slots=True)
class HourlyAnchor:
    """Has the head noted at the start and each hour, and the log told of every head once its decision is committed.

    One that was noted before is not noted again. A crash between line and memory has a line twice, never none.
    """

    desk: Desk
    due: datetime | None = None
    logged: int = 0
    """The newest place in the chain whose head this process has logged."""

    async def run(self) -> None:
        """Work for ever."""
        while True:
            seen = self.desk.bell.rung
            await self.desk.rest(seen, await self.once())

    async def once(self) -> datetime:
        """Note the head if it is time, log what was noted; returns when the next time is."""
        now = self.desk.clock()
        if self.due is None or now >= self.due:
            await self.desk.change(anchor)
            self.due = now + EVERY
        await self._log()
        return self.due

    async def _log(self) -> None:
        heads = await self.desk.store.read(unlogged)
        for head in heads:
            if head.seq > self.logged:  # else only the memory of it is missing: the disk may have been full
                log.info("audit_anchor", seq=head.seq, hash=head.hash)
                self.logged = head.seq
        if heads:
            await self.desk.store.write(lambda tx: were_logged(tx, heads[-1].seq))


def audit_card(tx: Transaction, card: Card) -> Message:
    """Return the message about the chain as it is now."""
    head = tx.audit.head()
    (last,) = tx.audit.page(head.seq - 1, 1).rows  # a card is asked for only once there is a row
    return root(head, datetime.fromisoformat(last.at), card.want)
