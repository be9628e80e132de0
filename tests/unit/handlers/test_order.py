"""What one person did is decided in its order, even when Slack could not say for a while who they are."""

from bot.core.release import Lifecycle
from bot.ports.inbox import Received
from bot.ports.trouble import TryLater
from handlers.acts import ACT, Command
from tests.factories import a_report
from tests.fakes.world import World

AWAY = TryLater(30.0, "Slack cannot be reached")


async def on_the_host(world: World, words: str, person: str) -> None:
    """Say words on the command line, and let everything that follows happen."""
    act = Command(words=words, person=person, host_user="operator")
    received = Received("cli", f"cli-{next(world.keys)}", ACT.dump_json(act).decode(), world.now)
    await world.store.write(lambda tx: tx.inbox.put(received))
    await world.settle()


async def notes(world: World) -> list[tuple[object, ...]]:
    """Return what became of every row of people, in the order in which they came in."""
    return await world.sql("SELECT state, note FROM inbox ORDER BY id")


async def test_a_later_act_of_the_same_person_waits_for_the_earlier(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    world.directory.down = AWAY
    await world.clicks("U0PRIYA", posted, "approve")
    world.passes(20)
    world.directory.down = None
    await world.types("U0PRIYA", "cancel R-1")
    assert await notes(world) == [
        ("waiting", "Slack cannot be reached"),
        ("waiting", "an earlier act of the same person waits"),
    ]
    world.passes(1)
    await world.settle()
    assert (await world.release()).state is Lifecycle.OPEN
    world.passes(9)
    await world.settle()
    world.passes(1)
    await world.settle()
    assert [note for _, note in await notes(world)] == ["done", "done"]
    assert [approval.person for approval in (await world.release()).approvals] == ["priya"]


async def test_others_do_not_wait(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    world.directory.down = AWAY
    await world.clicks("U0SAM", posted, "approve")
    world.directory.down = None
    await world.clicks("U0PRIYA", posted, "approve")
    assert await notes(world) == [("waiting", "Slack cannot be reached"), ("done", "done")]


async def test_a_row_that_cannot_be_read_holds_nobody_up(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    await world.store.write(lambda tx: tx.inbox.put(Received("slack", "k", "{}", world.now)))
    await world.settle()
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    assert (await notes(world))[1] == ("done", "done")


async def test_the_command_line_waits_for_nobody_and_what_it_overtook_does_not_count(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    world.directory.down = AWAY
    await world.clicks("U0PRIYA", posted, "approve")
    await on_the_host(world, "reject R-1 Not today", "priya")
    assert (await world.release()).state is Lifecycle.REJECTED
    world.directory.down = None
    world.passes(30)
    await world.settle()
    assert await notes(world) == [("done", "overtaken"), ("done", "done")]
    assert [text for _, _, text in world.chat.whispers] == [
        "This could not be decided when you did it, and you have acted on the command line since: that counted, this did not. Please do it again if you still want it."
    ]


async def test_what_somebody_else_does_on_the_command_line_overtakes_nothing(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    posted = await world.notice()
    world.directory.down = AWAY
    await world.clicks("U0PRIYA", posted, "approve")
    await on_the_host(world, "approve R-1", "sam")
    world.directory.down = None
    world.passes(30)
    await world.settle()
    assert ("done", "overtaken") not in await notes(world)
