"""Slack's own rates, kept without being told: a message a second in a channel, and no more edits than it lets us make."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pytest

from handlers.slack.pacing import A_SECOND
from sandbox.slack.messages import Message
from sandbox.slack.refusal import RefusalError
from simulation.network import Mishap
from tests.acceptance.hours import POLICY, SERVICES, Hours, hours
from tests.unit.simulation.virtual import virtually

COMMITS = 3
"""In each service, one every few seconds: each of them is approved, deployed and told in its channel."""
FAULTS = (Mishap.LIMITED, Mishap.LOST_AFTER, Mishap.SLOW)
ONE_CHANNEL = POLICY.replace("C0API", "C0PAYMENTS").replace("C0DOCS", "C0PAYMENTS")
METHODS = ("chat.postMessage", "chat.update", "views.publish")
MOST_TOO_OFTEN = 4
"""What leaves a second apart may arrive closer together; without any pace it is four times as many."""


def counted(refused: list[str], rate: Callable[[str], None], what: str) -> None:
    """Count what Slack refuses for coming too often."""
    try:
        rate(what)
    except RefusalError:
        refused.append(what)
        raise


async def starts_again_at_slacks_pace(here: Hours) -> list[str]:
    """Let the bot speak as slowly as in earnest; returns where is written down what came too often all the same."""
    refused: list[str] = []
    rates = here.workspace.rates
    assert rates.strict
    rates.call = partial(counted, refused, rates.call)  # type: ignore[method-assign]
    rates.post = partial(counted, refused, rates.post)  # type: ignore[method-assign]
    await here.stop()
    here.slack = replace(here.slack, message_every=A_SECOND)
    await here.start()
    return refused


@dataclass(frozen=True)
class Told:
    """What is to be seen when all is over."""

    too_often: list[str]
    landed: Counter[str]
    headings: Counter[str]
    """How the cards begin."""
    posts: int
    untold: list[tuple[str, str]]
    """What has not been said yet, and why."""


async def busy(mishap: Mishap | None) -> Told:
    """Ship a lot at once, while Slack fails now and then."""
    async with hours(ONE_CHANNEL) as here:
        refused = await starts_again_at_slacks_pace(here)
        await here.passes(seconds=10)
        for number in range(COMMITS):
            for method in METHODS if mishap is not None else ():
                here.slack.network.plan(method, *(mishap for _ in range(2) if mishap))
            for service in SERVICES:
                await here.push(service, f"Change {number} of {service}")
            await here.passes(seconds=8)
            await asyncio.gather(*(here.people.press("priya", card, "Approve") for card in to_approve(here)))
        await here.passes(minutes=1)
        await asyncio.gather(*(here.people.press("priya", card, "Approve") for card in to_approve(here)))
        await here.passes(minutes=12)
        return read_back(here, refused)


def read_back(here: Hours, refused: list[str]) -> Told:
    """Read the database behind everybody's back, and the workspace."""
    database = sqlite3.connect(here.folder / "signoff.db")
    untold = database.execute(
        "SELECT kind, note FROM effects WHERE state NOT IN ('done', 'cancelled') "
        "UNION ALL SELECT kind, note FROM cards WHERE want > have"
    ).fetchall()
    cards = {ts for (ts,) in database.execute("SELECT ts FROM cards")}
    database.close()
    said = [one for service in SERVICES for one in here.workspace.channel(service).posts]
    headings = Counter(here.workspace.plain(one).partition(":")[0] for one in said if one.ts in cards)
    return Told(refused, Counter(one.key for one in here.forge.landed()), headings, len(said), untold)


def to_approve(here: Hours) -> list[Message]:
    """Return every message with a button to approve, copies too."""
    cards = [card for service in SERVICES for card in here.workspace.channel(service).messages]
    return [card for card in cards if any("approve" in button.action_id for button in here.workspace.buttons(card))]


@pytest.mark.parametrize("mishap", [None, *FAULTS])
def test_a_busy_minute_comes_too_often_nowhere_and_all_of_it_is_told(mishap: Mishap | None) -> None:
    told = virtually(partial(busy, mishap))
    assert set(told.landed.values()) == {1}
    assert told.untold == []
    assert set(told.headings) <= {"Live", "Superseded"}
    assert len(told.too_often) <= MOST_TOO_OFTEN
    assert told.posts > 4 * MOST_TOO_OFTEN
