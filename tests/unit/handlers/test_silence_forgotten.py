"""Who reads that pipelines are silent, and until when; where nobody expects their end any longer nobody hears it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.core.build import RunStatus
from bot.core.lane import Judgement, Mark
from bot.core.source import BuildbotSource
from bot.views.links import Links
from bot.views.scene import Scene
from handlers.reading import stored
from handlers.vocabulary import StatusWords, WhyWords
from tests.factories import a_report
from tests.fakes.world import World
from tests.unit.handlers.test_watch_silence import HOUR, a_watch, hangs, heard


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
    silent = (
        r"Its pipelines are silent: (?:since .* no new build .* nothing ships of )?the newest(?: build)?, ([0-9]+) \("
    )
    found = [re.search(silent, one.text) for one in said]
    return [one and one[1] for one in found]


@pytest.mark.parametrize("forgets", FORGOTTEN)
async def test_status_and_why_tell_of_nothing_that_nobody_expects_any_longer(
    world: World, forgets: Callable[[World], Awaitable[None]]
) -> None:
    assert len(await heard(world, await hangs(world, 6))) == 1
    assert await reads(world) == ["1", "1"]
    await forgets(world)
    assert await reads(world) == [None, None]


@pytest.mark.parametrize("upgraded", [False, True])
async def test_what_hung_before_we_came_is_told_to_nobody_and_what_comes_after_it_is(
    world: World, *, upgraded: bool
) -> None:
    """The first start of all, or the first of a version that knows of silence."""
    world.source.add([a_report(1, status=RunStatus.RUNNING)])
    watch = a_watch(world)
    await heard(world, watch)
    if upgraded:
        await world.store.write(lambda _: world.store._database.execute("DELETE FROM silences"))
        assert await heard(world, watch) == []
    world.passes(7 * HOUR)
    assert await heard(world, watch) == []
    assert await reads(world) == [None, None]
    await world.sees(a_report(2, status=RunStatus.RUNNING))
    assert await heard(world, watch) == []
    world.passes(6 * HOUR)
    assert len(await heard(world, watch)) == 1
    assert await reads(world) == ["2", "2"]


async def test_status_and_why_tell_of_a_newer_build_while_none_has_ended_since(world: World) -> None:
    watch = await hangs(world, 6)
    assert len(await heard(world, watch)) == 1
    await world.sees(a_report(2, status=RunStatus.RUNNING))
    assert await reads(world) == ["2", "2"]
    await world.sees(a_report(1))
    assert await reads(world) == [None, None]


async def told(world: World) -> list[str]:
    await world.settle()
    texts = [one.message.text.splitlines() for one in world.chat.messages]
    return ["\n".join(lines[:2]) for lines in texts if "are silent" in lines[0]]


async def test_nobody_hears_of_silence_when_a_newer_build_has_ended_before_it_could_be_told(world: World) -> None:
    watch = await hangs(world, 6)
    await watch.once()
    world.passes(HOUR)
    await world.sees(a_report(2))
    assert await told(world) == []


async def test_the_message_tells_of_the_build_that_is_the_newest_when_it_is_posted(world: World) -> None:
    watch = await hangs(world, 6)
    await watch.once()
    world.passes(HOUR)
    await world.sees(a_report(2, status=RunStatus.RUNNING))
    assert await told(world) == snapshot(
        [
            """\
The pipelines of payments are silent: for 7 hours 5 minutes no new build has been reported to its end. The newest is 2 (0000002), commit <https://github.example/acme/payments/commit/0000002000000000000000000000000000000000|0000002> “Change 2”.
Not ended: <https://github.example/acme/payments/actions/runs/9002|build.yml>\
"""
        ]
    )


async def test_nobody_hears_when_one_between_has_ended_and_the_newest_has_its_whole_time(world: World) -> None:
    watch = await hangs(world, 3)
    await world.sees(a_report(2, status=RunStatus.RUNNING), a_report(3, status=RunStatus.RUNNING))
    world.passes(3 * HOUR)
    await watch.once()
    await world.sees(a_report(2))
    assert await world.sql("SELECT state FROM effects WHERE kind = 'tell_line'") == [("ready",)]
    assert await told(world) == []
    world.passes(6 * HOUR)
    await watch.once()
    assert len(await told(world)) == 1


async def test_newer_builds_that_hang_as_well_do_not_put_the_message_off(world: World) -> None:
    watch = a_watch(world)
    await heard(world, watch)
    for number in (1, 2, 3):
        world.source.add([a_report(number, status=RunStatus.RUNNING)])
        assert await heard(world, watch) == []
        world.passes(2.5 * HOUR)
    await watch.once()
    assert await told(world) == snapshot(
        [
            """\
The pipelines of payments are silent: for 7 hours 40 minutes no new build has been reported to its end. The newest is 3 (0000003), commit <https://github.example/acme/payments/commit/0000003000000000000000000000000000000000|0000003> “Change 3”.
Not ended: <https://github.example/acme/payments/actions/runs/9003|build.yml>\
"""
        ]
    )


async def test_status_and_why_tell_of_it_until_it_has_ended(world: World) -> None:
    watch = await hangs(world, 5)
    assert await reads(world) == [None, None]
    world.passes(2 * HOUR)
    assert len(await heard(world, watch)) == 1
    assert await reads(world) == ["1", "1"]
    await world.sees(a_report(1))
    assert await reads(world) == [None, None]
