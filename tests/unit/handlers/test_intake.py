"""What came in is decided once, in order; what cannot be decided is set aside, said so, and stops nobody."""

import pytest
from inline_snapshot import snapshot

from bot.core.release import Lifecycle
from bot.ports.ci import DeploymentHint, RunHint
from bot.ports.inbox import Received
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.hints import stored
from tests.factories import a_report
from tests.fakes.world import World


async def put(world: World, source: str, body: str, key: str = "k1") -> None:
    """Store something as it came in."""
    await world.store.write(lambda tx: tx.inbox.put(Received(source, key, body, world.now)))


async def test_a_poisonous_row_is_set_aside_after_five_tries_while_others_go_on(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    await put(world, "slack", "{}")
    await world.settle()
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    assert len(world.executor.started) == 1
    for tries in range(1, 6):
        assert await world.sql("SELECT state, tries FROM inbox WHERE dedupe_key = 'k1'") == [("waiting", tries)]
        world.passes(2 * tries)
        await world.settle()
    assert await world.sql("SELECT state, tries FROM inbox WHERE dedupe_key = 'k1'") == [("poison", 6)]
    assert world.chat.whispers == []


async def test_who_clicked_in_vain_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()

    def broken(*_: object) -> None:
        raise KeyError("a bug of ours")

    monkeypatch.setattr("handlers.asker.submit", broken)
    await world.clicks("U0PRIYA", posted, "approve")
    for tries in range(1, 7):
        world.passes(2 * tries)
        await world.settle()
    assert world.chat.whispers == snapshot(
        [
            (
                "C0PAYMENTS",
                "U0PRIYA",
                "Something went wrong on our side, so this did not count, and nothing was changed. It is kept as inbox-1: operations may yet have it decided, and then you hear of it.",
            )
        ]
    )
    assert (await world.release()).approvals == ()


async def test_a_row_that_kills_the_process_is_set_aside_in_the_end(world: World) -> None:
    await put(world, "slack", "{}")
    for _ in range(5):
        await world.store.write(lambda tx: tx.inbox.claim(world.now, ("slack",)))
        await world.crash()
    await world.settle()
    assert await world.sql("SELECT state FROM inbox") == [("poison",)]


async def test_a_hint_is_fetched_before_it_counts(world: World) -> None:
    await world.looks()
    world.source.add([a_report(1)])
    await put(world, "github", stored(RunHint("acme/payments", 9001)))
    await world.settle()
    assert await world.states() == [Lifecycle.OPEN]
    await put(world, "github", stored(RunHint("acme/payments", 9001)), "k2")
    await put(world, "github", stored(RunHint("acme/payments", 4)), "k3")
    await put(world, "github", stored(RunHint("acme/other", 9001)), "k4")
    await put(world, "github", stored(DeploymentHint("acme/payments", "1")), "k5")
    await world.settle()
    assert await world.states() == [Lifecycle.OPEN]
    assert world.source.asked[1:] == ["run 9001", "run 9001", "run 4"]
    assert await world.sql("SELECT state, note FROM inbox ORDER BY id") == snapshot(
        [
            ("done", "applied"),
            ("done", "applied"),
            ("done", "nothing that the policy names"),
            ("done", "nothing that the policy names"),
            ("done", "nothing that the policy names"),
        ]
    )


@pytest.mark.parametrize("trouble", [TryLater(30, "rate limited"), Unsure("timed out"), GiveUp("bad credentials")])
async def test_a_hint_waits_while_the_ci_system_is_away(world: World, trouble: TryLater | Unsure | GiveUp) -> None:
    await world.looks()
    world.source.add([a_report(1)])
    world.source.trouble = trouble
    await put(world, "github", stored(RunHint("acme/payments", 9001)))
    for _ in range(9):
        await world.settle()
        world.passes(30)
    assert await world.sql("SELECT state FROM inbox") == [("waiting",)]
    world.source.trouble = None
    await world.settle()
    assert await world.states() == [Lifecycle.OPEN]


async def test_a_hint_before_the_adoption_opens_nothing_old(world: World) -> None:
    world.source.add([a_report(1)])
    await put(world, "github", stored(RunHint("acme/payments", 9001)))
    await world.settle()
    assert world.source.asked == []
    await world.looks()
    world.passes(5)
    await world.settle()
    assert await world.states() == []
    assert await world.sql("SELECT state FROM inbox") == [("done",)]
