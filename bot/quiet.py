"""Notices of lanes that only speak when something is the matter: whether one is wanted, and asked for. Synchronous."""

from bot.core.lane import Lane
from bot.core.quiet import keeps_quiet
from bot.core.refusals import AlreadyOpen, Refusal
from bot.core.release import Release
from bot.ports.cards import CardKind
from bot.ports.store import Transaction
from bot.record import Setting


def wants_notice(tx: Transaction, release: Release, lane: Lane, setting: Setting) -> bool:
    """Whether a release is to be shown: always, save where its lane is quiet about it and has not shown it before."""
    if not keeps_quiet(release, lane, setting.policy, setting.now):
        return True
    return tx.cards.of(CardKind.NOTICE, release.number) is not None


def show_asked_for(tx: Transaction, refusal: Refusal, setting: Setting) -> None:
    """Show the release that somebody asked for and that was open already: its link is their answer."""
    for reason in refusal.reasons:
        release = tx.lanes.release(reason.release) if isinstance(reason, AlreadyOpen) else None
        if release is not None:
            tx.cards.want(CardKind.NOTICE, release.number, release.policy.channel, setting.now)
