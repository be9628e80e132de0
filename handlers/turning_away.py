"""Turns runs away that wait at a gate for a release which was rejected or superseded.

Sent again after a lost answer: what waits is looked at before each time, and what waits no more is left alone.
"""

from bot.core.approvals import in_force
from bot.core.release import Lifecycle
from bot.ports.effects import EffectKind, EffectRow, EffectState
from bot.ports.gatekeeping import Gatekeeper
from bot.ports.store import Transaction
from bot.submit import Setting
from handlers.asking_again import AskingAgain, Names, Task
from handlers.desk import Desk

NAMES = Names(
    taken="gate_turned_away",
    refused="gate_not_turned_away",
    waits="gate_turn_away_waits",
    failed="gate_turn_away_failed",
)
WANTS = frozenset({Lifecycle.OPEN, Lifecycle.DEPLOYING, Lifecycle.VERIFYING, Lifecycle.LIVE})
"""In these states a release of the same build wants its run to go on, or has had it."""


def turning_away(desk: Desk, gatekeeper: Gatekeeper) -> AskingAgain:
    """Return who works off the effects that turn runs away."""
    return AskingAgain(desk, EffectKind.TURN_AWAY, claim, gatekeeper.turn_away, NAMES)


def claim(tx: Transaction, setting: Setting) -> Task | EffectRow | None:
    """Claim what is due; a row alone is settled: another release ships the same, on trial, or out of reach."""
    row = tx.effects.claim((EffectKind.TURN_AWAY,), setting.now)
    if row is None:
        return None
    release = tx.lanes.release(row.effect.release) if row.effect.release is not None else None
    service = setting.policy.service(release.lane.service) if release else None
    if release is None or service is None:
        tx.effects.outcome(row, EffectState.CANCELLED, setting.now, note="its service left the policy")
        return row
    there = tx.lanes.load(release.lane)
    if any(one.trial for one in in_force(release, there, setting.policy)):  # the lane may have been put on trial since
        tx.effects.outcome(row, EffectState.CANCELLED, setting.now, note="on trial, so nothing is sent")
        return row
    wanting = (one for one in there.releases if one.number != release.number)
    other = next((one for one in wanting if one.state in WANTS and one.artifact == release.artifact), None)
    if other is not None:
        tx.effects.outcome(row, EffectState.CANCELLED, setting.now, note=f"{other.name} ships the same build")
        return row
    return Task(row, release, service)
