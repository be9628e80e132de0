"""What became of a change reaches its people, each once, unless they have muted it or are gone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import Author
from bot.core.inputs import Account
from bot.core.policy import EVERYONE, Mode, Permission, Person, Policy
from bot.ports.ci import ProgressStatus
from bot.ports.effects import EffectKind
from bot.ports.trouble import GiveUp, TryLater
from handlers.acts import Click
from handlers.home_door import HomeDoor
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import Arrived, Killed
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

ANN = Author("Ann", None, "2001")
PEOPLE = (Person("ann", "U0ANN", "2001"), Person("priya", "U0PRIYA", "1001"), Person("sam", "U0SAM", "1002"))
EVERYBODY = tuple((permission, (EVERYONE,)) for permission in Permission)
FAST = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, tell_authors=True), people=PEOPLE, permissions=EVERYBODY)
QUIET = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT), people=PEOPLE, permissions=EVERYBODY)
SLOW = a_policy(a_lane_policy(tell_authors=True), people=PEOPLE, permissions=EVERYBODY)


async def goes_live(world: World, number: int = 1) -> None:
    """Let R-<number> ship and succeed."""
    await world.looks(a_report(number, authors=(ANN,)))
    world.executor.says(ProgressStatus.SUCCEEDED, nth=number)
    await world.follows()


async def begun(opening: Opening, policy: Policy = FAST) -> World:
    world = await opening(policy)
    await world.looks()
    return world


def heard(world: World, who: str = "U0ANN") -> list[str]:
    """Return what somebody was told in direct messages, up to its first colon."""
    return [text.split(":")[0] for to, _, text in world.chat.whispers if to == who]


async def presses(world: World, who: str, button: str) -> None:
    """Press the button of a direct message, and let everything that follows happen."""
    await world.stores(Click(slack=who, team="T1", handle=button, channel=f"D{who[1:]}", ts="1700000000.000001"))
    await world.settle()


async def rows(world: World) -> list[tuple[object, ...]]:
    return await world.sql("SELECT key, state, note FROM effects WHERE kind = 'tell_author' ORDER BY id")


async def test_an_author_hears_that_their_change_is_live(opening: Opening) -> None:
    world = await begun(opening)
    await goes_live(world)
    assert heard(world) == ["Your change is live"]
    assert await rows(world) == [
        ("tell_author:R-1:live:", "done", "nothing to say"),
        ("tell_author:R-1:live:ann", "done", ""),
    ]


async def test_an_author_hears_of_a_rejection_in_its_own_words(opening: Opening) -> None:
    world = await begun(opening, SLOW)
    await world.looks(a_report(1, authors=(ANN,)))
    await world.rejects("U0PRIYA", await world.notice(), "the migration locks")
    assert heard(world) == ["Your change was rejected"]
    assert "by <@U0PRIYA>: “the migration locks”. Nothing was deployed." in world.chat.whispers[0][2]


async def test_an_author_hears_of_a_rollback_and_whoever_rolled_back_does_not(opening: Opening) -> None:
    world = await begun(opening)
    await rolls_back(world)
    assert heard(world) == ["Your change is live", "Your change is live", "Your change was rolled back"]
    assert [heard(world, who) for who in ("U0SAM", "U0PRIYA")] == [["What you asked for is live"], []]


def channel_says(world: World) -> str:
    """Return how the channel is told who wrote what was rolled back."""
    (said,) = (one.message.text for one in world.chat.in_channel("C0PAYMENTS") if "was rolled back" in one.message.text)
    return said.split(":")[0]


async def rolls_back(world: World) -> None:
    await goes_live(world, 1)
    await goes_live(world, 2)
    await world.types("U0SAM", "rollback payments in production it loses money")
    world.executor.says(ProgressStatus.SUCCEEDED, nth=3)
    await world.follows()


async def test_who_is_told_of_a_rollback_personally_is_named_in_the_channel_and_not_called(opening: Opening) -> None:
    world = await begun(opening)
    await rolls_back(world)
    assert heard(world)[-1] == "Your change was rolled back"
    assert channel_says(world) == "ann"


@pytest.mark.parametrize(("mutes", "called"), [(False, "<@U0ANN>"), (True, "ann")])
async def test_where_nobody_is_told_personally_the_channel_calls_who_has_not_muted_it(
    opening: Opening, mutes: bool, called: str
) -> None:
    world = await begun(opening, QUIET)
    if mutes:
        await presses(world, "U0ANN", "mute")
    await rolls_back(world)
    assert (heard(world), channel_says(world)) == ([], called)


async def test_where_authors_are_not_told_nobody_is(opening: Opening) -> None:
    world = await begun(opening, a_policy(a_lane_policy(mode=Mode.DEPLOYMENT), people=PEOPLE))
    await goes_live(world)
    assert heard(world) == []
    assert await rows(world) == []


async def test_who_has_muted_it_hears_nothing_until_they_unmute(opening: Opening) -> None:
    world = await begun(opening)
    await goes_live(world, 1)
    await presses(world, "U0ANN", "mute")
    await goes_live(world, 2)
    assert await rows(world) == [
        ("tell_author:R-1:live:", "done", "nothing to say"),
        ("tell_author:R-1:live:ann", "done", ""),
        ("tell_author:R-2:live:", "done", "nothing to say"),
        ("tell_author:R-2:live:ann", "done", "nothing to say"),
    ]
    await presses(world, "U0ANN", "unmute")
    await goes_live(world, 3)
    assert [text.splitlines()[0] for to, _, text in world.chat.whispers if to == "D0ANN"] == [
        (
            "Muted: Signoff no longer tells you personally when your changes are live, rejected or rolled back, "
            "nor when approvals have been missing for long."
        ),
        (
            "Unmuted: Signoff tells you personally when your changes are live, rejected or rolled back, "
            "and when approvals have been missing for long and you could help."
        ),
    ]
    assert heard(world) == ["Your change is live", "Your change is live"]
    assert await world.sql("SELECT value FROM remembered WHERE name = 'mute:U0ANN'") == [("no",)]


async def test_somebody_elses_click_mutes_nobody_but_themselves(opening: Opening) -> None:
    world = await begun(opening)
    await presses(world, "U0EVE", "mute")
    await goes_live(world)
    assert heard(world) == ["Your change is live"]
    assert await world.sql("SELECT name, value FROM remembered WHERE name LIKE 'mute:%'") == [("mute:U0EVE", "yes")]


async def test_who_has_muted_it_hears_nothing_when_the_policy_calls_them_otherwise(opening: Opening) -> None:
    world = await begun(opening)
    await presses(world, "U0ANN", "mute")
    await world.crash(replace(FAST, people=(Person("anna", "U0ANN", "2001"), *PEOPLE[1:])))
    await goes_live(world)
    assert await rows(world) == [
        ("tell_author:R-1:live:", "done", "nothing to say"),
        ("tell_author:R-1:live:anna", "done", "nothing to say"),
    ]


async def test_who_muted_it_before_the_policy_listed_them_hears_nothing(opening: Opening) -> None:
    world = await begun(opening, replace(FAST, people=PEOPLE[1:]))
    await HomeDoor(world.desk).mute("U0ANN", muted=True)
    await world.crash(FAST)
    await goes_live(world)
    assert (await rows(world))[-1] == ("tell_author:R-1:live:ann", "done", "nothing to say")


async def test_what_was_muted_by_name_holds_until_it_is_unmuted(opening: Opening) -> None:
    world = await begun(opening)
    await world.desk.change(lambda tx, _: tx.remembered.set("mute:ann", "yes"))
    await goes_live(world, 1)
    await presses(world, "U0ANN", "unmute")
    await goes_live(world, 2)
    assert heard(world) == ["Your change is live"]
    assert (await rows(world))[-1] == ("tell_author:R-2:live:ann", "done", "")


async def late(opening: Opening) -> World:
    """Let R-1 and R-2 become live while nobody can be told."""
    world = await begun(opening)
    world.directory.down = TryLater(30, "Slack is down")
    await goes_live(world, 1)
    await goes_live(world, 2)
    return world


async def reaches_slack(world: World) -> None:
    world.passes(31)
    world.directory.down = None
    await world.settle()


async def test_what_is_told_late_says_what_is_live_by_now(opening: Opening) -> None:
    world = await late(opening)
    await reaches_slack(world)
    assert [text.splitlines()[0].split("|")[1] for to, _, text in world.chat.whispers if to == "U0ANN"] == [
        "R-1>, payments 1 (0000001) in production. By now, 2 (0000002) is live there.",
        "R-2>, payments 2 (0000002) in production.",
    ]
    assert heard(world) == ["Your change became live", "Your change is live"]


async def test_nobody_hears_that_something_is_live_which_was_rolled_back_meanwhile(opening: Opening) -> None:
    world = await late(opening)
    world.directory.down = None  # what waits is only tried again in half a minute
    await world.types("U0SAM", "rollback payments in production it loses money")
    world.executor.says(ProgressStatus.SUCCEEDED, nth=3)
    await world.follows()
    await reaches_slack(world)
    assert sorted(heard(world)) == ["Your change is live", "Your change was rolled back"]
    assert await world.sql("SELECT state, note FROM effects WHERE key = 'tell_author:R-2:live:ann'") == [
        ("done", "nothing to say")
    ]


@pytest.mark.parametrize("account", [Account.DEACTIVATED, Account.BOT, Account.STRANGER])
async def test_an_account_that_is_gone_is_not_written_to(opening: Opening, account: Account) -> None:
    world = await begun(opening)
    world.directory.accounts["U0ANN"] = account
    await goes_live(world)
    assert heard(world) == []
    assert (await rows(world))[-1] == ("tell_author:R-1:live:ann", "done", f"nobody to tell: {account.value}")


async def test_while_nobody_can_say_whose_account_it_is_the_message_waits(opening: Opening) -> None:
    world = await begun(opening)
    world.directory.down = TryLater(30, "Slack is down")
    await goes_live(world)
    assert heard(world) == []
    world.passes(31)
    world.directory.down = None
    await world.settle()
    assert len(heard(world)) == 1


async def test_what_could_not_be_told_for_a_day_is_left(opening: Opening) -> None:
    world = await begun(opening)
    world.directory.down = TryLater(30, "Slack is down")
    await goes_live(world)
    world.passes(timedelta(days=2).total_seconds())
    await world.settle()
    assert (await rows(world))[-1] == ("tell_author:R-1:live:ann", "done", "nobody to tell: Slack is down")


async def test_it_is_told_at_most_once_whatever_becomes_of_the_answer(opening: Opening) -> None:
    world = await begun(opening)
    world.chat.will("whisper", Arrived())
    await goes_live(world)
    assert heard(world) == ["Your change is live"]
    assert [state for _, state, _ in await rows(world)] == ["done", "dead"]
    assert await world.sql("SELECT what FROM letters") == []


async def test_killed_while_telling_it_is_not_told_twice(opening: Opening) -> None:
    world = await begun(opening)
    world.chat.will("whisper", Killed(arrived=True))
    with pytest.raises(Killed):
        await goes_live(world)
    await world.crash()
    await world.settle()
    assert [state for _, state, _ in await rows(world)] == ["done", "dead"]


async def test_who_cannot_be_written_to_troubles_nobody(opening: Opening) -> None:
    world = await begun(opening)
    world.chat.will("whisper", GiveUp("Slack says cannot_dm_bot"))
    await goes_live(world)
    assert [state for _, state, _ in await rows(world)] == ["done", "dead"]
    assert await world.sql("SELECT what FROM letters") == []
    assert await world.store.read(lambda tx: tx.effects.next_due((EffectKind.TELL_AUTHOR,))) is None
