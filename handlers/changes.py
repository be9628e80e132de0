"""Has commits compared: what each unfinished release would change, one span at a time, stored before it is shown."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.core.changelog import Comparison, Span
from bot.core.events import TimePassed
from bot.core.policy import ServicePolicy
from bot.ports.cards import CardKind
from bot.ports.changes import CannotTell, Comparer, Wanted
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, Trouble, TryLater
from bot.showing import again
from bot.submit import Setting, submit
from handlers.desk import Desk
from handlers.hint_queues import connection_of

log = structlog.get_logger()

ONCE_MORE = timedelta(seconds=30)
"""After this long a commit that is not there is looked for again: what was just pushed may not be known everywhere."""
OWN_FAULT = "our own code failed"
MOST_TRIES = 5
"""How often our own code may fail on a span before nobody can tell it."""


@dataclass(frozen=True, slots=True)
class Comparing:
    """Works off the spans that are wanted on one host, the longest wanted first; one call is in flight.

    `connection` names the host; None: the environment's own, and all that is on none.
    """

    desk: Desk
    comparer: Comparer
    connection: str | None = None

    async def run(self) -> None:
        """Work for ever."""
        await self.desk.store.write(lambda tx: tx.changes.begin(self.desk.clock()))
        while True:
            seen = self.desk.bell.rung
            while await self.once():
                pass
            due = await self.desk.store.read(lambda tx: tx.changes.next_due(self.desk.clock()))
            await self.desk.rest(seen, due)

    async def once(self) -> bool:
        """Have one span compared and keep what was told; False when none is due."""
        services = {one.name: one for one in self.desk.policy.services if connection_of(one) == self.connection}
        sources = {name: source_of(service) for name, service in services.items()}
        wanted = await self.desk.store.read(lambda tx: tx.changes.due(sources, self.desk.clock()))
        if wanted is None:
            return False
        service = services[wanted.span.service]
        await self._keep(wanted, sources[service.name], await self._compared(service, wanted))
        return True

    async def _compared(self, service: ServicePolicy, wanted: Wanted) -> Comparison | Trouble | CannotTell:
        try:
            return await self.comparer.compare(service, wanted.span)
        except Exception:  # one of the four doors: logged, and the other spans go on
            log.exception("comparison_failed", service=service.name, base=wanted.span.base, head=wanted.span.head)
            return CannotTell(OWN_FAULT) if wanted.tries + 1 >= MOST_TRIES else TryLater(0.0, OWN_FAULT)

    async def _keep(self, wanted: Wanted, source: str, told: Comparison | Trouble | CannotTell) -> None:
        span, now = wanted.span, self.desk.clock()
        sure = wanted.tries > 0 or wanted.untold or (isinstance(told, CannotTell) and told.never)
        match told:
            case Comparison():
                await self.desk.change(lambda tx, setting: self._told(tx, told, source, setting))
                log.info("commits_told", **_named(span), added=told.added_total, complete=told.complete)
            case CannotTell(reason) | GiveUp(reason) if sure:
                await self.desk.change(lambda tx, setting: self._cannot(tx, span, reason, source, setting))
                log.warning("commits_not_told", **_named(span), why=reason)
            case CannotTell() | GiveUp():
                await self.desk.store.write(lambda tx: tx.changes.later(span, now + ONCE_MORE, now))
            case _:
                after = timedelta(seconds=told.after) if isinstance(told, TryLater) else timedelta()
                wait = max(after, self.desk.pause(wanted.tries + 1))
                await self._later(wanted, now + wait)
                log.info("comparison_waits", **_named(span), why=told.why, seconds=wait.total_seconds())

    def _told(self, tx: Transaction, told: Comparison, source: str, setting: Setting) -> None:
        tx.changes.put(told, source, setting.now)
        _show(tx, told.span, setting)

    async def _later(self, wanted: Wanted, due: datetime) -> None:
        span, now = wanted.span, self.desk.clock()
        if wanted.untold:  # that nobody could tell counts no more, and whoever waits for it must see that
            await self.desk.change(lambda tx, setting: self._unsure(tx, span, due, setting))
        else:
            await self.desk.store.write(lambda tx: tx.changes.later(span, due, now))

    def _unsure(self, tx: Transaction, span: Span, due: datetime, setting: Setting) -> None:
        tx.changes.later(span, due, setting.now)
        _show(tx, span, setting)

    def _cannot(self, tx: Transaction, span: Span, why: str, source: str, setting: Setting) -> None:
        tx.changes.cannot(span, why, source, setting.now)
        _show(tx, span, setting)


def source_of(service: ServicePolicy) -> str:
    """Return what is compared: where a policy names another repository or other paths, it is told anew."""
    there, connection = service.source.repository, connection_of(service)
    return json.dumps([there if connection is None else f"{connection}:{there}", *service.source.paths])


def _show(tx: Transaction, span: Span, setting: Setting) -> None:
    """Let the lanes decide anew that may wait for it, which shows their cards; and show those of what has ended."""
    shown = tx.changes.shown_by(span, setting.now)
    releases = [release for number in shown if (release := tx.lanes.release(number))]
    for lane in dict.fromkeys(release.lane for release in releases if not release.state.ended):
        submit(tx, lane, TimePassed(), setting)
    for release in releases:
        if release.state.ended:
            again(tx, release, (CardKind.NOTICE, CardKind.DRAFT), setting.now)


def _named(span: Span) -> dict[str, str]:
    return {"service": span.service, "base": span.base[:12], "head": span.head[:12]}
