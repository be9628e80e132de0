"""What docs/polling.md reckons, counted by the sandbox: twenty services in virtual time, by asking alone."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.core.policy import LaneId, ServicePolicy
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubWorkflow
from handlers.bell import Bell
from handlers.desk import Desk
from handlers.watch import Watch
from sandbox.github.forge import Forge
from sandbox.github.rates import Rates
from sandbox.github.records import Deployment
from simulation.github import GithubWay, github_network
from storage.database import open_store
from tests.factories import NOON, WORKFLOW, a_lane_policy, a_policy
from tests.unit.simulation.virtual import virtually

SERVICES = 20
FOR_200 = 200 // SERVICES
"""By how much everything here is less than in docs/polling.md."""


def a_service(number: int, *, deployments: bool, every: float) -> ServicePolicy:
    name = f"service-{number}"
    target = GithubDeployment("production") if deployments else GithubWorkflow("deploy.yml", "main")
    lane = replace(a_lane_policy(LaneId(name, "production")), target=target)
    source = GithubSource(f"acme/{name}", "main", (WORKFLOW,), poll=timedelta(seconds=every))
    return replace(a_policy().services[0], name=name, source=source, lanes=(lane,))


async def a_past(forge: Forge, name: str) -> None:
    """Let a service have a build, and be what somebody deployed long ago."""
    forge.create(name)
    sha = await forge.push(name, "Begin")
    forge.finish_run(name, forge.repositories[name].runs[-1])
    deployed = Deployment(forge.next_id(), sha, sha, "deploy", "production", {}, "", forge.clock())
    forge.deploy(name, deployed)
    forge.progress_deployment(name, deployed, "success")


@asynccontextmanager
async def watched(*, deployments: bool = True, every: float = 30.0) -> AsyncIterator[Forge]:
    """Watch twenty services by asking; what is yielded counts from the first look on."""
    loop = asyncio.get_running_loop()

    def clock() -> datetime:
        return NOON + timedelta(seconds=loop.time())

    forge = Forge(clock, token="t0ken")
    services = tuple(a_service(n, deployments=deployments, every=every) for n in range(SERVICES))
    for service in services:
        await a_past(forge, f"acme/{service.name}")
    network = github_network(random.Random(1))
    network.latency = (1e-5, 2e-5)
    github = GithubWay(forge, network).connect(clock)
    with tempfile.TemporaryDirectory(prefix="signoff-polling-") as folder:
        store = await open_store(Path(folder) / "signoff.db", clock=clock, token=lambda: "x" * 32)
        desk = Desk(store, replace(a_policy(), services=services), clock, "x".rjust, Bell(), chance=lambda: 1.0)
        watches = [asyncio.create_task(Watch(desk, github, github, service).run()) for service in services]
        try:
            yield forge
        finally:
            for watch in watches:
                watch.cancel()
            ended = await asyncio.gather(*watches, return_exceptions=True)
            await store.close()
            await forge.close()
    assert {type(one) for one in ended} == {asyncio.CancelledError}


def counts(forge: Forge) -> tuple[int, int]:
    """Return how many answers counted against the hour, and how many were free."""
    return sum(forge.rates.counted.values()), sum(forge.rates.free.values())


async def a_while(minutes: int, *, deployments: bool, every: float) -> tuple[int, int]:
    """Let nothing happen."""
    async with watched(deployments=deployments, every=every) as forge:
        await asyncio.sleep(minutes * 60 - 1)
        return counts(forge)


@pytest.mark.parametrize(
    ("minutes", "deployments", "every", "requests"), [(60, True, 300, 3), (10, True, 30, 3), (10, False, 30, 1)]
)
def test_while_nothing_happens_only_the_first_look_counts(
    minutes: int, deployments: bool, every: int, requests: int
) -> None:
    looks = minutes * 60 // every
    counted, free = virtually(partial(a_while, minutes, deployments=deployments, every=every))
    assert counted == SERVICES * requests
    assert free == SERVICES * requests * (looks - 1)


async def some_work() -> tuple[int, int]:
    """Let each service be pushed once, and deployed once by somebody else, slowly enough to be seen at each step."""
    async with watched() as forge:
        await asyncio.sleep(45)
        quiet = counts(forge)[0]
        for name in list(forge.repositories):
            await forge.push(name, "Go on")
        await asyncio.sleep(60)
        runs = [(name, repository.runs[-1]) for name, repository in forge.repositories.items()]
        for step in (forge.begin_run, forge.finish_run):
            for name, run in runs:
                step(name, run)
            await asyncio.sleep(60)
        built = counts(forge)[0]
        made = []
        for name, run in runs:
            one = Deployment(
                forge.next_id(), run.commit.sha, run.commit.sha, "deploy", "production", {}, "", forge.clock()
            )
            forge.deploy(name, one)
            made.append((name, one))
        await asyncio.sleep(60)
        for state in ("in_progress", "success"):
            for name, one in made:
                forge.progress_deployment(name, one, state)
            await asyncio.sleep(60)
        return built - quiet, counts(forge)[0] - built


def test_a_build_and_a_deployment_cost_as_many_requests_as_the_page_says() -> None:
    built, deployed = virtually(some_work)
    assert (built, deployed) == (3 * SERVICES, 6 * SERVICES)


class Counting(Rates):
    """Counts whom it turns away."""

    turned_away = 0

    def hurried(self, caller: str, method: str, now: datetime) -> int | None:
        """Note a call."""
        wait = Rates.hurried(self, caller, method, now)
        self.turned_away += wait is not None
        return wait


async def refused(every: float) -> int:
    """Let GitHub keep to its limit of a minute, scaled; returns how many calls it turns away in three minutes."""
    async with watched(every=every) as forge:
        forge.rates = rates = Counting(points=Rates().points // FOR_200)
        await asyncio.sleep(180)
        return rates.turned_away


def test_two_hundred_services_are_too_many_every_half_minute_and_not_every_minute() -> None:
    assert virtually(partial(refused, 30)) > 0
    assert virtually(partial(refused, 60)) == 0
