"""The list of CI systems, asked in turn: which one builds a service, and which one deploys it, its policy says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.core.build import PipelineReport
from bot.core.changelog import Comparison, Span
from bot.core.events import FoundLive
from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.source import SourcePolicy
from bot.core.target import Target
from bot.ports.changes import CannotTell, Comparer
from bot.ports.ci import BuildHint, CertainlyNot, Executor, Placed, Progress, RunHint, Source
from bot.ports.gatekeeping import Answered, Gatekeeper, Turned
from bot.ports.missed import Missed, Wanted
from bot.ports.stopping import Stopped, Stopper
from bot.ports.trouble import GiveUp, Trouble

NO_COMPARISON = "this source does not tell what lies between two commits"


@dataclass(frozen=True, slots=True)
class Systems:
    """Implements Source, Executor, Comparer, Gatekeeper and Stopper by those that are set up.

    Attributes:
        sources: where builds come from, by the type of the policy's source.
        executors: what deploys, by the type of the policy's target.
        comparers: what compares commits, by the type of the policy's source; where there is none nobody can tell.
        gatekeepers: where runs wait at gates, by the type of the policy's target.
        stoppers: where jobs can be ended, by the type of the policy's target.
    """

    sources: Mapping[type[SourcePolicy], Source]
    executors: Mapping[type[Target], Executor]
    comparers: Mapping[type[SourcePolicy], Comparer]
    gatekeepers: Mapping[type[Target], Gatekeeper] = field(default_factory=dict)
    stoppers: Mapping[type[Target], Stopper] = field(default_factory=dict)

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Fetch a run; None when it is not one that the policy names."""
        source = self.sources.get(type(service.source))
        return await source.run(service, hint) if source else _not_set_up(service)

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Fetch the runs that the policy names, oldest first."""
        source = self.sources.get(type(service.source))
        return await source.recent(service) if source else _not_set_up(service)

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Fetch what `recent`, asked just before, did not show of what is wanted."""
        source = self.sources.get(type(service.source))
        return await source.missed(service, wanted) if source else _not_set_up(service)

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Fetch the files in which a commit differs from one before it; None where not all of them are told."""
        source = self.sources.get(type(service.source))
        return await source.changed(service, base, commit) if source else None

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Fetch the tags that point at each of some commits."""
        source = self.sources.get(type(service.source))
        return await source.tags(service, commits) if source else _not_set_up(service)

    async def compare(self, service: ServicePolicy, span: Span) -> Comparison | Trouble | CannotTell:
        """Fetch what a span changes."""
        comparer = self.comparers.get(type(service.source))
        return await comparer.compare(service, span) if comparer else CannotTell(NO_COMPARISON, never=True)

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Trigger the deploy at exactly the release's commit, with its key."""
        executor = self._executor(release.policy.target)
        return await executor.start(service, release) if executor else _no_target(release)

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | CertainlyNot | None:
        """Look the deploy up by its key; None when the system does not know it (yet)."""
        executor = self._executor(release.policy.target)
        return await executor.find(service, release) if executor else _no_target(release)

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Return how far the deployment is."""
        executor = self._executor(release.policy.target)
        return await executor.follow(service, release) if executor else _no_target(release)

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Return the newest successful deployment that the target can name."""
        executor = self._executor(target)
        return await executor.newest_live(service, target) if executor else None

    async def turn_away(self, service: ServicePolicy, release: Release) -> Turned | Trouble:
        """Reject what waits for the release, if it still does."""
        target = release.policy.target
        keeper = self.gatekeepers.get(type(target)) if target is not None else None
        return await keeper.turn_away(service, release) if keeper else _no_target(release)

    async def let_on(self, service: ServicePolicy, release: Release) -> Answered | Trouble:
        """Answer for what else of the approved attempt waits."""
        target = release.policy.target
        keeper = self.gatekeepers.get(type(target)) if target is not None else None
        return await keeper.let_on(service, release) if keeper else _no_target(release)

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        """Ask for the end of the release's job."""
        target = release.policy.target
        stopper = self.stoppers.get(type(target)) if target is not None else None
        return await stopper.stop(service, release) if stopper else _no_target(release)

    def _executor(self, target: Target | None) -> Executor | None:
        return self.executors.get(type(target)) if target is not None else None


def _not_set_up(service: ServicePolicy) -> GiveUp:
    return GiveUp(f"the CI system that builds {service.name} is not set up")


def _no_target(release: Release) -> GiveUp:
    return GiveUp(f"the CI system that deploys {release.lane} is not set up; nothing was sent")
