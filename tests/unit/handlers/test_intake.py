"""What came in is decided once, in order; what cannot be decided is set aside, said so, and stops nobody."""

import pytest
from inline_snapshot import snapshot
from structlog.testing import capture_logs

from bot.core.release import Lifecycle
from bot.ports.ci import DeploymentHint, RunHint
from bot.ports.inbox import InboxRow, Received
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, TryLater, Unsure
from bot.submit import Setting
from handlers.hints import stored
from handlers.intake import Intake
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


class Ended:
    """A clerk whose row a reload ends while it works at it."""

    def __init__(self, world: World, comes: TryLater | None) -> None:
        self._world = world
        self._comes = comes

    async def handle(self, row: InboxRow) -> str | TryLater:
        await self._world.store.write(lambda tx: tx.inbox.done(row.id, "nothing that the policy names"))
        if self._comes is None:
            await self._world.store.write(lambda tx: tx.inbox.done(row.id, "applied"))
        return self._comes or "applied"

    def set_aside(self, tx: Transaction, setting: Setting, row: InboxRow) -> str:
        raise NotImplementedError


@pytest.mark.parametrize("comes", [None, TryLater(30, "rate limited")])
async def test_a_row_that_a_reload_ends_meanwhile_is_left_alone(world: World, comes: TryLater | None) -> None:
    await put(world, "github/enterprise", "{}")
    intake = Intake(world.desk, ("github/enterprise",), Ended(world, comes))
    with capture_logs() as told:
        assert await intake.once()
        assert not await intake.once()
    assert await world.sql("SELECT state, note, tries FROM inbox") == [("done", "nothing that the policy names", 1)]
    meanwhile = [one for one in told if one["event"] == "inbox_row_ended_meanwhile"]
    assert [(one["source"], one["outcome"]) for one in meanwhile] == [
        ("github/enterprise", "nothing that the policy names")
    ]
    assert [one for one in told if one["log_level"] in {"error", "critical"}] == []
