"""What the bot could not hear is not silence: it was away, or its database was, or its host's clock was set."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import PipelineReport
from bot.core.policy import Policy, ServicePolicy
from bot.core.source import StandardSource
from bot.ports.outage import StoreUnavailable
from bot.ports.trouble import Trouble
from bot.submit import take_reports
from handlers.watch import Watch
from tests.fakes.source import FakeSource
from tests.fakes.world import World
from tests.unit.handlers.test_watch_silence import HOUR, LISTENED, RUNS, a_watch, hangs, heard


@pytest.fixture
def steady(world: World) -> list[float]:
    """A clock that nobody sets."""
    passed = [0.0]
    world.desk.steady = lambda: passed[0]
    return passed


async def passes(world: World, watch: Watch, steady: list[float], hours: float) -> int:
    """Let time pass by both clocks, looking every half hour; returns how often the channel has heard by then."""
    told: list[str] = []
    for _ in range(round(hours * 2)):
        steady[0] += HOUR / 2
        world.passes(HOUR / 2 - 300)
        told = await heard(world, watch)
    return len(told)


class Full(FakeSource):
    """A source at which a look ends, since the disk is full."""

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Fail as what is stored of it would."""
        del service
        raise StoreUnavailable("disk full")


async def test_after_an_outage_of_the_database_nobody_hears_for_an_hour(world: World) -> None:
    watch = await hangs(world, 5)
    watch.source = Full()
    with pytest.raises(StoreUnavailable):
        await watch.once()
    watch.source = world.source
    world.passes(3 * HOUR)
    assert await heard(world, watch, LISTENED) == []
    assert len(await heard(world, watch)) == 1


async def test_nobody_hears_for_less_than_an_hour_where_the_policy_allows_less(world: World) -> None:
    watch = await hangs(world, 5)
    watch = Watch(
        watch.desk, watch.source, watch.executor, replace(watch.service, reported_within=timedelta(minutes=10))
    )
    assert await heard(world, watch, 2) == []
    assert len(await heard(world, watch)) == 1


async def test_a_clock_that_is_set_forward_makes_nothing_wait_longer(world: World, steady: list[float]) -> None:
    watch = await hangs(world, 0)
    assert await passes(world, watch, steady, 2) == 0
    world.passes(7 * HOUR)
    assert await passes(world, watch, steady, 3.5) == 0
    assert await passes(world, watch, steady, 0.5) == 1


async def test_nor_does_one_that_is_set_between_a_report_and_the_next_look(world: World, steady: list[float]) -> None:
    watch = a_watch(world)
    assert await passes(world, watch, steady, 2) == 0
    await world.desk.change(lambda tx, setting: take_reports(tx, watch.service, [RUNS], setting))
    world.passes(7 * HOUR)
    assert await passes(world, watch, steady, 5.5) == 0
    assert await passes(world, watch, steady, 0.5) == 1


async def test_one_that_is_set_back_only_lets_it_wait_longer(world: World, steady: list[float]) -> None:
    watch = await hangs(world, 0)
    assert await passes(world, watch, steady, 2) == 0
    world.passes(-3 * HOUR)
    assert await passes(world, watch, steady, 6.5) == 0
    assert await passes(world, watch, steady, 0.5) == 1


async def test_who_cannot_be_asked_has_the_whole_time_to_send_again(world: World) -> None:
    service = world.policy.services[0]
    world.policy = Policy(services=(replace(service, source=StandardSource("jenkins", "SECRET")),))
    await world.crash()
    began = replace(RUNS, pipeline="jenkins")
    await heard(world, a_watch(world))
    await world.desk.change(lambda tx, setting: take_reports(tx, world.policy.services[0], [began], setting))
    world.passes(30 * HOUR)
    await world.crash()
    watch = a_watch(world)
    assert await heard(world, watch, 6 * LISTENED) == []
    assert len(await heard(world, watch)) == 1
