"""Directory: who counts as what, who is in a group, and that trouble is never taken for an answer."""

import pytest

from bot.core.inputs import Account
from bot.ports.slack import SlackAccount
from bot.ports.trouble import TryLater
from simulation.network import Mishap
from tests.contract.slack_stages import ALL, REAL, Stage, Way, play

ways = pytest.mark.parametrize("way", ALL, ids=lambda way: way.__name__)
real = pytest.mark.parametrize("way", REAL, ids=lambda way: way.__name__)


@ways
@pytest.mark.parametrize(
    ("person", "account"),
    [
        ("U0PRIYA", Account.MEMBER),
        ("U0GUEST", Account.GUEST),
        ("U0GONE", Account.DEACTIVATED),
        ("U0BOT", Account.BOT),
    ],
)
def test_each_kind_of_account(way: Way, person: str, account: Account) -> None:
    async def story(stage: Stage) -> SlackAccount | TryLater:
        return await stage.directory.account(person, "T0SANDBOX")

    found = play(way, story)
    assert isinstance(found, SlackAccount)
    assert (found.slack, found.account) == (person, account)


@ways
def test_a_group_has_its_members_and_one_that_is_not_there_has_none(way: Way) -> None:
    async def story(stage: Stage) -> tuple[object, object]:
        return await stage.directory.members("S0SRE"), await stage.directory.members("S0NONE")

    assert play(way, story) == (frozenset({"U0PRIYA", "U0AWAY"}), frozenset())


@ways
@pytest.mark.parametrize("mishap", [Mishap.REFUSED, Mishap.LIMITED, Mishap.ERROR, Mishap.SILENT])
def test_trouble_is_no_answer(way: Way, mishap: Mishap) -> None:
    async def story(stage: Stage) -> tuple[type, type]:
        stage.will("users.info", mishap)
        stage.will("usergroups.users.list", mishap)
        account = await stage.directory.account("U0PRIYA", "T0SANDBOX")
        return type(account), type(await stage.directory.members("S0SRE"))

    assert play(way, story) == (TryLater, TryLater)


@real
def test_nobody_and_somebody_from_elsewhere_are_strangers(way: Way) -> None:
    async def story(stage: Stage) -> list[object]:
        found = [await stage.directory.account("U0NOBODY", None), await stage.directory.account("U0PRIYA", "T0OTHER")]
        return [one.account if isinstance(one, SlackAccount) else one for one in found]

    assert play(way, story) == [Account.STRANGER, Account.STRANGER]
