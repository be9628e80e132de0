"""What hangs or is away holds up nothing else: not one lane another, and never Slack a deploy. In virtual time."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.policy import LaneId, Mode, ServicePolicy
from bot.core.release import Release
from bot.crew import DEPLOYERS
from bot.ports.ci import Placed
from bot.ports.slack import Message
from bot.ports.trouble import Trouble, Unsure
from handlers.deployer import Deployer
from tests.factories import LANE, a_lane_policy, a_policy, a_report
from tests.fakes.chat import FakeChat
from tests.fakes.executor import FakeExecutor
from tests.fakes.world import World
from tests.unit.simulation.virtual import virtually

STAGING = LaneId("payments", "staging")
POLICY = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT), a_lane_policy(STAGING, mode=Mode.DEPLOYMENT))
TIME_LIMIT = 10.0
"""Seconds that a call to a CI system may take."""


@dataclass(slots=True)
class Hanging(FakeExecutor):
    """A CI system that takes the whole time for every call about production, and no answer comes."""

    placed: dict[str, float] = field(default_factory=dict)
    """When a deploy was accepted, by environment."""

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        if release.lane == LANE:
            await asyncio.sleep(TIME_LIMIT)
            return Unsure("timed out")
        self.placed[release.lane.environment] = asyncio.get_running_loop().time()
        return await super(Hanging, self).start(service, release)

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | None:
        if release.lane == LANE:
            await asyncio.sleep(TIME_LIMIT)
        return await super(Hanging, self).find(service, release)


@dataclass(slots=True)
class Away(FakeChat):
    """A Slack that takes every call and answers none."""

    async def post(self, channel: str, message: Message, *, thread: str | None = None) -> str | Trouble:
        del channel, message, thread
        await asyncio.Event().wait()
        raise AssertionError("answered")


def test_a_call_that_hangs_for_its_full_time_holds_up_no_other_lane(tmp_path: Path) -> None:
    executor = Hanging()

    async def story() -> None:
        world = World(tmp_path, POLICY, executor=executor)
        await world.open()
        await world.sees()
        workers = [
            asyncio.create_task(Deployer(world.desk, executor, world.deployer.people).run()) for _ in range(DEPLOYERS)
        ]
        await world.sees(a_report(1))
        await asyncio.sleep(TIME_LIMIT - 1)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, *world.desk.under_way, return_exceptions=True)
        await world.store.close()

    virtually(story)
    assert executor.placed == {"staging": 0.0}


def test_a_slack_that_never_answers_delays_no_deploy(tmp_path: Path) -> None:
    executor = Hanging()

    async def story() -> None:
        world = World(tmp_path, POLICY, executor=executor, chat=Away())
        await world.open()
        await world.sees()
        crew = (
            world.cards,
            world.messenger,
            world.answers,
            world.deployer,
            Deployer(world.desk, executor, world.deployer.people),
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
