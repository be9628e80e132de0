"""Effect rows to the CI system: attempt committed before the first byte, one call, outcome; never a blind repeat.

    ready -> attempting -> accepted: done
                        -> certainly not there: ready again, later; the release is open meanwhile
                        -> refused for good: dead, the release fails; where an earlier request was lost, ask a person
                        -> answer lost: verify -> found by our key: done
                                               -> not known after `lookup_window`: ask a person, or send again, as
                                                  is done by schedule where its receiver knows it by its id

An attempt and the release's step to `deploying` are one transaction, so a crash leaves either nothing or something that
is looked up. Before a second sending the key is looked up once more, and what was cancelled or has ended meanwhile is
not sent. Before each, everything that may be in the way is looked at, and the directory is asked about everybody whose
approval stands; while it cannot tell, nothing is sent. What may not be sent a second time is a person's to answer.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

import structlog

from bot.core.decide import Decision
from bot.core.doubt import arrived
from bot.core.events import DeploymentAccepted, DeploymentLost, DeploymentPutOff, DeploymentRefused
from bot.core.inputs import OfRelease
from bot.core.refusals import Refusal
from bot.core.unasked import put_off_since
from bot.ports.ci import CertainlyNot, Executor, Placed
from bot.ports.effects import EffectKind, EffectState
from bot.ports.meter import Timed
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from bot.submit import Setting, submit
from handlers.apart import Apart
from handlers.claiming import Looked, Task, claim, look, put_off
from handlers.desk import Desk
from handlers.people import People
from handlers.resending import NEVER_BEGUN, NEVER_SENT, looked_for, lost_pause, why_again
from handlers.standing import Asked, ask
from handlers.watch import why

log = structlog.get_logger()
T = TypeVar("T")

LOOK_EVERY = timedelta(seconds=5)
PLACES = 4
"""Calls to one host at a time."""
FRESH = 30.0
"""Seconds after which what the directory told is asked for again: in the queue for a host that hangs."""


@dataclass(slots=True)
class Deployer:
    """Works off the deploy effects, each by itself; within a lane, the next waits for the last.

    What hangs at one host fills that host's places alone, and while Slack is asked about approvers no place is taken.
    """

    desk: Desk
    executor: Executor
    people: People
    _under_way: Apart[int] = field(init=False)
    """By the effect's row."""
    _places: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    """By host."""
    _looked_since: dict[tuple[int, int], float] = field(default_factory=dict)
    """By the effect's row and attempt, when on the steady clock it was first looked for: one can only wait longer."""

    def __post_init__(self) -> None:
        self._under_way = Apart(self.desk.bell, self.desk.under_way)

    async def run(self) -> None:
        """Work for ever."""
        try:
            while True:
                seen = self.desk.bell.rung
                self._under_way.fail()
                while (looked := await self._next()) is not None:
                    self._under_way.begin(looked.row, self._bring(looked))
                await self.desk.rest(seen, await self._next_due())
        finally:
            await self._under_way.end()

    async def once(self) -> bool:
        """Take one effect that is due and bring it a step further; False when none is due."""
        looked = await self._next()
        if looked is not None:
            await self._bring(looked)
        return looked is not None

    async def _next(self) -> Looked | None:
        return await self.desk.store.read(lambda tx: look(tx, self.desk.clock(), self._under_way.keys))

    async def _next_due(self) -> datetime | None:
        return await self.desk.store.read(lambda tx: tx.effects.next_due((EffectKind.DEPLOY,), self._under_way.keys))

    async def _bring(self, looked: Looked) -> None:
        """Bring an effect a step further, as soon as its host has a place; looked at anew if that took long."""
        clock = asyncio.get_running_loop().time
        asked_at = clock()
        asked = await ask(self.people, looked.words)
        async with self._places.setdefault(looked.host, asyncio.Semaphore(PLACES)):
            if clock() - asked_at <= FRESH and not self._under_way.over:
                await self._step(looked, asked)

    async def _step(self, looked: Looked, asked: Asked | TryLater | None) -> None:
        setting = self.desk.setting()
        try:
            row, task, came = await self.desk.store.write(lambda tx: claim(tx, looked, asked, setting, self.desk.pause))
        except StoreUnavailable:
            raise
        except Exception:  # one of the four doors: logged, and the deploys of other lanes go on
            log.exception("deploy_not_claimed")
            await self.desk.store.write(lambda tx: put_off(tx, looked, setting.now))
            return
        if row is None:
            return
        if isinstance(came, TryLater):
            log.info("deploy_waits", why=put_off_since(came.why))
            self.desk.attempted(row, EffectState.READY)
        elif came is not None:
            given, decided = came
            self.desk.record(decided.lane.id, given, decided)
        if task is not None:
            with structlog.contextvars.bound_contextvars(release=task.release.name, effect=row.effect.key):
                begun = monotonic()
                await self._further(task)
                self.desk.meter.took(Timed.EFFECT, monotonic() - begun, row.effect.kind.value)
        self.desk.bell.ring()

    async def _further(self, task: Task) -> None:
        repeated = task.row.attempt > 1 or task.row.claimed_from is EffectState.VERIFY
        if repeated:
            found = await certain(self.executor.find(task.service, task.release))
            task = await self._afresh(task)
            if not await self._after_look(task, found):
                return
        started = await certain(self.executor.start(task.service, task.release))
        await self._after_start(task, started)

    async def _afresh(self, task: Task) -> Task:
        """Return the task with its release as it is by now: while it was looked up, people and time went on."""
        release = await self.desk.store.read(lambda tx: tx.lanes.release(task.release.number))
        return task if release is None else replace(task, release=release)

    async def _after_look(self, task: Task, found: Placed | Trouble | CertainlyNot | None) -> bool:
        """Write down what the look-up by key told; True when the request may be sent."""
        now = self.desk.clock()
        if isinstance(found, Placed):
            await self._accepted(task, found)
            return False
        never = isinstance(found, CertainlyNot)
        stopped = task.release.deployment is not None and task.release.deployment.stop is not None
        if found is not None and not isinstance(found, CertainlyNot):
            await (self._put_off(task, found) if task.first else self._not_looked_up(task, found, now))
            return False
        if task.release.state.ended or arrived(task.release):  # meanwhile: the next claim closes its row
            await self._put_back(task, task.row.claimed_from, now)
            return False
        if stopped and (never or task.first):  # somebody cancelled what was certainly not sent, so it is not sent now
            note = NEVER_BEGUN if never else NEVER_SENT
            await self._conclude(task, EffectState.READY, DeploymentPutOff(task.release.number, note), note, due=now)
            return False
        if task.row.claimed_from is EffectState.READY and not stopped:
            return True
        until = self._window_ends(task, now)
        again = None if stopped else NEVER_BEGUN if never else why_again(task.release)
        if now < until:
            await self._put_back(task, EffectState.VERIFY, min(now + LOOK_EVERY, until))
        elif again is not None and now < task.row.give_up_at:
            log.warning("deploy_sent_again", why=again)
            await self._put_back(task, EffectState.READY, now)
        else:
            await self._ask(task, "nobody can tell")
        return False

    async def _not_looked_up(self, task: Task, trouble: Trouble, now: datetime) -> None:
        """Look again later; ask a person where the CI system refuses to tell for good, or has not told for a day."""
        words = why(trouble)
        log.info("deploy_not_looked_up", why=words)
        refused = isinstance(trouble, GiveUp) and now >= self._window_ends(task, now)
        if refused or now >= task.row.give_up_at:
            await self._ask(task, words)
            return
        after = max(LOOK_EVERY.total_seconds(), trouble.after if isinstance(trouble, TryLater) else 0)
        await self._put_back(task, task.row.claimed_from, now + timedelta(seconds=after))

    def _window_ends(self, task: Task, now: datetime) -> datetime:
        """Return until when a lost request is looked for: as long on a clock that nobody sets as on the host's own.

        A clock that is set forward meanwhile brings no request to its end any sooner.
        """
        ends = window_ends(task, now)
        if self.desk.steady is None or task.row.first_lost_at is None:
            return ends
        steady = self.desk.steady()
        since = self._looked_since.setdefault((task.row.id, task.row.attempt), steady)
        left = looked_for(task.release) - timedelta(seconds=steady - since)
        return max(ends, now + left)

    async def _ask(self, task: Task, note: str) -> None:
        await self._conclude(task, EffectState.UNKNOWN, DeploymentLost(task.release.number), note)

    async def _after_start(self, task: Task, started: Placed | Trouble) -> None:
        now = self.desk.clock()
        number = task.release.number
        match started:
            case Placed():
                await self._accepted(task, started)
            case Unsure(why):
                log.warning("deploy_answer_lost", why=why)
                pause = lost_pause(task.release, task.row.lost + 1, self.desk.chance())
                await self._put_back(task, EffectState.VERIFY, now + pause)
            case GiveUp(reason) if task.first:
                await self._conclude(task, EffectState.DEAD, DeploymentRefused(number, reason), reason)
            case GiveUp(reason):  # of this request only: the one that was lost may yet turn up
                log.warning("deploy_refused_after_loss", why=reason)
                await self._ask(task, reason)
            case TryLater() if task.first:
                await self._put_off(task, started)
            case TryLater(why=words) if now >= task.row.give_up_at:
                await self._ask(task, words)
            case TryLater(why=words):
                log.info("deploy_waits", why=words)
                await self._put_back(task, EffectState.READY, now + self._pause(task, started))

    async def _put_off(self, task: Task, trouble: Trouble) -> None:
        """Try again later what certainly was not sent, or let it fail when that has gone on for too long."""
        words, now, number = why(trouble), self.desk.clock(), task.release.number
        if now >= task.row.give_up_at:
            reason = f"it could not be handed to the CI system within 24 hours; nothing was sent. At last: {words}"
            await self._conclude(task, EffectState.DEAD, DeploymentRefused(number, reason), words)
            return
        log.info("deploy_put_off", why=words)
        later = now + self._pause(task, trouble)
        await self._conclude(task, EffectState.READY, DeploymentPutOff(number, words), words, due=later)

    def _pause(self, task: Task, trouble: Trouble) -> timedelta:
        after = timedelta(seconds=trouble.after) if isinstance(trouble, TryLater) else LOOK_EVERY
        return max(after, self.desk.pause(task.row.attempt))

    async def _accepted(self, task: Task, placed: Placed) -> None:
        given = DeploymentAccepted(task.release.number, placed.ref, placed.url)
        await self._conclude(task, EffectState.DONE, given, placed.ref)

    async def _put_back(self, task: Task, state: EffectState, due: datetime) -> None:
        now = self.desk.clock()

        def work(tx: Transaction) -> bool:
            release = tx.lanes.release(task.release.number)
            known = release is None or release.state.ended or arrived(release)  # a report was quicker than the answer
            return tx.effects.outcome(task.row, state, now, due=now if known else due)

        ours = await self.desk.store.write(work)
        self.desk.attempted(task.row, state, ours=ours)

    async def _conclude(
        self, task: Task, state: EffectState, given: OfRelease, note: str, due: datetime | None = None
    ) -> None:
        """Write the outcome and let the lane decide, in one transaction; nothing if the row is no longer ours."""

        def work(tx: Transaction, setting: Setting) -> Decision | Refusal | None:
            if not tx.effects.outcome(task.row, state, setting.now, due=due, note=note):
                return None
            return submit(tx, task.release.lane, given, setting)

        decided = await self.desk.change(work)
        self.desk.attempted(task.row, state, ours=decided is not None)
        if decided is None:
            log.warning("fenced")
        else:
            self.desk.record(task.release.lane, given, decided)


def window_ends(task: Task, now: datetime) -> datetime:
    """Return until when a request that was lost is looked for at the CI system; now, when none was, or nobody looks."""
    lost_at = task.row.first_lost_at
    return now if lost_at is None else lost_at + looked_for(task.release)


async def certain(call: Awaitable[T]) -> T | Unsure:
    """Take a call whose own code failed for what it is: nobody knows what it did."""
    try:
        return await call
    except Exception:  # one of the four doors: logged once, looked up like any lost answer
        log.exception("deploy_call_failed")
        return Unsure("our own code failed")
