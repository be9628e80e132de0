"""Has people told personally what became of their changes, where the policy tells authors. Synchronous."""

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from bot.core.effects import Happened, Happening
from bot.core.lane import Lane
from bot.core.personal import Ending
from bot.core.policy import Person
from bot.core.release import Release
from bot.ports.effects import EffectKind, NewEffect
from bot.ports.store import Transaction
from bot.record import Setting

MUTE = "mute:"
"""What is remembered of a person who wants no such messages begins so: `mute:U0PRIYA` is "yes" or "no"."""
_ENDINGS = {
    Happened.LIVE: Ending.LIVE,
    Happened.REJECTED: Ending.REJECTED,
    Happened.ROLLED_BACK: Ending.ROLLED_BACK,
}


@dataclass(frozen=True, slots=True)
class Personal:
    """How a release ended, and whom it is told to: `person` is None until those whom it concerns are found.

    `other` is the commit that was live before, or that a rollback went back to.
    """

    ending: Ending
    other: str | None
    by: str | None
    why: str
    person: str | None = None


PERSONAL: TypeAdapter[Personal] = TypeAdapter(Personal)
"""How it is kept until it is told."""


def tell(tx: Transaction, happening: Happening, before: Lane, after: Lane, setting: Setting) -> None:
    """Have those whom an ending concerns found and told, once for each release and ending."""
    ending = _ENDINGS.get(happening.kind)
    release = after.release(happening.release) if happening.release is not None else None
    if ending is None or release is None:
        return
    here = after.policy(setting.policy) or release.policy
    if not here.tell_authors:
        return
    told = Personal(ending, _other(ending, happening, before, after), happening.by, happening.detail)
    _enqueue(tx, release, told, setting.now)


def tell_each(tx: Transaction, release: Release, told: Personal, people: tuple[str, ...], now: datetime) -> None:
    """Have each of some people told, once for each release, person and ending."""
    for who in people:
        _enqueue(tx, release, replace(told, person=who), now)


def muted(tx: Transaction, person: Person) -> bool:
    """Whether somebody wants no such messages; what is remembered by their name is older than what is by Slack id."""
    by_slack = tx.remembered.get(f"{MUTE}{person.slack}") if person.slack is not None else None
    return (by_slack or tx.remembered.get(f"{MUTE}{person.id}")) == "yes"


def mute(tx: Transaction, person: Person, *, on: bool) -> None:
    """Remember whether somebody wants no such messages, by Slack id where it is known: the policy may rename people."""
    tx.remembered.set(f"{MUTE}{person.slack or person.id}", "yes" if on else "no")


def _other(ending: Ending, happening: Happening, before: Lane, after: Lane) -> str | None:
    if ending is Ending.ROLLED_BACK:
        rollback = after.release(happening.other) if happening.other is not None else None
        return rollback.build.sha if rollback else None
    return before.live.sha if before.live else None


def _enqueue(tx: Transaction, release: Release, told: Personal, now: datetime) -> None:
    key = f"tell_author:{release.name}:{told.ending.name.lower()}:{told.person or ''}"
    body = PERSONAL.dump_json(told).decode()
    tx.effects.enqueue(NewEffect(key, EffectKind.TELL_AUTHOR, key, release.number, body), now)
