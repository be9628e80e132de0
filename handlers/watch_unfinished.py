"""Runs that should have reported: begun by what is stored, and no longer among the newest that a source tells."""

from collections.abc import Collection
from dataclasses import dataclass

import structlog

from bot.core.build import Build, PipelineReport, RunStatus
from bot.core.policy import ServicePolicy
from bot.core.source import BuildbotSource, GithubSource
from bot.ports.ci import BuildHint, RunHint, Source
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.desk import Desk

log = structlog.get_logger()

BUILDS = 50
"""Newest builds of a service that are looked through: what is older than these ships no more."""
AT_ONCE = 2
"""Runs fetched in one look: however many never end, a look costs this many requests more, and each has its turn.

Only the newest build's runs may take more: they are asked for each time, since silence is told of that build alone, and
one run of another beside them.
"""
UNFINISHED = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})


@dataclass(slots=True)
class Unfinished:
    """Fetches what became of the runs of one service that its source's page no longer shows."""

    desk: Desk
    source: Source
    service: ServicePolicy
    fetched: int = 0
    """How many of older builds were fetched so far: the next look goes on behind them."""
    answered: bool = True
    """Whether the source answered for each run that the last look asked for; that it has none of it is an answer.

    Each run of the newest build that has not ended is among those, unless the source told of it just before.
    """

    async def reports(self, page: Collection[PipelineReport]) -> list[PipelineReport]:
        """Return what such runs say now: all of the newest build's, and some of older ones.

        One that cannot be fetched has its turn again later.

        Args:
            page: what the source told just now: a run that is among it needs no fetching.
        """
        shown = {(one.pipeline, one.run_id) for one in page}
        builds = await self.desk.store.read(lambda tx: tx.builds.newest(self.service.name, None, BUILDS))
        begun = [[one for one in self._begun(build) if (one.pipeline, one.run_id) not in shown] for build in builds]
        newest, older = begun[0] if begun else [], [one for runs in begun[1:] for one in runs]
        first = self.fetched % len(older) if older else 0
        turn = [*older[first:], *older[:first]][: max(1, AT_ONCE - len(newest))]
        self.fetched += len(turn)
        self.answered = True
        told = [await self._fetch(one) for one in (*newest, *turn)]
        return [one for one in told if one is not None]

    def _begun(self, build: Build) -> list[PipelineReport]:
        """Return the runs of a build that had not ended when they were last heard of."""
        runs = [one for one in build.checks if one.is_run and one.pipeline in self.service.source.pipelines]
        return [one for one in runs if one.status in UNFINISHED]

    async def _fetch(self, known: PipelineReport) -> PipelineReport | None:
        hint = _hint(known, self.service)
        report = await self.source.run(self.service, hint) if hint else None
        if isinstance(report, TryLater | Unsure | GiveUp):
            self.answered &= isinstance(report, GiveUp)
            why = report.reason if isinstance(report, GiveUp) else report.why
            log.warning("run_not_fetched", service=self.service.name, run=known.run_id, why=why)
            return None
        return report


def _hint(report: PipelineReport, service: ServicePolicy) -> RunHint | BuildHint | None:
    """Return what names a run to its source; None where nobody can be asked."""
    source = service.source
    if isinstance(source, BuildbotSource):
        return BuildHint(source.builder, report.run_number)
    if isinstance(source, GithubSource) and report.run_id.isascii() and report.run_id.isdigit():
        return RunHint(source.repository, int(report.run_id), source.connection)
    return None
