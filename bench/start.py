"""How soon `signoff demo` is there, from the command to its page and to the end of its story; and its weight."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import psutil
from aiohttp import ClientSession

from bench.figures import Figure, figure

ROUNDS = 5
READY = b"Everything is ready"
ALONE = """
import asyncio, sys
from pathlib import Path
from sandbox.demo import open_page

async def idle():
    await open_page(Path(sys.argv[1]), scenario="everyday", keep=True)
    print("idle", flush=True)
    await asyncio.Event().wait()

asyncio.run(idle())
"""
"""The workspace, the pipeline and the page in a process without a bot."""


async def measure(folder: Path) -> list[Figure]:
    """Return seconds to the page and to the end of the story, and the sandbox's memory in MiB."""
    rounds = [await _start() for _ in range(ROUNDS)]
    pages, readies, worked = (list(one) for one in zip(*rounds, strict=True))
    return [
        figure("signoff demo: from the command to its page", pages, "s"),
        figure("signoff demo: to the end of its story of three days", readies, "s"),
        figure("signoff demo: processor time for both", worked, "s"),
        figure("resident memory of the sandbox alone, idle", [await _weigh(folder)], "MiB"),
    ]


async def _start() -> tuple[float, float, float]:
    begun = perf_counter()
    process = await _run("-m", "bot", "demo", "--no-browser")
    page = 0.0
    assert process.stdout is not None
    async for line in process.stdout:
        if b" is at " in line:
            async with ClientSession() as http, http.get(f"{line.decode().split()[-1]}/sandbox/state") as state:
                await state.read()
            page = perf_counter() - begun
        if READY in line:
            break
    ready = perf_counter() - begun
    times = psutil.Process(process.pid).cpu_times()
    process.send_signal(signal.SIGINT)
    await process.communicate()
    return page, ready, times.user + times.system


async def _weigh(folder: Path) -> float:
    process = await _run("-c", ALONE, str(folder / "weighed"))
    assert process.stdout is not None
    await process.stdout.readline()
    memory: float = psutil.Process(process.pid).memory_info().rss / 2**20
    with suppress(ProcessLookupError):
        process.kill()
    await process.communicate()
    return memory


async def _run(*arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    environment = {**inherited, "PYTHONUNBUFFERED": "1"}
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, env=environment, stdout=pipe)
