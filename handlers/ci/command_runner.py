"""Starts supervisors: processes that leave us at once, so that nothing that ends us ends what they run."""

import asyncio
import io
import os
import subprocess
import sys
from pathlib import Path

from handlers.ci import command_supervisor

SUPERVISOR = command_supervisor.__file__


async def launch(attempt: Path, within: float, *, wait: bool = False) -> bool:
    """Start the supervisor of an attempt; returns whether it said that the command is started.

    With `wait` it returns only once the command has ended.

    Raises:
        TimeoutError: it said nothing in so many seconds; it may yet.
        OSError: no process could be started.
    """
    hears, says = os.pipe()
    said = io.FileIO(hears)
    try:
        first = _spawn(attempt, says, wait=wait)
    except OSError:
        said.close()
        raise
    finally:
        os.close(says)
    try:
        async with asyncio.timeout(within):
            return await _told(said) == b"started\n"
    finally:
        said.close()
        first.kill()  # it has gone long ago, unless it never came to start the supervisor
        first.wait()


def _spawn(attempt: Path, says: int, *, wait: bool) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-I", "-S", SUPERVISOR, str(attempt), *(["wait"] if wait else [])]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(program, stdin=nothing, stdout=says, stderr=nothing, env={}, cwd="/")  # noqa: S603 - our own file


async def _told(said: io.FileIO) -> bytes:
    """Return what is said until nobody says any more."""
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), said
    )
    try:
        return await stream.read()
    finally:
        transport.close()
