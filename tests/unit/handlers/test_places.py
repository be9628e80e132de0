"""What has to wait for its turn in a channel goes before what came later, however late the worker looks."""

from dataclasses import dataclass, field

from bot.core.policy import Mode, NewerBuild, Policy
from bot.ports.ci import ProgressStatus
from bot.ports.slack import Message
from bot.ports.trouble import Trouble, TryLater
from handlers.slack.pacing import Pacing
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import FakeChat
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

EACH = a_policy(a_lane_policy(newer_build=NewerBuild.EACH_MUST_SHIP))
LOUD = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, announce=True))


@dataclass(slots=True)
class Paced(FakeChat):
    """Slack at a message a second in one channel, as a real one is asked."""

    world: World = field(kw_only=True)
    channel: str = field(kw_only=True)
    pacing: Pacing = field(init=False)

    def __post_init__(self) -> None:
        self.pacing = Pacing(self._seconds, burst=1)

    async def post(
        self, channel: str, message: Message, *, thread: str | None = None, place: str | None = None
    ) -> str | Trouble:
        if channel == self.channel and thread is None and (wait := self.pacing.post(channel, place)) > 0:
            return TryLater(wait, "a channel gets one message a second", turn=True)
        return await super(Paced, self).post(channel, message, thread=thread)

    def _seconds(self) -> float:
        return self.world.now.timestamp()


async def paced(opening: Opening, policy: Policy, channel: str) -> World:
    """Return a world where one channel takes a message a second."""
    world = await opening(policy)
    world.chat = Paced(world=world, channel=channel)
    await world.crash()
    await world.looks()
    return world


def begin(world: World, channel: str) -> list[str]:
    """Return how the messages of a channel begin."""
    return [one.message.text.splitlines()[0] for one in world.chat.in_channel(channel)]


async def test_the_card_of_an_older_release_comes_first(opening: Opening) -> None:
    world = await paced(opening, EACH, "C0PAYMENTS")
    await world.looks(a_report(1))
    await world.looks(a_report(2))
    world.passes(0.5)
    await world.sees(a_report(3))  # and meanwhile the second's turn comes
    world.passes(0.5)
    await world.settle()
    world.passes(1)
    await world.settle()
    assert [line.partition(",")[0] for line in begin(world, "C0PAYMENTS")] == ["R-1", "R-2", "R-3"]


async def test_what_was_live_before_is_announced_first(opening: Opening) -> None:
    world = await paced(opening, LOUD, "C0RELEASES")
    for number in (1, 2):
        await world.looks(a_report(number))
        world.executor.says(ProgressStatus.SUCCEEDED, nth=number)
        await world.follows()
    await world.looks(a_report(3))
    world.executor.says(ProgressStatus.SUCCEEDED, nth=3)
    world.passes(0.5)
    await world.follower.once()  # and meanwhile the second's turn comes
    world.passes(0.5)
    await world.settle()
    world.passes(1)
    await world.settle()
    assert begin(world, "C0RELEASES") == [
        "payments 1 is live in production",
        "This comes late: by now, payments 3 (0000003) is live in production.",  # the second
        "payments 3 is live in production",
    ]
