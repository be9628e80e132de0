"""What Slack shows, held against what the database says now: every card, every App Home, and what is yet to be told."""

import sqlite3
from typing import Any, cast

from bot.crew import Crew
from bot.ports.cards import Card
from bot.ports.homes import Home
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.ports.trouble import TryLater
from bot.views.card import content_hash
from bot.views.home import home_hash
from handlers.cards import CardKeeper
from handlers.faces import Faces
from handlers.home import HomeKeeper
from sandbox.slack.block_kit.completion import completed
from storage.homes import _home
from tests.acceptance.desk import Desk

ROUNDS = 40
LONGEST_STEP = 600.0


def rows(here: Desk, query: str) -> list[sqlite3.Row]:
    """Read the database behind everybody's back."""
    with sqlite3.connect(here.folder / "signoff.db") as database:
        database.row_factory = sqlite3.Row
        return list(database.execute(query))


async def untrue(here: Desk) -> list[str]:
    """Return what differs from the state as it would be shown now, or has not been told yet; empty when all is true."""
    crew = _crew(here)
    waiting = [
        f"{row['kind']} is {row['state']}: {row['note']}"
        for row in rows(
            here,
            "SELECT kind, state, note FROM effects WHERE state IN ('ready', 'attempting', 'verify') UNION ALL "
            "SELECT 'an act', state, note FROM inbox WHERE state = 'waiting' UNION ALL "
            "SELECT 'the card ' || kind, 'not as wanted', note FROM cards WHERE want > have AND want > abandoned",
        )
    ]
    return [*waiting, *await _untrue_cards(here, crew), *await _untrue_homes(here, crew)]


async def becomes_true(here: Desk) -> None:
    """Let time pass until everything that Slack shows is true; fails with what is not."""
    step = 10.0
    for _ in range(ROUNDS):
        wrong = await untrue(here)
        if not wrong:
            return
        await _moves(here)
        here.passes(step)
        step = min(step * 1.5, LONGEST_STEP)
    raise AssertionError("\n".join(wrong))


async def _moves(here: Desk) -> None:
    """Wait until something changes in the workspace, though not long: it may be that only time has to pass."""
    revision = here.workspace.changes.revision
    try:
        await here.workspace.changes.until(lambda: here.workspace.changes.revision > revision, 0.03)
    except TimeoutError:
        return


async def _untrue_cards(here: Desk, crew: Crew) -> list[str]:
    keeper = cast("CardKeeper", crew.loops["cards"].__self__)  # type: ignore[attr-defined]
    desk = keeper.desk

    def look(tx: Transaction) -> list[tuple[Card, Message]]:
        faces = Faces(tx, desk.policy, keeper.links, desk.workspace, desk.clock())
        cards = [tx.cards.by_id(row["id"]) for row in rows(here, "SELECT id FROM cards WHERE want > abandoned")]
        return [(card, faces.face(card)) for card in cards if card is not None]

    wrong = []
    for card, face in await desk.store.write(look):
        shown = here.workspace.message(card.channel, card.ts) if card.ts is not None else None
        due = Message(face.text, tuple(completed(list(face.blocks), "")))
        if shown is None:
            wrong.append(f"the {card.kind.value} of {card.subject} is not to be seen: {face.text.splitlines()[0]}")
        elif content_hash(Message(shown.text, tuple(shown.blocks))) != content_hash(due):
            wrong.append(f"the {card.kind.value} of {card.subject} says: {shown.text}\nbut should: {face.text}")
    return wrong


async def _untrue_homes(here: Desk, crew: Crew) -> list[str]:
    keeper = cast("HomeKeeper", crew.loops["homes"].__self__)  # type: ignore[attr-defined]
    return [wrong for row in rows(here, "SELECT * FROM homes") for wrong in await _untrue_home(here, keeper, row)]


async def _untrue_home(here: Desk, keeper: HomeKeeper, row: sqlite3.Row) -> list[str]:
    home: Home = _home(cast("Any", row))
    viewer = await keeper._viewer(home)
    if isinstance(viewer, TryLater):
        return [f"nobody can tell who {home.slack} is"]
    view, _ = await keeper.desk.store.read(lambda tx: keeper._rendered(tx, home, viewer, keeper.desk.policy))
    shown = here.workspace.home(home.slack)
    due = home_hash({"blocks": completed(view["blocks"], "")})
    if shown is not None and home_hash({"blocks": shown.blocks}) == due:
        return []
    return [f"the Home of {home.slack} is {'missing' if shown is None else here.workspace.reads(shown)}"]


def _crew(here: Desk) -> Crew:
    assert here.signoff is not None
    assert here.signoff.vitals.crew is not None
    return here.signoff.vitals.crew
