"""The bot's own sign of life: an address that is asked every so often while the bot is ready, for a monitor to miss."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.ports.meter import SILENT, Counted, Meter

log = structlog.get_logger()

WITHIN = ClientTimeout(total=10)
LARGEST_ANSWER = 4096
"""Bytes that are read so that the connection can be used again; a longer answer is cut off."""
SUCCESSES = range(200, 300)


@dataclass(slots=True)
class Heartbeat:
    """Sends the heartbeat. `ready` says whether there is life to be told of; `every` is in seconds."""

    http: ClientSession
    address: str = field(repr=False)
    every: float
    ready: Callable[[], Awaitable[bool]]
    meter: Meter = SILENT
    _trouble: str | None = None
    """Why the last one did not arrive; the address itself may be a secret and is never logged."""

    async def run(self) -> None:
        """Beat for ever."""
        while True:
            await self.once()
            await asyncio.sleep(self.every)

    async def once(self) -> None:
        """Beat once if the bot is ready; a failure is told when it begins and when it ends."""
        if not await self.ready():
            self.meter.count(Counted.HEARTBEATS, "withheld")
            return
        trouble = await self._send()
        self.meter.count(Counted.HEARTBEATS, "failed" if trouble else "sent")
        if trouble is not None and trouble != self._trouble:
            log.warning("heartbeat_failed", why=trouble)
        elif trouble is None and self._trouble is not None:
            log.info("heartbeat_arrives_again")
        self._trouble = trouble

    async def _send(self) -> str | None:
        """Return what stood in the way, if anything."""
        try:
            async with self.http.get(self.address, timeout=WITHIN, allow_redirects=False) as response:
                await response.content.read(LARGEST_ANSWER)
                return None if response.status in SUCCESSES else f"it was answered {response.status}"
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            return f"it did not arrive ({type(error).__name__})"
