"""Bodies on their way in, on one door: so many, and so much of them; of those who only wait, the slowest gives way.

Anybody can open connections and send next to nothing; whoever has a right to be heard sends all of it at once.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from aiohttp import web

from handlers.http_body import NoBody, read_body

MOST_BYTES = 32 * 1024 * 1024
"""Of all bodies together that are still on their way. Sixty-four of the largest would be ten times as much, and it is
strangers who send them: whose they are is known when they are whole."""


class Crowded(Enum):
    """Why there is no body, although nothing is wrong with it."""

    FULL = "all is being worked on"
    GAVE_WAY = "somebody else came, and this one has been sending for longest"


@dataclass(slots=True)
class Arrivals:
    """Counts what arrives at a door and what is worked on behind it: together no more than `most`."""

    most: int
    arriving: dict[asyncio.Timeout, int] = field(default_factory=dict)
    """Those that still send, longest first, with the bytes that have come of each."""
    working: int = 0

    async def body(self, request: web.Request, largest: int, within: float) -> bytes | NoBody | Crowded:
        """Return the raw body, or why there is none; the arguments are those of `read_body`."""
        if not self._room():
            return Crowded.FULL
        try:
            async with asyncio.timeout(None) as patience:
                self.arriving[patience] = 0
                try:
                    return await read_body(request, largest, within, partial(self._grows, patience))
                finally:
                    self.arriving.pop(patience, None)
        except TimeoutError:
            return Crowded.GAVE_WAY

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Count what arrived as being worked on."""
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1

    def _room(self) -> bool:
        """Make room for one more: whoever has been sending for longest gives way. False when all is real work."""
        if len(self.arriving) + self.working < self.most:
            return True
        return self._one_gives_way()

    def _grows(self, patience: asyncio.Timeout, length: int) -> None:
        """Note that so much more has come of one; where all together are too much, somebody gives way."""
        if patience in self.arriving:  # else it has given way itself
            self.arriving[patience] += length
        if sum(self.arriving.values()) > MOST_BYTES:
            self._one_gives_way()

    def _one_gives_way(self) -> bool:
        slowest = next(iter(self.arriving), None)
        if slowest is None:
            return False
        del self.arriving[slowest]
        slowest.reschedule(asyncio.get_running_loop().time())
        return True
