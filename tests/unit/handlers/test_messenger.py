"""Messages of their own: in order, at least once, save announcements, which are sent at most once."""

import pytest
from inline_snapshot import snapshot

from bot.core.policy import Mode
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from bot.ports.effects import EffectKind, EffectRow
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, TryLater, Unsure
from bot.views.scene import Scene
from handlers.composers import COMPOSERS
from handlers.post import Post, Waits
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import Arrived, Killed
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

LOUD = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, announce=True))


async def deployed(world: World) -> None:
    """Let R-1 run, with all its thread lines told."""
    await world.looks()
    await world.looks(a_report(1))


async def live(world: World) -> list[str]:
    """Let R-1 become live; returns what the announcement channel reads."""
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    for _ in range(10):
        world.passes(600)
        await world.settle()
    assert await world.states() == [Lifecycle.LIVE]
    return [one.message.text.splitlines()[0] for one in world.chat.in_channel("C0RELEASES")]


async def test_an_announcement_with_a_lost_answer_is_not_repeated(opening: Opening) -> None:
    world = await opening(LOUD)
    await deployed(world)
    world.chat.will("post", Arrived())
    assert await live(world) == ["payments 1 is live in production"]


async def test_an_announcement_that_certainly_did_not_arrive_is_sent_later(opening: Opening) -> None:
    world = await opening(LOUD)
    await deployed(world)
    world.chat.will("post", TryLater(30, "rate limited"), TryLater(30, "rate limited"))
    assert await live(world) == ["payments 1 is live in production"]


async def announced_after(world: World) -> int:
    """Let R-1 become live; returns after how many seconds its announcement stands."""
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    for seconds in range(60):
        if world.chat.in_channel("C0RELEASES"):
            return seconds
        world.passes(1)
        await world.settle()
    raise AssertionError("not announced within a minute")


async def test_waits_for_a_turn_make_no_pause_of_a_message_longer(opening: Opening) -> None:
    world = await opening(LOUD)
    await deployed(world)
    turns = [TryLater(1, "a channel gets one message a second", turn=True)] * 9
    world.chat.will("post C0RELEASES", *turns, TryLater(1, "Slack asks to wait (429)"))
    assert await announced_after(world) == 10
    kept = await world.sql("SELECT attempt FROM effects WHERE kind = 'announce'")
    assert kept == [(11,)]


async def test_looks_for_the_card_make_no_pause_of_a_line_longer(opening: Opening) -> None:
    world = await opening(LOUD)
    world.chat.will("post", TryLater(200, "rate limited"))
    await deployed(world)
    while not world.chat.in_channel("C0PAYMENTS"):
        world.passes(1)
        await world.settle()
    assert await world.sql("SELECT max(attempt) > 5 FROM effects WHERE kind = 'log'") == [(1,)]
    (card,) = world.chat.in_channel("C0PAYMENTS")
    assert world.chat.in_thread(card.ts) == []
    world.chat.will("post", TryLater(1, "Slack asks to wait (429)"))
    while world.chat.script["post"]:
        world.passes(1)
        await world.settle()
    assert world.chat.in_thread(card.ts) == []
    world.passes(1)
    await world.settle()
    assert len(world.chat.in_thread(card.ts)) == 1


async def test_waits_for_a_turn_take_no_try_from_a_message_on_which_our_code_fails(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await opening(LOUD)
    await deployed(world)
    world.chat.will("post C0RELEASES", *[TryLater(1, "a channel gets one message a second", turn=True)] * 4)
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    for _ in range(3):
        world.passes(1)
        await world.settle()
    whole, faults = COMPOSERS[EffectKind.ANNOUNCE], [KeyError("a bug of ours")]

    def breaks(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
        if faults:
            raise faults.pop()
        return whole(tx, row, scene)

    monkeypatch.setitem(COMPOSERS, EffectKind.ANNOUNCE, breaks)
    for _ in range(2):
        world.passes(60)
        await world.settle()
    assert faults == []
    assert len(world.chat.in_channel("C0RELEASES")) == 1


@pytest.mark.parametrize("arrived", [True, False])
async def test_killed_while_announcing_it_is_not_announced_twice(opening: Opening, *, arrived: bool) -> None:
    world = await opening(LOUD)
    await deployed(world)
    world.executor.says(ProgressStatus.SUCCEEDED)
    world.chat.will("post", Killed(arrived=arrived))
    with pytest.raises(Killed):
        await world.follows()
    await world.crash()
    await world.settle()
    assert len(world.chat.in_channel("C0RELEASES")) == int(arrived)


async def test_where_no_channel_is_named_nothing_is_announced(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, announce=True), announcements=None))
    await deployed(world)
    assert await live(world) == []
    assert await world.sql("SELECT state FROM effects WHERE kind = 'announce'") == [("done",)]


