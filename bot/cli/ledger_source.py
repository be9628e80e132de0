"""Where the command line reads the audit chain from: the running bot, the database while none runs, or a file."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import now
from bot.config.environment import Settings
from handlers import ledger
from handlers.control import socket_path
from handlers.control_client import export
from storage.reading import ReadingStore

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes. A longer line in a file is none of ours; it comes in pieces, which then do not fit."""


@asynccontextmanager
async def chain(settings: Settings, since: ledger.Since) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open the chain as lines: from the bot over its socket, or from its database when no bot runs."""
    async with export(socket_path(settings.database_path), since) as parts:
        if parts is not None:
            yield _lines(parts)
            return
    store = ReadingStore(settings.database_path, now)
    try:
        yield _lines(ledger.lines(store, since))
    finally:
        store.close()


@asynccontextmanager
async def file(path: Path) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open an exported file as lines; OSError when it cannot be read."""
    with path.open("rb") as opened:
        yield _each(iter(lambda: opened.readline(LONGEST_LINE), b""))


async def _each(lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    for line in lines:
        yield line


async def _lines(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Cut parts of any size into lines, each with its line break; what has none comes last."""
    rest = b""
    async for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        yield rest
