"""The only sleeper: tells lanes that time has passed when something in them is due."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.inputs import TimePassed
from handlers.desk import Desk


@dataclass(frozen=True, slots=True)
class Clock:
    """Submits TimePassed to the lanes in which a release expires or a deploy runs out of time."""

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
        for lane in await self.desk.store.read(lambda tx: tx.agenda.due(now)):
            await self.desk.submit(lane, TimePassed())
        return await self.desk.store.read(lambda tx: tx.agenda.next_due(now))
