"""Waiting for the workspace to change, without sleeping."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Changes:
    """A number that grows with every change, and a way to wait for the next one."""

    def __init__(self) -> None:
        self.revision = 0
        self._next = asyncio.Event()

    def announce(self) -> None:
        """Wake everybody who waits."""
        self.revision += 1
        happened, self._next = self._next, asyncio.Event()
        happened.set()

    async def after(self, revision: int) -> int:
        """Return the present revision as soon as it is not the one given."""
        while self.revision == revision:
            await self._next.wait()
        return self.revision

    async def until(self, predicate: Callable[[], Found | None], timeout: float) -> Found:  # noqa: ASYNC109 - a test's limit
        """Return what the predicate returns as soon as that is true.

        Raises:
            TimeoutError: it did not become true in so many seconds.
        """
        async with asyncio.timeout(timeout):
            while not (found := predicate()):
                await self._next.wait()
        return found