async def test_a_thread_line_with_a_lost_answer_is_repeated_and_the_order_kept(opening: Opening) -> None:
    world = await opening(LOUD)
    await world.looks()
    await world.sees(a_report(1))
    await world.cards.once()
    world.chat.will("post", Arrived())
    await world.settle()
    world.passes(2)
    await world.settle()
    posted = await world.notice()
    asking = "Asking the CI system to deploy payments 1 (0000001) to production."
    accepted = "The CI system accepted the deploy."
    assert [line.split(" <")[0] for line in world.chat.in_thread(posted.ts)] == [asking, f"{asking}\n{accepted}"]


async def test_lines_that_wait_for_their_turn_are_one_message(opening: Opening) -> None:
    world = await opening(LOUD)
    await world.looks()
    await world.sees(a_report(1))
    await world.cards.once()
    world.chat.will("post", TryLater(1.0, "a channel gets one message a second", turn=True))
    await world.settle()
    world.executor.says(ProgressStatus.RUNNING, "on its way")
    await world.follows()
    posted = await world.notice()
    assert world.chat.in_thread(posted.ts) == []
    world.passes(1)
    await world.settle()
    together, *more = world.chat.in_thread(posted.ts)
    assert [line.split(" <")[0] for line in together.splitlines()] == snapshot(
        [
            "Asking the CI system to deploy payments 1 (0000001) to production.",
            "The CI system accepted the deploy.",
            "The deploy job runs.",
        ]
    )
    assert more == []
    assert (
        len(await world.sql("SELECT id FROM effects WHERE kind = 'log' AND note LIKE 'told together with log:%'")) == 2
    )
    assert await world.sql("SELECT DISTINCT state FROM effects WHERE kind = 'log'") == [("done",)]


async def test_lines_whose_message_was_lost_are_told_again_together(opening: Opening) -> None:
    world = await opening(LOUD)
    await world.looks()
    await world.sees(a_report(1))
    await world.cards.once()
    world.chat.will("post", TryLater(1.0, "a channel gets one message a second", turn=True), Unsure("timed out"))
    await world.settle()
    world.passes(1)
    await world.settle()
    posted = await world.notice()
    assert world.chat.in_thread(posted.ts) == []
    assert await world.sql("SELECT state FROM effects WHERE kind = 'log' AND state <> 'done'") == [
        ("ready",),
        ("ready",),
    ]
    world.passes(5)
    await world.settle()
    assert len(world.chat.in_thread(posted.ts)) == 1


async def test_thread_lines_wait_for_a_card_that_cannot_be_posted_without_spinning(opening: Opening) -> None:
    world = await opening(LOUD)
    world.chat.will("post", *[GiveUp("is_archived")] * 100)
    await deployed(world)
    steps = 0
    for _ in range(60):
        world.passes(60)
        steps += await world.settle()
    assert steps <= 65  # of which a few are the card, once an hour
    assert world.chat.calls == ["post"] * 4  # the card and the letter about it, twice each
    world.passes(24 * 3600)
    await world.settle()
    assert await world.sql("SELECT DISTINCT state FROM effects WHERE kind = 'log' AND state <> 'done'") == [("dead",)]


async def test_a_failure_is_told_at_least_once(opening: Opening) -> None:
    world = await opening(LOUD)
    await deployed(world)
    world.executor.says(ProgressStatus.FAILED, "out of disk")
    world.chat.will("post", Unsure("timed out"))
    await world.follows()
    world.passes(2)
    await world.settle()
    told = [one.message.text for one in world.chat.in_channel("C0PAYMENTS") if "out of disk" in one.message.text]
    assert [text.splitlines()[0] for text in told if text.startswith("Ann")] == [
        "Ann: the deploy of payments 1 (0000001) to production failed."
    ]


async def test_a_message_on_which_our_code_fails_stops_no_other(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await opening(LOUD)
    await deployed(world)

    def broken(*_: object) -> None:
        raise KeyError("a bug of ours")

    monkeypatch.setattr("handlers.composers.thread.line", broken)
    assert await live(world) == ["payments 1 is live in production"]
    assert await world.sql("SELECT state, attempt FROM effects WHERE key LIKE 'log:R-1:%:live:'") == [("dead", 5)]


async def test_an_adapters_own_error_does_not_end_the_loop(opening: Opening) -> None:
    world = await opening(LOUD)
    await deployed(world)
    world.executor.says(ProgressStatus.FAILED, "out of disk")
    world.chat.will("post", ValueError("not JSON"))
    await world.follows()
    world.passes(2)
    await world.settle()
    assert [o.message.text.split(":")[0] for o in world.chat.in_channel("C0PAYMENTS")][1:] == ["Ann"]
