"""A run that waits at a gate of the sandbox, over HTTP and in-process, for a rule of an App and for a reviewer."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from aiohttp import ClientSession, web

from bot.core.build import Build, PipelineReport, assess
from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.source import VersionFrom
from bot.core.target import GithubGate
from bot.ports.ci import RunHint
from handlers.ci.github_connection import Github
from handlers.ci.github_gate_reading import GateReader
from handlers.ci.github_gated_builds import GatedBuilds
from handlers.ci.github_gates import GithubGates
from handlers.ci.sender import Sender
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from sandbox.github.in_process import BASE
from sandbox.github.records import BOT, Run
from sandbox.github.records_gates import Gate, Reviewer
from simulation.github import GithubWay, github_network
from simulation.network import Mishap
from simulation.session import Session, as_client_session
from tests.contract.github_stages import PATIENCE, REPO, Clock
from tests.factories import LANE, a_lane_policy, a_policy, a_release
from tests.unit.simulation.virtual import virtually

T = TypeVar("T")
TARGET = GithubGate("production")
LANE_POLICY = a_lane_policy(LANE, target=TARGET)
SERVICE: ServicePolicy = replace(a_policy().services[0], lanes=(LANE_POLICY,))
RIGHTS = {"actions": "read", "contents": "read", "deployments": "write", "metadata": "read", "pull_requests": "read"}
KINDS = ("rule", "review")


@dataclass(slots=True)
class Stage:
    """The executor, the source and the world behind them."""

    forge: Forge
    clock: Clock
    gates: GithubGates
    source: GatedBuilds
    fail: Callable[[str, Mishap], None]

    async def push(self, title: str = "Change") -> Run:
        """Push a commit whose build begins."""
        await self.forge.push(REPO, title)
        run = self.forge.repositories[REPO].runs[-1]
        self.forge.begin_run(REPO, run)
        self.later()
        return run

    def arrives(self, run: Run) -> Gate:
        """Let a run come to its gate."""
        gate = self.forge.gates.arrive(REPO, run, "production")
        self.later()
        return gate

    def later(self, minutes: int = 1) -> None:
        """Let time pass."""
        self.clock.now += timedelta(minutes=minutes)

    async def report(self, run: Run) -> PipelineReport:
        """Return what is reported of a run."""
        found = await self.source.run(SERVICE, RunHint(REPO, run.id))
        assert isinstance(found, PipelineReport)
        return found

    async def release(self, run: Run, number: int = 1) -> Release:
        """Return a release of what a run built."""
        report = await self.report(run)
        build = assess([report], (report.pipeline,), VersionFrom.RUN_NUMBER, None)
        assert isinstance(build, Build)
        return a_release(number, build=build, policy=LANE_POLICY)

    def landed(self) -> list[str]:
        """Return every run that went on at its gate: the oracle."""
        return [one.key.removeprefix("run ") for one in self.forge.landed() if one.gated]


def a_forge(clock: Clock, kind: str) -> tuple[Forge, str]:
    """Return a forge whose environment asks an App or a reviewer, with the token of the one that it asks."""
    forge = Forge(clock, token="t0ken")
    forge.create(REPO)
    if kind == "review":
        forge.gates.protect(REPO, "production", reviewers=[Reviewer(*BOT)])
        return forge, "t0ken"
    forge.apps.register("signoff", RIGHTS, {"deployment_protection_rule"})
    installed = forge.apps.install("signoff", REPO.split("/", maxsplit=1)[0])
    forge.gates.protect(REPO, "production", rules=["signoff"])
    forge.access.grants.clear()
    grant = forge.apps.token(installed, None, RIGHTS)
    forge.access.add(replace(grant, expires_at=None))
    return forge, grant.token


def _stage(forge: Forge, clock: Clock, sender: Sender, fail: Callable[[str, Mishap], None]) -> Stage:
    reader = GateReader(sender, forge.site)
    source = GatedBuilds(Github(sender, forge.site), reader)
    return Stage(forge, clock, GithubGates(sender, forge.site), source, fail)


@asynccontextmanager
async def over_http(kind: str) -> AsyncIterator[Stage]:
    """Run the sandbox's server and ask it over loopback."""
    forge, token = a_forge(clock := Clock(), kind)
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
    }
    async with ClientSession() as http:
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        sender = Sender(http, base, token, clock, timeout=PATIENCE)
        yield _stage(forge, clock, sender, lambda method, mishap: forge.faults.add(faults[mishap], method, seconds=7))
    await runner.cleanup()
    await forge.close()


@asynccontextmanager
async def in_process(kind: str) -> AsyncIterator[Stage]:
    """Ask the sandbox without a server."""
    forge, token = a_forge(clock := Clock(), kind)
    way = GithubWay(forge, github_network(random.Random(1)))
    sender = Sender(as_client_session(Session(way.carry)), BASE, token, clock)

    def fail(method: str, mishap: Mishap) -> None:
        if mishap is Mishap.LIMITED:
            forge.faults.add(Fault.RATE_LIMIT, method, seconds=7)
        else:
            way.network.plan(f"{method} *", mishap)

    yield _stage(forge, clock, sender, fail)


Way = Callable[[str], AbstractAsyncContextManager[Stage]]
WAYS: tuple[Way, ...] = (over_http, in_process)


def play(way: Way, kind: str, story: Callable[[Stage], Awaitable[T]]) -> T:
    """Return what a story comes to on a stage; only HTTP takes real time."""

    async def whole() -> T:
        async with way(kind) as stage:
            return await story(stage)

    return asyncio.run(whole()) if way is over_http else virtually(whole)
