"""Who may read: full members, whichever way they ask; others get one sentence, and on the host nobody is asked."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.inputs import Account
from bot.core.lane import Live
from bot.core.unasked import LAST_KNOWN
from bot.ports.slack import Message, SlackAccount
from bot.ports.store import Transaction
from bot.ports.trouble import TryLater
from handlers.people import People
from handlers.readers import Readers
from handlers.reception import Reception
from tests.factories import LANE, a_policy, a_report
from tests.fakes.directory import FakeDirectory
from tests.fakes.world import World
from tests.unit.simulation.virtual import virtually

READING = ("status", "why payments", "list", "history payments", "diff payments", "freeze", "help", "statsu", "")


OTHERS = (
    "Signoff answers full members of this workspace, and you are no full member here. "
    "Somebody from the team can ask it for you."
)
NOT_NOW = "Slack could not be asked just now whose account this is; please try again in a minute."
SENTENCES = {Account.GUEST: OTHERS.replace("no full member", "a guest"), Account.UNKNOWN: NOT_NOW}

ACTING = (
    "payments 1 to production",
    "payments 99 to production",
    "approve R-1",
    "approve R-99",
    "reject R-1 no",
    "rollback payments in production it is slow",
    "rollback payments to 99 in production it is slow",
    "live payments production 77 by hand",
    "hold payments production it breaks",
    "schedule R-1 at 9999-12-31T23:59",
    "stop-all fire",
)


async def read(world: World, words: str, slack: str | None = "U0ELSE") -> str | None:
    message = await world.reception.read(words, slack, "T1")
    return message.text if message is not None else None


@pytest.mark.parametrize("account", [one for one in Account if one is not Account.MEMBER])
async def test_t19_who_is_no_full_member_reads_one_sentence_whatever_they_type(world: World, account: Account) -> None:
    world.directory.accounts["U0ELSE"] = account
    said = {await read(world, words) for words in READING}
    assert said == {SENTENCES.get(account, OTHERS)}


async def test_members_and_the_host_read(world: World) -> None:
    assert await read(world, "list") == await read(world, "list", None)
    assert (await read(world, "list") or "").startswith("No release is open.")


async def test_acts_of_others_are_taken_in_to_be_refused(world: World) -> None:
    world.directory.accounts["U0ELSE"] = Account.GUEST
    assert await read(world, "approve R-1") is None


async def test_t19_the_form_that_shows_what_could_ship_opens_for_members_only(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    begin = world.reception.requests.begin
    assert isinstance(await begin("", "U0ELSE", "T1", "C0X"), dict)
    world.directory.accounts["U0ELSE"] = Account.STRANGER
    assert await begin("", "U0ELSE", "T1", "C0X") is None


async def test_t19_changes_are_shown_to_members_only(world: World) -> None:
    def declared(tx: Transaction) -> None:
        lane = tx.lanes.load(LANE)
        tx.lanes.save(lane, replace(lane, live=Live("f" * 40, "0", world.now)))

    await world.looks()
    await world.store.write(declared)
    await world.looks(a_report(1))
    card = await world.notice()
    assert isinstance(await world.reception.form(card.button("changes"), "U0ELSE", "T1"), dict)
    world.directory.accounts["U0ELSE"] = Account.GUEST
    refused = await world.reception.form(card.button("changes"), "U0ELSE", "T1")
    assert isinstance(refused, Message)
    assert refused.text == await read(world, "list")


async def test_t19_no_form_opens_for_who_is_no_full_member(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    button = (await world.notice()).button("reject")
    assert isinstance(await world.reception.form(button, "U0ELSE", "T1"), dict)
    world.directory.accounts["U0ELSE"] = Account.GUEST
    for handle in (button, "nobody"):
        refused = await world.reception.form(handle, "U0ELSE", "T1")
        assert isinstance(refused, Message)
        assert refused.text == SENTENCES[Account.GUEST]


@pytest.mark.parametrize("account", [one for one in Account if one not in {Account.MEMBER, Account.UNKNOWN}])
async def test_t19_who_is_no_full_member_hears_one_sentence_whatever_they_want_done(
    world: World, account: Account
) -> None:
    await world.looks()
    await world.looks(a_report(1))
    world.directory.accounts["U0ELSE"] = account
    for words in ACTING:
        await world.types("U0ELSE", words)
    assert [text for _, text in world.chat.responses] == [SENTENCES.get(account, OTHERS)] * len(ACTING)
    assert await world.sql("SELECT count(*) FROM inbox WHERE state != 'done'") == [(0,)]


@pytest.mark.parametrize("account", [one for one in Account if one not in {Account.MEMBER, Account.UNKNOWN}])
async def test_t19_who_is_no_full_member_hears_the_same_sentence_whatever_they_press(
    world: World, account: Account
) -> None:
    await world.looks()
    await world.looks(a_report(1))
    card = await world.notice()
    world.directory.accounts["U0ELSE"] = account
    for act in ("approve", "hold", "reject", "schedule"):
        await world.clicks("U0ELSE", card, act)
    await world.rejects("U0ELSE", card, "it is slow")
    await world.clicks("U0ELSE", card, "", handle="nobody's")
    assert [text for _, _, text in world.chat.whispers] == [SENTENCES.get(account, OTHERS)] * 6
    rows = await world.sql("SELECT json_extract(data, '$.reasons') FROM audit WHERE action = 'refused'")
    assert rows[0] == ("AccountMayNotAct, NotAnApprover",)
    assert len(rows) == 6


class Quiet(FakeDirectory):
    """A directory that answers until it is told not to."""

    silent = False

    async def account(self, slack_user: str, team: str | None) -> SlackAccount | TryLater:
        """Answer, or never end."""
        if self.silent:
            await asyncio.Event().wait()
        return await super().account(slack_user, team)


@pytest.mark.parametrize("away", ["down", "silent"])
def test_while_slack_cannot_be_asked_those_read_who_were_full_members_lately(away: str) -> None:
    directory = Quiet(accounts={"U0GUEST": Account.GUEST})
    readers = Readers(People(a_policy, directory))

    async def who_reads() -> list[str]:
        """Return who of these reads."""
        asked = [(who, "T1") for who in ("U0PRIYA", "U0SAM", "U0GUEST", "U0LEFT")] + [("U0PRIYA", "T2")]
        return [f"{who} of {team}" for who, team in asked if await readers.refusal(who, team) is None]

    async def story() -> None:
        for who in ("U0PRIYA", "U0GUEST", "U0LEFT"):
            await readers.refusal(who, "T1")
        directory.accounts["U0LEFT"] = Account.DEACTIVATED
        await readers.refusal("U0LEFT", "T1")
        directory.down = TryLater(5.0, "away") if away == "down" else None
        directory.silent = away == "silent"
        assert await who_reads() == ["U0PRIYA of T1"]
        refused = await readers.refusal("U0SAM", "T1")
        assert refused is not None
        assert refused.text == NOT_NOW
        await asyncio.sleep(LAST_KNOWN.total_seconds() + 1)
        assert await who_reads() == []

    virtually(story)


async def test_where_only_the_host_asks_nobody_in_slack_is_answered(world: World) -> None:
    alone = Reception(world.desk, world.reception.links, asks=False)
    assert await alone.readers.refusal(None, None) is None
    refused = await alone.read("list", "U0PRIYA", "T1")
    assert refused is not None
    assert refused.text == NOT_NOW
