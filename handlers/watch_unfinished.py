"""Runs that should have reported: begun by what is stored, and no longer among the newest that a source tells."""

from collections.abc import Collection
from dataclasses import dataclass

import structlog

from bot.core.build import PipelineReport, RunStatus
from bot.core.policy import ServicePolicy
from bot.core.source import BuildbotSource, GithubSource
from bot.ports.ci import BuildHint, RunHint, Source
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.desk import Desk

log = structlog.get_logger()

BUILDS = 50
"""Newest builds of a service that are looked through: what is older than these ships no more."""
AT_ONCE = 2
"""Runs fetched in one look: however many never end, a look costs this many requests more, and each has its turn."""
UNFINISHED = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})


@dataclass(slots=True)
class Unfinished:
    """Fetches what became of the runs of one service that its source's page no longer shows."""

    desk: Desk
    source: Source
    service: ServicePolicy
    fetched: int = 0
    """How many were fetched so far: the next look goes on behind them."""
    answered: bool = True
    """Whether the source answered for each run that the last look asked for; that it has none of it is an answer."""

    async def reports(self, page: Collection[PipelineReport]) -> list[PipelineReport]:
        """Return what such runs say now, at most two of them; one that cannot be fetched has its turn again later.

        Args:
            page: what the source told just now: a run that is among it needs no fetching.
        """
        shown = {(one.pipeline, one.run_id) for one in page}
        begun = await self.desk.store.read(lambda tx: _begun(tx, self.service))
        missing = [one for one in begun if (one.pipeline, one.run_id) not in shown]
        first = self.fetched % len(missing) if missing else 0
        turn = [*missing[first:], *missing[:first]][:AT_ONCE]
        self.fetched += len(turn)
        self.answered = True
        told = [await self._fetch(one) for one in turn]
        return [one for one in told if one is not None]

    async def _fetch(self, known: PipelineReport) -> PipelineReport | None:
        hint = _hint(known, self.service)
        report = await self.source.run(self.service, hint) if hint else None
        if isinstance(report, TryLater | Unsure | GiveUp):
            self.answered &= isinstance(report, GiveUp)
            why = report.reason if isinstance(report, GiveUp) else report.why
            log.warning("run_not_fetched", service=self.service.name, run=known.run_id, why=why)
            return None
        return report


def _begun(tx: Transaction, service: ServicePolicy) -> list[PipelineReport]:
    """Return the runs of the newest builds that had not ended when they were last heard of, newest first."""
    checks = [check for build in tx.builds.newest(service.name, None, BUILDS) for check in build.checks]
    runs = [one for one in checks if one.is_run and one.pipeline in service.source.pipelines]
    return [one for one in runs if one.status in UNFINISHED]


def _hint(report: PipelineReport, service: ServicePolicy) -> RunHint | BuildHint | None:
    """Return what names a run to its source; None where nobody can be asked."""
    source = service.source
    if isinstance(source, BuildbotSource):
        return BuildHint(source.builder, report.run_number)
    if isinstance(source, GithubSource) and report.run_id.isascii() and report.run_id.isdigit():
        return RunHint(source.repository, int(report.run_id), source.connection)
    return None
