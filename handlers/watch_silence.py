"""Raises a hand for pipelines that have fallen silent, and only where their source was asked and tells of no end."""

from dataclasses import dataclass

from bot import silence
from bot.core.policy import ServicePolicy
from handlers.desk import Desk


@dataclass(slots=True)
class Silence:
    """Looks whether the pipelines of one service report, each time after its source was asked."""

    desk: Desk
    service: ServicePolicy
    asked: bool = False
    """Whether the last look at the source learnt all that it could tell."""

    async def look(self, *, asked: bool) -> None:
        """Judge what is known, if this look at the source and the one before both learnt all that it could tell.

        Each look asks for every run of the newest build that has not ended. After a start or an outage one look is not
        enough all the same: who reports by webhook alone has until the next to send again what found nobody.

        Args:
            asked: whether this look at the source learnt all that it could tell.
        """
        before, self.asked = self.asked, asked
        if not (before and asked):
            return
        now = self.desk.clock()
        if await self.desk.store.read(lambda tx: silence.is_news(tx, self.service, now)):
            await self.desk.change(lambda tx, setting: silence.look(tx, self.service, setting))
