"""The only sleeper: tells lanes that time has passed when something in them is due, or has soaked before them."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.events import TimePassed
from bot.submit import soak_ended
from handlers.desk import Desk


@dataclass(frozen=True, slots=True)
class Clock:
    """Submits TimePassed to the lanes in which time changes something, and builds whose soak has ended."""

    desk: Desk

    async def run(self) -> None:
        """Wait for the next due time, for ever."""
        while True:
            seen = self.desk.bell.rung
            due = await self.once()
            await self.desk.rest(seen, due)

    async def once(self) -> datetime | None:
        """Tell every lane that is due; returns when the next one is."""
        now = self.desk.clock()
        lanes, soaks, due = await self.desk.store.read(
            lambda tx: (tx.agenda.due(now), tx.agenda.soaked(now), tx.agenda.next_due(now))
        )
        if not lanes and not soaks:
            return due
        for lane in lanes:
            await self.desk.submit(lane, TimePassed())
        for soak in await self.desk.store.read(lambda tx: tx.agenda.soaked(now)):
            await self.desk.change(lambda tx, setting, soak=soak: soak_ended(tx, soak, setting))  # type: ignore[misc]
        return await self.desk.store.read(lambda tx: tx.agenda.next_due(now))
