"""Has a second group told that approvals are missing: in the channel, and each of its people. Synchronous."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.core.effects import Escalate
from bot.core.release import Release
from bot.ports.effects import EffectKind, NewEffect
from bot.ports.store import Transaction
from bot.record import Setting


@dataclass(frozen=True, slots=True)
class Escalated:
    """Which group is called; `person` is the one of it who is told personally, None in the channel."""

    group: str
    person: str | None = None


ESCALATED: TypeAdapter[Escalated] = TypeAdapter(Escalated)
"""How it is kept until it is told."""


def call(tx: Transaction, effect: Escalate, release: Release, setting: Setting) -> None:
    """Have the channel told, after the reminders there, and all whom the policy names; once for each asking.

    Who of them could still help is looked at when it is sent.
    """
    key = f"escalate:{release.name}:{release.generation}"
    new = NewEffect(key, EffectKind.ESCALATE, f"remind:{release.name}", release.number, _body(effect))
    tx.effects.enqueue(new, setting.now)
    group = setting.policy.group(effect.to)
    people = sorted(one.id for one in setting.policy.people if one.slack and group and one.id in group.people)
    for who in people:
        own = f"tell_escalated:{release.name}:{release.generation}:{who}"
        new = NewEffect(own, EffectKind.TELL_ESCALATED, own, release.number, _body(effect, who))
        tx.effects.enqueue(new, setting.now)


def _body(effect: Escalate, person: str | None = None) -> str:
    return ESCALATED.dump_json(Escalated(effect.to, person)).decode()
