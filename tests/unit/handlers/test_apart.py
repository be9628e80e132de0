"""What hangs or is away holds up nothing else: not one lane another, and never Slack a deploy. In virtual time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.inputs import Approve
from bot.core.policy import LaneId, LanePolicy, Mode, Policy, ServicePolicy
from bot.core.release import Release
from bot.core.target import BuildbotForce, Command, DeployWebhook, GithubDeployment, GithubGate, Target
from bot.core.verification import CommandProbe, HttpProbe, Verification
from bot.ports.ci import Placed, ProgressStatus
from bot.ports.outage import StoreUnavailable
from bot.ports.slack import Message, SlackAccount
from bot.ports.trouble import Trouble, TryLater, Unsure
from handlers.apart import Apart
from handlers.bell import Bell
from handlers.deployer import PLACES
from handlers.hosts import host_of
from handlers.probe import Health as Seen
from handlers.standing import PATIENCE
from handlers.verifier import Verifier
from tests.factories import LANE, a_lane_policy, a_policy, a_report
from tests.fakes.chat import FakeChat
from tests.fakes.directory import FakeDirectory
from tests.fakes.executor import FakeExecutor
from tests.fakes.world import World
from tests.unit.core.values import PRIYA
from tests.unit.simulation.virtual import virtually

STAGING = LaneId("payments", "staging")
TIME_LIMIT = 15.0
"""Seconds that a call to a deploy webhook may take."""


def at(host: str) -> DeployWebhook:
    return DeployWebhook(f"https://{host}/hooks", "DEPLOY_SECRET")


def lanes(*targets: tuple[str, Target], mode: Mode = Mode.DEPLOYMENT) -> tuple[LanePolicy, ...]:
    return tuple(a_lane_policy(LaneId("payments", name), mode=mode, target=target) for name, target in targets)


@dataclass(slots=True)
class Hanging(FakeExecutor):
    """CI systems of which some take the whole time for every call, and no answer comes."""

    hangs: tuple[str, ...] = ()
    """In which environments."""
    placed: dict[str, float] = field(default_factory=dict)
    """When a deploy was accepted, by environment."""
    calls_at_once: int = 0
    most_at_once: int = 0

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        if release.lane.environment in self.hangs:
            self.calls_at_once += 1
            self.most_at_once = max(self.most_at_once, self.calls_at_once)
            await asyncio.sleep(TIME_LIMIT)
            self.calls_at_once -= 1
            return Unsure("timed out")
        self.placed[release.lane.environment] = asyncio.get_running_loop().time()
        return await super(Hanging, self).start(service, release)

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | None:
        if release.lane.environment in self.hangs:
            await asyncio.sleep(TIME_LIMIT)
        return await super(Hanging, self).find(service, release)


@dataclass(slots=True)
class Away(FakeChat):
    """A Slack that takes every call and answers none."""

    async def post(
        self, channel: str, message: Message, *, thread: str | None = None, place: str | None = None
    ) -> str | Trouble:
        del channel, message, thread, place
        await asyncio.Event().wait()
        raise AssertionError("answered")


@dataclass(slots=True)
class Silent(FakeDirectory):
    """A directory that takes every question and answers none, once it is told to."""

    silent: bool = False

    async def account(self, slack_user: str, team: str | None) -> SlackAccount | TryLater:
        if self.silent:
            await asyncio.Event().wait()
        return await super(Silent, self).account(slack_user, team)


async def works(world: World, seconds: float) -> None:
    """Let the deployer work for so long."""
    worker = asyncio.create_task(world.deployer.run())
    await asyncio.sleep(seconds)
    worker.cancel()
    under_way = tuple(world.desk.under_way)
    for task in under_way:
        task.cancel()
    await asyncio.gather(worker, *under_way, return_exceptions=True)


def deploys(folder: Path, policy: Policy, executor: Hanging, seconds: float) -> None:
    """Let a build come, and its deploys be worked at for so long."""

    async def story() -> None:
        world = World(folder, policy, executor=executor)
        await world.open()
        await world.sees()
        await world.sees(a_report(1))
        await works(world, seconds)
        await world.store.close()

    virtually(story)


def test_hosts_that_hang_hold_up_no_lane_of_another(tmp_path: Path) -> None:
    away = tuple(f"away{number}" for number in range(PLACES + 2))
    executor = Hanging(hangs=away)
    targets = [*((name, at(f"{name}.example")) for name in away), ("well", at("well.example"))]
    deploys(tmp_path, a_policy(*lanes(*targets)), executor, TIME_LIMIT - 1)
    assert executor.placed == {"well": 0.0}
    assert executor.most_at_once == len(away)


def test_a_host_that_hangs_is_called_a_few_times_at_once_and_holds_up_no_other(tmp_path: Path) -> None:
    away = tuple(f"away{number}" for number in range(PLACES + 2))
    executor = Hanging(hangs=away)
    targets = [*((name, at("away.example")) for name in away), ("well", at("well.example"))]
    deploys(tmp_path, a_policy(*lanes(*targets)), executor, TIME_LIMIT - 1)
    assert executor.placed == {"well": 0.0}
    assert executor.most_at_once == PLACES


def test_what_waited_for_a_place_at_its_host_goes_on_when_one_is_free(tmp_path: Path) -> None:
    away = tuple(f"away{number}" for number in range(PLACES))
    executor = Hanging(hangs=away)
    targets = [*((name, at("one.example")) for name in away), ("last", at("one.example"))]
    deploys(tmp_path, a_policy(*lanes(*targets)), executor, TIME_LIMIT + 1)
    assert executor.placed == {"last": TIME_LIMIT}


def test_a_slack_that_hangs_while_it_is_asked_about_approvals_delays_no_other_deploy(tmp_path: Path) -> None:
    asked = tuple(f"asked{number}" for number in range(PLACES + 2))
    executor = Hanging()
    people = lanes(*((name, at("one.example")) for name in asked), mode=Mode.DELIVERY)
    policy = a_policy(*people, *lanes(("automatic", at("one.example"))))
    directory = Silent()

    async def story() -> None:
        world = World(tmp_path, policy, executor=executor, directory=directory)
        await world.open()
        await world.sees()
        await world.sees(a_report(1))
        for name in asked:
            lane = LaneId("payments", name)
            release = (await world.store.read(lambda tx, lane=lane: tx.lanes.load(lane))).releases[0]  # type: ignore[misc]
            await world.desk.submit(lane, Approve(release.number, PRIYA))
        directory.silent = True
        await works(world, PATIENCE + 1)
        await world.store.close()

    virtually(story)
    assert executor.placed == {"automatic": 0.0, **dict.fromkeys(asked, PATIENCE)}


def test_a_slack_that_never_answers_delays_no_deploy(tmp_path: Path) -> None:
    executor = Hanging(hangs=("production",))

    policy = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT), a_lane_policy(STAGING, mode=Mode.DEPLOYMENT))

    async def story() -> None:
        world = World(tmp_path, policy, executor=executor, chat=Away())
        await world.open()
        await world.sees()
        crew = (
            world.cards,
            world.messenger,
            world.answers,
            world.deployer,
        )
        workers = [asyncio.create_task(worker.run()) for worker in crew]
        await world.sees(a_report(1))
        await asyncio.sleep(1)
        for task in (*workers, *world.desk.under_way):
            task.cancel()
        await asyncio.gather(*workers, *world.desk.under_way, return_exceptions=True)
        await world.store.close()

    virtually(story)
    assert executor.placed == {"staging": 0.0}


@dataclass(slots=True)
class Probes:
    """Probes of which those of production are never answered."""

    looked: list[tuple[str, float]] = field(default_factory=list)

    async def look(self, probe: HttpProbe | CommandProbe, values: Mapping[str, str]) -> Seen:
        del probe
        self.looked.append((values["environment"], asyncio.get_running_loop().time()))
        if values["environment"] == "production":
            await asyncio.Event().wait()
        return Seen(well=True, detail="200")


def test_a_probe_that_hangs_delays_no_look_at_another_release(tmp_path: Path) -> None:
    probes, executor = Probes(), FakeExecutor()
    verify = Verification(hold_for=timedelta(hours=1), probe=HttpProbe("https://one.example"))
    policy = a_policy(*(a_lane_policy(lane, mode=Mode.DEPLOYMENT, verify=verify) for lane in (LANE, STAGING)))

    async def story() -> None:
        world = World(tmp_path, policy, executor=executor)
        await world.open()
        await world.looks()
        await world.looks(a_report(1))
        for nth in (1, 2):
            executor.says(ProgressStatus.SUCCEEDED, nth=nth)
        await world.follows()
        verifier = asyncio.create_task(Verifier(world.desk, probes).run())
        await asyncio.sleep(11)
        verifier.cancel()
        await asyncio.gather(verifier, return_exceptions=True)
        await world.store.close()

    virtually(story)
    assert sorted(probes.looked) == [("production", 0.0), ("staging", 0.0), ("staging", 5.0), ("staging", 10.0)]


def test_nothing_begins_that_waits_for_its_place_when_the_bot_stops(tmp_path: Path) -> None:
    away = tuple(f"away{number}" for number in range(PLACES))
    executor = Hanging(hangs=away)
    policy = a_policy(*lanes(*((name, at("one.example")) for name in (*away, "last"))))

    async def story() -> None:
        world = World(tmp_path, policy, executor=executor)
        await world.open()
        await world.sees()
        await world.sees(a_report(1))
        worker = asyncio.create_task(world.deployer.run())
        await asyncio.sleep(1)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        await world.desk.drain(TIME_LIMIT + 5)
        await world.store.close()

    virtually(story)
    assert (executor.placed, executor.calls_at_once) == ({}, 0)


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (at("one.example"), "one.example"),
        (DeployWebhook("https://one.example:8443/x", "S"), "one.example:8443"),
        (GithubDeployment("production"), "github "),
        (GithubGate("production", connection="enterprise"), "github enterprise"),
        (BuildbotForce("force", "deploy"), "buildbot"),
        (Command(("./deploy.sh",)), "this host"),
        (None, "this host"),
    ],
)
def test_requests_are_counted_by_the_host_that_they_go_to(target: Target | None, host: str) -> None:
    assert host_of(target) == host


def test_what_fails_by_our_own_fault_is_told_to_whoever_began_it_and_after_a_stop_in_the_log() -> None:
    bell, kept = Bell(), set[asyncio.Task[object]]()
    both = Apart[str](bell, kept)

    async def breaks(after: float, error: Exception) -> None:
        await asyncio.sleep(after)
        raise error

    async def story() -> None:
        both.begin("one", breaks(1, KeyError("x")))
        work = breaks(1, KeyError("x"))
        with pytest.raises(ValueError, match="one is under way already"):
            both.begin("one", work)
        assert (both.keys, len(kept), bell.rung) == (("one",), 1, 0)
        await asyncio.sleep(2)
        assert (both.keys, len(kept), bell.rung) == ((), 0, 1)
        with pytest.raises(KeyError):
            both.fail()
        both.fail()
        both.begin("two", breaks(1, KeyError("y")))
        both.begin("three", breaks(3, KeyError("z")))
        both.begin("four", breaks(3, StoreUnavailable("the disk is full")))
        await asyncio.sleep(2)
        await both.end()
        assert both.over
        await asyncio.sleep(2)

    with capture_logs() as logs:
        virtually(story)
    assert [(line["event"], repr(line["exc_info"])) for line in logs] == [
        ("work_failed_while_stopping", "KeyError('y')"),
        ("work_failed_while_stopping", "KeyError('z')"),
    ]


def test_what_is_not_kept_ends_with_whoever_began_it() -> None:
    works = Apart[int](Bell())

    async def story() -> None:
        works.begin(1, asyncio.sleep(60))
        await asyncio.sleep(1)
        await works.end()
        assert works.keys == ()
        assert asyncio.get_running_loop().time() == 1

    virtually(story)
