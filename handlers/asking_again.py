"""Works off effects whose call may be made again: asked until it is taken, refused for good, or a day has passed.

Also after a lost answer, and where our own code failed around the call: to ask twice does no more than to ask once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

import structlog

from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.ports.effects import EffectKind, EffectRow, EffectState
from bot.ports.meter import Timed
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from bot.settle import lay_open
from bot.submit import Setting
from handlers.desk import Desk
from handlers.watch import why

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed effect with its release, and the service whose connection reaches what is asked."""

    row: EffectRow
    release: Release
    service: ServicePolicy


class Taken(Protocol):
    """The call was heard; `note` says what it came to."""

    @property
    def note(self) -> str:
        """Return it in one line."""


@dataclass(frozen=True, slots=True)
class Names:
    """The events in the log of what a call came to."""

    taken: str
    refused: str
    """For good."""
    waits: str
    failed: str
    """Our own code did."""


@dataclass(frozen=True, slots=True)
class AskingAgain:
    """Works off the effects of one kind."""

    desk: Desk
    kind: EffectKind
    claim: Callable[[Transaction, Setting], Task | EffectRow | None]
    """Claims what is due; a row alone is settled already."""
    ask: Callable[[ServicePolicy, Release], Awaitable[Taken | Trouble]]
    """Asks once."""
    names: Names

    async def run(self) -> None:
        """Work for ever."""
        await self.desk.work_off(self.once, lambda tx: tx.effects.next_due((self.kind,)))

    async def once(self) -> bool:
        """Take one that is due; False when none is."""
        begun = monotonic()
        claimed = await self.desk.store.write(lambda tx: self.claim(tx, self.desk.setting()))
        if claimed is None:
            return False
        if isinstance(claimed, Task):
            with structlog.contextvars.bound_contextvars(release=claimed.release.name, effect=claimed.row.effect.key):
                await self._further(claimed)
            self.desk.meter.took(Timed.EFFECT, monotonic() - begun, self.kind.value)
        return True

    async def _further(self, task: Task) -> None:
        came = await self._call(task)
        if not isinstance(came, Trouble):
            await self._write(task.row, EffectState.DONE, came.note)
        elif isinstance(came, GiveUp) or self.desk.clock() >= task.row.give_up_at:
            await self._write(task.row, EffectState.DEAD, why(came))
        else:
            await self._write(task.row, EffectState.READY, why(came), came)

    async def _call(self, task: Task) -> Taken | Trouble:
        try:
            return await self.ask(task.service, task.release)
        except Exception:  # one of the four doors: nobody knows what the call did, and it may be made again
            log.exception(self.names.failed)
            return Unsure("our own code failed")

    async def _write(self, row: EffectRow, state: EffectState, note: str, trouble: Trouble | None = None) -> None:
        self._say(state, note)
        later = trouble if isinstance(trouble, TryLater) else TryLater(0.0, note)

        def work(tx: Transaction, setting: Setting) -> bool:
            due = setting.now + self.desk.wait(later, row.tries) if state is EffectState.READY else None
            ours = tx.effects.outcome(row, state, setting.now, due=due, note=note, counts=not later.turn)
            if ours and state is EffectState.DEAD:
                lay_open(tx, f"effect-{row.id}", None, setting)
            return ours

        self.desk.attempted(row, state, ours=await self.desk.change(work))

    def _say(self, state: EffectState, note: str) -> None:
        if state is EffectState.DONE:
            log.info(self.names.taken, note=note)
        elif state is EffectState.DEAD:
            log.error(self.names.refused, why=note)
        else:
            log.info(self.names.waits, why=note)
