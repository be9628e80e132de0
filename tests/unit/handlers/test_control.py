"""The command line's door: reads at once, acts and waits for the outcome, over a real Unix socket."""

import asyncio
import stat
from pathlib import Path

from aiohttp import ClientSession, UnixConnector
from inline_snapshot import snapshot

from bot.core.policy import Mode
from bot.ports.trouble import TryLater
from handlers.control import Control, Reply, Verdict, Words, socket_path
from handlers.control_client import ask
from handlers.control_socket import listen
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening


async def says(world: World, words: str, person: str | None = None) -> Reply:
    """Say words on the command line while the bot works."""
    control = Control(world.reception, world.acts)
    answer = asyncio.create_task(control.answer(Words(words=words, person=person, host_user="operator")))
    while not answer.done():
        await world.settle()
        await asyncio.sleep(0)
    return answer.result()


async def test_reading_words_are_answered_and_nothing_is_stored(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    assert (await says(world, "list")) == snapshot(
        Reply(
            text="R-1 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001), payments 1 (0000001) to production, is open since 2026-11-21 12:00 UTC",
            acted=False,
        )
    )
    assert (await says(world, "frobnicate")) == snapshot(
        Reply(
            text="I do not know “frobnicate”, so nothing was started. `signoff --help` shows the words.",
            verdict=Verdict.NOT_UNDERSTOOD,
        )
    )
    assert await world.sql("SELECT count(*) FROM inbox") == [(0,)]


async def test_acting_words_are_answered_with_the_outcome(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    assert await says(world, "approve R-1", "sam") == snapshot(
        Reply(
            text="""\
Nothing was changed (R-1 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001), payments 1 (0000001) to production).
You are not among those who decide here (1 of qa): please ask @priya.\
""",
            verdict=Verdict.NOT_DONE,
        )
    )
    assert await says(world, "approve R-1", "priya") == snapshot(
        Reply(
            text="You approved R-1 (https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001), payments 1 (0000001) to production. Its card shows what is still missing. Until the deploy starts, `signoff withdraw R-1` takes your approval back."
        )
    )
    assert len(world.executor.started) == 1
    assert await world.sql(
        "SELECT actor, surface, json_extract(data, '$.host_user') FROM audit WHERE action = 'approved'"
    ) == [("priya", "cli", "operator")]
    assert world.chat.whispers == []


async def test_nobody_acts_without_a_name_or_under_an_unknown_one(world: World) -> None:
    assert await says(world, "payments 1") == snapshot(
        Reply(
            text="Say on whose behalf: add --as PERSON, a name from `people` in the policy.",
            verdict=Verdict.NOT_UNDERSTOOD,
        )
    )
    assert await says(world, "payments 1", "mallory") == snapshot(
        Reply(text="The policy lists nobody called “mallory”, so nothing was changed.", verdict=Verdict.NOT_DONE)
    )
    assert await world.states() == []


async def test_who_is_listed_by_name_may_act_while_slack_is_down(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    world.directory.down = TryLater(30, "Slack is away")
    await says(world, "approve R-1", "priya")
    assert len(world.executor.started) == 1


async def test_the_socket_is_the_owners_alone_and_replaces_a_stale_one(opening: Opening, tmp_path: Path) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT)))
    path = socket_path(tmp_path / "signoff.db")
    assert await ask(path, Words(words="list")) is None
    path.write_text("stale")
    runner = await listen(Control(world.reception, world.acts), path)
    try:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        reply = await ask(path, Words(words="list"))
        async with ClientSession(connector=UnixConnector(str(path))) as session:
            refused = await session.post("http://signoff/words", data=b"{")
    finally:
        await runner.cleanup()
    assert reply == snapshot(Reply(text="No release is open. `signoff status` shows what is live."))
    assert refused.status == 400
