"""What each kind of Slack effect says and where to, read from the database at the moment it is sent."""

import json
from collections.abc import Callable
from dataclasses import replace

from pydantic import TypeAdapter

from bot.core import silence
from bot.core.effects import Happening
from bot.core.policy import LaneId, LanePolicy, Policy
from bot.core.quiet import keeps_quiet
from bot.core.release import Lifecycle, Release
from bot.intents import FREEZE_TOLD, HAPPENING, HEAD, LINE_TOLD, LOUD, SilenceTold
from bot.personal import muted
from bot.ports.cards import CardKind
from bot.ports.effects import EffectKind, EffectRow
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.views import anchor, freezes, mainline, thread
from bot.views.mention import calling_nobody
from bot.views.operations import loud
from bot.views.rolled_back import tell_rolled_back
from bot.views.scene import Scene
from handlers.composers_mentions import reply
from handlers.composers_personal import personal
from handlers.composers_waiting import called_personally, escalation, reminder
from handlers.draft_clerk import announcement, reminded
from handlers.post import Post, Waits
from handlers.unanswered import reminded_of_letters

HEAD_CARD = "head"
"""What the card of the audit chain is about: there is one."""
OTHER: TypeAdapter[dict[str, int]] = TypeAdapter(dict[str, int])

Composer = Callable[[Transaction, EffectRow, Scene], Post | Waits | None]


def _thread_line(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    happening: Happening = HAPPENING.validate_json(row.effect.body)
    release = _release(tx, row)
    message = thread.line(happening, release, tx.lanes.load(release.lane), scene)
    if message is None:
        return None
    card = tx.cards.of(CardKind.NOTICE, release.number)
    if card is None and _untold(row, release, tx, scene):
        return None
    if card is None or card.ts is None:
        return Waits.FOR_THE_CARD
    return Post(message, card.channel, thread=card.ts)


def _untold(row: EffectRow, release: Release, tx: Transaction, scene: Scene) -> bool:
    """Whether there will be no notice to begin a thread at: all went well in a lane that is quiet then."""
    over = release.state.ended or scene.now >= row.give_up_at
    return over and keeps_quiet(release, tx.lanes.load(release.lane, also=release.number), scene.policy, scene.now)


def _announcement(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    if scene.policy.announcements is None:
        return None
    release = _release(tx, row)
    live = tx.lanes.load(release.lane, also=release.number).live
    if release.state is not Lifecycle.LIVE or live is None:  # it was taken out before it could be told
        return None
    by_now = live if live.sha != release.build.sha else None
    return Post(announcement(tx, release, scene, by_now), scene.policy.announcements)


def _failure(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    """Hand what the version before wanted told over to the card that it is now."""
    del scene
    release = _release(tx, row)
    if tx.cards.of(CardKind.FAILURE, release.number) is None:
        tx.cards.want(CardKind.FAILURE, release.number, release.policy.channel, row.created_at)
    return None


def _answer(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    del tx, scene
    body = json.loads(row.effect.body)
    message = Message(body["text"], tuple(body["blocks"]))
    return Post(message, body["channel"], slack=body["slack"], response_url=body["response_url"])


def _anchor(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    head = HEAD.validate_json(row.effect.body)
    if scene.policy.operations is None:
        return None
    card = tx.cards.of(CardKind.AUDIT, HEAD_CARD)
    if row.attempt == 1 or card is None:
        tx.cards.want(CardKind.AUDIT, HEAD_CARD, scene.policy.operations, row.created_at)
    if card is None or card.ts is None:
        return Waits.FOR_THE_CARD
    return Post(anchor.line(head), card.channel, thread=card.ts)


def _rolled_back(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    rollback = _release(tx, row)
    number = OTHER.validate_json(row.effect.body).get("other")
    other = tx.lanes.release(number) if number is not None else None
    lane = tx.lanes.load(rollback.lane)
    message = tell_rolled_back(rollback, other, lane, scene)
    if other is not None:
        message = calling_nobody(message, _not_called(tx, lane.policy(scene.policy) or other.policy, scene.policy))
    return Post(message, rollback.policy.channel)


def _not_called(tx: Transaction, here: LanePolicy, policy: Policy) -> Policy:
    """Return the policy of those whom a rollback's message names without calling them.

    Where authors are told personally that is everybody, or they would hear it twice; elsewhere who has muted it.
    """
    people = policy.people if here.tell_authors else tuple(one for one in policy.people if muted(tx, one))
    return replace(policy, people=people)


def _loud(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    told = LOUD.validate_json(row.effect.body)
    service = scene.policy.service(told.service) if told.service else None
    channel = told.to or scene.policy.operations or (service.channel if service else None)
    if channel is None:
        return None
    number = told.happening.release
    release = tx.lanes.release(number) if number is not None else None
    lane = LaneId(told.service, told.environment) if told.service and told.environment else None
    return Post(loud(told.happening, lane, release, scene.policy, scene.permalinks, service=told.service), channel)


def _line(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    told = LINE_TOLD.validate_json(row.effect.body)
    if isinstance(told, SilenceTold):
        return _silent(tx, told, scene)
    first = tx.builds.by_id(told.first)
    by = tx.builds.by_id(told.by) if told.by is not None else None
    service = scene.policy.service(first.service) if first else None
    if first is None or service is None:
        return None
    if by is None:
        return Post(mainline.broken(first, scene.policy, scene.links), service.channel)
    return Post(mainline.mended(by, first, scene.policy, scene.links), service.channel)


def _silent(tx: Transaction, told: SilenceTold, scene: Scene) -> Post | None:
    """Return that the newest build waits for its pipelines, if nothing has ended since, when that can be said."""
    build = tx.builds.by_id(told.waits)
    service = scene.policy.service(build.service) if build else None
    if build is None or service is None:
        return None
    reporting = tx.gates.reporting(service.name)
    waiting = silence.heard(reporting, service, tx.gates.marks(service.name), scene.now)
    ended = reporting.told is None or reporting.told.id != build.id  # or it ran again, and has its whole time
    if waiting is None or ended or waiting.since > told.since:
        return None
    return Post(mainline.silent(waiting, service, scene), service.channel)


def _freeze(tx: Transaction, row: EffectRow, scene: Scene) -> Post | Waits | None:
    del tx
    told = FREEZE_TOLD.validate_json(row.effect.body)
    return Post(freezes.changed(told.change, scene.policy), told.channel)


COMPOSERS: dict[EffectKind, Composer] = {
    EffectKind.LOG: _thread_line,
    EffectKind.ANNOUNCE: _announcement,
    EffectKind.TELL_FAILURE: _failure,
    EffectKind.TELL_ROLLED_BACK: _rolled_back,
    EffectKind.TELL_AUTHOR: personal,
    EffectKind.REMIND: reminder,
    EffectKind.ESCALATE: escalation,
    EffectKind.TELL_ESCALATED: called_personally,
    EffectKind.REMIND_DRAFT: reminded,
    EffectKind.REMIND_LETTERS: reminded_of_letters,
    EffectKind.OPERATIONS: _loud,
    EffectKind.TELL_LINE: _line,
    EffectKind.TELL_FREEZE: _freeze,
    EffectKind.ANSWER: _answer,
    EffectKind.REPLY: reply,
    EffectKind.ANCHOR: _anchor,
}


def _release(tx: Transaction, row: EffectRow) -> Release:
    release = tx.lanes.release(row.effect.release) if row.effect.release is not None else None
    if release is None:
        raise LookupError(f"{row.effect.key} names no release")
    return release
