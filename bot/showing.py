"""Which cards a decision may have changed: asked for anew, in the transaction of the decision. Synchronous."""

from collections.abc import Iterable
from datetime import datetime

from bot import drafts, intents
from bot.core.doubt import arrived
from bot.core.events import ReachedBefore, TimePassed
from bot.core.inputs import Input
from bot.core.lane import Lane
from bot.core.policy import Kind
from bot.core.release import Lifecycle, Release
from bot.ports.cards import CardKind
from bot.ports.effects import EffectState
from bot.ports.store import Transaction
from bot.quiet import wants_notice
from bot.record import Setting

UNDER_WAY = (Lifecycle.OPEN, Lifecycle.DEPLOYING)
"""States in which the effect of a release's deploy is still its own."""
RECENT = 50
"""Releases of a lane whose buttons may have become wrong."""


def show(tx: Transaction, before: Lane, after: Lane, given: Input, setting: Setting) -> None:
    """Ask for the cards that this may have changed: those of changed releases, and of all that wait in the lane.

    What is around a lane, or time itself, may have opened or shut a gate without a change in it: then all are shown.
    """
    looks = before != after or isinstance(given, TimePassed | ReachedBefore)
    now = setting.now
    for release in after.releases:
        old = before.release(release.number)
        if release == old and (release.state.ended or not looks):
            continue
        if wants_notice(tx, release, after, setting):
            tx.cards.want(CardKind.NOTICE, release.number, release.policy.channel, now)
        if release == old:
            continue
        again(tx, release, (CardKind.QUESTION, CardKind.DRAFT), now)
        if release.state not in UNDER_WAY:
            tx.effects.resume(intents.deploy_key(release), EffectState.CANCELLED, now)
        if release.state not in UNDER_WAY or arrived(release):  # else the lane's next deploy waits for a needless look
            tx.effects.hasten(intents.deploy_key(release), now)
    if before.live != after.live:
        drafts.moved(tx, after, now)
    if _turned(before, after):
        _show_the_past(tx, after, setting)


def _turned(before: Lane, after: Lane) -> bool:
    """Whether something else is live, a deploy failed, or somebody goes back or tries again, or no longer does."""
    if before.live != after.live:
        return True
    return any(_looks_back(release) and release != before.release(release.number) for release in after.releases)


def _looks_back(release: Release) -> bool:
    failed = release.state is Lifecycle.FAILED  # from then on a rollback goes to what is live, no longer from it
    return failed or release.kind is Kind.ROLLBACK or release.retry_of is not None


def _show_the_past(tx: Transaction, lane: Lane, setting: Setting) -> None:
    """Ask for the cards of what was live and of what failed: they offer to go back, or to try again, no longer."""
    for release in tx.lanes.history(lane.id, RECENT):
        if release.state not in {Lifecycle.LIVE, Lifecycle.FAILED}:
            continue
        again(tx, release, (CardKind.NOTICE, CardKind.FAILURE), setting.now)


def again(tx: Transaction, release: Release, kinds: Iterable[CardKind], now: datetime) -> None:
    """Ask for those cards of a release anew that there are."""
    for kind in kinds:
        card = tx.cards.of(kind, release.number)
        if card is not None:
            tx.cards.want(kind, release.number, card.channel, now, release=release.number)
