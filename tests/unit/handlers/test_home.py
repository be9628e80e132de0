"""App Homes: shown when they differ, one at a time, later when Slack says so, and nothing of the board to strangers."""

from dataclasses import replace

import pytest

from bot.core.inputs import Account
from bot.ports.slack import HomeDiffers
from bot.ports.trouble import GiveUp, TryLater, Unsure
from bot.views.links import Links
from bot.views.outsiders import outsider
from handlers.home import HomeKeeper
from handlers.home_door import HomeDoor
from handlers.people import People
from tests.factories import a_report
from tests.fakes.chat import Arrived, FakeChat
from tests.fakes.world import World
from tests.unit.views.home_reading import read

LINKS = Links("https://github.example")


class Homes:
    """The keeper and the door around a world, and what Slack shows."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.door = HomeDoor(world.desk)
        self.keeper = HomeKeeper(world.desk, world.chat, People(lambda: world.desk.policy, world.directory), LINKS)

    async def opens(self, *people: str, empty: bool = False) -> None:
        for person in people:
            await self.door.opened(person, "T0ACME", empty=empty)

    async def settle(self, *, seconds: int = 0) -> int:
        """Let so much time pass, second by second, and the keeper do all that is due; returns how many looks."""
        looks = int(await self.keeper.once())
        for _ in range(seconds):
            self.world.passes(1)
            looks += await self.keeper.once()
        return looks

    def read(self, person: str = "U0PRIYA") -> str:
        return read(self.world.chat.homes[person][-1])

    def versions(self, person: str = "U0PRIYA") -> int:
        return len(self.world.chat.homes.get(person, []))

    @property
    def calls(self) -> int:
        return self.world.chat.calls.count("publish_home")


@pytest.fixture
async def homes(world: World) -> Homes:
    await world.looks()
    return Homes(world)


async def test_nobody_is_shown_anything_who_has_not_opened_it(homes: Homes) -> None:
    assert await homes.settle(seconds=60) == 0
    assert homes.world.chat.homes == {}


async def test_whoever_opens_it_reads_what_waits_for_them(homes: Homes) -> None:
    await homes.world.looks(a_report(1))
    homes.world.directory.zones["U0PRIYA"] = "Europe/Berlin"
    await homes.opens("U0PRIYA")
    assert await homes.settle() == 1
    told = homes.read().splitlines()
    assert told[0] == "# What waits for you (1)"
    assert told[1] == (
        "*<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production "
        "waits for your approval.*"
    )
    assert "Times that you type are read in the time zone Europe/Berlin, as your Slack profile says." in told


async def test_what_changes_is_shown_to_all_who_have_opened_theirs_one_a_second(homes: Homes) -> None:
    await homes.opens("U0PRIYA", "U0SAM")
    assert await homes.settle(seconds=2) == 2
    await homes.world.looks(a_report(1))
    assert await homes.settle(seconds=12) == 0  # no home is shown twice in 15 s
    assert await homes.settle(seconds=5) == 2
    assert [homes.versions(who) for who in ("U0PRIYA", "U0SAM")] == [2, 2]
    assert homes.read().splitlines()[0] == "# What waits for you (1)"


async def test_what_slack_has_already_is_not_sent(homes: Homes) -> None:
    await homes.opens("U0PRIYA")
    await homes.settle(seconds=2)
    for _ in range(3):
        await homes.opens("U0PRIYA")
        assert await homes.settle(seconds=2) == 1
    assert homes.calls == 1
    await homes.opens("U0PRIYA", empty=True)  # after the app was installed anew, say
    await homes.settle()
    assert homes.calls == 2


async def test_many_changes_are_one_version(homes: Homes) -> None:
    await homes.opens("U0PRIYA")
    await homes.settle()
    for number in range(1, 6):
        await homes.world.looks(a_report(number))
    await homes.settle(seconds=30)
    assert homes.versions() == 2


async def test_each_person_sets_for_themselves_whether_they_are_told(homes: Homes) -> None:
    await homes.opens("U0PRIYA", "U0NEW")
    await homes.settle(seconds=2)
    await homes.door.mute("U0PRIYA", muted=True)
    assert await homes.settle(seconds=2) == 1
    assert "[ ] Tell me directly" in homes.read()
    assert "[x] Tell me directly" in homes.read("U0NEW")
    await homes.door.mute("U0NEW", muted=True)
    await homes.door.mute("U0PRIYA", muted=False)
    await homes.settle(seconds=20)
    assert "[x] Tell me directly" in homes.read()
    told = await homes.world.store.read(lambda tx: dict(tx.remembered.beginning("mute:")))
    assert told == {"U0PRIYA": "no", "U0NEW": "yes"}


async def test_a_box_that_was_ticked_and_unticked_is_sent_as_it_is_stored(homes: Homes) -> None:
    await homes.opens("U0PRIYA")
    await homes.settle(seconds=2)
    await homes.door.mute("U0PRIYA", muted=True)
    await homes.door.mute("U0PRIYA", muted=False)
    await homes.settle()
    assert homes.versions() == 2
    assert "[x] Tell me directly" in homes.read()


@pytest.mark.parametrize("account", [Account.GUEST, Account.BOT, Account.STRANGER, Account.UNKNOWN])
async def test_whoever_is_no_member_reads_one_sentence(homes: Homes, account: Account) -> None:
    await homes.world.looks(a_report(1))
    homes.world.directory.accounts["U0PRIYA"] = account
    await homes.opens("U0PRIYA")
    await homes.settle()
    assert homes.read() == outsider(account)
    assert "payments" not in homes.read()


async def test_whoever_has_left_is_forgotten(homes: Homes) -> None:
    homes.world.directory.accounts["U0PRIYA"] = Account.DEACTIVATED
    await homes.opens("U0PRIYA")
    assert await homes.settle(seconds=90) == 1
    assert homes.calls == 0


@pytest.mark.parametrize("trouble", [TryLater(30, "rate limited"), Unsure("timed out"), Arrived()])
async def test_a_home_that_slack_does_not_take_is_shown_later(
    homes: Homes, trouble: TryLater | Unsure | Arrived
) -> None:
    homes.world.chat.will("publish_home", trouble)
    await homes.opens("U0PRIYA")
    await homes.settle(seconds=31)
    assert homes.calls == 2
    assert homes.read().splitlines()[0] == "# What waits for you"


async def test_while_slack_asks_to_wait_nobody_is_shown_anything(homes: Homes) -> None:
    homes.world.chat.will("publish_home", TryLater(30, "rate limited"))
    await homes.opens("U0PRIYA", "U0SAM")
    await homes.settle(seconds=29)
    assert homes.calls == 1
    await homes.settle(seconds=3)
    assert (homes.versions(), homes.versions("U0SAM")) == (1, 1)


async def test_while_the_directory_is_away_nobody_is_shown_anything(homes: Homes) -> None:
    homes.world.directory.down = TryLater(5, "away")
    await homes.opens("U0PRIYA")
    await homes.settle(seconds=4)
    assert homes.calls == 0
    homes.world.directory.down = None
    await homes.settle(seconds=2)
    assert homes.versions() == 1


async def test_a_lost_version_that_did_arrive_is_published_over(homes: Homes) -> None:
    await homes.opens("U0PRIYA")
    await homes.settle(seconds=2)
    homes.world.chat.will("publish_home", Arrived())
    await homes.world.looks(a_report(1))
    await homes.settle(seconds=30)
    assert homes.versions() == 3
    assert homes.calls == 4  # the third found a version that it did not know
    await homes.settle(seconds=300)
    assert homes.calls == 4


async def test_after_a_lost_version_that_did_arrive_the_one_before_is_sent_if_that_is_true_again(homes: Homes) -> None:
    async def muted(said: str) -> None:
        await homes.world.store.write(lambda tx: tx.remembered.set("mute:priya", said))

    await homes.opens("U0PRIYA")
    await homes.settle(seconds=16)
    homes.world.chat.will("publish_home", Arrived())
    await muted("yes")
    await homes.settle()
    assert "[ ] Tell me directly" in homes.read()
    await muted("no")
    await homes.settle(seconds=60)
    assert "[x] Tell me directly" in homes.read()


async def test_a_first_version_that_may_yet_arrive_is_sent_once_more(homes: Homes) -> None:
    homes.world.chat.will("publish_home", Unsure("timed out"))
    await homes.opens("U0PRIYA")
    await homes.settle(seconds=5)
    assert homes.calls == 2
    late = {"type": "home", "blocks": []}
    homes.world.chat.homes["U0PRIYA"].append(late)
    await homes.settle(seconds=130)
    assert homes.world.chat.homes["U0PRIYA"][-1] != late


async def test_when_slack_never_agrees_it_is_tried_later(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    async def differs(*_: object) -> HomeDiffers:
        return HomeDiffers()

    await homes.opens("U0PRIYA")
    with monkeypatch.context() as patched:
        patched.setattr(FakeChat, "publish_home", differs)
        assert await homes.settle() == 1
    assert await homes.settle(seconds=2) == 1
    assert homes.versions() == 1


async def test_what_slack_refuses_is_left_alone_until_it_is_opened_again(homes: Homes) -> None:
    homes.world.chat.will("publish_home", GiveUp("not_enabled"))
    await homes.opens("U0PRIYA")
    await homes.settle(seconds=120)
    assert homes.calls == 1
    await homes.opens("U0PRIYA")
    await homes.settle()
    assert homes.versions() == 1


async def test_where_our_code_fails_the_others_go_on(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a bug of ours")

    await homes.opens("U0PRIYA", "U0SAM")
    with monkeypatch.context() as patched:
        patched.setattr("handlers.home.home_view", broken)
        await homes.settle()
    await homes.settle(seconds=120)
    assert (homes.versions(), homes.versions("U0SAM")) == (0, 1)
    homes.world.chat.will("publish_home", KeyError("another"))
    await homes.opens("U0PRIYA")
    await homes.settle(seconds=2)
    assert homes.versions() == 1


async def test_another_policy_shows_everywhere(homes: Homes) -> None:
    await homes.opens("U0PRIYA")
    await homes.settle()
    homes.world.desk.policy = replace(homes.world.policy, people=(), groups=(), hash="another")
    await homes.settle(seconds=15)
    assert "The policy does not list you" in homes.read()


async def test_who_opened_it_lately_is_followed_by_the_clock_too(homes: Homes) -> None:
    await homes.opens("U0PRIYA")
    await homes.settle()
    homes.world.directory.zones["U0PRIYA"] = "Asia/Kolkata"
    await homes.settle(seconds=599)
    assert "Asia/Kolkata" not in homes.read()
    await homes.settle(seconds=1)
    assert "Asia/Kolkata" in homes.read()
    homes.world.passes(3600)
    await homes.settle()
    looks = homes.world.now
    assert await homes.settle(seconds=700) == 0
    assert looks < homes.world.now


async def test_after_a_crash_in_the_middle_it_is_shown_all_the_same(homes: Homes) -> None:
    await homes.opens("U0PRIYA")
    await homes.world.store.write(lambda tx: tx.homes.claim(homes.world.policy.hash, homes.world.now))
    await homes.world.crash()
    again = Homes(homes.world)
    assert await again.settle(seconds=59) == 0
    assert await again.settle(seconds=1) == 1
    assert again.versions() == 1
