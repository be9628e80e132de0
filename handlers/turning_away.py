"""Turns runs away that wait at a gate for a release which was rejected or superseded.

Sent again after a lost answer: what waits is looked at before each time, and what waits no more is left alone.
"""

from dataclasses import dataclass
from time import monotonic

import structlog

from bot.core.approvals import in_force
from bot.core.policy import ServicePolicy
from bot.core.release import Lifecycle, Release
from bot.ports.effects import EffectKind, EffectRow, EffectState
from bot.ports.gatekeeping import Gatekeeper, Turned
from bot.ports.meter import Timed
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from bot.settle import lay_open
from bot.submit import Setting
from handlers.desk import Desk
from handlers.watch import why

log = structlog.get_logger()

KINDS = (EffectKind.TURN_AWAY,)
WANTS = frozenset({Lifecycle.OPEN, Lifecycle.DEPLOYING, Lifecycle.VERIFYING, Lifecycle.LIVE})
"""In these states a release of the same build wants its run to go on, or has had it."""


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed effect with its release, and the service whose connection reaches the gate."""

    row: EffectRow
    release: Release
    service: ServicePolicy


@dataclass(frozen=True, slots=True)
class TurningAway:
    """Works off the effects that turn runs away."""

    desk: Desk
    gatekeeper: Gatekeeper

    async def run(self) -> None:
        """Work for ever."""
        await self.desk.work_off(self.once, lambda tx: tx.effects.next_due(KINDS))

    async def once(self) -> bool:
        """Take one that is due; False when none is."""
        begun = monotonic()
        claimed = await self.desk.store.write(lambda tx: claim(tx, self.desk.setting()))
        if claimed is None:
            return False
        if isinstance(claimed, Task):
            with structlog.contextvars.bound_contextvars(release=claimed.release.name, effect=claimed.row.effect.key):
                await self._further(claimed)
            self.desk.meter.took(Timed.EFFECT, monotonic() - begun, EffectKind.TURN_AWAY.value)
        return True

    async def _further(self, task: Task) -> None:
        try:
            ended = await self.gatekeeper.turn_away(task.service, task.release)
        except Exception:  # one of the four doors: nobody knows what the call did, and it may be made again
            log.exception("gate_call_failed")
            ended = Unsure("our own code failed")
        if isinstance(ended, Turned):
            log.info("gate_turned_away", note=ended.note)
            await self._write(task.row, EffectState.DONE, ended.note)
        elif isinstance(ended, GiveUp) or self.desk.clock() >= task.row.give_up_at:
            log.error("gate_not_turned_away", why=why(ended))
            await self._write(task.row, EffectState.DEAD, why(ended))
        else:
            log.info("gate_waits", why=why(ended))
            await self._write(task.row, EffectState.READY, why(ended), ended)

    async def _write(self, row: EffectRow, state: EffectState, note: str, trouble: Trouble | None = None) -> None:
        later = trouble if isinstance(trouble, TryLater) else TryLater(0.0, note)

        def work(tx: Transaction, setting: Setting) -> bool:
            due = setting.now + self.desk.wait(later, row.attempt) if state is EffectState.READY else None
            ours = tx.effects.outcome(row, state, setting.now, due=due, note=note)
            if ours and state is EffectState.DEAD:
                lay_open(tx, f"effect-{row.id}", None, setting)
            return ours

        self.desk.attempted(row, state, ours=await self.desk.change(work))


def claim(tx: Transaction, setting: Setting) -> Task | EffectRow | None:
    """Claim what is due; a row alone is settled: another release ships the same, on trial, or out of reach."""
    row = tx.effects.claim(KINDS, setting.now)
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
