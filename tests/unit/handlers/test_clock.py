"""Time alone: releases expire, deploys run out of time, and nothing else happens."""

from datetime import timedelta

from bot.core.policy import Mode
from bot.core.release import Lifecycle
from bot.ports.trouble import Unsure
from tests.factories import NOON, a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

DAY = 24 * 3600


async def test_nothing_is_due_when_nothing_is_open(world: World) -> None:
    assert await world.clock.once() is None


async def test_missing_approvals_expire_to_the_second(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    assert await world.ticks() == NOON + timedelta(days=1)
    world.passes(DAY - 1)
    assert await world.ticks() == NOON + timedelta(days=1)
    assert await world.states() == [Lifecycle.OPEN]
    world.passes(1)
    assert await world.ticks() is None
    assert await world.states() == [Lifecycle.EXPIRED]
    posted = await world.notice()
    assert world.chat.in_thread(posted.ts) == [
        "Expired: not all approvals came in time. A timeout is not a rejection, nobody said no. To ask again: `/deploy payments 1 to production`"
    ]


async def test_a_second_look_does_nothing(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    world.passes(DAY)
    await world.ticks()
    rung = world.desk.bell.rung
    assert await world.clock.once() is None
    assert world.desk.bell.rung == rung
    assert await world.settle() == 0


async def test_a_deploy_runs_out_of_time_and_the_lane_goes_on(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT)))
    await world.looks()
    await world.looks(a_report(1))
    await world.looks(a_report(2))
    assert await world.ticks() == NOON + timedelta(minutes=30)
    world.passes(1800)
    await world.ticks()
    assert await world.states() == [Lifecycle.FAILED, Lifecycle.DEPLOYING]
    assert (await world.release(1)).reason == "no result within 30 min; the job may still be running"
    assert len(world.executor.started) == 2


async def test_where_a_person_was_asked_time_is_no_answer(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, lookup_window=timedelta(0))))
    world.executor.will("start", Unsure("connection reset"))
    await world.looks()
    await world.looks(a_report(1))
    assert await world.ticks() is None
    world.passes(DAY)
    assert await world.ticks() is None
    assert await world.states() == [Lifecycle.DEPLOYING]
