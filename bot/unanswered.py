"""What waits for a person's answer, a lost request or a letter, is reminded of daily where it was asked. Synchronous.

One message names all that is open in a channel, so that nobody hears of each apart; what fell due while the bot was
down is one message too.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.release import DeployStatus, Lifecycle, Release
from bot.intents import question_name
from bot.ports.cards import Card, CardKind
from bot.ports.effects import EffectKind, NewEffect
from bot.ports.letters import Letter
from bot.ports.store import Transaction
from bot.submit import Setting

EVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An open letter with its card, and the release that it is about, if it is about one."""

    letter: Letter
    card: Card
    release: Release | None


def unanswered(tx: Transaction) -> tuple[Unanswered, ...]:
    """Return what somebody still has to answer, the oldest first."""
    found = []
    for letter in tx.letters.waiting():
        release = tx.lanes.release(letter.release) if letter.release is not None else None
        asks = release is not None and letter.about == question_name(release)
        subject = (CardKind.QUESTION, str(letter.release)) if asks else (CardKind.LETTER, str(letter.id))
        card = tx.cards.of(*subject)
        waits = _in_doubt(release) if asks else tx.letters.named(letter.about) is not None
        if card is not None and waits:
            found.append(Unanswered(letter, card, release))
    return tuple(found)


def due_at(tx: Transaction) -> datetime | None:
    """Return when somebody is to be reminded next; None while no letter is open."""
    return min(((one.reminded_at or one.opened_at) + EVERY for one in tx.letters.waiting()), default=None)


def look(tx: Transaction, setting: Setting) -> None:
    """Remind of all that is open once something has been so for a day since it was asked or last reminded of."""
    due = due_at(tx)
    if due is None or setting.now < due:
        return
    for channel in dict.fromkeys(one.card.channel for one in unanswered(tx)):
        lane = f"{EffectKind.REMIND_LETTERS.value}:{channel}"
        tx.effects.cancel_ready(lane, ())  # yesterday's, which Slack has not taken
        body = json.dumps({"channel": channel})
        key = f"{lane}:{setting.now.isoformat()}"
        tx.effects.enqueue(NewEffect(key, EffectKind.REMIND_LETTERS, lane, None, body), setting.now)
    tx.letters.reminded(setting.now)


def _in_doubt(release: Release | None) -> bool:
    deployment = release.deployment if release is not None and release.state is Lifecycle.DEPLOYING else None
    return deployment is not None and deployment.status is DeployStatus.UNKNOWN
