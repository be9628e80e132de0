"""Builds of services that need more than their workflows: statuses and check runs that others report of the commit."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.core.build import PipelineReport
from bot.core.policy import ServicePolicy
from bot.core.source import GithubSource
from bot.ports.ci import BuildHint, HttpReply, HttpRequest, RunHint, Source
from bot.ports.missed import Missed, Wanted
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci import github_checks as pure
from handlers.ci.github_pages import Pages
from handlers.ci.github_replies import after_read
from handlers.ci.github_source import github_source
from handlers.ci.sender import AGAIN, Sends

OK = 200
UNKNOWN = frozenset({404, 422})
"""The commit is not there any more: somebody rewrote the branch."""
COMMITS = 3
"""Newest green commits of a service whose checks are looked at each time."""
AT_ONCE = 2
"""Older commits whose checks are wanted still, looked at each time: the newest of all, and others in turn."""


@dataclass(frozen=True, slots=True)
class CheckedBuilds:
    """Implements Source around another, which reads the runs."""

    source: Source
    sends: Sends
    web_url: str
    _looked: dict[str, frozenset[str]] = field(default_factory=dict)
    """The commits that `recent` asked about last, by service."""
    _asked: Counter[str] = field(default_factory=Counter)
    """How many older ones were asked about so far, by service: the next look goes on behind them."""

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Fetch a run."""
        return await self.source.run(service, hint)

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Fetch the newest runs, and the checks of the newest commits of which every workflow has succeeded."""
        reports = await self.source.recent(service)
        source = github_source(service)
        if isinstance(reports, TryLater | Unsure | GiveUp) or not source.checks:
            return reports
        newest = pure.green_commits(reports, source, COMMITS)
        self._looked[service.name] = frozenset(build.sha for build in newest)
        found = await self._checks(source, newest)
        if isinstance(found, TryLater):
            return found
        return tuple(sorted((*reports, *found), key=lambda report: report.order)) if found else reports

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Fetch the runs that were missed, and the checks of a few older commits, which have their turns.

        The newest of all does not wait for one, even where other runs have pushed its own off the page: silence is told
        of it once the source was asked, so it must have been.
        """
        found = await self.source.missed(service, wanted)
        if not isinstance(found, Missed):
            return found
        looked = self._looked.get(service.name, frozenset())
        newest = [build for build in wanted.builds[:1] if build.sha not in looked]
        older = [build for build in wanted.builds[1:] if build.sha not in looked]
        first = self._asked[service.name] % len(older) if older else 0
        turn = [*older[first:], *older[:first]][: AT_ONCE - len(newest)]
        self._asked[service.name] += len(turn)
        checks = await self._checks(github_source(service), (*newest, *turn))
        return checks if isinstance(checks, TryLater) else replace(found, reports=(*found.reports, *checks))

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Fetch the files in which a commit differs from one before it."""
        return await self.source.changed(service, base, commit)

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Fetch the tags of some commits."""
        return await self.source.tags(service, commits)

    async def _checks(
        self, source: GithubSource, builds: Iterable[PipelineReport]
    ) -> tuple[PipelineReport, ...] | TryLater:
        """Return a report for each required check of some commits that was told."""
        found: list[PipelineReport] = []
        for build in builds:
            said = await self._said(source, build.sha)
            if isinstance(said, TryLater):
                return said
            found += pure.reports_of(build, source, said, Pages(self.web_url))
        return tuple(found)

    async def _said(self, source: GithubSource, sha: str) -> tuple[pure.Said, ...] | TryLater:
        """Return everything that statuses and check runs say of a commit."""
        checks = await self._pages(lambda page: pure.checks_request(source, sha, page), pure.read_checks)
        if isinstance(checks, TryLater):
            return checks
        statuses = await self._pages(lambda page: pure.statuses_request(source, sha, page), pure.read_statuses)
        return statuses if isinstance(statuses, TryLater) else (*checks, *statuses)

    async def _pages(
        self, request: Callable[[int], HttpRequest], read: Callable[[HttpReply, int], pure.Page | None]
    ) -> tuple[pure.Said, ...] | TryLater:
        said: tuple[pure.Said, ...] = ()
        page, more = 0, True
        while more:
            page += 1
            reply = await self.sends.send(request(page))
            if not isinstance(reply, HttpReply):
                return reply if isinstance(reply, TryLater) else TryLater(AGAIN, reply.why)
            if reply.status in UNKNOWN:
                return said
            told = read(reply, page) if reply.status == OK else None
            if told is None:
                return after_read(reply, self.sends.clock())
            said, more = (*said, *told.said), told.more
        return said
