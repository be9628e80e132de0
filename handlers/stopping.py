"""Asks the CI system to end deploys that somebody cancelled while they were under way.

Sent again after a lost answer: a job that is told to end twice ends once, and what has ended stays as it is. The
release is not touched here; the CI system's word on its job comes by following it, whatever becomes of this.
"""

from bot.core.release import Lifecycle
from bot.ports.effects import EffectKind, EffectRow, EffectState
from bot.ports.stopping import Stopper
from bot.ports.store import Transaction
from bot.settle import lay_open
from bot.submit import Setting
from handlers.asking_again import AskingAgain, Names, Task
from handlers.desk import Desk

NAMES = Names(taken="stop_asked", refused="stop_not_asked", waits="stop_waits", failed="stop_call_failed")


def stopping(desk: Desk, stopper: Stopper) -> AskingAgain:
    """Return who works off the effects that end jobs."""
    return AskingAgain(desk, EffectKind.STOP, claim, stopper.stop, NAMES)


def claim(tx: Transaction, setting: Setting) -> Task | EffectRow | None:
    """Claim what is due; a row alone is settled already, since the deploy has ended or nobody reaches it.

    One that failed may have run out of its time while the CI system could not be asked: its job is ended all the same.
    """
    row = tx.effects.claim((EffectKind.STOP,), setting.now)
    if row is None:
        return None
    release = tx.lanes.release(row.effect.release) if row.effect.release is not None else None
    service = setting.policy.service(release.lane.service) if release else None
    if release is None or service is None:
        tx.effects.outcome(row, EffectState.DEAD, setting.now, note="its service left the policy")
        lay_open(tx, f"effect-{row.id}", None, setting)
        return row
    if release.state not in {Lifecycle.DEPLOYING, Lifecycle.FAILED}:
        tx.effects.outcome(row, EffectState.CANCELLED, setting.now, note="its deploy has ended")
        return row
    return Task(row, release, service)
