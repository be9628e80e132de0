"""A CI system that builds, in memory: what it reports is what the test has put there."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.core.build import PipelineReport
from bot.core.policy import ServicePolicy
from bot.ports.ci import RunHint
from bot.ports.trouble import Trouble


@dataclass(slots=True)
class FakeSource:
    """Keeps the promises of the port Source."""

    reports: list[PipelineReport] = field(default_factory=list)
    trouble: Trouble | None = None
    asked: list[str] = field(default_factory=list)

    def add(self, reports: Iterable[PipelineReport]) -> None:
        """Let runs have news."""
        self.reports.extend(reports)

    async def run(self, service: ServicePolicy, hint: RunHint) -> PipelineReport | Trouble | None:
        """Return the newest that is known of a run."""
        self.asked.append(f"run {hint.run_id}")
        if self.trouble is not None:
            return self.trouble
        known = [r for r in self.reports if r.run_id == str(hint.run_id) and r.service == service.name]
        return known[-1] if known else None

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Return all runs of a service, oldest first."""
        self.asked.append(f"recent {service.name}")
        if self.trouble is not None:
            return self.trouble
        return tuple(report for report in self.reports if report.service == service.name)
