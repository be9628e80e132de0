"""Keeps messages true: a card is rendered from the state at the moment of sending, and sent only if it differs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.core.policy import Policy
from bot.core.release import Lifecycle, Release
from bot.ports.cards import Card, CardKind
from bot.ports.slack import Chat, Gone, Message
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, TryLater, Unsure
from bot.settle import delivered, lay_open
from bot.submit import Setting
from bot.views.card import content_hash
from bot.views.links import Links
from handlers.desk import Desk
from handlers.faces import Faces
from handlers.gone import taken_away

log = structlog.get_logger()

WITH_LETTER = frozenset({CardKind.NOTICE, CardKind.FAILURE, CardKind.DRAFT})
OWN_FAULT = "our own code failed"
UNDER_WAY = timedelta(minutes=2)
"""For how long an update whose answer was lost may yet be carried out."""
ONCE_MORE = timedelta(hours=1)
"""After this long a card that was given up is tried again by itself: somebody may have invited the bot."""


@dataclass(frozen=True, slots=True)
class CardKeeper:
    """Brings cards up to date, one at a time, the longest due first."""

    desk: Desk
    chat: Chat
    links: Links
    _lost: dict[int, float] = field(default_factory=dict, compare=False)
    """By card, where the steady clock stood when an update was known to be lost: with it one only waits longer."""

    async def run(self) -> None:
        """Work for ever."""
        await self.desk.work_off(self.once, lambda tx: tx.cards.next_due())

    async def once(self) -> bool:
        """Bring one card up to date; False when all are."""
        policy = self.desk.policy
        claimed = await self.desk.store.write(lambda tx: self._claim(tx, policy))
        if claimed is None:
            return False
        card, message = claimed
        if message is None:
            return True
        left = self._under_way(card)
        if left > timedelta(0):
            due = self.desk.clock() + left
            await self.desk.store.write(lambda tx: tx.cards.later(card, due, lost=False, counts=False))
            return True
        content = content_hash(message)
        if card.ts is not None and content == card.have_hash and not card.confirm:
            await self._shown(card, card.ts, content)
        elif card.ts is None:
            await self._post(card, message, content)
        else:
            await self._update(card, card.ts, message, content)
        return True

    def _under_way(self, card: Card) -> timedelta:
        """Return for how long a lost update may yet arrive that this one is to follow, by a clock that nobody sets."""
        if not card.confirm or self.desk.steady is None:
            return timedelta(0)
        now = self.desk.steady()
        left = UNDER_WAY - timedelta(seconds=now - self._lost.setdefault(card.id, now))
        if left <= timedelta(0):
            del self._lost[card.id]
        return left

    def _claim(self, tx: Transaction, policy: Policy) -> tuple[Card, Message | None] | None:
        """Take the next card and render it; one on which our own code fails is left alone until it changes again."""
        card = tx.cards.claim(self.desk.clock())
        if card is None:
            return None
        try:
            return card, self._rendered(tx, card, policy)
        except Exception:  # one of the four doors: logged, and the other cards go on
            log.exception("card_not_rendered", card=card.id, release=_of(card))
            give_up(tx, card, OWN_FAULT, self.desk.setting())
            return card, None

    def _rendered(self, tx: Transaction, card: Card, policy: Policy) -> Message:
        return Faces(tx, policy, self.links, self.desk.workspace, self.desk.clock()).face(card)

    async def _post(self, card: Card, message: Message, content: str) -> None:
        try:
            posted = await self.chat.post(card.channel, message, place=_name(card))
        except Exception:  # the same door: nobody knows what the call did
            log.exception("card_call_failed", card=card.id, release=_of(card))
            posted = Unsure(OWN_FAULT)
        match posted:
            case str():
                await self._shown(card, posted, content)
                self.desk.bell.ring()
            case TryLater(why=why) as later:
                await self._later(card, self.desk.wait(later, card.tries), why, counts=not later.turn)
            case Unsure(why):
                await self._later(card, self.desk.pause(card.tries), why, lost=True)
            case GiveUp(reason):
                await self._give_up(card, reason)

    async def _update(self, card: Card, ts: str, message: Message, content: str) -> None:
        try:
            outcome = await self.chat.update(card.channel, ts, message)
        except Exception:  # the same door
            log.exception("card_call_failed", card=card.id, release=_of(card))
            outcome = Unsure(OWN_FAULT)
        match outcome:
            case None:
                await self._shown(card, ts, content)
            case Gone(why):
                await self._gone(card, why, content)
            case TryLater(why=why) as later:
                await self._later(card, self.desk.wait(later, card.tries), why, counts=not later.turn)
            case Unsure(why):  # an update says the same thing twice without harm, but it may come after a later one
                if self.desk.steady is not None:
                    self._lost[card.id] = self.desk.steady()
                await self._later(card, self.desk.pause(card.tries), why, lost=True)
            case GiveUp(reason):
                await self._give_up(card, reason)

    async def _shown(self, card: Card, ts: str, content: str) -> None:
        setting = self.desk.setting()

        def work(tx: Transaction) -> None:
            tx.cards.shown(card, ts, content, setting.now)
            if card.kind not in WITH_LETTER:
                return
            delivered(tx, _name(card), setting)
            if card.ts is None and card.kind is CardKind.NOTICE:
                show_those_naming(tx, card, setting.now)

        await self.desk.store.write(work)

    async def _later(self, card: Card, wait: timedelta, why: str, *, lost: bool = False, counts: bool = True) -> None:
        log.info("card_waits", card=card.id, release=_of(card), why=why, seconds=wait.total_seconds())
        due = self.desk.clock() + wait
        await self.desk.store.write(lambda tx: tx.cards.later(card, due, lost=lost, counts=counts))

    async def _gone(self, card: Card, why: str, content: str) -> None:
        now = self.desk.clock()
        anew = await self.desk.store.write(lambda tx: taken_away(tx, card, content, now))
        log.warning("card_gone", card=card.id, release=_of(card), channel=card.channel, why=why, posted_anew=anew)

    async def _give_up(self, card: Card, reason: str) -> None:
        log.error("card_not_shown", card=card.id, release=_of(card), channel=card.channel, why=reason)
        await self.desk.change(lambda tx, setting: give_up(tx, card, reason, setting))


def give_up(tx: Transaction, card: Card, why: str, setting: Setting) -> None:
    """Leave a card alone for an hour; where people wait for it, operations hear of it once."""
    tx.cards.give_up(card, why, setting.now + ONCE_MORE)
    if card.kind in WITH_LETTER:
        lay_open(tx, _name(card), card.channel, setting)


def _name(card: Card) -> str:
    return f"card-{card.id}"


def _of(card: Card) -> str | None:
    return f"R-{card.release}" if card.release is not None else None


def _may_name(ended: Release, number: int) -> bool:
    """Whether the cards of a release that has ended may name another: what took its place, or came of its failure."""
    return ended.superseded_by == number or ended.state is Lifecycle.FAILED


def show_those_naming(tx: Transaction, card: Card, now: datetime) -> None:
    """Ask anew for the cards that name a release, since its notice can be linked now."""
    release = tx.lanes.release(card.release) if card.release is not None else None
    if release is None:
        return
    waiting = {one.number for one in tx.lanes.load(release.lane).releases}
    gone = {one.number for one in tx.lanes.history(release.lane, 50) if _may_name(one, release.number)}
    for number in sorted(waiting | gone | {release.number}):
        for known in tx.cards.concerning(number):
            if known.id != card.id:
                tx.cards.want(known.kind, known.subject, known.channel, now, release=known.release)
