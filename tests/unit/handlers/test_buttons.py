"""The buttons Undo and Hold: by whoever may, by whoever may not, and when they no longer apply."""

from datetime import timedelta

from inline_snapshot import snapshot

from bot.core.policy import Mode, Permission, Policy
from bot.core.release import Lifecycle
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import Posted
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening


async def opened(opening: Opening, policy: Policy) -> tuple[World, Posted]:
    """Go on until R-1 has its card."""
    world = await opening(policy)
    await world.looks()
    await world.looks(a_report(1))
    return world, await world.notice()


async def test_an_approver_stops_what_is_about_to_start(opening: Opening) -> None:
    world, posted = await opened(opening, a_policy(a_lane_policy(undo_window=timedelta(seconds=30))))
    await world.clicks("U0PRIYA", posted, "approve")
    assert world.executor.started == []
    await world.clicks("U0SAM", posted, "undo")
    assert [text for _, _, text in world.chat.whispers] == snapshot(
        [
            """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
Only who asked for a release and its approvers may do that: please ask <@U0PRIYA>.\
"""
        ]
    )
    handle = posted.button("undo")
    await world.clicks("U0PRIYA", posted, "undo")
    world.passes(60)
    await world.ticks()
    assert world.executor.started == []
    assert posted.message.text.splitlines()[0] == snapshot(
        "R-1, payments 1 (0000001) to production, waits for approval."
    )
    await world.clicks("U0PRIYA", posted, "undo", handle=handle)
    assert world.chat.whispers[-1][2] == snapshot("""\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
It does not start by itself just now, so there is nothing to undo. To take an approval back: `/deploy withdraw R-1`.\
""")


async def test_what_nobody_stops_starts_when_the_window_ends(opening: Opening) -> None:
    world, posted = await opened(opening, a_policy(a_lane_policy(undo_window=timedelta(seconds=30))))
    await world.clicks("U0PRIYA", posted, "approve")
    world.passes(31)
    await world.ticks()
    assert len(world.executor.started) == 1
    assert not [block for block in posted.message.blocks if block["type"] == "actions"]


async def test_a_lane_is_held_by_the_button_of_a_card(opening: Opening) -> None:
    world, posted = await opened(opening, a_policy())
    await world.sends("U0SAM", posted, "hold", "too many errors")
    assert [text for _, _, text in world.chat.whispers] == snapshot(
        [
            """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
You do not have the permission `hold`. It is held by <@U0PRIYA>.\
"""
        ]
    )
    await world.sends("U0PRIYA", posted, "hold", "too many errors")
    assert len(world.chat.whispers) == 1
    assert [line for line in posted.message.text.splitlines() if "is held" in line] == snapshot(
        [
            "In the way: payments in production is held by <@U0PRIYA>, since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “too many errors”. It can be resumed with `/deploy resume payments production` (by <@U0PRIYA>)."
        ]
    )
    await world.clicks("U0PRIYA", posted, "approve")
    assert world.executor.started == []
    await world.types("U0PRIYA", "resume payments production")
    assert await world.states() == [Lifecycle.DEPLOYING]


async def test_a_held_lane_keeps_back_what_would_ship_by_itself(opening: Opening) -> None:
    alone = a_lane_policy(mode=Mode.DEPLOYMENT, approvals=())
    world = await opening(a_policy(alone, permissions=((Permission.HOLD, ("sre",)),)))
    await world.looks()
    await world.types("U0SAM", "hold payments production wait")
    await world.looks(a_report(1))
    assert (await world.notice()).message.text.splitlines()[0] == snapshot(
        "R-1, payments 1 (0000001) to production, is held."
    )
    assert world.executor.started == []
    await world.types("U0SAM", "resume payments production")
    assert len(world.executor.started) == 1
