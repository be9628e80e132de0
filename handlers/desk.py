"""What all the handlers share: the database, today's policy, the clock, and the one way to decide something."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from bot.core.decide import Decision
from bot.core.inputs import Input
from bot.core.policy import LaneId, Policy
from bot.core.refusals import (
    AccountMayNotAct,
    MayNotCancel,
    NotAnApprover,
    NotPermitted,
    OwnRelease,
    Refusal,
)
from bot.core.retry import pause
from bot.ports.effects import EffectRow, EffectState
from bot.ports.meter import SILENT, Counted, Meter
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Store, Transaction
from bot.ports.trouble import TryLater
from bot.submit import Setting, submit
from handlers.bell import Bell

log = structlog.get_logger()
T = TypeVar("T")

DENIED = frozenset(
    reason.__name__ for reason in (AccountMayNotAct, NotAnApprover, OwnRelease, MayNotCancel, NotPermitted)
)
"""Refusals because of who acted."""
MOST_REST = 30.0
"""Seconds."""


@dataclass(slots=True)
class Desk:
    """The shared things."""

    store: Store
    policy: Policy
    """Today's policy: whoever needs it asks for it anew, since it may be replaced while the bot runs."""
    clock: Callable[[], datetime]
    token: Callable[[int], str]
    """Returns fresh random lowercase letters and digits, as many as asked for."""
    bell: Bell
    chance: Callable[[], float]
    """Returns 0 <= x < 1; spreads what is tried again."""
    workspace: str = ""
    """The address of the Slack workspace, for links; empty until Slack has told it."""
    meter: Meter = SILENT
    """Where what happens is counted and timed."""
    steady: Callable[[], float] | None = None
    """Seconds on a clock that nobody sets, and that a restart begins anew; None: there is only `clock`."""
    under_way: set[asyncio.Task[Any]] = field(default_factory=set)
    """Work that a stop lets end: a call and the row of its outcome belong together."""

    def setting(self) -> Setting:
        """Return what deciding needs, as of now."""
        return Setting(self.policy, self.clock(), lambda: self.token(8))

    async def change(self, work: Callable[[Transaction, Setting], T]) -> T:
        """Run one transaction, then wake whoever may find work in it."""
        setting = self.setting()
        result = await self.store.write(lambda tx: work(tx, setting))
        self.bell.ring()
        return result

    async def submit(self, lane: LaneId, given: Input) -> Decision | Refusal:
        """Decide upon one input in a transaction of its own."""
        decided = await self.change(lambda tx, setting: submit(tx, lane, given, setting))
        self.record(lane, given, decided)
        return decided

    def record(self, lane: LaneId, given: Input, decided: Decision | Refusal) -> None:
        """Log a decision, and count it."""
        outcome = "refused" if isinstance(decided, Refusal) else "accepted"
        self.meter.count(Counted.DECISIONS, lane.environment, _word(type(given).__name__), outcome)
        if isinstance(decided, Refusal):
            reasons = [type(reason).__name__ for reason in decided.reasons]
            for denied in DENIED.intersection(reasons):
                self.meter.count(Counted.DENIED, _word(denied))
            number = getattr(given, "release", None)
            release = f"R-{number}" if number is not None else None
            log.info("input_refused", input=type(given).__name__, reasons=reasons, lane=str(lane), release=release)
            return
        for happening in decided.happenings:
            release = f"R-{happening.release}" if happening.release is not None else None
            log.info("happened", what=happening.kind.value, lane=str(lane), release=release, actor=happening.by)

    def attempted(self, row: EffectRow, state: EffectState, *, ours: bool = True) -> None:
        """Count an attempt at an effect by the state that it left; `fenced` where the row was no longer ours."""
        self.meter.count(Counted.ATTEMPTS, row.effect.kind.value, state.value if ours else "fenced")

    async def whole(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a piece of work that a stop does not cut in two: whoever waits may be cancelled, the work goes on."""
        task = asyncio.get_running_loop().create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_failed_alone)
            raise

    async def drain(self, seconds: float) -> None:
        """Wait until what is under way has ended; what has not by then is cut off, and looked up at the next start."""
        if not self.under_way:
            return
        _, late = await asyncio.wait(self.under_way, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            log.warning("cut_off", works=len(late), after=seconds)

    def pause(self, tries: int) -> timedelta:
        """Return how long to wait after so many tries (from 1) before the next."""
        return pause(tries, self.chance())

    def wait(self, later: TryLater, tries: int) -> timedelta:
        """Return how long to wait before something is tried again that did not happen: just until its turn, if that."""
        after = timedelta(seconds=later.after)
        return after if later.turn else max(after, self.pause(tries))

    async def outwait(self, seconds: float) -> None:
        """Wait while the database cannot be used: so long, or until somebody could write after all."""
        await self.bell.wait(self.bell.rung, seconds)

    async def work_off(
        self, once: Callable[[], Coroutine[Any, Any, bool]], due: Callable[[Transaction], datetime | None]
    ) -> None:
        """Work for ever: do what is due, one after another, and rest. A look that finds nothing due writes nothing.

        Args:
            once: does one thing that is due; False when there was none after all.
            due: returns when the next is due.
        """
        while True:
            seen = self.bell.rung
            at = await self.store.read(due)
            if at is None or at > self.clock() or not await self.whole(once()):
                await self.rest(seen, at)

    async def rest(self, seen: int, due: datetime | None) -> None:
        """Wait until the bell rings or something is due; at most half a minute, whatever the clock does meanwhile."""
        left = MOST_REST if due is None else min(MOST_REST, max(0.0, (due - self.clock()).total_seconds()))
        await self.bell.wait(seen, left)


def _word(name: str) -> str:
    """Return a class's name as a metric's label: DeploymentLost, deployment_lost."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _failed_alone(task: asyncio.Task[Any]) -> None:
    """Tell of work that failed after its loop had been stopped; an outage is told by the store."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, StoreUnavailable):
        log.error("work_failed_while_stopping", exc_info=error)
