"""Commands of a test on this host: scripts that wait where they are told to, and the real executor that runs them."""

import asyncio
import fcntl
import os
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.policy import ServicePolicy
from bot.core.release import Deployment, DeployStatus, Release
from bot.core.target import Command
from handlers.ci.command_executor import Commands
from handlers.ci.command_job import Host
from handlers.ci.command_record import Records
from tests.factories import NOON, a_lane_policy, a_policy, a_release

SERVICE: ServicePolicy = a_policy().services[0]
SECRET = "hunter2hunter2"


def hide(text: str) -> str:
    """Hide the one secret of these tests."""
    return text.replace(SECRET, "[redacted]")


@dataclass
class Shell:
    """A folder with a script that leaves a mark each time it runs, and the executor beside it."""

    folder: Path
    seconds: float = 20.0
    now: datetime = NOON
    executor: Commands = field(init=False)

    def __post_init__(self) -> None:
        self.executor = Commands(
            Records(self.folder / "commands", lambda: self.now, hide), Host(str(self.folder), str(self.folder))
        )
        self.executor.records.open()
        os.mkfifo(self.folder / "gate")
        os.mkfifo(self.folder / "begun")

    def script(self, body: str, *arguments: str) -> Release:
        """Return a release whose command is a shell script, which says first that it ran."""
        script = self.folder / "deploy.sh"
        script.write_text(f"#!/bin/sh\necho ran >> marks\n{body}\n")
        script.chmod(0o755)
        return self.release("./deploy.sh", *arguments)

    def release(self, *argv: str) -> Release:
        """Return a release with a command, attempted now."""
        target = Command(argv, timedelta(seconds=self.seconds))
        attempted = Deployment(DeployStatus.ATTEMPTED, attempted_at=self.now)
        return replace(a_release(policy=a_lane_policy(target=target)), deployment=attempted)

    @property
    def marks(self) -> int:
        """How often the script has run."""
        marks = self.folder / "marks"
        return len(marks.read_text().splitlines()) if marks.exists() else 0

    def attempt(self, release: Release, nth: int = 1) -> Path:
        """Return the directory of an attempt."""
        return self.folder / "commands" / release.key / str(nth)

    async def opens_the_gate(self) -> None:
        """Let a script go on that reads `gate`; returns once it reads."""
        await asyncio.to_thread(lambda: (self.folder / "gate").write_text("go\n"))

    async def has_begun(self) -> None:
        """Wait until a script opens `begun`, and until nobody holds it open."""
        await asyncio.wait_for(asyncio.to_thread((self.folder / "begun").read_text), 30)

    async def is_over(self, release: Release, nth: int = 1) -> None:
        """Wait until the supervisor of an attempt has gone: until then it holds its lock."""
        lock = self.attempt(release, nth) / "lock"
        await asyncio.wait_for(asyncio.to_thread(_held, lock), 30)


def _held(lock: Path) -> None:
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
