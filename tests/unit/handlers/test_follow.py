"""Deployments are followed to their end by asking; what says nothing new changes nothing."""

import pytest

from bot.core.policy import Mode
from bot.core.release import DeployStatus, Lifecycle
from bot.ports.ci import CameLater, Progress, ProgressStatus
from bot.ports.trouble import GiveUp, TryLater, Unsure
from tests.factories import a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

AUTOMATIC = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT))


async def flying(opening: Opening) -> World:
    """Return a world in which R-1 is accepted."""
    world = await opening(AUTOMATIC)
    await world.looks()
    await world.looks(a_report(1))
    return world


async def test_nothing_in_flight_is_nothing_to_ask(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    assert await world.follower.once() == 0
    assert world.executor.asked("follow") == 0


async def test_it_is_followed_through_all_its_states(opening: Opening) -> None:
    world = await flying(opening)
    steps = [
        (ProgressStatus.WAITING, DeployStatus.ACCEPTED, Lifecycle.DEPLOYING),
        (ProgressStatus.RUNNING, DeployStatus.RUNNING, Lifecycle.DEPLOYING),
        (ProgressStatus.SUCCEEDED, DeployStatus.SUCCEEDED, Lifecycle.LIVE),
    ]
    for says, status, state in steps:
        world.executor.says(says)
        for _ in range(3):
            await world.follows()
        release = await world.release()
        assert release.deployment
        assert (release.deployment.status, release.state) == (status, state)
    lane = await world.store.read(lambda tx: tx.lanes.load(release.lane))
    assert lane.live
    assert (lane.live.version, lane.live.release) == ("1", 1)
    assert world.executor.asked("follow") == 7


async def test_a_second_look_without_news_leads_to_nothing(opening: Opening) -> None:
    world = await flying(opening)
    world.executor.says(ProgressStatus.RUNNING)
    await world.follows()
    rung = world.desk.bell.rung
    assert await world.follower.once() == 1
    assert world.desk.bell.rung == rung
    assert await world.settle() == 0


@pytest.mark.parametrize("trouble", [TryLater(5, "rate limited"), Unsure("timed out"), GiveUp("not found")])
async def test_a_ci_system_that_does_not_answer_ends_nothing(
    opening: Opening, trouble: TryLater | Unsure | GiveUp
) -> None:
    world = await flying(opening)
    world.executor.will("follow", trouble)
    await world.follows()
    assert await world.states() == [Lifecycle.DEPLOYING]


async def test_a_failure_is_the_releases_end_with_its_words(opening: Opening) -> None:
    world = await flying(opening)
    world.executor.says(ProgressStatus.FAILED, "out of disk")
    await world.follows()
    release = await world.release()
    assert (release.state, release.reason) == (Lifecycle.FAILED, "out of disk")


async def test_the_final_word_after_the_time_limit_comes_too_late(opening: Opening) -> None:
    world = await flying(opening)
    releases = await world.store.read(lambda tx: tx.lanes.unfinished())
    world.passes(1800)
    await world.ticks()
    assert await world.states() == [Lifecycle.FAILED]
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follower._ask(releases[0])
    assert await world.states() == [Lifecycle.FAILED]


async def test_a_service_that_left_the_policy_is_not_followed(opening: Opening) -> None:
    world = await flying(opening)
    await world.crash(a_policy(services=()))
    assert await world.follower.once() == 1
    assert world.executor.asked("follow") == 0


async def test_what_comes_to_the_gate_later_is_decided_upon_once_and_recorded(opening: Opening) -> None:
    world = await flying(opening)
    world.executor.progress["1"] = Progress(ProgressStatus.WAITING, "", None, CameLater("1", a_sha(1), ("302", "303")))
    for _ in range(2):
        await world.follows()
    wanted = "SELECT key, kind, lane, state FROM effects WHERE kind = 'let_on'"
    assert await world.sql(wanted) == [("let_on:R-1:302", "let_on", "let_on:R-1", "ready")]
    assert await world.sql("SELECT release, data FROM audit WHERE action = 'let on later'") == [
        (1, '{"detail":"302, 303"}')
    ]
    assert await world.sql("SELECT deploy_let_on FROM releases") == [('["302","303"]',)]


async def test_what_comes_to_another_gate_later_is_let_be(opening: Opening) -> None:
    world = await flying(opening)
    world.executor.progress["1"] = Progress(ProgressStatus.WAITING, "", None, CameLater("2", a_sha(1), ("302",)))
    await world.follows()
    assert await world.sql("SELECT 1 FROM effects WHERE kind = 'let_on'") == []
