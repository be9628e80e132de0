"""Buildbot as a source of builds: a page of them, where each came from, and the commits that came with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.build import PipelineReport
from bot.core.policy import ServicePolicy
from bot.ports.ci import BuildHint, RunHint
from bot.ports.missed import NONE_MISSED, Missed, Wanted
from bot.ports.trouble import Trouble, TryLater
from handlers.ci import buildbot_builds as builds
from handlers.ci.buildbot_builds import Origin
from handlers.ci.buildbot_calls import BuildbotCalls
from handlers.ci.buildbot_force import builder_request, read_builder
from handlers.ci.buildbot_pages import BuildbotPages
from handlers.ci.buildbot_payloads import Build
from handlers.ci.buildbot_replies import LATER, NOT_FOUND, OK, after_read
from handlers.ci.buildbot_source import buildbot_source

Seen = tuple[int, int]
"""A build's id and when it began: ids begin anew with a new database."""


@dataclass(frozen=True, slots=True)
class BuildbotReports:
    """Implements the port Source."""

    calls: BuildbotCalls
    pages: BuildbotPages
    _origins: dict[str, dict[Seen, Origin]] = field(default_factory=dict)
    """Where the builds of each service's newest page came from that have ended."""

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Fetch a build; None when it is gone or not one that the policy names."""
        source = buildbot_source(service)
        if not isinstance(hint, BuildHint) or hint.builder != source.builder:
            return None
        reply = await self.calls.read(builds.build_request(source.builder, hint.number))
        if isinstance(reply, TryLater):
            return reply
        if reply.status == NOT_FOUND:
            return None
        found = builds.read_builds(reply) if reply.status == OK else None
        if not found:
            return after_read(reply, self.calls.now)
        reports = await self._reports(service, found, {})
        return reports if isinstance(reports, TryLater) else next(iter(reports), None)

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Fetch the newest builds of the policy's builder, oldest first."""
        source = buildbot_source(service)
        page = await self.calls.ask(builds.recent_request(source), builds.read_builds)
        if isinstance(page, TryLater):
            return page
        if not page:
            return await self._unbuilt(source.builder)
        known = self._origins.get(service.name, {})
        origins = {_seen(build): known[_seen(build)] for build in page if _seen(build) in known}
        reports = await self._reports(service, page, origins)
        if isinstance(reports, TryLater):
            return reports
        ended = {_seen(build) for build in page if build.complete}
        self._origins[service.name] = {seen: origin for seen, origin in origins.items() if seen in ended}
        return tuple(sorted(reports, key=lambda report: report.order))

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Return nothing: the newest builds of one builder are all that is asked for."""
        del service, wanted
        return NONE_MISSED

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Return None: what lies between two commits Buildbot does not tell."""
        del service, base, commit
        return None

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Return no tags: Buildbot knows none."""
        del service, commits
        return {}

    async def _unbuilt(self, builder: str) -> tuple[PipelineReport, ...] | TryLater:
        """Return that there are no builds, or that there is no such builder: both are answered with an empty page."""
        reply = await self.calls.read(builder_request(builder))
        if isinstance(reply, TryLater):
            return reply
        if reply.status == NOT_FOUND:
            return TryLater(LATER, f"Buildbot knows no builder {builder}")
        return () if reply.status == OK and read_builder(reply) else after_read(reply, self.calls.now)

    async def _reports(
        self, service: ServicePolicy, page: Sequence[Build], origins: dict[Seen, Origin]
    ) -> list[PipelineReport] | TryLater:
        """Return what builds say; `origins` gains those that had to be fetched."""
        unknown = [build for build in page if _seen(build) not in origins]
        trouble = await self._learn(service, unknown, origins) if unknown else None
        if trouble is not None:
            return trouble
        told = [(build, origins.get(_seen(build))) for build in page]
        found = [builds.report_of(build, origin, service, self.pages) for build, origin in told if origin]
        return [report for report in found if report]

    async def _learn(
        self, service: ServicePolicy, unknown: Sequence[Build], origins: dict[Seen, Origin]
    ) -> TryLater | None:
        """Fetch the requests of builds, their buildsets, and the commits of those builds that count."""
        wishes = await self.calls.ask(builds.requests_request(unknown), builds.read_wishes)
        if isinstance(wishes, TryLater):
            return wishes
        told = await self.calls.ask(builds.buildsets_request(wishes.values()), builds.read_buildsets)
        if isinstance(told, TryLater):
            return told
        for build in unknown:
            buildset = told.get(wishes.get(build.buildrequestid, 0))
            if buildset is None:
                continue
            origin = await self._origin(service, build, Origin(tuple(buildset.sourcestamps)))
            if isinstance(origin, TryLater):
                return origin
            origins[_seen(build)] = origin
        return None

    async def _origin(self, service: ServicePolicy, build: Build, known: Origin) -> Origin | TryLater:
        """Return an origin, for a build that counts with the commits that came with it."""
        if builds.report_of(build, known, service, self.pages) is None:
            return known
        changes = await self.calls.ask(builds.changes_request(build), builds.read_changes)
        return changes if isinstance(changes, TryLater) else Origin(known.stamps, changes)


def _seen(build: Build) -> Seen:
    return build.buildid, build.started_at
