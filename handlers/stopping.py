"""Asks the CI system to end deploys that somebody cancelled while they were under way.

Sent again after a lost answer: a job that is told to end twice ends once, and what has ended stays as it is. The
release is not touched here; the CI system's word on its job comes by following it, whatever becomes of this.
"""

from dataclasses import dataclass
from time import monotonic

import structlog

from bot.core.policy import ServicePolicy
from bot.core.release import Lifecycle, Release
from bot.ports.effects import EffectKind, EffectRow, EffectState
from bot.ports.meter import Timed
from bot.ports.stopping import Stopped, Stopper
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from bot.settle import lay_open
from bot.submit import Setting
from handlers.desk import Desk
from handlers.watch import why

log = structlog.get_logger()

KINDS = (EffectKind.STOP,)


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed effect with its release, and the service whose connection reaches the job."""

    row: EffectRow
    release: Release
    service: ServicePolicy


@dataclass(frozen=True, slots=True)
class Stopping:
    """Works off the effects that end jobs."""

    desk: Desk
    stopper: Stopper

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
            self.desk.meter.took(Timed.EFFECT, monotonic() - begun, EffectKind.STOP.value)
        return True

    async def _further(self, task: Task) -> None:
        try:
            ended = await self.stopper.stop(task.service, task.release)
        except Exception:  # one of the four doors: nobody knows what the call did, and it may be made again
            log.exception("stop_call_failed")
            ended = Unsure("our own code failed")
        if isinstance(ended, Stopped):
            log.info("stop_asked", note=ended.note)
            await self._write(task.row, EffectState.DONE, ended.note)
        elif isinstance(ended, GiveUp) or self.desk.clock() >= task.row.give_up_at:
            log.error("stop_not_asked", why=why(ended))
            await self._write(task.row, EffectState.DEAD, why(ended))
        else:
            log.info("stop_waits", why=why(ended))
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
    """Claim what is due; a row alone is settled already, since the deploy has ended or nobody reaches it.

    One that failed may have run out of its time while the CI system could not be asked: its job is ended all the same.
    """
    row = tx.effects.claim(KINDS, setting.now)
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
