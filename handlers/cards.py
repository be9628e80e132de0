"""Keeps messages true: a card is rendered from the state at the moment of sending, and sent only if it differs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.core.policy import Policy
from bot.core.release import DeployStatus, Lifecycle
from bot.ports.slack import Chat, Message
from bot.ports.store import Card, CardKind, Transaction
from bot.ports.trouble import GiveUp, TryLater, Unsure
from bot.views.card import content_hash, notice
from bot.views.links import Links
from bot.views.question import question
from handlers.anchor import audit_card
from handlers.desk import Desk
from handlers.permalinks import Permalinks

log = structlog.get_logger()

NOTICE_ACTS = ("approve", "reject")
QUESTION_ACTS = ("did_run", "did_not_run", "try_again", "abandon")
ONCE_MORE = timedelta(hours=1)
"""After this long a card that was given up is tried again by itself: somebody may have invited the bot."""


@dataclass(frozen=True, slots=True)
class CardKeeper:
    """Brings cards up to date, one at a time, the longest due first."""

    desk: Desk
    chat: Chat
    links: Links

    async def run(self) -> None:
        """Work for ever."""
        while True:
            seen = self.desk.bell.rung
            while await self.desk.whole(self.once()):
                pass
            due = await self.desk.store.read(lambda tx: tx.cards.next_due())
            await self.desk.rest(seen, due)

    async def once(self) -> bool:
        """Bring one card up to date; False when all are."""
        policy = self.desk.policy
        claimed = await self.desk.store.write(lambda tx: self._claim(tx, policy))
        if claimed is None:
            return False
        card, message = claimed
        if message is None:
            return True
        content = content_hash(message)
        if card.ts is not None and content == card.have_hash and not card.confirm:
            await self._shown(card, card.ts, content)
        elif card.ts is None:
            await self._post(card, message, content)
        else:
            await self._update(card, card.ts, message, content)
        return True

    def _claim(self, tx: Transaction, policy: Policy) -> tuple[Card, Message | None] | None:
        """Take the next card and render it; one on which our own code fails is left alone until it changes again."""
        card = tx.cards.claim(self.desk.clock())
        if card is None:
            return None
        try:
            return card, self._rendered(tx, card, policy)
        except Exception:  # one of the four doors: logged, and the other cards go on
            log.exception("card_not_rendered", release=f"R-{card.release}")
            tx.cards.give_up(card, "our own code failed", self.desk.clock() + ONCE_MORE)
            return card, None

    def _rendered(self, tx: Transaction, card: Card, policy: Policy) -> Message:
        if card.kind is CardKind.AUDIT:
            return audit_card(tx, card)
        release = tx.lanes.release(card.release) if card.release is not None else None
        if release is None:
            raise LookupError(f"card {card.id} is about no release that is stored")
        permalinks = Permalinks(tx.cards, self.desk.workspace)
        if card.kind is CardKind.QUESTION:
            unknown = release.deployment is not None and release.deployment.status is DeployStatus.UNKNOWN
            asks = QUESTION_ACTS if unknown and release.state is Lifecycle.DEPLOYING else ()
            buttons = self._buttons(tx, card, release.generation, asks)
            return question(release, policy, self.links, buttons, permalinks, card.want)
        acts = NOTICE_ACTS if release.state is Lifecycle.OPEN else ()
        buttons = self._buttons(tx, card, release.generation, acts)
        lane = tx.lanes.load(release.lane, also=release.number)
        return notice(release, lane, policy, self.links, buttons, permalinks, card.want)

    def _buttons(self, tx: Transaction, card: Card, generation: int, acts: tuple[str, ...]) -> Mapping[str, str]:
        return {act: tx.cards.handle(card.id, card.release, generation, act) for act in acts}

    async def _post(self, card: Card, message: Message, content: str) -> None:
        posted = await self.chat.post(card.channel, message)
        match posted:
            case str():
                await self._shown(card, posted, content)
                self.desk.bell.ring()
            case TryLater(after, why):
                await self._later(card, max(timedelta(seconds=after), self.desk.pause(card.tries)), why, lost=False)
            case Unsure(why):
                await self._later(card, self.desk.pause(card.tries), why, lost=True)
            case GiveUp(reason):
                await self._give_up(card, reason)

    async def _update(self, card: Card, ts: str, message: Message, content: str) -> None:
        outcome = await self.chat.update(card.channel, ts, message)
        match outcome:
            case None:
                await self._shown(card, ts, content)
            case TryLater(after, why):
                await self._later(card, max(timedelta(seconds=after), self.desk.pause(card.tries)), why, lost=False)
            case Unsure(why):  # an update says the same thing twice without harm, but it may come after a later one
                await self._later(card, self.desk.pause(card.tries), why, lost=True)
            case GiveUp(reason):
                await self._give_up(card, reason)

    async def _shown(self, card: Card, ts: str, content: str) -> None:
        now = self.desk.clock()

        def work(tx: Transaction) -> None:
            tx.cards.shown(card, ts, content, now)
            if card.ts is None and card.kind is CardKind.NOTICE:
                show_those_naming(tx, card, now)

        await self.desk.store.write(work)

    async def _later(self, card: Card, wait: timedelta, why: str, *, lost: bool) -> None:
        log.info("card_waits", release=f"R-{card.release}", why=why, seconds=wait.total_seconds())
        due = self.desk.clock() + wait
        await self.desk.store.write(lambda tx: tx.cards.later(card, due, lost=lost))

    async def _give_up(self, card: Card, reason: str) -> None:
        log.error("card_not_shown", release=f"R-{card.release}", channel=card.channel, why=reason)
        again = self.desk.clock() + ONCE_MORE
        await self.desk.store.write(lambda tx: tx.cards.give_up(card, reason, again))


def show_those_naming(tx: Transaction, card: Card, now: datetime) -> None:
    """Ask anew for the cards that name a release, since its notice can be linked now."""
    release = tx.lanes.release(card.release) if card.release is not None else None
    if release is None:
        return
    waiting = {one.number for one in tx.lanes.load(release.lane).releases}
    gone = {one.number for one in tx.lanes.history(release.lane, 50) if one.superseded_by == release.number}
    for number in sorted((waiting | gone) - {release.number}):
        for kind in (CardKind.NOTICE, CardKind.QUESTION):
            known = tx.cards.of(kind, number)
            if known is not None:
                tx.cards.want(kind, number, known.channel, now)
