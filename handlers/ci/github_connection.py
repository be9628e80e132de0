"""GitHub as a source of builds and as a target of deploys: the pure files asked in turn, through the one sender."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from bot.core.build import PipelineReport
from bot.core.changelog import Comparison, Span
from bot.core.events import FoundLive
from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubWorkflow, Target
from bot.ports.changes import CannotTell
from bot.ports.ci import BuildHint, HttpReply, HttpRequest, Placed, Progress, RunHint
from bot.ports.missed import Hole, Missed, Reach, Wanted
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci import github_files, github_reach, github_tags
from handlers.ci import github_live as live
from handlers.ci import github_records as records
from handlers.ci import github_runs as runs
from handlers.ci.github_comparer import GithubComparer, Learnt
from handlers.ci.github_deployments import DeploymentOrder
from handlers.ci.github_dispatch import NO_CONTENT, DispatchOrder
from handlers.ci.github_pages import Pages
from handlers.ci.github_replies import after_read
from handlers.ci.github_runs import RunPage
from handlers.ci.github_source import github_source
from handlers.ci.sender import AGAIN, Sends

log = structlog.get_logger()
T = TypeVar("T")

OK = 200
NOT_MODIFIED = 304
NOT_FOUND = 404
MOST_KNOWN = 1_000


class Order(Protocol):
    """What a target asks of GitHub for one release, and how it reads the answers. Pure."""

    def start(self) -> HttpRequest:
        """Return the request that starts the deploy."""

    def again(self, reply: HttpReply) -> HttpRequest | None:
        """Return another request to start it, where the reply says that the first was refused for its form."""

    def started(self, reply: HttpReply, now: datetime) -> Placed | Trouble:
        """Return what became of it."""

    def find(self) -> HttpRequest:
        """Return the request that looks it up by the release's key."""

    def found(self, reply: HttpReply, now: datetime) -> Placed | TryLater | None:
        """Return it, or None when GitHub does not know it."""

    def named(self, ref: str) -> HttpRequest | None:
        """Return the request that tells whose deploy a number names; None where `follow` tells it."""

    def doubt(self, reply: HttpReply, now: datetime) -> Trouble | None:
        """Return why it is not to be followed; None when it is ours."""

    def follow(self, ref: str) -> HttpRequest:
        """Return the request that tells how far it is."""

    def progress(self, reply: HttpReply, now: datetime) -> Progress | Trouble:
        """Return how far it is."""


@dataclass(frozen=True, slots=True)
class _Page:
    source: GithubSource
    etag: str | None
    told: RunPage


