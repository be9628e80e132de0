"""Keeps how a service's pipelines report; tells of their silence once its source told all it knows. Synchronous."""

from dataclasses import replace
from datetime import datetime

from bot import intents
from bot.core import silence
from bot.core.policy import ServicePolicy
from bot.core.silence import Reporting, Unreported
from bot.ports.store import Transaction
from bot.record import Setting

MOST_BUILDS = 1_000
"""Builds among which one is looked for that was reported to its end."""


def judge(tx: Transaction, service: ServicePolicy, before: Reporting, now: datetime) -> None:
    """Keep how the pipelines of a service report by what has just been stored; that tells nobody anything.

    It belongs into the transaction that stores reports: a build that ended and runs again between two looks at its
    source has its whole time, and is told of anew.

    Args:
        tx: the transaction that has stored them.
        service: whose pipelines reported.
        before: how they reported before it did.
        now: the present, in UTC.
    """
    tx.gates.set_reporting(service.name, _after(tx, service, before, now))


def is_news(tx: Transaction, service: ServicePolicy, now: datetime) -> bool:
    """Return whether `look` would write anything."""
    return _judged(tx, service, now)[0] != tx.gates.reporting(service.name)


def look(tx: Transaction, service: ServicePolicy, setting: Setting) -> None:
    """Keep how the pipelines of a service report; its channel hears once that they have been silent for too long."""
    after, told = _judged(tx, service, setting.now)
    tx.gates.set_reporting(service.name, after)
    if told is not None:
        intents.tell_line(tx, service.name, told, setting.now)


def _judged(tx: Transaction, service: ServicePolicy, now: datetime) -> tuple[Reporting, Unreported | None]:
    after = _after(tx, service, tx.gates.reporting(service.name), now)
    heard = silence.news(after, service, tx.gates.marks(service.name), now)
    return (after if heard is None else replace(after, told=heard.build)), heard


def _after(tx: Transaction, service: ServicePolicy, before: Reporting, now: datetime) -> Reporting:
    waits = None if before.waiting is None else before.waiting.oldest
    known = [one.position for one in (before.told, before.old, waits) if one is not None]
    builds = tx.builds.newest(service.name, min(known, default=None), MOST_BUILDS if known else 1)
    return silence.judge(builds, before, now, service.source.branch)
