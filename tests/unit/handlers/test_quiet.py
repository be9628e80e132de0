"""A lane that only speaks when something is the matter: no notice, no thread, no letter; and then all at once."""

from dataclasses import replace
from datetime import timedelta

from bot.core.calendar import Dated, Freeze
from bot.core.policy import EVERYONE, Mode, Permission
from bot.core.release import Lifecycle
from bot.core.speaking import Cards
from bot.ports.cards import CardKind
from bot.ports.ci import ProgressStatus
from bot.ports.trouble import TryLater
from tests.factories import NOON, a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

EVERYBODY = tuple((permission, (EVERYONE,)) for permission in Permission)
QUIET = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, cards=Cards.QUIET, approvals=()), permissions=EVERYBODY)


async def begun(opening: Opening) -> World:
    world = await opening(QUIET)
    await world.looks()
    await world.looks(a_report(1))
    return world


def posts(world: World) -> list[str]:
    """Return the beginning of everything in the service's channel."""
    return [one.message.text.split(".")[0] for one in world.chat.in_channel("C0PAYMENTS")]


async def lines(world: World) -> list[tuple[object, ...]]:
    return await world.sql("SELECT DISTINCT state, note FROM effects WHERE kind = 'log'")


async def test_what_goes_well_says_nothing_and_leaves_nothing_behind(opening: Opening) -> None:
    world = await begun(opening)
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    world.passes(120)
    await world.settle()
    assert await world.states() == [Lifecycle.LIVE]
    assert posts(world) == []
    assert await lines(world) == [("done", "nothing to say")]
    assert await world.sql("SELECT what FROM letters") == []
    assert await world.store.read(lambda tx: tx.cards.of(CardKind.NOTICE, 1)) is None


async def test_a_failure_brings_the_notice_with_its_whole_thread(opening: Opening) -> None:
    world = await begun(opening)
    assert posts(world) == []
    world.executor.says(ProgressStatus.FAILED)
    await world.follows()
    world.passes(120)
    await world.settle()
    posted = await world.notice()
    assert "R-1" in posted.message.text
    told = [one.message.text for one in world.chat.messages if one.thread == posted.ts]
    thread = "\n".join(told).splitlines()
    assert thread[0].startswith("Asking the CI system to deploy")
    assert thread[-1].startswith("The deploy failed")


async def test_what_is_late_appears_and_is_kept_true(opening: Opening) -> None:
    world = await begun(opening)
    world.passes(timedelta(minutes=15).total_seconds())
    await world.ticks()
    posted = await world.notice()
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    assert posted.message.text.splitlines()[0] == "R-1, payments 1 (0000001) in production, is live."


async def test_what_waited_for_a_person_is_kept_true_when_it_goes_on(opening: Opening) -> None:
    world = await opening(QUIET)
    await world.looks()
    await world.types("U0SAM", "hold payments production a look around")
    await world.looks(a_report(1))
    posted = await world.notice()
    assert "is held" in posted.message.text.splitlines()[0]
    await world.types("U0SAM", "resume payments production")
    assert "was accepted by the CI system" in posted.message.text.splitlines()[0]


async def test_what_could_not_be_handed_over_appears(opening: Opening) -> None:
    world = await opening(QUIET)
    world.executor.will("start", TryLater(60, "GitHub is down"))
    await world.looks()
    await world.looks(a_report(1))
    assert len(posts(world)) == 1


async def test_whoever_asks_for_it_gets_a_notice_to_look_at(opening: Opening) -> None:
    world = await begun(opening)
    await world.types("U0SAM", "payments 1 to production")
    assert len(posts(world)) == 1
    assert world.chat.responses[-1][1].splitlines()[0].startswith("Nothing was changed")


async def test_lines_of_what_waits_for_days_end_quietly(opening: Opening) -> None:
    begins = NOON.replace(tzinfo=None)
    when = Dated(begins - timedelta(hours=1), begins + timedelta(days=3), "UTC")
    world = await opening(replace(QUIET, freezes=(Freeze("year end", when, (), ()),)))
    await world.looks()
    await world.looks(a_report(1))
    await world.looks(a_report(1, attempt=2))
    assert "ready" in {state for state, _ in await lines(world)}
    world.passes(timedelta(days=1, minutes=1).total_seconds())
    await world.settle()
    assert await world.states() == [Lifecycle.OPEN]
    assert await lines(world) == [("done", "nothing to say")]
    assert posts(world) == []
