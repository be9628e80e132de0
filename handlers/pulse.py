"""How late the event loop is: what the one loop does late, everybody does late."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

EVERY = 0.5
"""Seconds."""


@dataclass(slots=True)
class Pulse:
    """Measures the loop's lag. `clock` is monotonic, in seconds."""

    clock: Callable[[], float]
    _due: float | None = None
    _lag: float = 0.0

    async def run(self) -> None:
        """Measure for ever."""
        while True:
            self._due = self.clock() + EVERY
            await asyncio.sleep(EVERY)
            self.beat()

    def beat(self) -> None:
        """Note by how much a wake-up came too late."""
        if self._due is not None:
            self._lag = max(0.0, self.clock() - self._due)

    @property
    def lag(self) -> float:
        """Return the seconds by which the last wake-up was late, or the next one is by now."""
        return self._lag if self._due is None else max(self._lag, self.clock() - self._due)
