"""A message that Slack does not let us edit any more, because somebody deleted it or it is out of our reach.

A card that still says something is posted anew, once; one whose story is over stays away, as somebody wished.
"""

from datetime import datetime

from bot.core.aftermath import aftermath
from bot.core.release import DeployStatus
from bot.ports.cards import Card, CardKind
from bot.ports.drafts import DraftState
from bot.ports.store import Transaction
from handlers.ways_back import LOOKED_AT


def taken_away(tx: Transaction, card: Card, content: str, now: datetime) -> bool:
    """Have a card posted anew whose message is gone, if it still matters; returns whether it will be.

    Args:
        tx: the transaction.
        card: a card that Slack was asked to edit.
        content: the hash of what it should have shown.
        now: the present.
    """
    if card.ts is None or not _matters(tx, card):
        tx.cards.shown(card, card.ts or "", content, now)
        return False
    tx.cards.gone(card, now)
    return True


def _matters(tx: Transaction, card: Card) -> bool:
    """Whether somebody waits for what a card shows, or has to act on it."""
    if card.kind is CardKind.AUDIT:
        return True
    if card.kind is CardKind.LETTER:
        letter = tx.letters.by_id(int(card.subject))
        return letter is not None and letter.settled_at is None
    release = tx.lanes.release(card.release) if card.release is not None else None
    if release is None:
        return False
    if card.kind is CardKind.DRAFT:
        draft = tx.drafts.of(release.number)
        return draft is not None and draft.state is DraftState.OPEN
    if card.kind is CardKind.QUESTION:
        return release.deployment is not None and release.deployment.status is DeployStatus.UNKNOWN
    lane = tx.lanes.load(release.lane, also=release.number)
    if card.kind is CardKind.FAILURE:
        return aftermath(release, lane, tx.lanes.history(release.lane, LOOKED_AT)) is None
    return not release.state.ended or (lane.live is not None and lane.live.release == release.number)
