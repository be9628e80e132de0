"""The loop of whatever is seen to when it is due: reminders, and what nobody took up in time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.ports.store import Transaction
from bot.submit import Setting
from handlers.desk import Desk


@dataclass(frozen=True, slots=True)
class WhenDue:
    """Sees to what is due, and sleeps until the next; `due_at` tells when that is, `look` sees to all that is due."""

    desk: Desk
    due_at: Callable[[Transaction], datetime | None]
    look: Callable[[Transaction, Setting], None]

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            seen = self.desk.bell.rung
            await self.desk.rest(seen, await self.once())

    async def once(self) -> datetime | None:
        """See to everything that is due; returns when the next thing is."""
        due = await self.desk.store.read(self.due_at)
        if due is None or due > self.desk.clock():
            return due
        await self.desk.change(self.look)
        return await self.desk.store.read(self.due_at)
