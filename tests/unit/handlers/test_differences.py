"""The word `diff`, from the database: what nobody has compared yet is compared because somebody asked."""

from datetime import timedelta

from inline_snapshot import snapshot

from bot.core.changelog import Comparison, Relation, Span
from bot.ports.ci import ProgressStatus
from handlers.acts import Mention
from handlers.reception import Reception
from tests.factories import a_report, a_sha
from tests.fakes.world import World

SPAN = Span("payments", a_sha(1), a_sha(2))


async def live_and_newer(world: World) -> None:
    """Let build 1 be live, and build 2 be deployable and rejected."""
    await world.approved()
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    await world.looks(a_report(2))
    await world.types("U0PRIYA", "reject R-2 not now")


async def asked(world: World, words: str = "diff payments", reception: Reception | None = None) -> list[str]:
    message = await (reception or world.reception).read(words, "U0PRIYA", "T1")
    assert message
    return message.text.splitlines()


async def due(world: World) -> list[Span]:
    wanted = await world.store.read(lambda tx: tx.changes.due({"payments": "acme/payments"}, world.now))
    return [wanted.span] if wanted else []


async def tells(world: World, comparison: Comparison) -> None:
    await world.store.write(lambda tx: tx.changes.put(comparison, "acme/payments", world.now))


async def test_what_nobody_needs_is_compared_when_somebody_asks(world: World) -> None:
    await live_and_newer(world)
    world.passes(7200)
    assert await due(world) == []
    rung = world.desk.bell.rung
    assert await asked(world) == snapshot(
        [
            "payments in production (delivery): 1 (<https://github.example/acme/payments/commit/0000001000000000000000000000000000000000|0000001>) is live since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>, R-1",
            "Would ship: payments 2 (0000002), the newest deployable build; no release of it is open (`/deploy payments 2 to production`)",
            "Changes: being compared with 1 (0000001), live in production (<https://github.example/acme/payments/compare/0000001000000000000000000000000000000000...0000002000000000000000000000000000000000|compare>); ask again in a moment",
        ]
    )
    assert world.desk.bell.rung > rung
    assert await due(world) == [SPAN]
    await tells(world, Comparison(SPAN, Relation.AHEAD, (), files=("db/1.sql",)))
    rung = world.desk.bell.rung
    assert (await asked(world, "diff pay prod"))[2] == snapshot(
        "Changes: none that concern payments since 1 (0000001), live in production (<https://github.example/acme/payments/compare/0000001000000000000000000000000000000000...0000002000000000000000000000000000000000|compare>)"
    )
    assert world.desk.bell.rung == rung


async def test_a_mention_has_it_compared_too(world: World) -> None:
    await live_and_newer(world)
    world.passes(7200)
    await world.stores(Mention(slack="U0PRIYA", team="T1", words="diff payments", channel="C0PAYMENTS", ts="1.1"))
    await world.settle()
    assert "being compared with 1 (0000001)" in world.chat.messages[-1].message.text
    assert await due(world) == [SPAN]


async def test_what_cannot_be_told_is_not_asked_for_again(world: World) -> None:
    await live_and_newer(world)
    await world.store.write(lambda tx: tx.changes.cannot(SPAN, "a commit is gone", "acme/payments", world.now))
    rung = world.desk.bell.rung
    assert "cannot be told" in (await asked(world))[2]
    assert world.desk.bell.rung == rung


async def test_the_open_release_is_what_would_ship(world: World) -> None:
    await live_and_newer(world)
    await world.looks(a_report(3))
    assert (await asked(world))[1] == snapshot(
        "Would ship: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000008|R-3>, payments 3 (0000003) to production, waits for approval"
    )
    assert await due(world) == [Span("payments", a_sha(1), a_sha(3))]


async def test_before_anything_is_live_nothing_is_compared(world: World) -> None:
    await world.looks()
    rung = world.desk.bell.rung
    assert await asked(world) == snapshot(
        [
            "payments in production (delivery): nobody has told yet what is live",
            "Nothing would ship: no build has passed its pipelines yet.",
        ]
    )
    assert world.desk.bell.rung == rung


async def test_the_same_commit_is_not_compared_with_itself(world: World) -> None:
    await world.approved()
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    rung = world.desk.bell.rung
    assert (await asked(world))[1].startswith("Nothing new: 1 (0000001)")
    assert world.desk.bell.rung == rung


async def test_while_no_bot_runs_nobody_is_asked(world: World) -> None:
    await live_and_newer(world)
    world.passes(timedelta(hours=2).total_seconds())
    alone = Reception(world.desk, world.reception.links, world.reception.people, asks=False)
    assert "being compared" in (await asked(world, reception=alone))[2]
    assert await due(world) == []
