"""A loop whose time jumps to the next timer instead of passing."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import TypeVar

from simulation.loop import OneThread

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    """Waits by setting the clock forward."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is there now; time has passed."""
        if timeout is None:
            raise RuntimeError("everybody waits for ever")
        self.now += timeout
        return super().select(0)


class VirtualLoop(OneThread, asyncio.SelectorEventLoop):
    """A loop with virtual time, which begins at 0."""

    def __init__(self) -> None:
        self.waiting = _Jumping()
        super().__init__(self.waiting)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self.waiting.now


def virtually(story: Callable[[], Awaitable[T]]) -> T:
    """Return what a story comes to, in no time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(_told(story))
    finally:
        loop.close()


async def _told(story: Callable[[], Awaitable[T]]) -> T:
    return await story()
