"""Builds of services whose runs wait at a gate: green is a run that waits there with every other job done.

- It waits, and every other job has ended well: succeeded. It waits, and a job has failed: failed.
- It came to its gate, and ended there: cancelled, which proves nothing about the commit and leaves nothing to ship.
- It went on at its gate, and failed: that says nothing about the build any more, and is no report of it. Nor is a later
  attempt that succeeded without coming to a gate: it ran again what comes after.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.core.build import PipelineReport, RunStatus
from bot.core.policy import ServicePolicy
from bot.ports.ci import BuildHint, RunHint, Source
from bot.ports.missed import Missed, Wanted
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci.github_gate import Attempt, environments
from handlers.ci.github_gate_reading import GateReader
from handlers.ci.github_source import github_source

MOST_KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class GatedBuilds:
    """Implements Source around another, which reads the runs."""

    source: Source
    reader: GateReader
    _ended: dict[tuple[str, str, int], RunStatus | None] = field(default_factory=dict)
    """What ended attempts of runs come to, by service: that does not change any more."""

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Fetch a run, and where it waits."""
        found = await self.source.run(service, hint)
        return await self._judged(service, found, hinted=True) if isinstance(found, PipelineReport) else found

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Fetch the newest runs, and where they wait."""
        found = await self.source.recent(service)
        if isinstance(found, TryLater | Unsure | GiveUp):
            return found
        return await self._all_judged(service, found)

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Fetch the runs that were missed, and where they wait."""
        found = await self.source.missed(service, wanted)
        if not isinstance(found, Missed):
            return found
        judged = await self._all_judged(service, found.reports)
        return judged if isinstance(judged, TryLater) else replace(found, reports=judged)

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Fetch the files in which a commit differs from one before it."""
        return await self.source.changed(service, base, commit)

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Fetch the tags of some commits."""
        return await self.source.tags(service, commits)

    async def _all_judged(
        self, service: ServicePolicy, found: Iterable[PipelineReport]
    ) -> tuple[PipelineReport, ...] | TryLater:
        judged: list[PipelineReport] = []
        for report in found:
            one = await self._judged(service, report)
            if isinstance(one, TryLater):
                return one
            judged += [one] if one is not None else []
        return tuple(judged)

    async def _judged(
        self, service: ServicePolicy, report: PipelineReport, *, hinted: bool = False
    ) -> PipelineReport | TryLater | None:
        """Return what a report says of the build; `hinted`: its run may wait though GitHub tells that it runs still."""
        at = environments(service)
        first_went_well = report.status is RunStatus.SUCCEEDED and report.attempt == 1
        if not at or first_went_well or (report.status is RunStatus.RUNNING and not hinted):
            return report
        status: RunStatus | TryLater | None
        if report.status in {RunStatus.QUEUED, RunStatus.RUNNING}:
            status = await self._while_it_waits(service, report, at)
        else:
            status = await self._at_its_end(service, report, at)
        return status if isinstance(status, TryLater) or status is None else replace(report, status=status)

    async def _while_it_waits(
        self, service: ServicePolicy, report: PipelineReport, at: Collection[str]
    ) -> RunStatus | TryLater:
        repository, run = github_source(service).repository, int(report.run_id)
        waits = await self.reader.waits_at(repository, run)
        if isinstance(waits, TryLater):
            return waits
        if waits.isdisjoint(at):
            return report.status
        green = await self.reader.others_green(repository, run)
        if isinstance(green, TryLater):
            return green
        return {True: RunStatus.SUCCEEDED, False: RunStatus.FAILED, None: RunStatus.RUNNING}[green]

    async def _at_its_end(
        self, service: ServicePolicy, report: PipelineReport, at: Collection[str]
    ) -> RunStatus | TryLater | None:
        key = (service.name, report.run_id, report.attempt)
        if key in self._ended:
            return self._ended[key]
        well = report.status is RunStatus.SUCCEEDED
        status = None if well else report.status
        attempt = Attempt(int(report.run_id), report.attempt)
        for environment in sorted(at):
            went_on = await self.reader.came_to(github_source(service), report.sha, environment, attempt)
            if isinstance(went_on, TryLater):
                return went_on
            if went_on is not None:
                status = (report.status if well else None) if went_on else RunStatus.CANCELLED
            if went_on:
                break
        if len(self._ended) >= MOST_KNOWN:
            self._ended.clear()
        self._ended[key] = status
        return status
