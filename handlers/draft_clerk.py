"""What people do with the draft of an announcement, and the form that edits it."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from bot import drafts
from bot.core.draft import Changed, Draft, DraftState, Press, Pressed, TooLate
from bot.core.inputs import Actor
from bot.core.lane import Live
from bot.core.policy import Policy
from bot.core.refusals import Refusal
from bot.core.release import Release
from bot.ports.cards import Card, CardKind, Handle
from bot.ports.effects import EffectRow
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.submit import Setting
from bot.views import answers, refusals
from bot.views.announcement import announce, written
from bot.views.draft import changed_since, draft_card, edit_form, remind_of_draft, too_late
from bot.views.links import Links
from bot.views.scene import Scene
from handlers.acts import Click, Form
from handlers.desk import Desk
from handlers.outcomes import Told
from handlers.permalinks import Permalinks
from handlers.post import Post
from handlers.scenery import scene_of

_NOWHERE = Links("")
"""Where links lead makes no other text."""
DRAFT_ACTS = tuple(press.value for press in Press)


def pressed_draft(  # noqa: PLR0917 - a click, what it hit and who made it
    tx: Transaction,
    handle: Handle,
    card: Card,
    act: Click | Form,
    by: Actor,
    setting: Setting,
    links: Mapping[int, str],
) -> Told:
    """Do with a draft what its button stands for."""
    release = tx.lanes.release(card.release) if card.release is not None else None
    known = handle.act in DRAFT_ACTS and (handle.act == Press.EDIT.value) is isinstance(act, Form)
    if release is None or not known:
        return Told("not what the button stands for", answers.not_my_button(), card.channel)
    text = act.reason if isinstance(act, Form) else ""
    seen = handle.generation == revision(tx, release, setting.policy, setting.now)
    done = drafts.press(tx, release, Pressed(Press(handle.act), by, text, seen), setting)
    if isinstance(done, Refusal):
        return Told("refused", refusals.refusal(done, release, setting.policy, links), card.channel)
    if isinstance(done, TooLate):
        return Told("too late", too_late(done.draft, release, setting.policy), card.channel)
    if isinstance(done, Changed):
        now = announcement(tx, release, scene_of(tx, setting.policy, _NOWHERE, "", setting.now))
        return Told("changed since", changed_since(release, now, text), card.channel)
    return Told("done", None, card.channel)


def draft_form(tx: Transaction, desk: Desk, links: Links, handle: str) -> dict[str, Any] | Message | None:
    """Return the form that edits a draft, or why there is nothing to edit; None for any other button."""
    known = tx.cards.by_handle(handle)
    card = tx.cards.by_id(known.card) if known else None
    if known is None or card is None or card.kind is not CardKind.DRAFT:
        return None
    release, draft = of_card(tx, card)
    if draft.state is not DraftState.OPEN or not drafts.is_live(tx, release):
        return too_late(draft, release, desk.policy)
    scene = scene_of(tx, desk.policy, links, desk.workspace, desk.clock())
    post = announcement(tx, release, scene)
    if card.want > card.have and known.generation != revision(tx, release, desk.policy, desk.clock()):
        return changed_since(release, post, "")  # what they clicked is about to be replaced
    return edit_form(release, post, desk.policy, handle)


def draft_face(tx: Transaction, card: Card, scene: Scene) -> Message:
    """Return the card of a draft as it stands."""
    release, draft = of_card(tx, card)
    live = drafts.is_live(tx, release)
    acts = DRAFT_ACTS if live and draft.state is DraftState.OPEN else ()
    generation = revision(tx, release, scene.policy, scene.now)
    buttons = {act: tx.cards.handle(card.id, card.release, generation, act) for act in acts}
    post = announcement(tx, release, scene)
    return draft_card(draft, release, post, scene.policy, buttons, card.want, live=live)


def revision(tx: Transaction, release: Release, policy: Policy, now: datetime) -> int:
    """Return a number that stands for the text of a draft: a button does what it says with the text beside it only."""
    post = announcement(tx, release, scene_of(tx, policy, _NOWHERE, "", now))
    return int.from_bytes(sha256(json.dumps(post.blocks).encode()).digest()[:6])


def announcement(tx: Transaction, release: Release, scene: Scene, by_now: Live | None = None) -> Message:
    """Return what is announced of a release: as somebody has written it, else by the template or our own words.

    `by_now` is what is live there instead, where it is told late.
    """
    draft = tx.drafts.of(release.number)
    if draft is not None and draft.text is not None:
        return written(draft.text, release, by_now)
    return announce(release, scene, tx.changes.before(release.number), by_now)


def reminded(tx: Transaction, row: EffectRow, scene: Scene) -> Post | None:
    """Remind of a draft in the channel in which its card is, if it still waits."""
    card = tx.cards.of(CardKind.DRAFT, str(row.effect.release))
    if card is None:
        return None
    release, draft = of_card(tx, card)
    if draft.state is not DraftState.OPEN or not drafts.is_live(tx, release):
        return None
    where = scene.permalinks.of(card) if isinstance(scene.permalinks, Permalinks) else None
    return Post(remind_of_draft(release, draft, where), card.channel)


def of_card(tx: Transaction, card: Card) -> tuple[Release, Draft]:
    """Return the release and the draft that a card is about; LookupError when they are not stored."""
    release = tx.lanes.release(card.release) if card.release is not None else None
    draft = tx.drafts.of(card.release) if card.release is not None else None
    if release is None or draft is None:
        raise LookupError(f"card {card.id} is about no draft that is stored")
    return release, draft
