"""The audit chain as an export, page by page: it never stands in memory, and the database is soon free again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from bot.core.chain import AuditRow
from bot.core.ledger import Closing, closing_line, row_line
from bot.ports.audit import AuditPage
from bot.ports.store import Store, Transaction

PAGE = 5_000
"""Rows that one transaction reads: some tens of milliseconds."""
BATCH = 250
"""Rows that are put into words before others may go on: some milliseconds."""
SEARCHED = 50_000
"""Rows that one transaction looks through for a date."""

Since = int | datetime
"""Where an export begins: with a row, or with the first row from a moment on."""


async def lines(store: Store, since: Since = 1) -> AsyncIterator[bytes]:
    """Yield the export's lines, some at a time. It holds at least the last row, so that its head can be checked."""
    first = await _first(store, since)
    after = first - 1
    while True:
        page = await store.read(_page(after))
        async for some in _worded(page.rows):
            yield some
        if len(page.rows) < PAGE:
            yield closing_line(Closing(first, page.head, page.written))
            return
        after = page.rows[-1].seq


async def _first(store: Store, since: Since) -> int:
    """Return the number of the first row of the export."""
    last = (await store.read(lambda tx: tx.audit.head())).seq
    if isinstance(since, int):
        return max(min(since, last), 1)
    for after in range(0, last, SEARCHED):
        found = await store.read(_search(since, after))
        if found is not None:
            return found
    return max(last, 1)


def _page(after: int) -> Callable[[Transaction], AuditPage]:
    return lambda tx: tx.audit.page(after, PAGE)


def _search(since: datetime, after: int) -> Callable[[Transaction], int | None]:
    return lambda tx: tx.audit.first_since(since, after, SEARCHED)


async def _worded(rows: Sequence[AuditRow]) -> AsyncIterator[bytes]:
    for begin in range(0, len(rows), BATCH):
        yield b"".join(row_line(row) for row in rows[begin : begin + BATCH])
        await asyncio.sleep(0)
