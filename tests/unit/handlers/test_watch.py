"""Asking CI systems: adoption at first sight, then what webhooks may not have told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import RunStatus
from bot.core.events import FoundLive
from bot.core.policy import LaneId, Mode
from bot.core.release import Lifecycle, Origin
from bot.core.verification import Verification
from bot.ports.ci import ProgressStatus
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci.github_source import github_source
from tests.factories import LANE, NOON, WORKFLOW, a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

STAGING = LaneId("payments", "staging")


async def test_what_is_live_is_found_and_told_with_its_builds_name(world: World) -> None:
    world.executor.live["production"] = FoundLive(a_sha(2), a_sha(2)[:12], NOON, None)
    await world.looks(a_report(1), a_report(2), a_report(3))
    lane = await world.store.read(lambda tx: tx.lanes.load(LANE))
    assert lane.adopted_at == NOON
    assert lane.live
    assert (lane.live.version, lane.live.position, lane.live.release) == ("2", (NOON, 2, 1), None)
    assert await world.states() == []


async def test_what_is_live_may_be_nothing_that_signoff_has_seen(world: World) -> None:
    world.executor.live["production"] = FoundLive(a_sha(9), "0000009", NOON, None)
    await world.looks(a_report(1))
    lane = await world.store.read(lambda tx: tx.lanes.load(LANE))
    assert lane.live
    assert (lane.live.version, lane.live.position) == ("0000009", None)


@pytest.mark.parametrize("trouble", [TryLater(5, "rate limited"), Unsure("timed out"), GiveUp("bad credentials")])
async def test_without_the_whole_truth_nothing_is_adopted(world: World, trouble: TryLater | Unsure | GiveUp) -> None:
    words = trouble.reason if isinstance(trouble, GiveUp) else trouble.why
    world.source.trouble = trouble
    assert await world.looks(a_report(1)) == words
    world.source.trouble = None
    world.executor.live["production"] = trouble
    assert await world.looks() == words
    lane = await world.store.read(lambda tx: tx.lanes.load(LANE))
    assert lane.adopted_at is None
    del world.executor.live["production"]
    assert await world.looks() is None
    assert await world.states() == []


async def test_a_run_that_ends_later_opens_its_release_then(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1, status=RunStatus.RUNNING))
    assert await world.states() == []
    await world.looks(a_report(1))
    assert await world.states() == [Lifecycle.OPEN]
    await world.looks()
    assert await world.states() == [Lifecycle.OPEN]


async def test_what_is_green_and_broken_again_cannot_ship(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    await world.looks(a_report(1, attempt=2, status=RunStatus.FAILED))
    await world.clicks("U0PRIYA", posted, "approve")
    assert world.executor.started == []
    assert world.chat.in_thread(posted.ts)[0] == (
        "The build broke: a pipeline of this commit no longer succeeds. Authors: Ann."
    )


async def test_a_lane_that_comes_later_takes_no_news_from_the_others(opening: Opening) -> None:
    world = await opening(a_policy())
    await world.looks()
    await world.crash(a_policy(a_lane_policy(), a_lane_policy(STAGING)))
    await world.looks(a_report(1))
    assert (await world.states(LANE), await world.states(STAGING)) == ([Lifecycle.OPEN], [])
    await world.looks(a_report(2))
    assert await world.states(STAGING) == [Lifecycle.OPEN]


async def test_old_runs_that_are_touched_open_nothing_again(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    await world.rejects("U0PRIYA", await world.notice(), "no")
    touched = replace(a_report(1), updated_at=NOON.replace(hour=13))
    await world.looks(touched)
    assert await world.states() == [Lifecycle.REJECTED]


async def test_all_workflows_that_the_policy_names_must_be_green(opening: Opening) -> None:
    plain = a_policy()
    source = replace(github_source(plain.services[0]), workflows=(WORKFLOW, ".github/workflows/scan.yml"))
    world = await opening(a_policy(services=(replace(plain.services[0], source=source),)))
    await world.looks()
    await world.looks(a_report(1))
    assert await world.states() == []
    await world.looks(a_report(1, pipeline=".github/workflows/scan.yml", run_id="1"))
    assert await world.states() == [Lifecycle.OPEN]


async def live_of(world: World) -> tuple[str, str] | None:
    lane = await world.store.read(lambda tx: tx.lanes.load(LANE))
    return (lane.live.sha, lane.live.version) if lane.live else None


async def test_a_deploy_by_somebody_else_moves_what_is_live_and_is_a_release(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1), a_report(2))
    world.passes(60)
    world.executor.live["production"] = FoundLive(
        a_sha(1), "whatever", world.now, None, url="https://github.example/d/1"
    )
    await world.looks()
    assert await live_of(world) == (a_sha(1), "1")
    assert await world.states() == [Lifecycle.OPEN, Lifecycle.LIVE]
    assert (await world.release(2)).origin is Origin.EXTERNAL
    await world.looks()
    assert len(await world.states()) == 2


async def test_a_commit_that_nobody_built_here_is_live_without_a_release(world: World) -> None:
    await world.looks()
    world.passes(60)
    world.executor.live["production"] = FoundLive(a_sha(9), "0000009", world.now, None)
    await world.looks()
    assert (await live_of(world), await world.states()) == ((a_sha(9), "0000009"), [])


async def test_what_is_older_than_what_is_live_is_no_news(world: World) -> None:
    await world.looks()
    world.passes(60)
    world.executor.live["production"] = FoundLive(a_sha(2), "2", world.now, None)
    await world.looks()
    world.executor.live["production"] = FoundLive(a_sha(1), "1", NOON, None)
    await world.looks()
    assert await live_of(world) == (a_sha(2), "2")


async def test_our_own_deploys_are_no_news_save_one_that_ended_too_late(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT)))
    await world.looks()
    await world.looks(a_report(1))
    key = (await world.release()).key
    assert await world.states() == [Lifecycle.DEPLOYING]
    world.executor.live["production"] = FoundLive(a_sha(1), "1", world.now, None, key)
    await world.looks()
    assert await live_of(world) is None
    world.passes(1800)
    await world.ticks()
    assert await world.states() == [Lifecycle.FAILED]
    world.executor.live["production"] = FoundLive(a_sha(1), "1", world.now, None, "R-1-xxxxxxxx")
    late = FoundLive(a_sha(1), "1", world.now, None, key)
    world.executor.live["production"] = late
    await world.looks()
    assert await live_of(world) == (a_sha(1), "1")
    assert await world.states() == [Lifecycle.FAILED, Lifecycle.LIVE]


@pytest.mark.parametrize(("after", "noticed"), [(240, False), (360, True)])
async def test_an_older_deploy_of_ours_that_others_ran_again_is_noticed(
    opening: Opening, after: float, *, noticed: bool
) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT)))
    await world.looks()
    for nth in (1, 2):
        await world.looks(a_report(nth))
        world.executor.says(ProgressStatus.SUCCEEDED, nth=nth)
        await world.follows()
    assert await live_of(world) == (a_sha(2), "2")
    key = (await world.release(1)).key
    world.passes(after)
    world.executor.live["production"] = FoundLive(a_sha(1), "1", world.now, None, key)
    await world.looks()
    assert await live_of(world) == ((a_sha(1), "1") if noticed else (a_sha(2), "2"))


async def test_a_release_whose_verification_failed_is_not_found_live(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, verify=Verification(timedelta(minutes=5)))))
    await world.looks()
    await world.looks(a_report(1))
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    world.passes(300)
    await world.ticks()
    assert await world.states() == [Lifecycle.FAILED]
    key = (await world.release()).key
    world.executor.live["production"] = FoundLive(a_sha(1), "1", world.now, None, key)
    await world.looks()
    assert await live_of(world) is None


async def test_trouble_while_looking_for_deploys_by_others_is_told(world: World) -> None:
    await world.looks()
    world.executor.live["production"] = TryLater(5, "rate limited")
    assert await world.looks() == "rate limited"


async def test_a_lane_that_is_observed_without_a_target_is_adopted_as_it_is(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.OBSERVE, target=None)))
    assert await world.looks(a_report(1)) is None
    assert await world.looks(a_report(2)) is None
    assert (await live_of(world), await world.states()) == (None, [])
