"""Announcements that people read first: opened when a release becomes live, then posted, edited or discarded, once.

Whoever posts one only has the announcement sent, which happens at most once; a draft that nobody has posted is
reminded of once, and dropped after a day. Synchronous.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.core.authorize import Act, authorize
from bot.core.inputs import Actor
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.refusals import Refusal
from bot.core.release import Lifecycle, Release
from bot.ports.drafts import Draft, DraftState
from bot.ports.store import AuditEntry, CardKind, EffectKind, NewEffect, Transaction
from bot.record import Setting

REMIND_AFTER = timedelta(hours=4)
DROP_AFTER = timedelta(hours=24)


class Press(Enum):
    """What somebody does with a draft."""

    POST = "post_draft"
    EDIT = "edit_draft"
    DISCARD = "discard_draft"


@dataclass(frozen=True, slots=True)
class TooLate:
    """The draft is no longer open, or what it announces is no longer live."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Changed:
    """The draft says something else than what was seen: its card is shown anew."""


def reads_first(release: Release, policy: Policy) -> bool:
    """Whether people read the announcement of a release before it is posted, by today's policy."""
    here = (policy.lane(release.lane) or release.policy).announcement
    return here is not None and here.edit


def announce(tx: Transaction, release: Release, setting: Setting) -> None:
    """Have a release announced, or its draft shown where people read it first."""
    if not reads_first(release, setting.policy):
        _send(tx, release, setting)
    elif tx.drafts.of(release.number) is None:
        tx.drafts.save(Draft(release.number, setting.now))
        _show(tx, release, setting.now)


def is_live(tx: Transaction, release: Release) -> bool:
    """Whether a release is what is live in its lane: not rolled back, and nothing newer has come since."""
    live = tx.lanes.load(release.lane, also=release.number).live
    return release.state is Lifecycle.LIVE and live is not None and live.release == release.number


def moved(tx: Transaction, lane: Lane, now: datetime) -> None:
    """Have a lane's other open drafts shown anew when something else is live there: they can be posted no longer."""
    live = lane.live.release if lane.live is not None else None
    for draft in tx.drafts.open():
        release = tx.lanes.release(draft.release)
        if release is not None and release.lane == lane.id and release.number != live:
            _show(tx, release, now)


def press(  # noqa: PLR0917 - what somebody does with what
    tx: Transaction, release: Release, what: Press, by: Actor, text: str, setting: Setting, *, seen: bool
) -> Refusal | TooLate | Changed | None:
    """Do with a draft what somebody says, if they may and it is open; None when it was done.

    Args:
        tx: the transaction.
        release: the release that it announces.
        what: what is done.
        by: who does it.
        text: what they have written, where they edit it.
        setting: today's policy, and the present.
        seen: whether the text is still the one that they saw.

    Raises:
        LookupError: the release has no draft.
    """
    draft = tx.drafts.of(release.number)
    if draft is None:
        raise LookupError(f"{release.name} has no draft")
    lane = tx.lanes.load(release.lane, also=release.number)
    reasons = authorize(by, Act.ANNOUNCE, setting.policy, lane=lane, release=release)
    if reasons:
        why = ", ".join(type(reason).__name__ for reason in reasons)
        _audit(tx, "refused", release, by, {"act": what.value, "reasons": why}, setting)
        return Refusal(reasons)
    if draft.state is not DraftState.OPEN or not is_live(tx, release):
        return TooLate(draft)
    if not seen:
        _show(tx, release, setting.now)
        return Changed()
    if what is Press.EDIT:
        tx.drafts.save(replace(draft, text=text, edited_by=by.person.id))
        _audit(tx, "announcement edited", release, by, {"detail": text}, setting)
    else:
        ended = DraftState.POSTED if what is Press.POST else DraftState.DISCARDED
        tx.drafts.save(replace(draft, state=ended, ended_at=setting.now, ended_by=by.person.id))
        _audit(tx, f"announcement {ended.value}", release, by, {}, setting)
    if what is Press.POST:
        _send(tx, release, setting)
    _show(tx, release, setting.now)
    return None


def due_at(tx: Transaction) -> datetime | None:
    """Return when a draft that is open is to be seen to; None when none is open."""
    open_ones = tx.drafts.open()
    return min((one.opened_at + (DROP_AFTER if one.reminded else REMIND_AFTER) for one in open_ones), default=None)


def look(tx: Transaction, setting: Setting) -> None:
    """Remind of drafts that have waited for some hours, and drop those that nobody posted within a day."""
    for draft in tx.drafts.open():
        release = tx.lanes.release(draft.release)
        if release is None or setting.now < draft.opened_at + (DROP_AFTER if draft.reminded else REMIND_AFTER):
            continue
        if not is_live(tx, release) or setting.now >= draft.opened_at + DROP_AFTER:
            tx.drafts.save(replace(draft, state=DraftState.DROPPED, ended_at=setting.now))
            _audit(tx, "announcement dropped", release, None, {}, setting)
            _show(tx, release, setting.now)
            continue
        tx.drafts.save(replace(draft, reminded=True))
        key = f"remind_draft:{release.name}"
        tx.effects.enqueue(NewEffect(key, EffectKind.REMIND_DRAFT, key, release.number, "{}"), setting.now)


def _send(tx: Transaction, release: Release, setting: Setting) -> None:
    key = f"announce:{release.name}"
    tx.effects.enqueue(NewEffect(key, EffectKind.ANNOUNCE, key, release.number, "{}"), setting.now)


def _show(tx: Transaction, release: Release, now: datetime) -> None:
    tx.cards.want(CardKind.DRAFT, str(release.number), release.policy.channel, now, release=release.number)


def _audit(  # noqa: PLR0917 - who, what and of which release is the row
    tx: Transaction, action: str, release: Release, by: Actor | None, told: dict[str, str], setting: Setting
) -> None:
    identity: dict[str, str | None] = {}
    if by is not None:
        identity = {"slack": by.person.slack, "host_user": by.host_user, "saw": by.saw}
    tx.audit.append(
        AuditEntry(
            at=setting.now,
            action=action,
            actor=by.person.id if by else None,
            surface=by.surface.value if by else None,
            lane=str(release.lane),
            release=release.number,
            policy_hash=setting.policy.hash,
            data={**told, **identity},
        )
    )
