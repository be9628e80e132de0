"""Who reads that pipelines are silent, and until when; where nobody expects their end any longer nobody hears it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.core.build import RunStatus
from bot.core.lane import Judgement, Mark
from bot.core.source import BuildbotSource
from bot.views.links import Links
from bot.views.scene import Scene
from handlers.reading import stored
from handlers.vocabulary import StatusWords, WhyWords
from tests.factories import a_report
from tests.fakes.world import World
from tests.unit.handlers.test_watch_silence import HOUR, hangs, heard


async def quarantined(world: World) -> None:
    build = (await world.store.read(lambda tx: tx.builds.newest("payments", None, 1)))[0]
    mark = Mark(1, Judgement.BAD, build.position, build.label, "sam", "it charges twice", world.now)
    await world.store.write(lambda tx: tx.gates.add_mark("payments", mark))


async def no_longer_wanted(world: World) -> None:
    service = replace(world.desk.policy.services[0], reported_within=None)
    world.policy = world.desk.policy = replace(world.desk.policy, services=(service,))


async def built_from_another_branch(world: World) -> None:
    service = replace(world.desk.policy.services[0], source=BuildbotSource("builder", "release"))
    world.policy = world.desk.policy = replace(world.desk.policy, services=(service,))


async def run_again(world: World) -> None:
    await world.sees(a_report(1, attempt=2, status=RunStatus.RUNNING))


FORGOTTEN = [quarantined, no_longer_wanted, built_from_another_branch, run_again]


@pytest.mark.parametrize("forgets", FORGOTTEN)
async def test_what_nobody_expects_any_longer_before_it_could_be_told_is_told_to_nobody(
    world: World, forgets: Callable[[World], Awaitable[None]]
) -> None:
    watch = await hangs(world, 6)
    await watch.once()
    await forgets(world)
    await world.settle()
    assert [one.message.text for one in world.chat.messages] == []
    assert await world.sql("SELECT state, note FROM effects WHERE kind = 'tell_line'") == [("done", "nothing to say")]


async def reads(world: World) -> list[str | None]:
    """Return of which build `status` and `why` say that it waits."""
    scene = Scene(world.policy, Links("https://github.example"), {}, world.now)
    words = (StatusWords("payments", None), WhyWords("payments", None))
    said = [await world.store.read(lambda tx, one=one: stored(tx, one, scene)) for one in words]  # type: ignore[misc]
    found = [re.search(r"Its pipelines are silent: the newest build, ([0-9]+) \(", one.text) for one in said]
    return [one and one[1] for one in found]


@pytest.mark.parametrize("forgets", FORGOTTEN)
async def test_status_and_why_tell_of_nothing_that_nobody_expects_any_longer(
    world: World, forgets: Callable[[World], Awaitable[None]]
) -> None:
    assert len(await heard(world, await hangs(world, 6))) == 1
    assert await reads(world) == ["1", "1"]
    await forgets(world)
    assert await reads(world) == [None, None]


async def test_status_and_why_tell_of_a_newer_build_once_that_has_waited_too_long(world: World) -> None:
    watch = await hangs(world, 6)
    assert len(await heard(world, watch)) == 1
    await world.sees(a_report(2, status=RunStatus.RUNNING))
    assert await reads(world) == [None, None]
    world.passes(6 * HOUR)
    assert await reads(world) == ["2", "2"]


async def test_status_and_why_tell_of_it_until_it_has_ended(world: World) -> None:
    watch = await hangs(world, 5)
    assert await reads(world) == [None, None]
    world.passes(2 * HOUR)
    assert len(await heard(world, watch)) == 1
    assert await reads(world) == ["1", "1"]
    await world.sees(a_report(1))
    assert await reads(world) == [None, None]
