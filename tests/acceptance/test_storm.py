"""Everything goes wrong at once, by seed, for some minutes: then all comes to rest, and each key has landed once."""

import asyncio
import random
import sqlite3
from collections import Counter
from dataclasses import dataclass
from functools import partial

import pytest

from handlers.slack.payloads import NotUnderstood
from sandbox.slack.messages import Message
from simulation.network import Mishap
from tests.acceptance.hours import SERVICES, Hours, hours
from tests.unit.simulation.virtual import virtually

GITHUB: dict[Mishap, float] = {
    Mishap.REFUSED: 0.02,
    Mishap.UNREACHABLE: 0.02,
    Mishap.LOST_BEFORE: 0.03,
    Mishap.LOST_AFTER: 0.06,
    Mishap.CUT: 0.02,
    Mishap.LATE: 0.06,
    Mishap.SILENT: 0.02,
    Mishap.SLOW: 0.03,
    Mishap.ERROR: 0.03,
    Mishap.ERROR_AFTER: 0.03,
    Mishap.LIMITED: 0.03,
    Mishap.FORBIDDEN: 0.02,
    Mishap.HTML: 0.02,
    Mishap.TRUNCATED: 0.03,
}
SLACK: dict[Mishap, float] = {mishap: odds for mishap, odds in GITHUB.items() if mishap is not Mishap.FORBIDDEN}
SEEDS = range(12)


@dataclass(frozen=True)
class Told:
    """What is to be seen when all is over."""

    transcript: str
    landed: Counter[str]
    approved: frozenset[str]
    """The keys of the releases that somebody approved, or that need nobody."""
    unstored: int
    """How many acknowledged acts are not in the inbox."""
    waiting: list[tuple[str, str]]
    """Effects and inbox rows that are not settled, by kind and state; a question to a person is."""


def breaks(here: Hours, rng: random.Random) -> None:
    """Let everything go wrong now and then."""
    here.github.network.odds.update(GITHUB)
    here.slack.network.odds.update(SLACK)
    here.forge.index_lag = rng.choice([0, 3, 20])
    here.webhooks.lost, here.webhooks.twice, here.webhooks.latest = 0.2, 0.2, 30.0
    courier = here.people.courier
    courier.lost, courier.twice, courier.unheard = 0.05, 0.2, 0.1


def mends(here: Hours) -> None:
    """Let everything go well again; what has left still lands."""
    here.github.network.calm()
    here.slack.network.calm()
    here.forge.index_lag = here.webhooks.lost = here.webhooks.twice = 0.0
    courier = here.people.courier
    courier.lost = courier.twice = courier.unheard = 0.0


def to_approve(here: Hours) -> list[Message]:
    """Return every message with a button to approve, copies too."""
    cards = [card for service in SERVICES for card in here.workspace.channel(service).messages]
    return [card for card in cards if any("approve" in button.action_id for button in here.workspace.buttons(card))]


def read_back(here: Hours) -> Told:
    """Read the database behind everybody's back, and the oracle."""
    database = sqlite3.connect(here.folder / "signoff.db")
    keys = {key for (key,) in database.execute("SELECT dedupe_key FROM inbox")}
    approved = database.execute(
        "SELECT key FROM releases WHERE service = 'docs' OR number IN (SELECT release FROM approvals)"
    )
    waiting = database.execute(
        "SELECT kind, state FROM effects WHERE state IN ('ready', 'attempting', 'verify')"
        " UNION ALL SELECT source, state FROM inbox WHERE state = 'waiting'"
    )
    read = [one.read for one in here.people.courier.log if one.acknowledged]
    told = Told(
        here.workspace.transcript(),
        Counter(one.key for one in here.forge.landed()),
        frozenset(key for (key,) in approved),
        sum(isinstance(one, NotUnderstood) or one.dedupe_key not in keys for one in read),
        list(waiting),
    )
    database.close()
    return told


async def storm(seed: int) -> Told:
    """Ship three commits through it."""
    rng = random.Random(seed)
    async with hours(seed=seed) as here:
        await here.passes(seconds=10)
        breaks(here, rng)
        pressing = []
        for number in range(3):
            await here.push(rng.choice(SERVICES), f"Change {number}")
            await here.passes(seconds=rng.uniform(5, 200))
            for network in (here.github.network, here.slack.network):
                if rng.random() < 1 / 5:
                    network.fall(rng.uniform(10, 300))
            pressing += [asyncio.create_task(here.people.press("priya", card, "Approve")) for card in to_approve(here)]
        await here.passes(minutes=2)
        mends(here)
        await asyncio.gather(*pressing)
        await here.passes(minutes=30)
        return read_back(here)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_storm_each_key_has_landed_once_and_nothing_is_left_undone(seed: int) -> None:
    told = virtually(partial(storm, seed))
    assert max(told.landed.values(), default=1) == 1, told.transcript
    assert told.landed.keys() <= told.approved
    assert (told.unstored, told.waiting) == (0, [])


def test_the_same_seed_tells_the_same_story_to_the_letter() -> None:
    assert virtually(partial(storm, 3)) == virtually(partial(storm, 3))
    assert virtually(partial(storm, 3)).transcript != virtually(partial(storm, 4)).transcript
