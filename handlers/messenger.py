"""Effect rows to Slack: thread lines, private answers, failures, announcements; rendered when they are sent.

What a lost answer means differs: an announcement is sent at most once, so a lost answer ends it; everything else calls
somebody's attention and is sent again, at the risk of a copy.
"""

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import structlog

from bot.core.inputs import Account
from bot.core.policy import Policy
from bot.ports.effects import EffectKind, EffectRow, EffectState
from bot.ports.meter import Timed
from bot.ports.slack import Chat, Directory, SlackAccount
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from bot.settle import delivered, lay_open
from bot.submit import Setting
from bot.views.links import Links
from handlers.composers import COMPOSERS
from handlers.desk import Desk
from handlers.folding import folded
from handlers.post import Post, Waits
from handlers.scenery import scene_of

log = structlog.get_logger()

WITH_LETTER = (EffectKind.ANNOUNCE, EffectKind.TELL_FAILURE, EffectKind.TELL_ROLLED_BACK, EffectKind.OPERATIONS)
"""Thread lines and private answers that could not be delivered are listed, and flood nobody."""
ONCE = (EffectKind.ANNOUNCE, EffectKind.TELL_AUTHOR, EffectKind.REPLY)
PRIVATE = (EffectKind.ANSWER, EffectKind.REPLY, EffectKind.TELL_AUTHOR, EffectKind.TELL_ESCALATED)
"""What is said to one person who asked, or who was told: hours later nobody waits for it."""
ONCE_MORE = timedelta(hours=1)
"""After this long a message is tried again whose channel refuses it: somebody may have invited the bot."""
AT_MOST_ONCE = "this message is sent at most once by itself, so look before you have it sent again"
GONE = (Account.DEACTIVATED, Account.BOT, Account.STRANGER)
"""To whom nothing is said unasked."""
LONGEST_FOR_THE_CARD = timedelta(minutes=1)
"""The longest pause between two looks whether a notice is posted, so that its thread can begin."""
WHEN_IT_FAILED = timedelta(minutes=1)
MOST_TRIES = 5
"""From which try on a message is set aside if our own code fails on it; waits for a turn or a card were none."""


