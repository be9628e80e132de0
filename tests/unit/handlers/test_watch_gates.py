"""Runs that went on at a gate: what Signoff let go on is its own, what others let go on is noticed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.events import FoundLive
from bot.core.policy import LanePolicy
from bot.core.release import Origin
from bot.core.verification import Verification
from bot.ports.ci import ProgressStatus
from tests.factories import NOON, a_lane_policy, a_policy, a_sha
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

VERIFIED = a_lane_policy(verify=Verification(within=timedelta(minutes=1)))


async def failed(opening: Opening, lane: LanePolicy) -> World:
    """Return a world whose R-1 has failed, after its run 1 went on at the gate: there, or when it was verified."""
    world = await opening(a_policy(lane))
    await world.approved()
    world.executor.says(ProgressStatus.SUCCEEDED if lane.verify else ProgressStatus.FAILED)
    await world.follows()
    world.passes(120)
    await world.ticks()
    assert [state.value for state in await world.states()] == ["failed"]
    return world


def found(world: World, run: str | None) -> FoundLive:
    return FoundLive(a_sha(1), a_sha(1)[:12], world.now + timedelta(seconds=1), None, run=run)


async def origins(world: World) -> list[Origin]:
    releases = await world.store.read(lambda tx: tx.lanes.history(a_lane_policy().lane, 50))
    return [release.origin for release in releases]


async def test_our_own_run_that_was_not_well_is_not_taken_for_somebody_elses(opening: Opening) -> None:
    world = await failed(opening, VERIFIED)
    world.executor.live["production"] = found(world, "1")
    await world.looks()
    assert await origins(world) == [Origin.PIPELINE]


async def test_our_own_run_that_somebody_ran_once_more_is_noticed(opening: Opening) -> None:
    world = await failed(opening, VERIFIED)
    world.passes(180)
    world.executor.live["production"] = found(world, "1")
    await world.looks()
    assert await origins(world) == [Origin.EXTERNAL, Origin.PIPELINE]


@pytest.mark.parametrize("run", [None, "2"])
async def test_another_run_of_its_commit_is_somebody_elses(opening: Opening, run: str | None) -> None:
    world = await failed(opening, VERIFIED)
    world.executor.live["production"] = found(world, run)
    await world.looks()
    assert await origins(world) == [Origin.EXTERNAL, Origin.PIPELINE]


async def test_a_run_that_succeeded_after_it_was_given_up_is_noticed(opening: Opening) -> None:
    world = await failed(opening, a_lane_policy())
    world.executor.live["production"] = found(world, "1")
    await world.looks()
    assert await origins(world) == [Origin.EXTERNAL, Origin.PIPELINE]


async def test_another_commit_that_the_same_run_brought_there_is_somebody_elses(opening: Opening) -> None:
    world = await failed(opening, VERIFIED)
    world.executor.live["production"] = replace(found(world, "1"), sha=a_sha(7), since=NOON + timedelta(hours=1))
    await world.looks()
    lane = await world.store.read(lambda tx: tx.lanes.load(a_lane_policy().lane))
    assert lane.live
    assert lane.live.sha == a_sha(7)
