"""The channel hears that a pipeline is silent only where its source was asked and tells of no end."""

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from bot.core.build import RunStatus
from bot.core.policy import Policy
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.watch import Watch
from tests.factories import a_report
from tests.fakes.world import World

HOUR = 3600
LISTENED = 12
"""Looks after which one that learns all is believed: five minutes apart they take an hour."""
RUNS, AWAY = a_report(1, status=RunStatus.RUNNING), TryLater(5, "rate limited")


def a_watch(world: World) -> Watch:
    return Watch(world.desk, world.source, world.executor, world.policy.services[0])


async def heard(world: World, watch: Watch, times: int = 1) -> list[str]:
    """Look some times, five minutes apart; returns what the channel has heard of silence by then."""
    for _ in range(times):
        world.passes(300)
        await watch.once()
        await world.settle()
    return [one.message.text for one in world.chat.messages if "are silent" in one.message.text]


async def hangs(world: World, hours: float) -> Watch:
    """Let a run begin, and nothing come of it for some hours."""
    watch = a_watch(world)
    await heard(world, watch)
    world.source.add([RUNS])
    assert await heard(world, watch, 2) == []
    world.passes(hours * HOUR)
    return watch


async def test_it_is_told_once_in_words_that_tell_what_to_do(world: World) -> None:
    watch = await hangs(world, 6)
    assert await heard(world, watch, 3) == snapshot(
        [
            """\
The pipelines of payments are silent: the newest build, 1 (0000001), commit <https://github.example/acme/payments/commit/0000001000000000000000000000000000000000|0000001> “Change 1”, has waited for them for 6 hours 10 minutes.
Not ended: <https://github.example/acme/payments/actions/runs/9001|build.yml>
Next: please look at the pipeline and run it again if it hangs: nothing ships of this build until it has ended. You do not hear of later ones that wait like it\
"""
        ]
    )
    assert await world.sql("SELECT key, state FROM effects WHERE kind = 'tell_line'") == snapshot(
        [("line:payments:2026-11-21T18:20:00+00:00:silent", "done")]
    )


async def test_it_reports_again_when_a_build_behind_the_newest_has_ended(world: World) -> None:
    watch = await hangs(world, 6)
    assert len(await heard(world, watch)) == 1
    world.source.add([a_report(2), a_report(3, status=RunStatus.RUNNING)])
    await heard(world, watch)
    world.passes(6 * HOUR)
    assert len(await heard(world, watch)) == 2


async def test_it_is_not_told_before_its_time(world: World) -> None:
    assert await heard(world, await hangs(world, 5.8)) == []


async def test_a_look_that_finds_nothing_new_writes_nothing(world: World) -> None:
    watch = await hangs(world, 1)
    before = await world.sql("SELECT * FROM silences")
    world.source.reports.clear()  # or it would be stored anew that the run is known
    rung = world.desk.bell.rung
    assert await heard(world, watch) == []
    assert (world.desk.bell.rung, await world.sql("SELECT * FROM silences")) == (rung, before)


async def test_after_a_start_the_end_that_the_source_tells_comes_first(world: World) -> None:
    await hangs(world, 30)
    await world.crash()
    world.source.add([a_report(1)])
    assert await heard(world, a_watch(world), LISTENED + 2) == []


@pytest.mark.parametrize("looks", [1, 2])
async def test_after_an_outage_the_end_of_the_newest_run_comes_first_however_many_hang(
    world: World, looks: int
) -> None:
    """Whichever runs have their turn in the hour after it."""
    watch = a_watch(world)
    await heard(world, watch)
    world.source.add([a_report(number, status=RunStatus.RUNNING) for number in range(1, 31)])
    await heard(world, watch)
    world.source.page = 1
    world.source.add([a_report(99, service="another")])  # it pushes the thirty off the page
    await heard(world, watch, looks)
    world.source.trouble = AWAY
    world.passes(7 * HOUR)
    await heard(world, watch)
    world.source.trouble = None
    world.source.add([a_report(30), a_report(99, service="another")])
    assert await heard(world, watch, LISTENED + 1) == []


async def test_after_a_start_it_is_told_when_the_looks_of_an_hour_have_found_no_end(world: World) -> None:
    await hangs(world, 30)
    await world.crash()
    watch = a_watch(world)
    assert await heard(world, watch, LISTENED) == []
    assert len(await heard(world, watch)) == 1


def recent_fails(world: World) -> None:
    world.source.trouble = AWAY


def missed_fails(world: World) -> None:
    world.source.misses = [AWAY]


def the_run_fails(world: World) -> None:
    world.source.page = 1
    world.source.add([a_report(2, service="another")])
    world.source.run_troubles = [Unsure("timed out")]


@pytest.mark.parametrize("fails", [recent_fails, missed_fails, the_run_fails])
async def test_nobody_hears_of_silence_while_the_source_does_not_answer(
    world: World, fails: Callable[[World], None]
) -> None:
    watch = await hangs(world, 30)
    fails(world)
    assert await heard(world, watch) == []
    world.source.trouble = None
    assert await heard(world, watch, LISTENED) == [], "it has answered again"
    assert len(await heard(world, watch)) == 1


def checks_are_forbidden(world: World) -> None:
    world.source.misses = [GiveUp("GitHub answers 403: checks: read is missing")] * 9


def the_target_is_away(world: World) -> None:
    world.executor.live["production"] = AWAY


def what_is_live_is_forbidden(world: World) -> None:
    world.executor.live["production"] = GiveUp("GitHub answers 403: deployments: read is missing")


@pytest.mark.parametrize("fails", [checks_are_forbidden, the_target_is_away, what_is_live_is_forbidden])
async def test_what_keeps_nothing_of_the_source_back_keeps_nobody_from_hearing(
    world: World, fails: Callable[[World], None]
) -> None:
    watch = await hangs(world, 30)
    fails(world)
    assert len(await heard(world, watch)) == 1


@pytest.mark.parametrize("gone", [GiveUp("bad credentials"), None])
async def test_a_run_that_the_source_knows_no_more_is_silent_too(world: World, gone: GiveUp | None) -> None:
    watch = await hangs(world, 30)
    world.source.reports.clear()
    world.source.run_troubles = [gone] if gone else []
    assert len(await heard(world, watch)) == 1


async def test_what_has_ended_before_it_could_be_told_is_told_to_nobody(world: World) -> None:
    watch = await hangs(world, 6)
    await watch.once()
    await world.sees(a_report(1))
    await world.settle()
    assert await heard(world, watch) == []
    assert await world.sql("SELECT state, note FROM effects WHERE kind = 'tell_line'") == [("done", "nothing to say")]


async def test_a_service_that_has_left_the_policy_is_told_to_nobody(world: World) -> None:
    watch = await hangs(world, 6)
    await watch.once()
    world.desk.policy = Policy(services=())
    await world.settle()
    assert await world.sql("SELECT state, note FROM effects WHERE kind = 'tell_line'") == [("done", "nothing to say")]