@dataclass(frozen=True, slots=True)
class Messenger:
    """Works off the Slack effects of some kinds."""

    desk: Desk
    chat: Chat
    kinds: tuple[EffectKind, ...]
    links: Links
    directory: Directory

    async def run(self) -> None:
        """Work for ever."""
        await self.desk.work_off(self.once, lambda tx: tx.effects.next_due(self.kinds))

    async def once(self) -> bool:
        """Send one message that is due; False when none is."""
        begun = monotonic()
        policy = self.desk.policy
        claimed = await self.desk.store.write(lambda tx: self._claim(tx, policy))
        if claimed is None:
            return False
        row, post = claimed
        if row.effect.kind is EffectKind.ANCHOR:
            self.desk.bell.ring()  # its card may have been wanted with the claim
        release = f"R-{row.effect.release}" if row.effect.release is not None else None
        with structlog.contextvars.bound_contextvars(effect=row.effect.key, release=release):
            await self._work(row, post)
        self.desk.meter.took(Timed.EFFECT, monotonic() - begun, row.effect.kind.value)
        return True

    async def _work(self, row: EffectRow, post: Post | Waits | None) -> None:
        if row.claimed_from is EffectState.VERIFY and row.effect.kind in ONCE:
            await self._bury(row, f"its answer was lost; {AT_MOST_ONCE}", None)
        elif isinstance(post, Waits):
            await self._wait(row, post)
        elif post is None:
            await self._write(row, EffectState.DONE, "nothing to say")
        elif post.unasked and (known := await self._nobody(post)) is not None:
            await self._not_told(row, known)
        else:
            await self._send(row, post)

    def _claim(self, tx: Transaction, policy: Policy) -> tuple[EffectRow, Post | Waits | None] | None:
        row = tx.effects.claim(self.kinds, self.desk.clock())
        if row is None:
            return None
        scene = scene_of(tx, policy, self.links, self.desk.workspace, self.desk.clock())
        compose = COMPOSERS[row.effect.kind]
        try:
            post = compose(tx, row, scene)
            if row.effect.kind is EffectKind.LOG and row.attempt > 1 and isinstance(post, Post):
                post = folded(tx, row, post, lambda other: compose(tx, other, scene))
        except Exception:  # one of the four doors: logged, and the other messages go on
            log.exception("message_not_composed", effect=row.effect.key)
            return row, Waits.OWN_FAULT
        return row, post

    async def _wait(self, row: EffectRow, why: Waits) -> None:
        ours = why is Waits.OWN_FAULT
        if (ours and row.tries >= MOST_TRIES) or self.desk.clock() >= row.give_up_at:
            log.error("message_set_aside", why=why.value)
            await self._bury(row, why.value, None)
            return
        wait = WHEN_IT_FAILED if ours else min(self.desk.pause(row.attempt), LONGEST_FOR_THE_CARD)
        await self._write(row, EffectState.READY, why.value, wait, counts=ours)  # a look for the card sends nothing

    async def _send(self, row: EffectRow, post: Post) -> None:
        try:
            outcome = await self._deliver(post, row.effect.key)
        except Exception:  # the same door: nobody knows what the call did
            log.exception("message_call_failed")
            outcome = Unsure("our own code failed")
        match outcome:
            case None:
                await self._done(row, post)
            case GiveUp(reason, mendable=True) if self._waits_for_somebody(row):
                log.warning("message_put_off", why=reason, seconds=ONCE_MORE.total_seconds())
                await self._lay_open(row, EffectState.READY, reason, post.channel)
            case GiveUp(reason):
                log.error("message_not_delivered", why=reason)
                await self._bury(row, reason, post.channel)
            case Unsure(why) if row.effect.kind in ONCE:
                await self._bury(row, f"{why}; {AT_MOST_ONCE}", post.channel)
            case TryLater(why=why) | Unsure(why) if self.desk.clock() >= row.give_up_at:
                log.error("message_not_delivered", why=why)
                await self._bury(row, why, post.channel)
            case TryLater(why=why) as later:
                wait = self.desk.wait(later, row.tries)
                await self._write(row, EffectState.READY, why, wait, counts=not later.turn)
            case Unsure(why):
                await self._write(row, EffectState.READY, why, self.desk.pause(row.tries))

    async def _nobody(self, post: Post) -> SlackAccount | TryLater | None:
        """Return whose account is not to be written to, or that nobody can tell now; None where it may be."""
        known = await self.directory.account(post.slack or "", None)
        return known if isinstance(known, TryLater) or known.account in GONE else None

    async def _not_told(self, row: EffectRow, known: SlackAccount | TryLater) -> None:
        if isinstance(known, SlackAccount):
            await self._write(row, EffectState.DONE, f"nobody to tell: {known.account.value}")
        elif self.desk.clock() >= row.give_up_at:
            await self._write(row, EffectState.DONE, f"nobody to tell: {known.why}")
        else:
            pause = max(timedelta(seconds=known.after), self.desk.pause(row.tries))
            await self._write(row, EffectState.READY, known.why, pause)

    async def _deliver(self, post: Post, place: str) -> Trouble | None:
        if post.response_url is not None:
            outcome = await self.chat.respond(post.response_url, post.message)
            if not isinstance(outcome, GiveUp) or post.slack is None:
                return outcome
        if post.slack is not None:
            return await self.chat.whisper(post.channel or post.slack, post.slack, post.message)
        if post.channel is None:
            return GiveUp("no channel to post to")
        posted = await self.chat.post(post.channel, post.message, thread=post.thread, place=place)
        return None if isinstance(posted, str) else posted

    async def _bury(self, row: EffectRow, why: str, channel: str | None) -> None:
        """Give a message up."""
        await self._lay_open(row, EffectState.DEAD, why, channel)

    def _waits_for_somebody(self, row: EffectRow) -> bool:
        return row.effect.kind not in PRIVATE and self.desk.clock() + ONCE_MORE < row.give_up_at

    async def _lay_open(self, row: EffectRow, state: EffectState, why: str, channel: str | None) -> None:
        """Write down that it was not sent; operations hear of it once, if people outside its thread wait for it."""

        def work(tx: Transaction, setting: Setting) -> bool:
            ours = tx.effects.outcome(row, state, setting.now, due=setting.now + ONCE_MORE, note=why)
            if ours and row.effect.kind in WITH_LETTER:
                lay_open(tx, _name(row), channel, setting)
            return ours

        self._told(row, state, ours=await self.desk.change(work))

    async def _done(self, row: EffectRow, post: Post) -> None:
        setting = self.desk.setting()

        def work(tx: Transaction) -> bool:
            ours = tx.effects.outcome(row, EffectState.DONE, setting.now)
            if ours:
                tx.effects.done_with(row, post.also, setting.now)
            if ours and row.effect.kind in WITH_LETTER:
                delivered(tx, _name(row), setting)
            return ours

        self._told(row, EffectState.DONE, ours=await self.desk.store.write(work))

    async def _write(
        self, row: EffectRow, state: EffectState, note: str, wait: timedelta | None = None, *, counts: bool = True
    ) -> None:
        now = self.desk.clock()
        due = now + wait if wait is not None else None
        ours = await self.desk.store.write(
            lambda tx: tx.effects.outcome(row, state, now, due=due, note=note, counts=counts)
        )
        self._told(row, state, ours=ours)

    def _told(self, row: EffectRow, state: EffectState, *, ours: bool) -> None:
        self.desk.attempted(row, state, ours=ours)
        if not ours:
            log.warning("fenced")


def _name(row: EffectRow) -> str:
    return f"effect-{row.id}"
