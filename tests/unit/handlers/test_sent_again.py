"""A lost request is sent again only where nothing is in the way by now; else a person is asked."""

from datetime import timedelta

from bot.core.inputs import Account
from bot.core.policy import WhenUnknown
from bot.core.release import DeployStatus
from bot.core.unasked import LAST_KNOWN
from bot.ports.cards import CardKind
from bot.ports.trouble import TryLater, Unsure
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening
from tests.unit.handlers.test_deployer import automatic, doubtful, status, waits

RESENDING = a_policy(a_lane_policy(when_unknown=WhenUnknown.RESEND))


async def deploy(world: World) -> list[tuple[object, ...]]:
    return await world.sql("SELECT state, note FROM effects WHERE kind = 'deploy'")


async def lost(world: World) -> None:
    """Let R-1 be approved and its request be lost."""
    world.executor.will("start", Unsure("connection reset"))
    await world.approved()
    assert await status(world) is DeployStatus.ATTEMPTED


async def test_try_again_is_refused_once_its_build_is_rebuilt(opening: Opening) -> None:
    world = await opening(automatic())
    posted = await doubtful(world)
    await world.looks(a_report(1, attempt=2))
    await world.clicks("U0SAM", posted, "try_again")
    await waits(world, 300)
    assert world.executor.asked("start") == 1
    assert await status(world) is DeployStatus.UNKNOWN
    assert world.chat.whispers[-1][2].splitlines()[1].startswith("Something is still in the way.")


async def test_resend_sends_nothing_once_its_only_approver_is_gone(opening: Opening) -> None:
    world = await opening(RESENDING)
    await lost(world)
    world.directory.accounts["U0PRIYA"] = Account.GUEST
    await waits(world, 300)
    assert world.executor.asked("start") == 1
    assert await status(world) is DeployStatus.UNKNOWN
    assert await deploy(world) == [("unknown", "blocked since it was sent")]
    assert (await world.notice(1, CardKind.QUESTION)).channel == "C0OPS"


async def test_a_lost_request_is_looked_up_while_the_directory_is_away_and_not_sent_again(opening: Opening) -> None:
    window = LAST_KNOWN + timedelta(hours=1)
    world = await opening(a_policy(a_lane_policy(when_unknown=WhenUnknown.RESEND, lookup_window=window)))
    await lost(world)
    world.directory.down = TryLater(7.0, "Slack does not answer")
    looked = world.executor.asked("find")
    await waits(world, int(window.total_seconds()) + 60, 60)
    assert world.executor.asked("find") > looked
    assert world.executor.asked("start") == 1
    waiting = ("ready", "who approved it cannot be asked about: Slack does not answer")
    assert await deploy(world) == [waiting]
    world.directory.down = None
    await waits(world, 600)
    assert len(world.executor.started) == 1
