"""The head of the audit chain, noted once an hour too, and the message that always shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ports.slack import Message
from bot.ports.store import Card, Transaction
from bot.submit import anchor
from bot.views.anchor import root
from handlers.desk import Desk

EVERY = timedelta(hours=1)


@dataclass(slots=True)
class HourlyAnchor:
    """Has the head noted at the start and each hour; one that was noted before is not noted again."""

    desk: Desk
    due: datetime | None = None

    async def run(self) -> None:
        """Work for ever."""
        while True:
            seen = self.desk.bell.rung
            await self.desk.rest(seen, await self.once())

    async def once(self) -> datetime:
        """Note the head if it is time; returns when the next time is."""
        now = self.desk.clock()
        if self.due is None or now >= self.due:
            await self.desk.change(anchor)
            self.due = now + EVERY
        return self.due


def audit_card(tx: Transaction, card: Card) -> Message:
    """Return the message about the chain as it is now."""
    head = tx.audit.head()
    (last,) = tx.audit.page(head.seq - 1, 1).rows  # a card is asked for only once there is a row
    return root(head, datetime.fromisoformat(last.at), card.want)
