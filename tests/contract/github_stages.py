"""The three ways to have the ports Source, Executor and Comparer, each around one repository."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from aiohttp import ClientSession, web

from bot.core.changelog import Change
from bot.core.events import FoundLive
from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment
from bot.ports.changes import Comparer
from bot.ports.ci import Executor, ProgressStatus, RunHint, Source
from bot.ports.trouble import TryLater, Unsure
from handlers.ci.github_connection import Github
from handlers.ci.sender import Sender
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from simulation.github import GithubWay, github_network
from simulation.network import Mishap
from tests.factories import ANN, NOON, WORKFLOW, a_build, a_lane_policy, a_policy, a_release, a_report, a_sha
from tests.fakes.chat import Arrived, Scripted
from tests.fakes.comparer import FakeComparer
from tests.fakes.executor import FakeExecutor
from tests.fakes.source import FakeSource
from tests.unit.simulation.virtual import virtually

T = TypeVar("T")
REPO = "acme/payments"
SOURCE = GithubSource(REPO, "main", (WORKFLOW,))
SERVICE: ServicePolicy = a_policy().services[0]
DEPLOYMENT = GithubDeployment("production")
PATIENCE = 1.0
"""Seconds over HTTP, where somebody really waits."""


class Stage(Protocol):
    """The three ports, and the world behind them."""

    @property
    def source(self) -> Source:
        """The port."""

    @property
    def executor(self) -> Executor:
        """The port."""

    @property
    def comparer(self) -> Comparer:
        """The port."""

    async def push(self, *files: str) -> str:
        """Push a commit that changes some files, whose build succeeds; returns its hash."""

    def newest_run(self) -> RunHint:
        """Return a hint at the newest build."""

    def tag(self, name: str, sha: str) -> None:
        """Let a tag point at a commit."""

    def start_goes_wrong(self, mishap: Mishap) -> None:
        """Let the next start of a deploy go wrong."""

    def reading_goes_wrong(self) -> None:
        """Let the next look at the builds fail."""

    def comparing_goes_wrong(self) -> None:
        """Let the next comparison fail."""

    def says(self, status: ProgressStatus) -> None:
        """Let the first deployment be so far."""

    def started(self) -> list[str]:
        """Return the key of every deploy that really started."""


@dataclass
class Clock:
    """A clock that the stage moves with every push."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Return the present."""
        return self.now


@dataclass(slots=True)
class Sandbox:
    """The sandbox's forge, however it is reached."""

    forge: Forge
    clock: Clock
    source: Source
    executor: Executor
    comparer: Comparer
    fail: Callable[[str, Mishap], None]

    async def push(self, *files: str) -> str:
        """Push a commit that changes some files, whose build succeeds; returns its hash."""
        sha = await self.forge.push(REPO, "Change", files=files)
        self.forge.finish_run(REPO, self.forge.repositories[REPO].runs[-1])
        self.clock.now += timedelta(minutes=1)
        return sha

    def newest_run(self) -> RunHint:
        """Return a hint at the newest build."""
        return RunHint(REPO, self.forge.repositories[REPO].runs[-1].id)

    def tag(self, name: str, sha: str) -> None:
        """Let a tag point at a commit."""
        self.forge.tag(REPO, name, sha)

    def start_goes_wrong(self, mishap: Mishap) -> None:
        """Let the next start of a deploy go wrong."""
        self.fail("POST", mishap)

    def reading_goes_wrong(self) -> None:
        """Let the next look at the builds fail."""
        self.fail("GET", Mishap.ERROR)

    def comparing_goes_wrong(self) -> None:
        """Let the next comparison fail."""
        self.fail("GET", Mishap.ERROR)

    def says(self, status: ProgressStatus) -> None:
        """Let the first deployment be so far."""
        words = {
            ProgressStatus.RUNNING: "in_progress",
            ProgressStatus.SUCCEEDED: "success",
            ProgressStatus.FAILED: "failure",
        }
        self.forge.progress_deployment(REPO, self.forge.repositories[REPO].deployments[0], words[status])

    def started(self) -> list[str]:
        """Return the key of every deploy that really started."""
        return [one.key for one in self.forge.landed()]


