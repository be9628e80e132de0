"""The head of the chain is noted after each release that ended well or badly, and hourly; nothing waits for Slack."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.inputs import Approve
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from bot.ports.effects import EffectKind
from bot.ports.trouble import TryLater
from bot.views.links import Links
from handlers.anchor import HourlyAnchor
from handlers.messenger import Messenger
from tests.factories import LANE, a_policy, a_report
from tests.fakes.chat import Posted
from tests.fakes.world import World
from tests.unit.core.values import PRIYA
from tests.unit.handlers.conftest import Opening


async def anchored(world: World) -> list[tuple[int, str]]:
    """Let the anchors' own worker do all that is due, and every other worker; returns the heads that were logged."""
    worker = Messenger(world.desk, world.chat, (EffectKind.ANCHOR,), Links("https://github.example"), world.directory)
    logger = HourlyAnchor(world.desk, due=world.now + timedelta(hours=1))
    with capture_logs() as logs:
        await logger.once()
        while await worker.once() or await world.settle():
            pass
    return [(line["seq"], line["hash"]) for line in logs if line["event"] == "audit_anchor"]


async def logged(hourly: HourlyAnchor) -> list[tuple[int, str]]:
    """Let it look once; returns the heads that it logged."""
    with capture_logs() as logs:
        await hourly.once()
    return [(line["seq"], line["hash"]) for line in logs if line["event"] == "audit_anchor"]


async def heads(world: World) -> list[Any]:
    """Return every head that the chain ever had, in order."""
    return await world.sql("SELECT seq, hash FROM audit ORDER BY seq")


def audit_chain(world: World) -> Posted:
    """Return the one root message about the chain."""
    (root,) = [one for one in world.chat.in_channel("C0OPS") if one.message.text.startswith("Audit chain")]
    return root


async def ends(world: World, status: ProgressStatus) -> None:
    """Go on until R-1 is approved and its job has ended."""
    await world.approved()
    world.executor.says(status, "done")
    await world.follows()


@pytest.mark.parametrize(
    ("status", "state"), [(ProgressStatus.SUCCEEDED, Lifecycle.LIVE), (ProgressStatus.FAILED, Lifecycle.FAILED)]
)
async def test_a_release_that_ended_has_the_head_noted(world: World, status: ProgressStatus, state: Lifecycle) -> None:
    await world.looks()
    assert await anchored(world) == []
    await ends(world, status)
    assert (await world.release()).state is state
    (*_, head) = await heads(world)
    assert await anchored(world) == [head]
    root = audit_chain(world)
    assert f"Last row: {head[0]}, " in root.message.text
    assert f"Hash: `{head[1]}`" in root.message.text
    world.passes(60)
    assert await anchored(world) == []
    assert world.chat.in_thread(root.ts) == [f"`{head[0]}:{head[1]}`"]


async def test_the_intent_stands_in_the_transaction_of_the_decision(world: World) -> None:
    await ends(world, ProgressStatus.SUCCEEDED)
    assert await world.sql(
        "SELECT e.key, e.lane, e.state, a.action FROM effects e JOIN audit a ON e.key = 'anchor:' || a.seq "
        "WHERE e.kind = 'anchor'"
    ) == [("anchor:6", "anchor", "ready", "live")]


async def test_the_head_is_noted_hourly_if_it_has_moved(world: World) -> None:
    hourly = HourlyAnchor(world.desk)
    due = await hourly.once()
    assert (due, await anchored(world)) == (world.now + timedelta(hours=1), []), "there is no row to note yet"
    await world.looks()
    world.passes(3599)
    assert await hourly.once() == due
    assert await anchored(world) == [], "not yet"
    world.passes(1)
    assert await logged(hourly) == await heads(world)
    assert await anchored(world) == [], "once"
    world.passes(3600)
    await hourly.once()
    assert await anchored(world) == [], "it has not moved"
    await world.looks(a_report(1))
    world.passes(60)
    assert await logged(HourlyAnchor(world.desk)) == [(await heads(world))[-1]], "after a start, too"
    world.passes(60)
    await anchored(world)
    assert world.chat.in_thread(audit_chain(world).ts) == [f"`{seq}:{of}`" for seq, of in await heads(world)]


async def test_without_an_operations_channel_the_log_has_it(opening: Opening) -> None:
    world = await opening(replace(a_policy(), operations=None))
    await ends(world, ProgressStatus.SUCCEEDED)
    assert await anchored(world) == [(await heads(world))[-1]]
    assert await world.sql("SELECT state, note FROM effects WHERE kind = 'anchor'") == [("done", "nothing to say")]
    assert await world.sql("SELECT count(*) FROM cards WHERE kind = 'audit'") == [(0,)]


async def test_a_slack_that_is_away_delays_the_note_and_nothing_else(world: World) -> None:
    await world.approved()
    world.executor.says(ProgressStatus.SUCCEEDED, "done")
    await world.follows()
    for method in ("post", "update"):
        for _ in range(20):
            world.chat.will(method, TryLater(10, "Slack is away"))
    assert len(await anchored(world)) == 1, "the log has it at once"
    assert (await world.release()).state is Lifecycle.LIVE
    assert await world.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("done",)]
    assert list(world.chat.in_channel("C0OPS")) == []
    world.chat.script.clear()
    world.passes(600)
    await anchored(world)
    world.passes(600)
    assert await anchored(world) == [], "and once"
    (*_, head) = await heads(world)
    assert world.chat.in_thread(audit_chain(world).ts) == [f"`{head[0]}:{head[1]}`"]


async def test_the_log_has_every_head_while_slack_is_away(world: World) -> None:
    await world.looks()
    for method in ("post", "update"):
        world.chat.will(method, *[TryLater(10, "Slack is away")] * 1000)
    hourly = HourlyAnchor(world.desk)
    lines, expected = await logged(hourly), await heads(world)
    for number in (1, 2, 3):
        world.passes(25 * 60)
        await world.looks(a_report(number))
        await world.desk.submit(LANE, Approve(number, PRIYA))
        await world.settle()
        world.executor.says(ProgressStatus.SUCCEEDED, "done", nth=number)
        await world.follows()
        assert (await world.release(number)).state is Lifecycle.LIVE
        lines += await logged(hourly)
        expected.append((await heads(world))[-1])
        await anchored(world)
    assert (len(expected), lines) == (4, expected)
    assert list(world.chat.in_channel("C0OPS")) == []


async def test_a_process_that_died_before_the_line_leaves_it_to_the_next(world: World) -> None:
    await ends(world, ProgressStatus.SUCCEEDED)
    (*_, head) = await heads(world)
    await world.crash()
    assert await logged(HourlyAnchor(world.desk)) == [head]
    await world.crash()
    assert await logged(HourlyAnchor(world.desk)) == []


async def test_a_disk_that_cannot_remember_the_line_has_it_written_once(world: World) -> None:
    await ends(world, ProgressStatus.SUCCEEDED)
    (*_, head) = await heads(world)
    before = await world.store.read(lambda tx: tx.remembered.get("heads for the log"))
    assert before
    hourly = HourlyAnchor(world.desk)
    assert await logged(hourly) == [head]
    await world.store.write(lambda tx: tx.remembered.set("heads for the log", before))
    assert await logged(hourly) == []
