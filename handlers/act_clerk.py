"""Works off what people did: looks at the button or the words, asks who they are, decides, answers privately."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog
from pydantic import ValidationError

from bot.core.build import Build
from bot.core.decide import Decision
from bot.core.inputs import Actor, Answer, Approve, Cancel, Reject, Request, Resolve, Withdraw
from bot.core.policy import LaneId
from bot.core.refusals import Refusal
from bot.core.release import Release, Surface
from bot.ports.slack import Message
from bot.ports.store import Card, CardKind, EffectKind, Handle, InboxRow, NewEffect, Transaction
from bot.ports.trouble import TryLater
from bot.submit import Setting, submit, turn_away
from bot.views import answers, refusals
from handlers.acts import ACT, Click, Command, Rejection
from handlers.desk import Desk
from handlers.grammar import parse
from handlers.letters import SettleEffect, by_button, by_name, effects_words
from handlers.order import WAITS_FOR_THE_EARLIER, has_earlier, overtaken
from handlers.people import People
from handlers.permalinks import Permalinks
from handlers.vocabulary import (
    ApproveWords,
    CancelWords,
    Misunderstood,
    RejectWords,
    RequestWords,
    WithdrawWords,
)

Act = Click | Rejection | Command
OfOne = Approve | Reject | Withdraw | Cancel | Resolve

ANSWERS: Mapping[str, Answer] = {
    "did_run": Answer.DID_RUN,
    "did_not_run": Answer.DID_NOT_RUN,
    "try_again": Answer.TRY_AGAIN,
    "abandon": Answer.ABANDON,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What came of an act, and what the person is told, if anything: a click that worked shows on the card itself."""

    outcome: str
    message: Message | None
    channel: str | None


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
        with structlog.contextvars.bound_contextvars(actor=actor.person.id if actor is not None else None):
            told = await self.desk.change(lambda tx, setting: self._decide(tx, setting, row, act, actor))
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
        surface = {"click": Surface.BUTTON, "rejection": Surface.MODAL, "command": Surface.COMMAND}[act.kind]
        return await self.people.in_slack(act.slack, act.team, surface)

    def _decide(self, tx: Transaction, setting: Setting, row: InboxRow, act: Act, actor: Actor | None) -> Told:
        links = Permalinks(tx.cards, self.desk.workspace)
        if actor is None:
            told = Told("unknown person", answers.nobody_by_that_name(getattr(act, "person", None) or ""), None)
        elif overtaken(tx, row, act, actor):
            told = Told("overtaken", answers.overtaken(), getattr(act, "channel", None))
        elif isinstance(act, Command) and isinstance(asked := _effects(act), SettleEffect):
            told = Told(*by_name(tx, setting, asked, actor, links), None)
        elif isinstance(act, Command):
            told = self._command(tx, setting, act, actor, links)
        else:
            told = self._button(tx, setting, act, actor, links)
        if told.outcome not in {"done", "refused", "opened"}:  # those have gone through a lane, which keeps its record
            turn_away(tx, act.kind, actor, told.outcome, setting)
        tx.inbox.done(row.id, told.outcome)
        if told.message is not None and act.slack is not None:
            tx.effects.enqueue(_answer(f"answer:{row.id}", act, told), setting.now)
        return told

    def _button(
        self, tx: Transaction, setting: Setting, act: Click | Rejection, actor: Actor, links: Mapping[int, str]
    ) -> Told:
        handle = tx.cards.by_handle(act.handle)
        card = tx.cards.by_id(handle.card) if handle else None
        if handle is None or card is None:
            return Told("no such button", answers.not_my_button(), getattr(act, "channel", None))
        if isinstance(act, Click) and not _is_of(card, act):
            return Told("not the card's message", answers.not_my_button(), act.channel)
        if card.kind is CardKind.LETTER:
            return self._letter(tx, setting, act, handle, card, replace(actor, saw=card.have_hash), links)
        given = _given(handle, act, replace(actor, saw=card.have_hash))
        if given is None:
            return Told("not what the button stands for", answers.not_my_button(), card.channel)
        told = self._one(tx, setting, given, links)
        copied = isinstance(act, Click) and card.ts is not None and act.ts != card.ts
        return replace(told, channel=card.channel, message=told.message or (answers.copy_of_card() if copied else None))

    def _letter(  # noqa: PLR0917 - a click, what it hit and who made it
        self,
        tx: Transaction,
        setting: Setting,
        act: Click | Rejection,
        handle: Handle,
        card: Card,
        actor: Actor,
        links: Mapping[int, str],
    ) -> Told:
        answer = ANSWERS.get(handle.act)
        if answer is None or not isinstance(act, Click):
            return Told("not what the button stands for", answers.not_my_button(), card.channel)
        return Told(*by_button(tx, setting, card, answer, actor, links), card.channel)

    def _one(self, tx: Transaction, setting: Setting, given: OfOne, links: Mapping[int, str]) -> Told:
        release = tx.lanes.release(given.release)
        if release is None:
            return Told("no such release", answers.no_such_release(given.release), None)
        decided = submit(tx, release.lane, given, setting)
        self.desk.record(release.lane, given, decided)
        if isinstance(decided, Refusal):
            return Told("refused", refusals.refusal(decided, release, setting.policy, links), release.policy.channel)
        if given.by.surface in {Surface.BUTTON, Surface.MODAL}:
            return Told("done", None, release.policy.channel)
        after = decided.lane.release(release.number) or release
        return Told("done", _done(given, after, links), release.policy.channel)

    def _command(self, tx: Transaction, setting: Setting, act: Command, actor: Actor, links: Mapping[int, str]) -> Told:
        parsed = parse(act.words, setting.policy)
        match parsed:
            case ApproveWords(number):
                return self._one(tx, setting, Approve(number, actor), links)
            case RejectWords(number, reason):
                return self._one(tx, setting, Reject(number, actor, reason), links)
            case WithdrawWords(number):
                return self._one(tx, setting, Withdraw(number, actor), links)
            case CancelWords(number):
                return self._one(tx, setting, Cancel(number, actor), links)
            case RequestWords():
                return self._request(tx, setting, parsed, actor, links)
            case Misunderstood(sentence):
                return Told("misunderstood", answers.misunderstood(sentence), None)
            case _:
                return Told("misunderstood", answers.reads_only(), None)

    def _request(
        self, tx: Transaction, setting: Setting, words: RequestWords, actor: Actor, links: Mapping[int, str]
    ) -> Told:
        service = words.service
        if words.version is None:
            newest = tx.builds.newest_deployable(service)
            builds: tuple[Build, ...] = (newest,) if newest else ()
        else:
            builds = tx.builds.named(service, words.version)
        if len(builds) != 1:
            return Told("no such build", answers.no_such_build(service, words.version, builds), None)
        lane = LaneId(service, words.environment)
        given = Request(builds[0], actor, named=words.version is not None)
        decided = submit(tx, lane, given, setting)
        self.desk.record(lane, given, decided)
        if isinstance(decided, Refusal):
            return Told("refused", refusals.refusal(decided, None, setting.policy, links), None)
        return Told("opened", answers.opened(_newest(decided), setting.policy, links), None)


def _newest(decided: Decision) -> Release:
    return decided.lane.releases[-1]


def _is_of(card: Card, click: Click) -> bool:
    """Whether a click came from the card's own message, or from a copy that a lost answer may have left behind."""
    return card.channel == click.channel and (card.ts == click.ts or card.lost_posts > 0 or card.ts is None)


def _given(handle: Handle, act: Click | Rejection, actor: Actor) -> OfOne | None:
    """Return what a button stands for, or None: above all, only the button Approve approves."""
    if handle.release is None:
        return None
    match act, handle.act:
        case Rejection(), "reject":
            return Reject(handle.release, actor, act.reason, handle.generation)
        case Click(), "approve":
            return Approve(handle.release, actor, handle.generation)
        case Click(), answer if answer in ANSWERS:
            return Resolve(handle.release, actor, ANSWERS[answer])
        case _:
            return None


def _done(given: OfOne, release: Release, links: Mapping[int, str]) -> Message:
    match given:
        case Approve():
            return answers.approved(release, links)
        case Reject():
            return answers.rejected(release, links)
        case Withdraw():
            return answers.withdrawn(release, links)
        case Cancel():
            return answers.cancelled(release, links)
        case Resolve():
            return answers.resolved(release, given.answer, links)


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
