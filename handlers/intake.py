"""From inbox rows to decisions: facts that need the network are fetched first, then one transaction decides."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from bot.ports.inbox import InboxRow
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Transaction
from bot.ports.trouble import TryLater
from bot.settle import lay_open
from bot.submit import Setting
from handlers.desk import Desk

log = structlog.get_logger()

MOST_TRIES = 5
"""How often our own code may fail on a row before it is set aside."""
WHEN_IT_FAILED = timedelta(seconds=2)
OUTAGE = "the database could not be used"
OUTAGE_PAUSE = 1.0
"""Seconds."""


class Clerk(Protocol):
    """Works off rows of some sources."""

    async def handle(self, row: InboxRow) -> str | TryLater:
        """Decide upon a row and mark it done in the same transaction; returns what to tell the command line."""

    def set_aside(self, tx: Transaction, setting: Setting, row: InboxRow) -> str:
        """See that whoever is behind a row hears that it did not count; returns the same words."""


@dataclass(slots=True)
class Intake:
    """Takes the rows of its sources one after another, oldest first."""

    desk: Desk
    sources: tuple[str, ...]
    clerk: Clerk
    waiting: dict[int, asyncio.Future[str]] = field(default_factory=dict)
    """Callers on the command line who want to hear the outcome, by inbox id."""

    async def run(self) -> None:
        """Work for ever."""
        await self.desk.work_off(self.once, lambda tx: tx.inbox.next_due(self.sources))

    async def once(self) -> bool:
        """Work off one row; False when none is due."""
        now = self.desk.clock()
        row = await self.desk.store.write(lambda tx: tx.inbox.claim(now, self.sources))
        if row is None:
            return False
        with structlog.contextvars.bound_contextvars(inbox=row.id):
            try:
                await self._work(row)
            except StoreUnavailable:
                await self._take_back(row)
                raise
        return True

    async def _work(self, row: InboxRow) -> None:
        if row.tries > MOST_TRIES:
            log.error("inbox_row_set_aside", source=row.received.source, tries=row.tries)
            self._hear(row, await self.desk.change(lambda tx, setting: self._poison(tx, setting, row)))
            return
        try:
            outcome = await self.clerk.handle(row)
        except StoreUnavailable:
            raise
        except Exception:  # one of the four doors: logged once, the row is tried again and then set aside
            ended = await self.desk.store.read(lambda tx: tx.inbox.outcome(row.id))
            if ended is not None:
                self._ended_meanwhile(row, ended)
                return
            log.exception("inbox_row_failed", source=row.received.source, tries=row.tries)
            await self._put_off(row, WHEN_IT_FAILED * row.tries, "our own code failed", counts=True)
            return
        if isinstance(outcome, TryLater):
            await self._later(row, outcome)
        else:
            self._hear(row, outcome)

    async def _take_back(self, row: InboxRow) -> None:
        """Take the counted try back as soon as the database lets us: a full disk is no fault of the row's."""
        now = self.desk.clock()
        while True:
            try:
                await self.desk.store.write(lambda tx: tx.inbox.later(row.id, now, OUTAGE, counts=False))
            except StoreUnavailable:
                await self.desk.outwait(OUTAGE_PAUSE)
            except LookupError:
                return  # it was decided before the database failed
            else:
                return

    def _poison(self, tx: Transaction, setting: Setting, row: InboxRow) -> str:
        tx.inbox.poison(row.id, f"our own code failed {MOST_TRIES} times")
        lay_open(tx, f"inbox-{row.id}", None, setting)
        return self.clerk.set_aside(tx, setting, row)

    def _hear(self, row: InboxRow, outcome: str) -> None:
        """Let whoever waits on the command line hear the outcome."""
        waiter = self.waiting.pop(row.id, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(outcome)

    async def _later(self, row: InboxRow, trouble: TryLater) -> None:
        log.info("inbox_row_waits", source=row.received.source, why=trouble.why, seconds=trouble.after)
        await self._put_off(row, timedelta(seconds=trouble.after), trouble.why, counts=False)

    async def _put_off(self, row: InboxRow, pause: timedelta, why: str, *, counts: bool) -> None:
        due = self.desk.clock() + pause

        def work(tx: Transaction) -> str | None:
            ended = tx.inbox.outcome(row.id)
            if ended is None:
                tx.inbox.later(row.id, due, why, counts=counts)
            return ended

        ended = await self.desk.store.write(work)
        if ended is not None:
            self._ended_meanwhile(row, ended)

    def _ended_meanwhile(self, row: InboxRow, outcome: str) -> None:
        """Leave a row alone that a reload ended while we worked at it: the policy names its connection no more."""
        log.info("inbox_row_ended_meanwhile", source=row.received.source, outcome=outcome)
        self._hear(row, outcome)
