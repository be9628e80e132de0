"""Raises a hand for pipelines that have fallen silent, and only where their source was asked and tells of no end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import silence
from bot.core.policy import ServicePolicy
from bot.core.source import StandardSource
from handlers.desk import Desk

LISTENED = timedelta(hours=1)
"""For how long a source must have told all it could, look by look, before its silence is believed."""


@dataclass(slots=True)
class Silence:
    """Looks whether the pipelines of one service report, each time after its source was asked.

    What we could not hear is not silence: after a start, or a look that failed, whatever was reported meanwhile may yet
    be sent again. And a host's clock that is set forward makes nothing wait any longer.
    """

    desk: Desk
    service: ServicePolicy
    unbroken: float | None = None
    """Where the steady clock stood at the first of the looks in a row that learnt all; None: the last did not."""
    _looked: tuple[datetime, float] | None = None
    """What the host's clock and the steady one said at the last look."""
    _begun: tuple[datetime, float] | None = None
    """Since when there is waiting, by the host's clock, and by the steady one."""

    async def look(self, unbroken: float | None) -> None:
        """Judge what is known, after a look that learnt all that the source could tell, if it has for long enough.

        Args:
            unbroken: what was kept before this look, as above.
        """
        now = self.desk.clock()
        steady = now.timestamp() if self.desk.steady is None else self.desk.steady()
        reporting = await self.desk.store.read(lambda tx: tx.gates.reporting(self.service.name))
        waiting = reporting.waiting
        begun = steady if waiting is None else self._begun_at(waiting.since, now, steady)
        self._looked = now, steady
        within = self.service.reported_within
        first = steady if unbroken is None else unbroken
        enough = (
            within is not None
            and steady - first >= self._listened(within).total_seconds()
            and (waiting is None or steady - begun >= within.total_seconds())
            and await self.desk.store.read(lambda tx: silence.is_news(tx, self.service, now))
        )
        if enough or not reporting.judged:  # the first time, after an upgrade, nobody hears anything
            await self.desk.change(lambda tx, setting: silence.look(tx, self.service, setting))
        self.unbroken = first

    def _listened(self, within: timedelta) -> timedelta:
        """Return for how long nothing must have kept us from hearing: who cannot be asked sends again ever later."""
        return within if isinstance(self.service.source, StandardSource) else min(within, LISTENED)

    def _begun_at(self, since: datetime, now: datetime, steady: float) -> float:
        """Return since when that is by the steady clock, going by what the host's said before it may have been set."""
        if self._begun is None or self._begun[0] != since:
            then, at = self._looked or (now, steady)
            self._begun = since, min(steady, at + (since - then).total_seconds())
        return self._begun[1]
