"""What is on one host waits for no other: hints, comparisons and deployments of each go their own way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.core.changelog import Comparison, Span
from bot.core.connections import Connection
from bot.core.policy import LaneId, Mode, Policy, ServicePolicy
from bot.core.release import Release
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment
from bot.crew import Crew, Pace, muster
from bot.crew import World as Ports
from bot.ports.changes import CannotTell
from bot.ports.ci import Progress, RunHint
from bot.ports.inbox import Received
from bot.ports.outage import StoreUnavailable
from bot.ports.trouble import Trouble, TryLater
from bot.views.links import Links
from handlers.changes import Comparing, source_of
from handlers.hint_clerk import HintClerk
from handlers.hint_queues import connection_of, queue_of, settle_queues
from handlers.hints import stored
from handlers.intake import Intake
from simulation.life import AllWell
from tests.factories import WORKFLOW, a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.comparer import FakeComparer
from tests.fakes.executor import FakeExecutor
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening
from tests.unit.simulation.virtual import virtually

GHE = Connection(
    "enterprise", "https://ghe.example/api/v3", "https://ghe.example", "GHE_TOKEN", secret_env="GHE_SECRET"
)
THERE = GithubDeployment("production", "enterprise")


def a_service(name: str, connection: str | None) -> ServicePolicy:
    lane = a_lane_policy(
        LaneId(name, "production"), mode=Mode.DEPLOYMENT, target=GithubDeployment("production", connection)
    )
    source = GithubSource("acme/payments", "main", (WORKFLOW,), connection=connection)
    return replace(a_policy().services[0], name=name, source=source, lanes=(lane,))


HERE, ELSEWHERE = a_service("payments", None), a_service("web", "enterprise")
POLICY = replace(a_policy(), services=(HERE, ELSEWHERE), connections=(GHE,))


async def put(world: World, hint: RunHint, key: str) -> None:
    received = Received(queue_of(hint.connection), key, stored(hint), world.now)
    await world.store.write(lambda tx: tx.inbox.put(received))


# -- hints ---------------------------------------------------------------------------------------------------------------


def test_a_hint_is_kept_with_its_connection_where_it_has_one() -> None:
    assert stored(RunHint("acme/payments", 7)) == '{"repository":"acme/payments","kind":"run","run_id":7}'
    assert stored(RunHint("acme/payments", 7, "enterprise")) == (
        '{"repository":"acme/payments","kind":"run","run_id":7,"connection":"enterprise"}'
    )


async def test_a_run_is_looked_up_for_the_services_of_its_connection_alone(opening: Opening) -> None:
    world = await opening(POLICY)
    await world.looks()
    clerk = HintClerk(world.desk, world.source, world.follower)
    theirs = Intake(world.desk, (queue_of("enterprise"),), clerk)
    world.source.add([replace(a_report(1), service=name) for name in ("payments", "web")])
    world.source.asked.clear()
    await put(world, RunHint("acme/payments", 9001, "enterprise"), "k1")
    assert not await world.hints.once()
    assert await theirs.once()
    assert world.source.asked == ["run 9001"]
    assert await world.sql("SELECT service FROM builds") == [("web",)]
    await put(world, RunHint("acme/payments", 9001), "k2")
    assert not await theirs.once()
    assert await world.hints.once()
    assert await world.sql("SELECT service FROM builds ORDER BY service") == [("payments",), ("web",)]


async def test_what_waits_for_a_connection_that_is_gone_is_ended_at_the_next_start(opening: Opening) -> None:
    world = await opening(POLICY)

    async def settle(policy: Policy) -> int:
        return await world.store.write(lambda tx: settle_queues(tx, policy, world.now))

    assert await settle(POLICY) == 0
    for number, connection in enumerate(["enterprise", "enterprise", None]):
        await put(world, RunHint("acme/payments", number, connection), f"k{number}")
    await world.store.write(lambda tx: tx.inbox.later(2, world.now.replace(year=2027), "away", counts=False))
    assert await settle(POLICY) == 0
    assert await settle(a_policy()) == 2
    assert await world.sql("SELECT source, state, note FROM inbox") == [
        ("github/enterprise", "done", "nothing that the policy names"),
        ("github/enterprise", "done", "nothing that the policy names"),
        ("github", "waiting", ""),
    ]
    assert await settle(a_policy()) == 0


# -- comparisons ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Stuck(FakeComparer):
    """A comparer that has no answer about `web`."""

    async def compare(self, service: ServicePolicy, span: Span) -> Comparison | Trouble | CannotTell:
        self.asked.append(span)
        if service.name == "web":
            await asyncio.sleep(10)
        return TryLater(60.0, "away")


def test_a_comparison_that_hangs_keeps_no_other_hosts_waiting(tmp_path: Path) -> None:
    comparer = Stuck()

    async def story() -> None:
        world = World(tmp_path, POLICY, comparer=comparer)
        await world.open()
        for service in ("web", "payments"):
            span = Span(service, a_sha(1), a_sha(2))
            await world.store.write(lambda tx, span=span: tx.changes.want(span, world.now))  # type: ignore[misc]
        both = [asyncio.create_task(Comparing(world.desk, comparer, name).once()) for name in (GHE.name, None)]
        await asyncio.sleep(1)
        assert [task.done() for task in both] == [False, True]
        assert sorted(span.service for span in comparer.asked) == ["payments", "web"]
        await asyncio.gather(*both)
        await world.store.close()

    virtually(story)


def test_what_moves_to_another_host_is_compared_anew() -> None:
    assert source_of(HERE) == '["acme/payments"]'
    assert source_of(ELSEWHERE) == '["enterprise:acme/payments"]'
    assert (connection_of(HERE), connection_of(ELSEWHERE)) == (None, "enterprise")


# -- deployments in flight -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Silent(FakeExecutor):
    """A CI system that does not say how far the deploys of `web` are."""

    at: list[tuple[str, float]] = field(default_factory=list)

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        self.at.append((service.name, asyncio.get_running_loop().time()))
        if service.name == "web":
            await asyncio.sleep(12)
            return TryLater(5.0, "away")
        return await super(Silent, self).follow(service, release)


def test_a_deployment_that_is_not_told_of_keeps_no_other_from_being_followed(tmp_path: Path) -> None:
    executor = Silent()

    async def story() -> None:
        world = World(tmp_path, POLICY, executor=executor)
        await world.open()
        await world.looks()
        await world.looks(*(replace(a_report(1), service=name) for name in ("payments", "web")))
        assert len(executor.started) == 2
        executor.at.clear()
        begun = asyncio.get_running_loop().time()
        following = asyncio.create_task(world.follower.run())
        await asyncio.sleep(16)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        executor.at = [(name, at - begun) for name, at in executor.at]
        await world.store.close()
        assert len(asyncio.all_tasks()) == 1, "nothing of it goes on"

    virtually(story)
    assert [at for name, at in executor.at if name == "payments"] == [0, 5, 10, 15]
    assert [at for name, at in executor.at if name == "web"] == [0, 15]


@dataclass(slots=True)
class Failing(FakeExecutor):
    """A CI system whose own code fails."""

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        raise RuntimeError(f"{service.name} {release.name}")


def test_a_failure_of_our_own_code_is_the_loops(tmp_path: Path) -> None:
    executor = FakeExecutor()

    async def story() -> None:
        world = World(tmp_path, a_policy(replace(HERE.lanes[0])), executor=executor)
        await world.open()
        await world.looks()
        await world.looks(a_report(1))
        world.follower.executor = Failing()
        with pytest.raises(RuntimeError, match="payments R-1"):
            await world.follower.run()
        await world.store.close()

    virtually(story)


@dataclass(slots=True)
class FailingElsewhere(Silent):
    """A CI system whose own code fails at the deploys of `web`."""

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        self.at.append((service.name, asyncio.get_running_loop().time()))
        if service.name == "web":
            raise RuntimeError("web")
        return await FakeExecutor.follow(self, service, release)


def test_what_our_own_code_fails_on_at_one_host_is_told_and_keeps_no_other_from_being_followed(tmp_path: Path) -> None:
    executor, told = FailingElsewhere(), list[tuple[str, str]]()

    async def story() -> None:
        world = World(tmp_path, POLICY, executor=executor)
        await world.open()
        await world.looks()
        await world.looks(*(replace(a_report(1), service=name) for name in ("payments", "web")))
        world.follower.failed = lambda host, error: told.append((host, repr(error)))
        begun = asyncio.get_running_loop().time()
        following = asyncio.create_task(world.follower.run())
        for _ in range(32):  # webhooks without end make no failure be tried again sooner
            await asyncio.sleep(0.5)
            world.follower.look_now("acme/payments")
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        executor.at = [(name, at - begun) for name, at in executor.at]
        await world.store.close()

    virtually(story)
    assert told == [("github enterprise", "RuntimeError('web')")] * 3
    assert len([at for name, at in executor.at if name == "payments"]) > 25
    assert [round(at) for name, at in executor.at if name == "web"] == [0, 6, 11]


def test_a_database_that_is_away_ends_the_loop_and_no_hosts_part_of_it(tmp_path: Path) -> None:
    @dataclass(slots=True)
    class Away(FakeExecutor):
        async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
            raise StoreUnavailable(f"{service.name} {release.name}")

    async def story() -> None:
        world = World(tmp_path, a_policy(replace(HERE.lanes[0])))
        await world.open()
        await world.looks()
        await world.looks(a_report(1))
        world.follower.executor = Away()
        world.follower.failed = lambda host, error: pytest.fail(f"{host}: {error}")
        with pytest.raises(StoreUnavailable, match="payments R-1"):
            await world.follower.run()
        await world.store.close()

    virtually(story)


# -- the crew ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def crew(world: World) -> AsyncIterator[Crew]:
    ports = Ports(world.chat, world.directory, world.source, world.executor, AllWell(), world.comparer)
    mustered = muster(world.desk, ports, Links("https://github.example"), Pace())
    yield mustered
    await mustered.stop()
    assert mustered.failures == []


def apart(crew: Crew) -> list[str]:
    return sorted(name for name in crew.loops if name.endswith(" enterprise"))


async def test_a_connection_that_a_reload_brings_has_its_loops(crew: Crew) -> None:
    assert apart(crew) == []
    crew.start()
    before = len(crew._tasks)
    await crew.follow(replace(a_policy(), connections=(GHE,)))
    assert apart(crew) == ["comparing enterprise", "hints enterprise"]
    assert len(crew._tasks) == before + 2
    await crew.follow(a_policy())
    await crew.follow(replace(a_policy(), connections=(GHE,)))
    assert len(crew._tasks) == before + 2


async def test_a_connection_of_the_first_policy_has_them_from_the_start(world: World) -> None:
    world.desk.policy = POLICY
    ports = Ports(world.chat, world.directory, world.source, world.executor, AllWell(), world.comparer)
    assert apart(muster(world.desk, ports, Links("https://github.example"), Pace())) == [
        "comparing enterprise",
        "hints enterprise",
    ]


def test_what_fails_at_one_host_counts_as_a_loops_failure(tmp_path: Path) -> None:
    executor = FailingElsewhere()

    async def story() -> tuple[list[str], int]:
        world = World(tmp_path, POLICY, executor=executor)
        await world.open()
        await world.looks()
        await world.looks(replace(a_report(1), service="web"))
        ports = Ports(world.chat, world.directory, world.source, executor, AllWell(), world.comparer)
        crew = muster(world.desk, ports, Links("https://github.example"), Pace())
        following = asyncio.ensure_future(crew.loops["follow"]())
        await asyncio.sleep(6)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await world.store.close()
        return crew.failures, crew.failing

    assert virtually(story) == (["follow github enterprise"], 1)
