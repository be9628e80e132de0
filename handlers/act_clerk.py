"""Works off what people did: looks at the button or the words, asks who they are, decides, answers privately."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import structlog
from pydantic import ValidationError

from bot.core.inputs import Actor
from bot.core.release import Surface
from bot.ports.cards import Card, CardKind, Handle
from bot.ports.effects import EffectKind, NewEffect
from bot.ports.inbox import InboxRow
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.ports.trouble import TryLater
from bot.submit import Setting, turn_away
from bot.views import answers
from handlers import lane_clerk, mentions, release_clerk, request_clerk
from handlers.acts import ACT, Click, Command, Form, Mention, Wish
from handlers.asker import Asker
from handlers.desk import Desk
from handlers.draft_clerk import pressed_draft
from handlers.grammar import parse
from handlers.letters import SettleEffect, by_button, by_name, effects_words
from handlers.mute_clerk import muting
from handlers.order import WAITS_FOR_THE_EARLIER, has_earlier, overtaken
from handlers.outcomes import ANSWERED, THROUGH_A_RULE, Told
from handlers.people import People
from handlers.permalinks import Permalinks
from handlers.press import ANSWERS, pressed
from handlers.readers import refusal
from handlers.times import Clock, Moment, too_far, zone_of
from handlers.vocabulary import Misunderstood, OfAll, OfBuild, OfLane, OfRelease, RequestWords, ScheduleWords

TOO_FAR = (
    "This time is not within a year from now, so nothing was started and nothing was scheduled. "
    "Please name one that comes sooner, like `tomorrow 9:00`."
)
Act = Click | Form | Wish | Command | Mention

SURFACES: Mapping[type[Act], Surface] = {
    Click: Surface.BUTTON,
    Form: Surface.MODAL,
    Wish: Surface.MODAL,
    Command: Surface.COMMAND,
    Mention: Surface.COMMAND,
}


@dataclass(frozen=True, slots=True)
class ActClerk:
    """Works off clicks, modals and commands."""

    desk: Desk
    people: People

    async def handle(self, row: InboxRow) -> str | TryLater:
        """Decide upon one act; returns the plain text of its answer."""
        act = ACT.validate_json(row.received.body)
        if await self.desk.store.read(lambda tx: has_earlier(tx, row, act)):
            return WAITS_FOR_THE_EARLIER
        actor = await self._actor(act)
        if isinstance(actor, TryLater):
            return actor
        zone = await self._zone(act, actor)
        with structlog.contextvars.bound_contextvars(actor=actor.person.id if actor is not None else None):
            told = await self.desk.change(lambda tx, setting: self._decide(tx, setting, row, act, actor, zone))
        return told.message.text if told.message else told.outcome

    def set_aside(self, tx: Transaction, setting: Setting, row: InboxRow) -> str:
        """Tell whoever acted that it did not count, and under which number it is in the log."""
        message = answers.set_aside(f"inbox-{row.id}")
        try:
            act = ACT.validate_json(row.received.body)
        except ValidationError:  # nobody can tell who acted
            return message.text
        if act.slack is not None:
            key = f"answer:{row.id}:set aside"  # should it be tried again, its answer is another
            tx.effects.enqueue(_answer(key, act, Told("set aside", message, None)), setting.now)
        return message.text

    async def _actor(self, act: Act) -> Actor | TryLater | None:
        if isinstance(act, Command) and act.person is not None:
            return await self.people.named(act.person, act.host_user)
        if act.slack is None:
            return None
        return await self.people.in_slack(act.slack, act.team, SURFACES[type(act)])

    async def _zone(self, act: Act, actor: Actor | None) -> ZoneInfo | None:
        """Return the time zone of whoever typed a time of day; None where it is not known, or none was typed."""
        if not isinstance(act, Command) or actor is None or actor.person.slack is None:
            return None
        parsed = parse(act.words, self.desk.policy)
        if not isinstance(parsed, RequestWords | ScheduleWords) or not isinstance(parsed.at, Clock | Moment):
            return None
        return zone_of(await self.people.zone(actor.person.slack, act.team))

    def _decide(  # noqa: PLR0917 - an act, who did it, where they are
        self, tx: Transaction, setting: Setting, row: InboxRow, act: Act, actor: Actor | None, zone: ZoneInfo | None
    ) -> Told:
        if actor is None:
            told = Told("unknown person", answers.nobody_by_that_name(getattr(act, "person", None) or ""), None)
        else:
            links = Permalinks(tx.cards, self.desk.workspace)
            told = _told(row, act, Asker(self.desk, tx, setting, actor, links, row.received.at, zone))
        if told.outcome not in {*THROUGH_A_RULE, ANSWERED}:
            turn_away(tx, act.kind, actor, told.outcome, setting)
        tx.inbox.done(row.id, told.outcome)
        if told.message is not None and act.slack is not None:
            tx.effects.enqueue(_answer(f"answer:{row.id}", act, told), setting.now)
        return told


def _told(row: InboxRow, act: Act, asker: Asker) -> Told:
    """Decide upon an act of somebody who is known; returns what they are told."""
    tx, actor = asker.tx, asker.actor
    if isinstance(act, Mention):
        return mentions.answered(tx, asker.setting, row, act, actor)
    if isinstance(act, Command | Wish) and (stranger := refusal(actor.account)) is not None:
        return Told("no full member", stranger, None)  # before anything is looked up that an answer could tell
    if overtaken(tx, row, act, actor):
        return Told("overtaken", answers.overtaken(), getattr(act, "channel", None))
    if isinstance(act, Command):
        asked = _effects(act)
        if isinstance(asked, SettleEffect):
            return Told(*by_name(tx, asker.setting, asked, actor, asker.links), None)
        return _command(act, asker)
    if isinstance(act, Wish):
        return request_clerk.wished(act, asker)
    return muting(tx, act, actor, asker.setting) or _pressed(act, asker)


def _pressed(act: Click | Form, asker: Asker) -> Told:
    """Do what a button says; who is no full member, and whom the rules refuse, reads what they read everywhere."""
    told = _button(act, asker)
    return replace(told, message=refusal(asker.actor.account) or told.message)


def _button(act: Click | Form, asker: Asker) -> Told:
    tx = asker.tx
    handle = tx.cards.by_handle(act.handle)
    card = tx.cards.by_id(handle.card) if handle else None
    if handle is None or card is None:
        return Told("no such button", answers.not_my_button(), getattr(act, "channel", None))
    if isinstance(act, Click) and not _is_of(card, act):
        return Told("not the card's message", answers.not_my_button(), act.channel)
    asker = replace(asker, actor=replace(asker.actor, saw=card.have_hash))
    if card.kind is CardKind.DRAFT:
        return pressed_draft(tx, handle, card, act, asker.actor, asker.setting, asker.links)
    if card.kind is CardKind.LETTER:
        return _letter(act, handle, card, asker)
    told = pressed(handle, act, asker)
    copied = isinstance(act, Click) and card.ts is not None and act.ts != card.ts
    return replace(told, channel=card.channel, message=told.message or (answers.copy_of_card() if copied else None))


def _letter(act: Click | Form, handle: Handle, card: Card, asker: Asker) -> Told:
    answer = ANSWERS.get(handle.act)
    if answer is None or not isinstance(act, Click):
        return Told("not what the button stands for", answers.not_my_button(), card.channel)
    return Told(*by_button(asker.tx, asker.setting, card, answer, asker.actor, asker.links), card.channel)


def _command(act: Command, asker: Asker) -> Told:
    parsed = parse(act.words, asker.setting.policy)
    if isinstance(parsed, Misunderstood):
        return Told("misunderstood", answers.misunderstood(parsed.sentence), None)
    at = parsed.at if isinstance(parsed, RequestWords | ScheduleWords) else None
    if isinstance(at, Clock | Moment) and too_far(at, asker.said_at):
        return Told("too far away", answers.misunderstood(TOO_FAR), None)
    if isinstance(parsed, OfRelease):
        return release_clerk.by_name(parsed, asker)
    if isinstance(parsed, OfLane):
        return lane_clerk.about_lane(parsed, asker)
    if isinstance(parsed, OfBuild):
        return request_clerk.about_build(parsed, asker)
    if isinstance(parsed, OfAll):
        return lane_clerk.about_all(parsed, asker)
    return Told("misunderstood", answers.reads_only(), None)


def _is_of(card: Card, click: Click) -> bool:
    """Whether a click came from the card's own message, or from a copy that a lost answer may have left behind."""
    return card.channel == click.channel and (card.ts == click.ts or card.lost_posts > 0 or card.ts is None)


def _effects(act: Command) -> object:
    """Return what the command line asks of what could not be delivered; in Slack the letters have buttons for it."""
    return effects_words(act.words) if act.person is not None else None


def _answer(key: str, act: Act, told: Told) -> NewEffect:
    """Return the intent to tell somebody privately: by what they did it with, else in the card's channel."""
    message = told.message or Message("")
    body = {
        "slack": act.slack,
        "channel": getattr(act, "channel", None) or told.channel,
        "response_url": getattr(act, "response_url", None),
        "text": message.text,
        "blocks": list(message.blocks),
    }
    return NewEffect(key, EffectKind.ANSWER, key, None, json.dumps(body))
