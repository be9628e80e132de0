"""Answers at gates for jobs of an approved run that came there after others of it went on.

Sent again after a lost answer: an answer names the run and its environment, so a second one lets on no more than the
first could, and just before each it is looked whether it is the approved attempt that waits
(https://docs.github.com/rest/actions/workflow-runs#review-pending-deployments-for-a-workflow-run).
"""

from bot.core.release import Lifecycle
from bot.ports.effects import EffectKind, EffectRow, EffectState
from bot.ports.gatekeeping import Gatekeeper
from bot.ports.store import Transaction
from bot.settle import lay_open
from bot.submit import Setting
from handlers.asking_again import AskingAgain, Names, Task
from handlers.desk import Desk

NAMES = Names(taken="gate_let_on", refused="gate_not_let_on", waits="gate_let_on_waits", failed="gate_let_on_failed")


def letting_on(desk: Desk, gatekeeper: Gatekeeper) -> AskingAgain:
    """Return who works off the effects that let later jobs on."""
    return AskingAgain(desk, EffectKind.LET_ON, claim, gatekeeper.let_on, NAMES)


def claim(tx: Transaction, setting: Setting) -> Task | EffectRow | None:
    """Claim what is due; a row alone is settled already, since the deploy has ended or nobody reaches its run."""
    row = tx.effects.claim((EffectKind.LET_ON,), setting.now)
    if row is None:
        return None
    release = tx.lanes.release(row.effect.release) if row.effect.release is not None else None
    service = setting.policy.service(release.lane.service) if release else None
    if release is None or service is None:
        tx.effects.outcome(row, EffectState.DEAD, setting.now, note="its service left the policy")
        lay_open(tx, f"effect-{row.id}", None, setting)
        return row
    if release.state is not Lifecycle.DEPLOYING:
        tx.effects.outcome(row, EffectState.CANCELLED, setting.now, note="its deploy has ended")
        return row
    return Task(row, release, service)
