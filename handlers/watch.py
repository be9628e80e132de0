"""Asks CI systems what webhooks may not have told: new builds, and, at first sight, what is live."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.core.inputs import FoundLive
from bot.core.policy import LaneId, ServicePolicy
from bot.ports.ci import Executor, Source
from bot.ports.trouble import GiveUp, TryLater, Unsure
from bot.submit import adopt, take_reports
from handlers.desk import Desk

log = structlog.get_logger()

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(slots=True)
class Watch:
    """Watches the source of one service. A poll and a webhook end in the same function."""

    desk: Desk
    source: Source
    executor: Executor
    service: ServicePolicy
    well: bool = False
    """Whether the last look went well; for readiness."""

    async def run(self) -> None:
        """Watch for ever: at once at the start, then every `poll`; after trouble sooner, later and later."""
        pause = FIRST_PAUSE
        while True:
            trouble = await self.once()
            self.well = trouble is None
            if trouble is None:
                pause = FIRST_PAUSE
                await asyncio.sleep(self.service.source.poll.total_seconds())
                continue
            log.warning("source_not_reached", service=self.service.name, why=trouble)
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, LONGEST_PAUSE)

    async def once(self) -> str | None:
        """Look once; returns what stood in the way, if anything."""
        unadopted = await self._unadopted()
        reports = await self.source.recent(self.service)
        if isinstance(reports, TryLater | Unsure | GiveUp):
            return why(reports)
        live: dict[LaneId, FoundLive | None] = {}
        for lane in unadopted:
            policy = self.desk.policy.lane(lane)
            if policy is None:
                continue
            found = await self.executor.newest_live(self.service.source, policy.target)
            if isinstance(found, TryLater | Unsure | GiveUp):
                return why(found)
            live[lane] = found
        if live:
            await self.desk.change(lambda tx, setting: adopt(tx, self.service, reports, live, setting))
            log.info("adopted", service=self.service.name, lanes=[str(lane) for lane in live])
        elif reports:
            await self.desk.change(lambda tx, setting: take_reports(tx, self.service, reports, setting))
        return None

    async def _unadopted(self) -> tuple[LaneId, ...]:
        lanes = await self.desk.store.read(lambda tx: [tx.lanes.load(lane.lane) for lane in self.service.lanes])
        return tuple(lane.id for lane in lanes if lane.adopted_at is None)


def why(trouble: TryLater | Unsure | GiveUp) -> str:
    """Return the words of a trouble."""
    return trouble.reason if isinstance(trouble, GiveUp) else trouble.why
