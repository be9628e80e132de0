"""When a freeze begins or ends, the channels of the services concerned hear it once, whatever is restarted."""

from dataclasses import replace
from datetime import time, timedelta

from inline_snapshot import snapshot

from bot.core.calendar import Dated, Freeze, Weekday, Weekly
from bot.core.policy import LaneId, Policy
from handlers.freezes import FreezeNotices
from tests.factories import NOON, a_lane_policy, a_policy
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

HOUR = 3600
WEEKEND = Freeze("weekend", Weekly(frozenset({Weekday.SAT}), time(13), time(15), "UTC"))  # today is a Saturday
LOCAL = NOON.replace(tzinfo=None)
AFTERNOON = Dated(LOCAL + timedelta(hours=2), LOCAL + timedelta(hours=4), "UTC")
RELEASE_DAY = Freeze("release day", AFTERNOON, services=("payments",))
ELSEWHERE = Freeze("elsewhere", Weekly(frozenset(Weekday), None, None, "UTC"), services=("billing",))
FROZEN = a_policy(freezes=(WEEKEND, RELEASE_DAY, ELSEWHERE))


def two_services(policy: Policy = FROZEN) -> Policy:
    """Return a policy of two services that share a channel, and a third with its own."""
    (service,) = policy.services
    lanes = {name: (a_lane_policy(LaneId(name, "production")),) for name in ("orders", "stock")}
    shared = replace(service, name="orders", lanes=lanes["orders"])
    own = replace(service, name="stock", channel="C0STOCK", lanes=lanes["stock"])
    return replace(policy, services=(service, shared, own))


def told(world: World) -> list[str]:
    return [one.message.text for one in world.chat.in_channel("C0PAYMENTS")]


async def test_a_freeze_is_told_when_it_begins_and_when_it_ends_each_once(opening: Opening) -> None:
    world = await opening(FROZEN)
    notices = FreezeNotices(world.desk)
    assert await notices.once() == NOON + timedelta(hours=1), "what was in force before we came is no news"
    world.passes(HOUR - 1)
    await notices.once()
    await world.settle()
    assert told(world) == []
    for _ in range(6):
        world.passes(1800)
        await notices.once()
        await notices.once()
        await world.settle()
    assert told(world) == snapshot(
        [
            "The freeze “weekend” has begun for every service in every environment: nothing ships there before <!date^1795273200^{date_short_pretty} {time}|2026-11-21 15:00 UTC>. What cannot wait: `/deploy override RELEASE REASON` (nobody yet (the policy file gives `override` to no one)).",
            "The freeze “release day” has begun for payments in every environment: nothing ships there before <!date^1795276800^{date_short_pretty} {time}|2026-11-21 16:00 UTC>. What cannot wait: `/deploy override RELEASE REASON` (nobody yet (the policy file gives `override` to no one)).",
            "The freeze “weekend” has ended for every service in every environment: what waited for that goes on by itself.",
        ]
    )


async def test_a_restart_repeats_nothing_and_leaves_nothing_out(opening: Opening) -> None:
    world = await opening(FROZEN)
    await FreezeNotices(world.desk).once()
    world.passes(HOUR)
    await FreezeNotices(world.desk).once()
    await world.settle()
    await world.crash()
    await FreezeNotices(world.desk).once()
    await world.settle()
    assert len(told(world)) == 1
    await world.crash()
    world.passes(HOUR)
    await FreezeNotices(world.desk).once()
    await world.settle()
    assert [text[:30] for text in told(world)] == ["The freeze “weekend” has begun", "The freeze “release day” has b"]


async def test_what_began_and_ended_while_nobody_looked_is_no_news(opening: Opening) -> None:
    world = await opening(FROZEN)
    notices = FreezeNotices(world.desk)
    await notices.once()
    world.passes(3 * HOUR)
    await notices.once()
    await world.settle()
    assert [text[:38] for text in told(world)] == ["The freeze “release day” has begun for"]
    world.passes(HOUR)
    await notices.once()
    await world.settle()
    assert [text[:38] for text in told(world)][1:] == ["The freeze “release day” has ended for"]


async def test_each_channel_hears_it_once(opening: Opening) -> None:
    world = await opening(two_services())
    notices = FreezeNotices(world.desk)
    await notices.once()
    world.passes(HOUR)
    await notices.once()
    await world.settle()
    assert (len(told(world)), len(world.chat.in_channel("C0STOCK"))) == (1, 1)
    world.passes(HOUR)
    await notices.once()
    await world.settle()
    assert (len(told(world)), len(world.chat.in_channel("C0STOCK"))) == (2, 1), "release day is for payments"


async def test_without_freezes_it_looks_again_when_the_policy_is_another_one(world: World) -> None:
    notices = FreezeNotices(world.desk)
    assert await notices.once() == NOON + timedelta(days=1)
    assert await world.sql("SELECT * FROM remembered WHERE name = 'freezes told until'") == []
    world.desk.policy = replace(FROZEN, hash="policy-2")
    assert await notices.once() == NOON + timedelta(hours=1)
    assert len(await world.sql("SELECT * FROM remembered WHERE name = 'freezes told until'")) == 1
