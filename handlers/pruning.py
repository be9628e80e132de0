"""Forgets what nobody needs any more: what people and pipelines sent, once it was decided a while ago; comparisons."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from handlers.desk import Desk

log = structlog.get_logger()

KEPT = timedelta(days=30)
"""As long as GitHub sends a delivery again when somebody asks for it."""
AT_ONCE = 200
"""Rows in one transaction: what comes in meanwhile waits for no more than these."""
EVERY = 3600.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Pruner:
    """Empties the bodies of old inbox rows, and forgets what old releases changed.

    Audit rows stay for ever; seen requests are pruned where they are kept.
    """

    desk: Desk

    async def run(self) -> None:
        """Prune at the start and every hour."""
        while True:
            pruned = 0
            while some := await self.once():
                pruned += some
            if pruned:
                log.info("pruned", rows=pruned)
            await asyncio.sleep(EVERY)

    async def once(self) -> int:
        """Prune a few; returns how many there were."""
        before = self.desk.clock() - KEPT
        return await self.desk.store.write(
            lambda tx: tx.inbox.prune(before, AT_ONCE) + tx.changes.prune(before, AT_ONCE)
        )
