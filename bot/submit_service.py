"""What people do to a whole service or to everything: decided, written, audited, told; every lane looks."""

from bot import intents, record
from bot.core import service as rules
from bot.core.build import Build
from bot.core.effects import Happened, Happening
from bot.core.inputs import Actor
from bot.core.lane import Mark, Stop
from bot.core.refusals import NotStopped, Refusal
from bot.ports.store import Transaction
from bot.record import Setting
from bot.submit import offer, wake


def stop_all(tx: Transaction, by: Actor, reason: str, setting: Setting) -> Stop | Refusal:
    """Let nothing start anywhere; what is under way goes on."""
    known = tx.gates.stop()
    decided = rules.stop_all(known, by=by, reason=reason, policy=setting.policy, now=setting.now)
    if isinstance(decided, Refusal):
        _refused(tx, "StopAll", by, decided, setting)
        return decided
    tx.gates.set_stop(decided)
    _done(tx, Happening(Happened.STOPPED_ALL, by=by.person.id, detail=decided.reason), by, None, setting)
    return decided


def go_all(tx: Transaction, by: Actor, setting: Setting) -> Stop | Refusal:
    """Let everything go on; returns the stop that has ended."""
    known = tx.gates.stop()
    refusal = rules.go_all(known, by=by, policy=setting.policy)
    if refusal is not None or known is None:
        refusal = refusal or Refusal((NotStopped(),))
        _refused(tx, "GoAll", by, refusal, setting)
        return refusal
    tx.gates.set_stop(None)
    _done(tx, Happening(Happened.LET_GO, by=by.person.id, detail=known.reason), by, None, setting)
    return known


def quarantine(tx: Transaction, build: Build, by: Actor, reason: str, setting: Setting) -> Mark | Refusal:
    """Keep a build of a service, and every later one, from shipping."""
    known = tx.gates.marks(build.service)
    decided = rules.quarantine(known, build, by=by, reason=reason, policy=setting.policy, now=setting.now)
    return _marked(tx, build, by, decided, Happened.QUARANTINED, setting)


def clear(tx: Transaction, build: Build, by: Actor, reason: str, setting: Setting) -> Mark | Refusal:
    """Confirm a build of a service, and with it every later one; these may open releases now like new ones."""
    known = tx.gates.marks(build.service)
    decided = rules.clear(known, build, by=by, reason=reason, policy=setting.policy, now=setting.now)
    marked = _marked(tx, build, by, decided, Happened.CLEARED, setting)
    service = setting.policy.service(build.service)
    if isinstance(marked, Mark) and service is not None:
        offer(tx, service, build, setting)
    return marked


def _marked(  # noqa: PLR0917 - the mark, and what it is about
    tx: Transaction, build: Build, by: Actor, decided: Mark | Refusal, kind: Happened, setting: Setting
) -> Mark | Refusal:
    if isinstance(decided, Refusal):
        _refused(tx, "Quarantine" if kind is Happened.QUARANTINED else "Clear", by, decided, setting)
        return decided
    tx.gates.add_mark(build.service, decided)
    told = Happening(kind, by=by.person.id, detail=f"{build.service} {decided.label}: {decided.reason}")
    _done(tx, told, by, build.service, setting)
    return decided


def _done(tx: Transaction, told: Happening, by: Actor, service: str | None, setting: Setting) -> None:
    record.beyond(tx, told, by, service, setting)
    intents.tell_operations(tx, intents.Loud(told, service), setting)
    wake(tx, (lane for lane in tx.lanes.waiting() if service in {None, lane.service}), setting)


def _refused(tx: Transaction, act: str, by: Actor, refusal: Refusal, setting: Setting) -> None:
    reasons = ", ".join(type(reason).__name__ for reason in refusal.reasons)
    record.turn_away(tx, act, by, reasons, setting)
