"""The bot as a process of its own beside the demo's page, as in production: what is measured is the bot alone."""

import asyncio
import os
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.demo import DemoError, Place

READY_WITHIN = 30.0
"""Seconds; on a common machine it takes three."""


@dataclass(slots=True)
class Apart:
    """A bot in a process of its own, whose clock nobody moves."""

    process: asyncio.subprocess.Process
    port: int

    def wake(self) -> None:
        """Do nothing: its clock is the machine's."""

    async def busy(self) -> bool:
        """Return False: nobody looks into it."""
        return False

    def at_work(self) -> bool:
        """Return False, for the same reason."""
        return False

    async def died(self) -> str:
        """Return when it has ended."""
        return f"it ended with {await self.process.wait()}"

    async def stop(self) -> None:
        """End it as whoever supervises it would."""
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()


async def opened(place: Place) -> Apart:
    """Start `signoff serve` and return when it is ready.

    Raises:
        DemoError: it did not come up.
    """
    port = _free_port()
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    command = (sys.executable, "-m", "bot", "serve", "--config", str(place.policy), "--port", str(port))
    with place.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, env={**inherited, **place.environment}, stdout=log, stderr=log
        )
    if not await _ready(port, process):
        raise DemoError(f"The bot did not come up:\n{place.log.read_text(errors='replace')[-4000:]}")
    return Apart(process, port)


async def _ready(port: int, process: asyncio.subprocess.Process) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_WITHIN), ClientSession(timeout=ClientTimeout(total=2)) as session:
            while process.returncode is None:
                with suppress(ClientError, OSError):
                    async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                        if (await answer.json())["status"] == "ready":
                            return True
                await asyncio.sleep(0.1)
    return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
