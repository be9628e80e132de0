"""A CI system that builds, in memory: what it reports is what the test has put there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.build import PipelineReport
from bot.core.policy import ServicePolicy
from bot.ports.ci import BuildHint, RunHint
from bot.ports.missed import Missed, Wanted
from bot.ports.trouble import Trouble


@dataclass(slots=True)
class FakeSource:
    """Keeps the promises of the port Source."""

    reports: list[PipelineReport] = field(default_factory=list)
    trouble: Trouble | None = None
    asked: list[str] = field(default_factory=list)
    tagged: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Tags by the commit that they point at."""
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What each commit changes, compared with anything; nobody can tell of one that is not here."""
    tags_trouble: Trouble | None = None
    run_troubles: list[Trouble] = field(default_factory=list)
    """What the next questions about single runs are answered with."""
    page: int = 1000
    """How many of the newest runs, whoever's, `recent` tells of at most."""
    wanted: list[Wanted] = field(default_factory=list)
    misses: list[Missed | Trouble] = field(default_factory=list)
    """What the next questions about what was missed are answered with."""

    def add(self, reports: Iterable[PipelineReport]) -> None:
        """Let runs have news."""
        self.reports.extend(reports)

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Return the newest that is known of a run."""
        run_id = hint.run_id if isinstance(hint, RunHint) else hint.number
        self.asked.append(f"run {run_id}")
        if self.trouble is not None:
            return self.trouble
        if self.run_troubles:
            return self.run_troubles.pop(0)
        known = [r for r in self.reports if r.run_id == str(run_id) and r.service == service.name]
        return known[-1] if known else None

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Return the newest runs of a service, oldest first."""
        self.asked.append(f"recent {service.name}")
        if self.trouble is not None:
            return self.trouble
        return tuple(report for report in self.reports[-self.page :] if report.service == service.name)

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Return what the test says that was missed."""
        del service
        self.wanted.append(wanted)
        return self.misses.pop(0) if self.misses else Missed((), wanted.reach)

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Return the tags of some commits."""
        self.asked.append(f"tags {service.name} {len(commits)}")
        if self.tags_trouble is not None:
            return self.tags_trouble
        return {sha: self.tagged[sha] for sha in commits if sha in self.tagged}

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Return the files in which a commit differs from one before it."""
        self.asked.append(f"changed {service.name} {base[:7]} {commit[:7]}")
        return self.files.get(commit)
