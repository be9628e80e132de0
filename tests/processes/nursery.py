"""Starts the real process over and over without paying for its imports: a process that has them and forks each life.

What is forked is the bot from its first line of `main` on, a process of its own with its own environment and log; only
the second that Python takes to load the code is not repeated. `python -m tests.processes.nursery` is that process.
"""

import asyncio
import json
import os
import select
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn


@dataclass(slots=True)
class Life:
    """One process, as asyncio's own are used; `kill` is SIGKILL."""

    pid: int
    nursery: "Nursery"
    returncode: int | None = None
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> int:
        """Wait until it has ended, and return with what."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, sign: int) -> None:
        """Send a signal, through its parent: nobody else can have its number while that one has not looked."""
        self.nursery.say({"signal": sign, "pid": self.pid})

    def kill(self) -> None:
        """Kill -9."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def ended(self, code: int) -> None:
        """Hear that it has ended."""
        self.returncode = code
        self._ended.set()


@dataclass(slots=True)
class Nursery:
    """The process that forks, as the tests hold it."""

    process: asyncio.subprocess.Process
    _lives: dict[int, Life] = field(default_factory=dict)
    _born: asyncio.Queue[int] = field(default_factory=asyncio.Queue)

    async def start(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Life:
        """Start `signoff` with these arguments; what it says goes on in the log."""
        self.say({"arguments": list(arguments), "environment": dict(environment), "log": str(log)})
        return self._lives[await self._born.get()]

    def say(self, order: Mapping[str, Any]) -> None:
        """Give an order, one line of JSON."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")

    async def listen(self) -> None:
        """Hear which process was born and which has ended, until the nursery has."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            told: dict[str, int] = json.loads(line)
            if "code" in told:
                self._lives[told["pid"]].ended(told["code"])
            else:
                self._lives[told["pid"]] = Life(told["pid"], self)
                self._born.put_nowait(told["pid"])


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """Run the process that forks; it ends, and what it has forked, with its standard input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    opened = Nursery(process)
    listening = asyncio.create_task(opened.listen())
    try:
        yield opened
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening


def _be_born(order: Mapping[str, Any]) -> NoReturn:
    """Become the bot."""
    from bot.__main__ import main  # noqa: PLC0415 - loaded already, before the fork

    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    os.closerange(3, 64)
    os.environ.clear()
    os.environ.update(order["environment"])
    code = 1
    try:
        code = main(order["arguments"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tell(**facts: int) -> None:
    os.write(1, json.dumps(facts).encode() + b"\n")


def _obey(order: Mapping[str, Any], lives: set[int]) -> None:
    if "signal" in order:
        if order["pid"] in lives:
            os.kill(order["pid"], order["signal"])
        return
    pid = os.fork()
    if pid == 0:
        _be_born(order)
    lives.add(pid)
    _tell(pid=pid)


def _bury(lives: set[int]) -> None:
    for pid in tuple(lives):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            lives.remove(pid)
            _tell(pid=pid, code=os.waitstatus_to_exitcode(status))


def _serve() -> None:
    """Fork and kill as it is told, one order a line, and tell who was born and who has ended."""
    import bot.cli.serve  # noqa: F401, PLC0415 - what all lives share: every module that the command needs

    woken, wakes = socket.socketpair()
    for end in (woken, wakes):
        end.settimeout(0)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    lives: set[int] = set()
    heard = b""
    while True:
        readable, _, _ = select.select([0, woken.fileno()], [], [])
        if woken.fileno() in readable:
            woken.recv(4096)
        _bury(lives)
        if 0 not in readable:
            continue
        said = os.read(0, 65536)
        if not said:
            break
        *lines, heard = (heard + said).split(b"\n")
        for line in lines:
            _obey(json.loads(line), lives)
    for pid in lives:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    _serve()
