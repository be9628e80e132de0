"""Wakes the loops: whoever writes something that may be due rings; whoever waits looks at the database."""

import asyncio


class Bell:
    """A broadcast without memory of its own: what is due stands in the database, the bell only saves waiting."""

    def __init__(self) -> None:
        self._rung = 0
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits now, and whoever waits next with an older count."""
        self._rung += 1
        self._event.set()
        self._event = asyncio.Event()

    @property
    def rung(self) -> int:
        """How often it rang. Read it before looking for work, pass it to `wait`: a ring in between is not missed."""
        return self._rung

    async def wait(self, seen: int, seconds: float | None) -> None:
        """Return when it rings, at once if it rang since `seen`, or after so many seconds."""
        if self._rung != seen:
            return
        event = self._event
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return
