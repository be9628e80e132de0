"""What App Home reads from the database: lanes that the policy has forgotten, questions, letters, and when to look."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import Dated, Freeze
from bot.core.policy import LaneId, Policy
from bot.ports.homes import Home
from bot.views.home_state import Asked
from handlers.home_look import board, refresh_at
from tests.factories import LANE, NOON, a_lane_policy, a_policy, a_report
from tests.fakes.world import WORKSPACE, World
from tests.unit.handlers.conftest import Opening
from tests.unit.handlers.test_deployer import automatic, doubtful
from tests.unit.handlers.test_letters import ARCHIVED, ships

STAGING = LaneId("payments", "staging")
HOUR = timedelta(hours=1)


async def test_what_waits_is_shown_wherever_it_is(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    policy = a_policy(a_lane_policy(STAGING))
    seen = await world.store.read(lambda tx: board(tx, policy, WORKSPACE))
    assert [lane.id for lane in seen.lanes] == [STAGING, LANE]
    assert list(seen.lines) == ["payments"]
    assert (seen.asked, seen.questions) == ((), {})


async def test_a_lost_request_is_a_question_with_its_card(opening: Opening) -> None:
    world = await opening(automatic())
    await doubtful(world)
    seen = await world.store.read(lambda tx: board(tx, world.policy, WORKSPACE))
    (question,) = world.chat.in_channel("C0OPS")
    ts = question.ts.replace(".", "")
    assert seen.questions == {1: f"https://acme.slack.example/archives/C0OPS/p{ts}"}
    assert (await world.store.read(lambda tx: board(tx, world.policy, ""))).questions == {}


async def test_what_could_not_be_delivered_is_asked_until_it_is_settled(opening: Opening) -> None:
    world, chat = await ships(opening, {"C0RELEASES": ARCHIVED})
    seen = await world.store.read(lambda tx: board(tx, world.policy, WORKSPACE))
    (letter,) = chat.in_channel("C0OPS")[-1:]
    at = f"https://acme.slack.example/archives/C0OPS/p{letter.ts.replace('.', '')}"
    ((name, what, since),) = [(one.name, one.what, one.since) for one in seen.asked]
    assert seen.asked == (Asked(name, "announce", 1, since, at),)
    assert what == "announce"
    await world.store.write(lambda tx: tx.letters.settle(name, world.now))
    assert (await world.store.read(lambda tx: board(tx, world.policy, WORKSPACE))).asked == ()


async def due(world: World, policy: Policy, opened_at: datetime) -> datetime | None:
    home = Home("U0PRIYA", None, opened_at, 1, None, None, 1, 1)
    return await world.store.read(lambda tx: refresh_at(tx, policy, home, NOON))


async def test_time_has_something_to_say_when_a_lane_or_a_freeze_turns(world: World) -> None:
    berlin = NOON.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
    soon = Freeze("soon", Dated(berlin + timedelta(minutes=5), berlin + 8 * HOUR, "Europe/Berlin"))
    lately, long_ago = NOON - HOUR + timedelta(seconds=1), NOON - HOUR
    assert await due(world, world.policy, long_ago) is None
    assert await due(world, world.policy, lately) == NOON + timedelta(minutes=10)
    assert await due(world, replace(world.policy, freezes=(soon,)), lately) == NOON + timedelta(minutes=5)
    await world.looks()
    await world.looks(a_report(1))
    assert await due(world, world.policy, long_ago) == NOON + 24 * HOUR  # R-1 expires
