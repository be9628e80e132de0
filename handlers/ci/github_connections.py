"""Several GitHubs: each service is asked about where the policy says that it is built, or deployed.

Each connection has ports of its own around a sender of its own, made when it is first needed: one host's outage, and
one account's rate limit, are nobody else's.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bot.core.build import PipelineReport
from bot.core.changelog import Comparison, Span
from bot.core.connections import Connection
from bot.core.events import FoundLive
from bot.core.policy import LaneId, Policy, ServicePolicy
from bot.core.release import Release
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubGate, GithubWorkflow, Target
from bot.ports.changes import CannotTell, Comparer
from bot.ports.ci import BuildHint, CertainlyNot, Executor, Placed, Progress, RunHint, Source
from bot.ports.gatekeeping import Answered, Gatekeeper, Turned
from bot.ports.missed import Missed, Wanted
from bot.ports.stopping import Stopped, Stopper
from bot.ports.trouble import GiveUp, Trouble
from handlers.ci.github_scope import Asked
from handlers.ci.github_source import github_source


@dataclass(frozen=True, slots=True)
class Ports:
    """What one GitHub is to us; `executors` by the type of the policy's target."""

    source: Source
    comparer: Comparer
    executors: Mapping[type[Target], Executor]
    gatekeeper: Gatekeeper
    stopper: Stopper


@dataclass(frozen=True, slots=True)
class Githubs:
    """Implements Source, Executor, Comparer, Gatekeeper and Stopper by the connection that the policy names.

    Attributes:
        own: the ports of the environment's own GitHub.
        policy: today's policy.
        make: returns the ports of a connection; None where nothing proves us there.
        asked: what the last release of each lane that was asked about, or turned away, is deployed by: an App's token
            has to open that as well.
    """

    own: Ports
    policy: Callable[[], Policy]
    make: Callable[[Connection], Ports | None]
    asked: dict[tuple[LaneId, bool], Asked] = field(default_factory=dict)
    _made: dict[str, tuple[Connection, Ports]] = field(default_factory=dict)

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Fetch a run; None when it is gone or not one that the policy names."""
        found = self._builds(service)
        return found if isinstance(found, GiveUp) else await found.source.run(service, hint)

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Fetch the runs that the policy names, oldest first."""
        found = self._builds(service)
        return found if isinstance(found, GiveUp) else await found.source.recent(service)

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Fetch what `recent`, asked just before, did not show of what is wanted."""
        found = self._builds(service)
        return found if isinstance(found, GiveUp) else await found.source.missed(service, wanted)

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Fetch the files in which a commit differs from one before it; None where not all of them are told."""
        found = self._builds(service)
        return None if isinstance(found, GiveUp) else await found.source.changed(service, base, commit)

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Fetch the tags that point at each of some commits."""
        found = self._builds(service)
        return found if isinstance(found, GiveUp) else await found.source.tags(service, commits)

    async def compare(self, service: ServicePolicy, span: Span) -> Comparison | Trouble | CannotTell:
        """Fetch what a span changes."""
        found = self._builds(service)
        return found if isinstance(found, GiveUp) else await found.comparer.compare(service, span)

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Trigger the deploy at exactly the release's commit, with its key."""
        self._note(service, release)
        found = self._deploys(release.policy.target)
        return found if isinstance(found, GiveUp) else await found.start(service, release)

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | CertainlyNot | None:
        """Look the deploy up by its key; None when GitHub does not know it (yet)."""
        self._note(service, release)
        found = self._deploys(release.policy.target)
        return found if isinstance(found, GiveUp) else await found.find(service, release)

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Return how far the deployment is."""
        self._note(service, release)
        found = self._deploys(release.policy.target)
        return found if isinstance(found, GiveUp) else await found.follow(service, release)

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Return the newest successful deployment that the target can name."""
        found = self._deploys(target)
        return found if isinstance(found, GiveUp) else await found.newest_live(service, target)

    async def turn_away(self, service: ServicePolicy, release: Release) -> Turned | Trouble:
        """Reject what waits for the release, if it still does."""
        target = _gate(release)
        self._note(service, release, turned_away=True)
        found = self._of(target.connection)
        return found if isinstance(found, GiveUp) else await found.gatekeeper.turn_away(service, release)

    async def let_on(self, service: ServicePolicy, release: Release) -> Answered | Trouble:
        """Answer for what else of the approved attempt waits."""
        target = _gate(release)
        self._note(service, release)
        found = self._of(target.connection)
        return found if isinstance(found, GiveUp) else await found.gatekeeper.let_on(service, release)

    def _note(self, service: ServicePolicy, release: Release, *, turned_away: bool = False) -> None:
        """Keep in mind what a release needs, before a token is had for it."""
        target = release.policy.target
        if target is not None and isinstance(service.source, GithubSource):
            self.asked[release.lane, turned_away] = Asked(service.source.repository, target)

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        """Ask for the end of the release's run."""
        target = release.policy.target
        if not isinstance(target, GithubWorkflow):
            raise TypeError(f"{target} has no run on GitHub that Signoff could end")
        self._note(service, release)
        found = self._of(target.connection)
        return found if isinstance(found, GiveUp) else await found.stopper.stop(service, release)

    def _builds(self, service: ServicePolicy) -> Ports | GiveUp:
        return self._of(github_source(service).connection)

    def _deploys(self, target: Target | None) -> Executor | GiveUp:
        if not isinstance(target, GithubDeployment | GithubWorkflow | GithubGate):
            raise TypeError(f"{target} is no target on GitHub")
        found = self._of(target.connection)
        return found if isinstance(found, GiveUp) else found.executors[type(target)]

    def _of(self, name: str | None) -> Ports | GiveUp:
        """Return the ports of a connection as today's policy has it, else as it was when it was last there."""
        if name is None:
            return self.own
        connection, kept = self.policy().connection(name), self._made.get(name)
        if kept is not None and connection in {None, kept[0]}:
            return kept[1]
        made = self.make(connection) if connection is not None else None
        if connection is None or made is None:
            return GiveUp(f"the connection {name} is not set up; nothing was sent")
        self._made[name] = (connection, made)
        return made


def _gate(release: Release) -> GithubGate:
    target = release.policy.target
    if not isinstance(target, GithubGate):
        raise TypeError(f"{target} is no gate on GitHub")
    return target
