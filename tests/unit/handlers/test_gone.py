"""Messages that somebody deleted: what still asks for somebody is posted anew, once; what is over stays away."""

from collections.abc import Awaitable, Callable

import pytest

from bot.core.policy import Mode
from bot.ports.cards import Card, CardKind
from bot.ports.ci import ProgressStatus
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import Posted
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening
from tests.unit.handlers.test_deployer import automatic, doubtful
from tests.unit.handlers.test_drafts import EDITED

LOUD = a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, announce=True))


async def a_failure(opening: Opening) -> tuple[World, CardKind]:
    world = await opening(LOUD)
    await world.looks()
    await world.looks(a_report(1))
    world.executor.says(ProgressStatus.FAILED)
    await world.follows()
    return world, CardKind.FAILURE


async def a_failure_that_was_overtaken(opening: Opening) -> tuple[World, CardKind]:
    world, kind = await a_failure(opening)
    await world.looks(a_report(2))
    world.executor.says(ProgressStatus.SUCCEEDED, nth=2)
    await world.follows()
    return world, kind


async def a_question(opening: Opening) -> tuple[World, CardKind]:
    world = await opening(automatic())
    await doubtful(world)
    return world, CardKind.QUESTION


async def a_question_that_was_answered(opening: Opening) -> tuple[World, CardKind]:
    world, kind = await a_question(opening)
    await world.clicks("U0SAM", await world.notice(1, kind), "abandon")
    return world, kind


async def a_draft(opening: Opening) -> tuple[World, CardKind]:
    world = await opening(EDITED)
    await world.approved()
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    return world, CardKind.DRAFT


async def a_draft_that_was_posted(opening: Opening) -> tuple[World, CardKind]:
    world, kind = await a_draft(opening)
    await world.clicks("U0PRIYA", await world.notice(1, kind), "post_draft")
    return world, kind


async def a_letter(opening: Opening) -> tuple[World, CardKind]:
    world = await opening(LOUD)
    await world.looks()
    world.chat.will("post", GiveUp("Slack answers is_archived"))
    await world.looks(a_report(1))
    return world, CardKind.LETTER


async def a_letter_that_was_settled(opening: Opening) -> tuple[World, CardKind]:
    world, kind = await a_letter(opening)
    world.passes(3600)
    await world.settle()
    return world, kind


async def the_head_of_the_audit(opening: Opening) -> tuple[World, CardKind]:
    world, _ = await a_letter(opening)
    await world.desk.change(lambda tx, setting: tx.cards.want(CardKind.AUDIT, "head", "C0OPS", setting.now))
    await world.settle()
    return world, CardKind.AUDIT


async def what_is_live(opening: Opening) -> tuple[World, CardKind]:
    world = await opening(LOUD)
    await world.looks()
    await world.looks(a_report(1))
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    return world, CardKind.NOTICE


async def what_was_live(opening: Opening) -> tuple[World, CardKind]:
    world, kind = await what_is_live(opening)
    await world.looks(a_report(2))
    world.executor.says(ProgressStatus.SUCCEEDED, nth=2)
    await world.follows()
    return world, kind


async def card_of(world: World, kind: CardKind) -> Card:
    """Return the only card of its kind, or that of R-1."""

    def look(tx: Transaction) -> Card:
        known = [tx.cards.by_id(number) for number in range(1, 20)]
        return next(card for card in known if card is not None and card.kind is kind)

    return await world.store.read(look)


async def deleted_and_wanted(world: World, kind: CardKind) -> list[Posted]:
    """Delete a card's message and have its card shown anew with other words; returns what came instead."""
    card = await card_of(world, kind)
    (shown,) = [one for one in world.chat.messages if (one.channel, one.ts) == (card.channel, card.ts)]
    world.chat.delete(shown)
    known = list(world.chat.messages)
    words = "UPDATE cards SET have_hash = 'other words', want = want + 1 WHERE id = ?"
    await world.store.write(lambda _tx: world.store._database.execute(words, [card.id]))
    for _ in range(3):
        world.passes(60)
        await world.settle()
    return [one for one in world.chat.messages if one not in known]


Begin = Callable[[Opening], Awaitable[tuple[World, CardKind]]]


@pytest.mark.parametrize("begin", [a_failure, a_question, a_draft, a_letter, the_head_of_the_audit, what_is_live])
async def test_what_still_matters_is_posted_anew_once(opening: Opening, begin: Begin) -> None:
    world, kind = await begin(opening)
    (anew,) = await deleted_and_wanted(world, kind)
    card = await card_of(world, kind)
    assert (card.channel, card.ts, card.want) == (anew.channel, anew.ts, card.have)


@pytest.mark.parametrize(
    "begin",
    [
        a_failure_that_was_overtaken,
        a_question_that_was_answered,
        a_draft_that_was_posted,
        a_letter_that_was_settled,
        what_was_live,
    ],
)
async def test_what_is_over_stays_away_as_somebody_wished(opening: Opening, begin: Begin) -> None:
    world, kind = await begin(opening)
    assert await deleted_and_wanted(world, kind) == []
    card = await card_of(world, kind)
    assert card.want == card.have