@dataclass(frozen=True, slots=True)
class Github:
    """Implements the ports Source, Executor and Comparer. `web_url` is the address of GitHub's pages."""

    sender: Sends
    web_url: str
    _seen: dict[str, _Page] = field(default_factory=dict)
    """What `recent` read last, by service."""
    _learnt: Learnt = field(default_factory=Learnt)
    _ours: set[tuple[str, str, str]] = field(default_factory=set)
    """Numbers that are known to name our deploys, by repository and key: another start may lead elsewhere."""

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Fetch a run; None when it is gone or not one that the policy names."""
        if not isinstance(hint, RunHint):
            return None
        reply = await self._read(runs.run_request(github_source(service).repository, hint.run_id))
        if isinstance(reply, TryLater):
            return reply
        if reply.status == NOT_FOUND:
            return None
        run = runs.read_run(reply) if reply.status == OK else None
        return runs.report_of(run, service, self._pages) if run else after_read(reply, self._now)

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Fetch the runs that the policy names, oldest first.

        Where GitHub says that nothing changed (304, which costs nothing of the rate limit), what was read last is told
        again: whoever asked then may not have been able to keep it.
        """
        request = runs.recent_request(github_source(service))
        seen = self._seen.get(service.name)
        if seen and seen.source != github_source(service):  # another policy may read the same page otherwise
            seen = None
        reply = await self._read(request, etag=seen.etag if seen else None)
        if isinstance(reply, TryLater):
            return reply
        if seen and reply.status == NOT_MODIFIED:
            return seen.told.reports
        told = runs.read_recent(reply, service, self._pages) if reply.status == OK else None
        if told is None:
            return after_read(reply, self._now)
        self._seen[service.name] = _Page(github_source(service), reply.headers.get("etag"), told)
        if told.unread:
            log.warning("runs_not_understood", service=service.name, runs=told.unread)
        if told.elsewhere is not None:
            asked = github_source(service).repository
            log.warning("repository_differs", service=service.name, asked=asked, told=told.elsewhere)
        return told.reports

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Fetch the runs that were pushed off the page which `recent` read last before anybody saw them there."""
        seen, source = self._seen.get(service.name), github_source(service)
        if seen is None or seen.source != source or seen.told.covers is None:
            return Missed((), wanted.reach)
        reach = github_reach.seen(wanted.reach, source, seen.told.covers)
        return await self._behind(service, reach, reach.hole) if reach.hole else Missed((), reach)

    async def _behind(self, service: ServicePolicy, reach: Reach, hole: Hole) -> Missed | Trouble:
        """Read a few pages of a hole; trouble with a later one leaves the rest to the next look."""
        found: tuple[PipelineReport, ...] = ()
        rest: Hole | None = hole
        for page in range(1, github_reach.MOST_PAGES + 1):
            told = await self._made_within(service, hole, page)
            if isinstance(told, TryLater):
                if page == 1:
                    return told
                break
            found, rest = (*found, *told.reports), github_reach.left(hole, told.covers)
            if rest is None:
                break
        return Missed(found, replace(reach, hole=rest))

    async def _made_within(self, service: ServicePolicy, hole: Hole, page: int) -> RunPage | TryLater:
        reply = await self._read(github_reach.behind_request(github_source(service), hole, page))
        if isinstance(reply, TryLater):
            return reply
        most = github_reach.PER_PAGE
        told = runs.read_recent(reply, service, self._pages, most) if reply.status == OK else None
        if told is None or told.covers is None:  # or nothing on it
            return after_read(reply, self._now)
        return told

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Fetch the files in which a commit differs from one before it; None where not all of them are told."""
        reply = await self._read(github_files.compare_request(github_source(service), base, commit))
        return github_files.read_files(reply) if isinstance(reply, HttpReply) and reply.status == OK else None

    async def compare(self, service: ServicePolicy, span: Span) -> Comparison | Trouble | CannotTell:
        """Fetch what a span changes: commits with authors and pull requests, files, of the service's paths."""
        return await GithubComparer(self.sender, self.web_url, self._learnt).compare(service, span)

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Fetch the tags of some commits, among the thousand that GitHub lists first."""
        found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
        page, more = 0, True
        while more:
            page += 1
            reply = await self._read(github_tags.tags_request(github_source(service), page))
            if isinstance(reply, TryLater):
                return reply
            told = github_tags.read_tags(reply, commits, page) if reply.status in {OK, NOT_FOUND} else None
            if told is None:
                return after_read(reply, self._now)
            for sha, tag in told.found:
                found[sha] += (tag,)
            more = told.more
        return dict(found)

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Trigger the deploy at exactly the release's commit, with its key."""
        order = self._order(github_source(service), release)
        reply = await self.sender.send(order.start())
        if isinstance(reply, HttpReply) and (again := order.again(reply)) is not None:
            reply = await self.sender.send(again)
        if not isinstance(reply, HttpReply):
            return reply
        started = order.started(reply, self._now)
        if reply.status == NO_CONTENT:  # taken; the run is mostly listed at once
            found = await self.find(service, release)
            return found if isinstance(found, Placed) else started
        return started

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | None:
        """Look the deploy up by its key; None when GitHub does not know it (yet)."""
        order = self._order(github_source(service), release)
        return await self._ask(order.find(), order.found)

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Return how far the deployment is."""
        ref = release.deployment.ref if release.deployment else None
        if ref is None or not (ref.isascii() and ref.isdigit()):
            return GiveUp("the deployment has no id that GitHub would know")
        order = self._order(github_source(service), release)
        doubt = await self._doubt(order, (github_source(service).repository, ref, release.key))
        return await self._ask(order.follow(ref), order.progress) if doubt is None else doubt

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Return the newest deployment to the environment that succeeded; a dispatched workflow cannot name one."""
        if not isinstance(target, GithubDeployment):
            return None
        source = github_source(service)
        newest = await self._ask(live.newest_request(source, target), live.read_newest)
        if isinstance(newest, TryLater):
            return newest
        for made in newest:
            reply = await self._read(records.statuses_request(source, str(made.id)))
            if isinstance(reply, TryLater):
                return reply
            statuses = records.read_statuses(reply)
            if statuses is None:
                return after_read(reply, self._now)
            if found := live.live_of(made, statuses):
                return found
        return None

    async def _doubt(self, order: Order, one: tuple[str, str, str]) -> Trouble | None:
        """Look once whether a number names our deploy here: it may have been begun under another policy, elsewhere."""
        named = order.named(one[1])
        if named is None or one in self._ours:
            return None
        doubt = await self._ask(named, order.doubt)
        if doubt is None:
            if len(self._ours) >= MOST_KNOWN:
                self._ours.clear()
            self._ours.add(one)
        return doubt

    def _order(self, source: GithubSource, release: Release) -> Order:
        match release.policy.target:
            case GithubDeployment() as target:
                return DeploymentOrder(source, target, release, self._pages)
            case GithubWorkflow() as target:
                return DispatchOrder(source, target, release, self._pages)
            case target:
                raise TypeError(f"{release.name} is not deployed by GitHub but by {target}")

    async def _ask(self, request: HttpRequest, understand: Callable[[HttpReply, datetime], T]) -> T | TryLater:
        reply = await self._read(request)
        return reply if isinstance(reply, TryLater) else understand(reply, self._now)

    async def _read(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater:
        reply = await self.sender.send(request, etag=etag)
        return TryLater(AGAIN, reply.why) if isinstance(reply, Unsure) else reply

    @property
    def _pages(self) -> Pages:
        return Pages(self.web_url)

    @property
    def _now(self) -> datetime:
        return self.sender.clock()
