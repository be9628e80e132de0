"""Announcements that people read first: opened when a release becomes live, then posted, edited or discarded, once.

Stores what the rules of bot/core/draft.py decide, with what follows from it: whoever posts a draft only has the
announcement sent, which happens at most once. Synchronous.
"""

from datetime import datetime

from bot.core import draft as rules
from bot.core.draft import Changed, Draft, DraftState, Press, Pressed, TooLate, reads_first
from bot.core.inputs import Actor
from bot.core.lane import Lane
from bot.core.refusals import Refusal
from bot.core.release import Release
from bot.ports.audit import AuditEntry
from bot.ports.cards import CardKind
from bot.ports.effects import EffectKind, NewEffect
from bot.ports.store import Transaction
from bot.record import Setting


def announce(tx: Transaction, release: Release, setting: Setting) -> None:
    """Have a release announced, or its draft shown where people read it first."""
    if not reads_first(release, setting.policy):
        _send(tx, release, setting)
    elif tx.drafts.of(release.number) is None:
        tx.drafts.save(Draft(release.number, setting.now))
        _show(tx, release, setting.now)


def is_live(tx: Transaction, release: Release) -> bool:
    """Whether a release is what is live in its lane: not rolled back, and nothing newer has come since."""
    return rules.is_live(release, tx.lanes.load(release.lane, also=release.number))


def moved(tx: Transaction, lane: Lane, now: datetime) -> None:
    """Have a lane's other open drafts shown anew when something else is live there: they can be posted no longer."""
    live = lane.live.release if lane.live is not None else None
    for draft in tx.drafts.open():
        release = tx.lanes.release(draft.release)
        if release is not None and release.lane == lane.id and release.number != live:
            _show(tx, release, now)


def press(tx: Transaction, release: Release, given: Pressed, setting: Setting) -> Refusal | TooLate | Changed | None:
    """Do with a draft what somebody says, if they may and it is open; None when it was done.

    Raises:
        LookupError: the release has no draft.
    """
    draft = tx.drafts.of(release.number)
    if draft is None:
        raise LookupError(f"{release.name} has no draft")
    lane = tx.lanes.load(release.lane, also=release.number)
    decided = rules.press(draft, release, lane, given, setting.policy, setting.now)
    match decided:
        case Refusal(reasons):
            why = ", ".join(type(reason).__name__ for reason in reasons)
            _audit(tx, "refused", release, given.by, {"act": given.what.value, "reasons": why}, setting)
            return decided
        case TooLate():
            return decided
        case Changed():
            _show(tx, release, setting.now)
            return decided
        case Draft():
            _keep(tx, release, decided, given, setting)
            return None


def _keep(tx: Transaction, release: Release, draft: Draft, given: Pressed, setting: Setting) -> None:
    """Store what somebody made of a draft, on the record, and have it posted where they say so."""
    tx.drafts.save(draft)
    if given.what is Press.EDIT:
        _audit(tx, "announcement edited", release, given.by, {"detail": given.text}, setting)
    else:
        _audit(tx, f"announcement {draft.state.value}", release, given.by, {}, setting)
    if draft.state is DraftState.POSTED:
        _send(tx, release, setting)
    _show(tx, release, setting.now)


def due_at(tx: Transaction) -> datetime | None:
    """Return when a draft that is open is to be seen to; None when none is open."""
    return min((draft.due_at for draft in tx.drafts.open()), default=None)


def look(tx: Transaction, setting: Setting) -> None:
    """Remind of drafts that have waited for some hours, and drop those that nobody posted within a day."""
    for draft in tx.drafts.open():
        release = tx.lanes.release(draft.release)
        if release is None:
            continue
        after = rules.seen_to(draft, release, tx.lanes.load(release.lane, also=release.number), setting.now)
        if after == draft:
            continue
        tx.drafts.save(after)
        if after.state is DraftState.DROPPED:
            _audit(tx, "announcement dropped", release, None, {}, setting)
            _show(tx, release, setting.now)
        else:
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
