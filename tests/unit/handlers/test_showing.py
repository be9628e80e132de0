"""The button Changes: on which cards it is, and what it opens for anybody."""

from dataclasses import replace

from inline_snapshot import snapshot

from bot.core.changelog import Change, Comparison, Relation, Span
from bot.ports.ci import ProgressStatus
from bot.ports.slack import Message
from handlers.showing import shown_acts
from tests.factories import ANN, LANE, NOON, a_report, a_sha
from tests.fakes.chat import Posted
from tests.fakes.world import World

SPAN = Span("payments", a_sha(1), a_sha(2))
ADDED = (Change(a_sha(2), "feat: add refunds", (ANN,), NOON, "https://evil.example"),)


async def newer(world: World) -> Posted:
    """Let build 1 be live and build 2 wait; returns the card of build 2."""
    await world.approved()
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    await world.looks(a_report(2))
    return await world.notice(2)


async def opens(world: World, posted: Posted) -> list[str]:
    form = await world.reception.form(posted.button("changes"), "U0PRIYA", "T1")
    assert not isinstance(form, Message)
    return [line for block in form["blocks"] for line in block["text"]["text"].splitlines()]


def acts(posted: Posted) -> list[str]:
    rows = [block["elements"] for block in posted.message.blocks if block["type"] == "actions"]
    return [button["action_id"].partition(":")[2] for row in rows for button in row]


async def test_the_first_release_of_a_lane_has_nothing_to_compare_with(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    assert "changes" not in acts(await world.notice())


async def test_the_commit_that_is_live_changes_nothing(world: World) -> None:
    await newer(world)
    release = await world.release(2)
    lane = await world.store.read(lambda tx: tx.lanes.load(LANE))
    assert lane.live
    same = replace(lane, live=replace(lane.live, sha=release.build.sha))
    assert await world.store.read(lambda tx: shown_acts(tx, release, lane)) == ("changes",)
    assert await world.store.read(lambda tx: shown_acts(tx, release, same)) == ()


async def test_it_opens_what_is_known_and_stores_nothing(world: World) -> None:
    posted = await newer(world)
    rows = await world.sql("SELECT count(*) FROM inbox")
    assert await opens(world, posted) == snapshot(
        [
            "payments 2 (0000002) to production",
            "*Changes:* being compared with 1 (0000001), live in production (<https://github.example/acme/payments/compare/0000001000000000000000000000000000000000...0000002000000000000000000000000000000000|compare>); close this and click again in a moment",
        ]
    )
    comparison = Comparison(SPAN, Relation.AHEAD, ADDED, added_total=1)
    await world.store.write(lambda tx: tx.changes.put(comparison, "acme/payments", world.now))
    assert await opens(world, posted) == snapshot(
        [
            "payments 2 (0000002) to production",
            "*Changes:* 1 commit without a pull request since 1 (0000001), live in production (<https://github.example/acme/payments/compare/0000001000000000000000000000000000000000...0000002000000000000000000000000000000000|compare>)",
            "*Features:* 1",
            "• Add refunds (<https://github.example/acme/payments/commit/0000002000000000000000000000000000000000|0000002>) by Ann",
        ]
    )
    assert await world.sql("SELECT count(*) FROM inbox") == rows


async def test_it_stays_while_the_release_is_on_its_way_and_live(world: World) -> None:
    posted = await newer(world)
    comparison = Comparison(SPAN, Relation.AHEAD, ADDED, added_total=1)
    await world.store.write(lambda tx: tx.changes.put(comparison, "acme/payments", world.now))
    handle = posted.button("changes")
    await world.clicks("U0PRIYA", posted, "approve")
    posted = await world.notice(2)
    assert acts(posted) == ["changes"]
    assert posted.button("changes") == handle
    world.executor.says(ProgressStatus.SUCCEEDED, nth=2)
    await world.follows()
    posted = await world.notice(2)
    assert "changes" in acts(posted)
    assert (await opens(world, posted))[1:] == snapshot(
        [
            "*Changes:* 1 commit without a pull request since 1 (0000001), live in production before (<https://github.example/acme/payments/compare/0000001000000000000000000000000000000000...0000002000000000000000000000000000000000|compare>)",
            "*Features:* 1",
            "• Add refunds (<https://github.example/acme/payments/commit/0000002000000000000000000000000000000000|0000002>) by Ann",
        ]
    )


async def test_it_goes_when_nothing_came_of_the_release(world: World) -> None:
    posted = await newer(world)
    await world.rejects("U0PRIYA", posted, "no")
    assert "changes" not in acts(await world.notice(2))


async def test_a_late_click_still_shows_what_it_would_have_changed(world: World) -> None:
    posted = await newer(world)
    handle = posted.button("changes")
    await world.rejects("U0PRIYA", posted, "no")
    form = await world.reception.form(handle, "U0PRIYA", "T1")
    assert not isinstance(form, Message)
    assert "being compared with 1 (0000001), live in production before" in form["blocks"][0]["text"]["text"]


async def test_a_button_that_nobody_gave_out_shows_nothing(world: World) -> None:
    form = await world.reception.form("h-unknown", "U0PRIYA", "T1")
    assert isinstance(form, Message)
