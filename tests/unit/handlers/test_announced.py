"""What is announced late is true when it is read: something else may be live by then."""

from bot.core.policy import EVERYONE, Mode, Permission
from bot.core.speaking import Announcement
from bot.ports.ci import ProgressStatus
from bot.ports.slack import Message
from bot.ports.trouble import Trouble, TryLater
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import FakeChat
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

EVERYBODY = tuple((permission, (EVERYONE,)) for permission in Permission)


class Shut(FakeChat):
    """Slack, whose channel of announcements takes nothing for a while."""

    shut = True

    async def post(
        self, channel: str, message: Message, *, thread: str | None = None, place: str | None = None
    ) -> str | Trouble:
        """Post, unless it is to be announced."""
        if self.shut and channel == "C0RELEASES":
            return TryLater(60, "the channel is archived")
        return await super().post(channel, message, thread=thread, place=place)


async def begun(opening: Opening, template: str | None = None) -> tuple[World, Shut]:
    """Let R-1 and R-2 become live while nothing can be announced."""
    lane = a_lane_policy(mode=Mode.DEPLOYMENT, announce=True, announcement=Announcement(template))
    world = await opening(a_policy(lane, permissions=EVERYBODY))
    world.chat = chat = Shut()
    await world.crash()
    await world.looks()
    for number in (1, 2):
        await world.looks(a_report(number))
        await succeeds(world, number)
    return world, chat


async def succeeds(world: World, nth: int) -> None:
    world.executor.says(ProgressStatus.SUCCEEDED, nth=nth)
    await world.follows()


async def announced(world: World, chat: Shut) -> list[str]:
    """Let the channel take what waits; returns the first two lines of each announcement."""
    chat.shut = False
    for _ in range(3):
        world.passes(120)
        await world.settle()
    return ["\n".join(one.message.text.splitlines()[:2]) for one in chat.in_channel("C0RELEASES")]


async def test_what_is_announced_late_says_what_is_live_by_now(opening: Opening) -> None:
    world, chat = await begun(opening)
    assert await announced(world, chat) == [
        "This comes late: by now, payments 2 (0000002) is live in production.\npayments 1 became live in production",
        "payments 2 is live in production\nWhat changed: Change 2",
    ]


async def test_so_it_does_in_the_words_of_a_template(opening: Opening) -> None:
    world, chat = await begun(opening, "{service} {version} is out")
    assert await announced(world, chat) == [
        "This comes late: by now, payments 2 (0000002) is live in production.\npayments 1 is out",
        "payments 2 is out",
    ]


async def test_what_was_rolled_back_before_it_could_be_told_is_not_announced(opening: Opening) -> None:
    world, chat = await begun(opening)
    await world.types("U0SAM", "rollback payments in production it loses money")
    await succeeds(world, 3)
    assert await announced(world, chat) == [
        "payments 1 is live in production\nWhat changed: Change 1",
        "payments 1 is live in production (ROLLBACK)\nWhat changed: Change 1",
    ]
    assert await world.sql("SELECT state, note FROM effects WHERE key = 'announce:R-2'") == [("done", "nothing to say")]