@dataclass(slots=True)
class Fakes:
    """The fakes of the unit tests."""

    source: FakeSource = field(default_factory=FakeSource)
    executor: FakeExecutor = field(default_factory=FakeExecutor)
    comparer: FakeComparer = field(default_factory=FakeComparer)

    async def push(self, *files: str) -> str:
        """Push a commit that changes some files, whose build succeeds; returns its hash."""
        number = len(self.source.reports) + 1
        self.source.add([a_report(number)])
        self.source.files[a_sha(number)] = files
        self.comparer.line.append(Change(a_sha(number), "Change", (ANN,), NOON, ""))
        self.comparer.files[a_sha(number)] = files
        return a_sha(number)

    def newest_run(self) -> RunHint:
        """Return a hint at the newest build."""
        return RunHint(REPO, int(self.source.reports[-1].run_id))

    def tag(self, name: str, sha: str) -> None:
        """Let a tag point at a commit."""
        self.source.tagged[sha] = (*self.source.tagged.get(sha, ()), name)

    def start_goes_wrong(self, mishap: Mishap) -> None:
        """Let the next start of a deploy go wrong."""
        scripted: dict[Mishap, Scripted] = {
            Mishap.LOST_AFTER: Arrived(),
            Mishap.REFUSED: TryLater(5.0, "refused"),
            Mishap.LIMITED: TryLater(7.0, "limited"),
        }
        self.executor.will("start", scripted.get(mishap, Unsure("lost")))

    def reading_goes_wrong(self) -> None:
        """Let the next look at the builds fail."""
        self.source.trouble = TryLater(5.0, "502")

    def comparing_goes_wrong(self) -> None:
        """Let the next comparison fail."""
        self.comparer.trouble = TryLater(5.0, "502")

    def says(self, status: ProgressStatus) -> None:
        """Let the first deployment be so far."""
        self.executor.says(status)
        if status is ProgressStatus.SUCCEEDED:
            self.executor.live["production"] = FoundLive(a_sha(1), "1", NOON, None)

    def started(self) -> list[str]:
        """Return the key of every deploy that really started."""
        return self.executor.started


async def a_stage_release(stage: Stage, number: int = 1) -> Release:
    """Return an approved release of a commit that was just pushed."""
    build = replace(a_build(number), sha=await stage.push())
    return a_release(number, build=build, policy=a_lane_policy(target=DEPLOYMENT))


def a_forge(clock: Clock) -> Forge:
    """Return the forge that the real stages have."""
    forge = Forge(clock, token="t0ken")
    forge.create(REPO)
    return forge


@asynccontextmanager
async def over_http() -> AsyncIterator[Stage]:
    """Run the sandbox's server and ask it over loopback."""
    forge = a_forge(clock := Clock())
    app = web.Application()
    app.add_routes(forge.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    faults = {
        Mishap.LOST_BEFORE: Fault.RESET_BEFORE,
        Mishap.LOST_AFTER: Fault.RESET_AFTER,
        Mishap.LIMITED: Fault.RATE_LIMIT,
        Mishap.ERROR: Fault.SERVER_ERROR,
        Mishap.SILENT: Fault.TIMEOUT,
        Mishap.LATE: Fault.LATE,
    }

    def fail(method: str, mishap: Mishap) -> None:
        if mishap is Mishap.REFUSED:
            sender._base_url = "http://127.0.0.1:1"  # nobody may listen there without being root
        else:
            forge.faults.add(faults[mishap], method, seconds=7)

    async with ClientSession() as http:
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        sender = Sender(http, base, "t0ken", clock, timeout=PATIENCE)
        github = Github(sender, forge.site)
        yield Sandbox(forge, clock, github, github, github, fail)
    await runner.cleanup()
    await forge.close()


@asynccontextmanager
async def in_process() -> AsyncIterator[Stage]:
    """Ask the sandbox without a server."""
    way = GithubWay(a_forge(clock := Clock()), github_network(random.Random(1)))
    github = way.connect(clock)

    def fail(method: str, mishap: Mishap) -> None:
        if mishap is Mishap.LIMITED:
            way.forge.faults.add(Fault.RATE_LIMIT, method, seconds=7)
        else:
            way.network.plan(f"{method} *", mishap)

    yield Sandbox(way.forge, clock, github, github, github, fail)


@asynccontextmanager
async def in_memory() -> AsyncIterator[Stage]:
    """Use the fakes."""
    yield Fakes()


Way = Callable[[], AbstractAsyncContextManager[Stage]]
REAL: tuple[Way, ...] = (over_http, in_process)
ALL: tuple[Way, ...] = (*REAL, in_memory)


def play(way: Way, story: Callable[[Stage], Awaitable[T]]) -> T:
    """Return what a story comes to on a stage; only HTTP takes real time."""

    async def whole() -> T:
        async with way() as stage:
            return await story(stage)

    return asyncio.run(whole()) if way is over_http else virtually(whole)
