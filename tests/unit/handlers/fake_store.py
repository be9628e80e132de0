"""An inbox in memory behind the port Store, for handlers that only put things into it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar, cast

from bot.ports.inbox import Received
from bot.ports.store import Transaction

T = TypeVar("T")


class FakeInbox:
    """Keeps what is new by its dedupe key."""

    def __init__(self) -> None:
        self.rows: list[Received] = []

    def put(self, received: Received) -> int | None:
        """Store it; None when its key was seen before."""
        if any(row.dedupe_key == received.dedupe_key for row in self.rows):
            return None
        self.rows.append(received)
        return len(self.rows)


class FakeTransaction:
    """A transaction of which only the inbox is there."""

    def __init__(self, inbox: FakeInbox) -> None:
        self.inbox = inbox


class FakeStore:
    """Set `broken` to make every write fail; clear `free` to keep all of them waiting, which `waiting` counts."""

    def __init__(self) -> None:
        self.inbox = FakeInbox()
        self.broken: Exception | None = None
        self.free = asyncio.Event()
        self.free.set()
        self.waiting = 0

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work`, or raise what is broken."""
        if self.broken is not None:
            raise self.broken
        self.waiting += 1
        await self.free.wait()
        self.waiting -= 1
        return work(cast("Transaction", FakeTransaction(self.inbox)))

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """Run `query`."""
        return await self.write(query)
