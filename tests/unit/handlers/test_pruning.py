"""What was sent is forgotten after thirty days; that it came, and what became of it, is not."""

from datetime import timedelta

import pytest

from bot.ports.inbox import Received
from handlers import pruning
from handlers.pruning import KEPT, Pruner
from tests.fakes.world import World

SLACK = ("slack",)


async def receive(world: World, key: str) -> int:
    """Receive something and return its id."""
    row = await world.store.write(lambda tx: tx.inbox.put(Received("slack", key, "what they sent", world.now)))
    assert row is not None
    return row


async def bodies(world: World) -> list[tuple[object, ...]]:
    return await world.sql("SELECT dedupe_key, state, body FROM inbox ORDER BY id")


async def test_bodies_go_after_thirty_days_and_rows_stay(world: World) -> None:
    done, _, poison = [await receive(world, key) for key in ("done", "waiting", "poison")]
    await world.store.write(lambda tx: tx.inbox.done(done, "approved"))
    await world.store.write(lambda tx: tx.inbox.poison(poison, "set aside"))
    world.passes(KEPT.total_seconds())
    assert await Pruner(world.desk).once() == 0
    world.now += timedelta(microseconds=1)
    assert await Pruner(world.desk).once() == 1
    assert await Pruner(world.desk).once() == 0
    assert await bodies(world) == [
        ("done", "done", ""),
        ("waiting", "waiting", "what they sent"),
        ("poison", "poison", "what they sent"),
    ]
    again = Received("slack", "done", "what they sent", world.now)
    assert await world.store.write(lambda tx: tx.inbox.put(again)) is None, "it is still known by its key"


async def test_a_body_that_is_gone_is_not_told_to_those_who_ask_for_it(world: World) -> None:
    first, second = await receive(world, "first"), await receive(world, "second")
    await world.store.write(lambda tx: tx.inbox.done(second, "approved"))
    assert await world.store.read(lambda tx: tx.inbox.done_since(first, "slack")) == ("what they sent",)
    world.passes(KEPT.total_seconds() + 1)
    await Pruner(world.desk).once()
    assert await world.store.read(lambda tx: tx.inbox.done_since(first, "slack")) == ()


async def test_a_few_at_a_time_and_all_in_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    for number in range(5):
        row = await receive(world, f"key {number}")
        await world.store.write(lambda tx, row=row: tx.inbox.done(row, "approved"))  # type: ignore[misc]
    world.passes(KEPT.total_seconds() + 1)
    assert [await Pruner(world.desk).once() for _ in range(4)] == [2, 2, 1, 0]


async def test_old_bodies_are_found_by_an_index_that_holds_no_others(world: World) -> None:
    (plan,) = await world.sql(
        "EXPLAIN QUERY PLAN SELECT id FROM inbox INDEXED BY inbox_bodies "
        "WHERE state = 'done' AND body <> '' AND received_at < '' ORDER BY received_at LIMIT 1"
    )
    assert plan[3] == "SEARCH inbox USING INDEX inbox_bodies (received_at<?)"
