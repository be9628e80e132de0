"""What App Home shows, read from the database in one transaction, and when time alone will change it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.core import calendar
from bot.core.policy import Policy
from bot.core.release import DeployStatus
from bot.ports.cards import CardKind
from bot.ports.homes import Home
from bot.ports.store import Transaction
from bot.views.home_state import Asked, Board
from handlers.permalinks import link

LATELY = timedelta(hours=1)
OFTEN = timedelta(minutes=10)
"""How often a home is looked at that was opened lately: groups and time zones of people are not stored."""


def board(tx: Transaction, policy: Policy, workspace: str) -> Board:
    """Return what is the same for everybody: the lanes of today's policy, then others in which something waits."""
    named = [one.lane for one in policy.lanes()]
    lanes = tuple(tx.lanes.load(lane) for lane in dict.fromkeys((*named, *tx.lanes.waiting())))
    lines = {service.name: tx.gates.line(service.name) for service in policy.services}
    in_doubt = [
        release.number
        for release in tx.lanes.in_flight()
        if release.deployment is not None and release.deployment.status is DeployStatus.UNKNOWN
    ]
    asked_at = ((number, link(tx.cards.of(CardKind.QUESTION, number), workspace)) for number in in_doubt)
    questions = {number: at for number, at in asked_at if at is not None}
    return Board(lanes, lines, tuple(_asked(tx, workspace)), questions)


def _asked(tx: Transaction, workspace: str) -> Iterator[Asked]:
    """Yield what is undelivered and has an open letter in the operations channel."""
    for one in tx.letters.undelivered():
        letter = tx.letters.last(one.name)
        if letter is not None and letter.settled_at is None:
            card = tx.cards.of(CardKind.LETTER, str(letter.id))
            yield Asked(one.name, one.what, one.release, letter.opened_at, link(card, workspace))


def refresh_at(tx: Transaction, policy: Policy, home: Home, now: datetime) -> datetime | None:
    """Return when time alone may change a home: a due time of a lane, a freeze, what is not stored; None for never."""
    moments = [tx.agenda.next_due(now), calendar.next_turn(policy.freezes, now)]
    if home.opened_at > now - LATELY:
        moments.append(now + OFTEN)
    return min((moment for moment in moments if moment is not None), default=None)
