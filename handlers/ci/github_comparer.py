"""GitHub as the one who knows what changes between two commits: several calls, each bounded, through the one sender."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from bot.core.changelog import Change, Comparison, PullRequest, Relation, Span
from bot.core.globs import concerns
from bot.core.policy import ServicePolicy
from bot.core.source import GithubSource
from bot.ports.changes import CannotTell
from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci import github_compare as pure
from handlers.ci.github_compare import Side
from handlers.ci.github_pages import Pages
from handlers.ci.github_replies import TIMED_OUT, after_read, limited
from handlers.ci.github_source import github_source
from handlers.ci.sender import AGAIN, Sends

V = TypeVar("V")

OK = 200
NOT_FOUND = 404
UNPROCESSABLE = 422
MOST_PAGES = 5
"""Of a hundred commits each."""
MOST_LOOKS = 50
"""So many of the newest commits are looked at one by one: for their pull requests, and for their files."""
_REMEMBERED = 5_000
GONE = "GitHub does not know one of the two commits any more"
UNREADABLE = "GitHub does not tell what the two commits differ in, though they may be there"


class _Kept(Generic[V]):
    """What was told of single commits of repositories, the newest of it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], V] = OrderedDict()

    def __contains__(self, key: tuple[str, str]) -> bool:
        """Whether it is known."""
        return key in self._kept

    def __getitem__(self, key: tuple[str, str]) -> V:
        """Return what is known of a commit of a repository."""
        return self._kept[key]

    def __setitem__(self, key: tuple[str, str], value: V) -> None:
        """Remember it, in place of what was learnt first if there is too much."""
        self._kept[key] = value
        if len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was told of single commits, which hardly ever changes: the next comparison has most of them again."""

    pulls: _Kept[PullRequest | None] = field(default_factory=_Kept)
    files: _Kept[tuple[str, ...] | None] = field(default_factory=_Kept)


@dataclass(frozen=True, slots=True)
class GithubComparer:
    """Implements the port Comparer. `web_url` is the address of GitHub's pages."""

    sender: Sends
    web_url: str
    learnt: Learnt

    async def compare(self, service: ServicePolicy, span: Span) -> Comparison | TryLater | CannotTell:
        """Compare both ways where each commit may have what the other has not, then look at the commits."""
        source = github_source(service)
        forth = await self._side(source, span.base, span.head)
        if not isinstance(forth, Side):
            return forth
        apart = forth.relation in {Relation.BEHIND, Relation.DIVERGED}
        back = await self._side(source, span.head, span.base) if apart else None
        if isinstance(back, TryLater | CannotTell):
            return back
        ours: list[Side] = []
        for side in (forth, back) if back else (forth,):
            looked = await self._looked_at(source, side)
            if isinstance(looked, TryLater):
                return looked
            ours.append(looked)
        return pure.comparison(span, source, *ours)

    async def _side(self, source: GithubSource, base: str, head: str) -> Side | TryLater | CannotTell:
        """Fetch what one commit has and another has not, page by page."""
        side: Side | None = None
        for page in range(1, MOST_PAGES + 1):
            reply = await self._read(pure.compare_request(source, base, head, page))
            if isinstance(reply, TryLater):
                return reply
            if reply.status in {NOT_FOUND, UNPROCESSABLE}:
                return await self._gone(source, base, head)
            told = pure.read_side(reply, source, self._pages) if reply.status == OK else None
            if told is None:
                return after_read(reply, self.sender.clock())
            side = side.and_then(told) if side else told
            if page * pure.PER_PAGE >= side.total:
                break
        return side or TryLater(AGAIN, UNREADABLE)

    async def _gone(self, source: GithubSource, base: str, head: str) -> TryLater | CannotTell:
        """Return that a commit is gone, if that is certain: commits there can be read, and it is not among them.

        Who may not read a repository, or not now, is told that there is nothing: that tells nothing of the commits.
        """
        there = [await self._is_there(source, sha) for sha in (base, head)]
        if True not in there:
            there.append(await self._is_there(source, source.branch))
        unsure = next((one for one in there if isinstance(one, TryLater)), None)
        if unsure is not None:
            return unsure
        return CannotTell(GONE) if True in there and False in there[:2] else TryLater(AGAIN, UNREADABLE)

    async def _is_there(self, source: GithubSource, ref: str) -> bool | TryLater:
        """Return whether GitHub shows a commit; it is told by its hash or its branch."""
        reply = await self._read(pure.files_request(source, ref))
        if isinstance(reply, TryLater) or reply.status not in {OK, NOT_FOUND, UNPROCESSABLE}:
            return reply if isinstance(reply, TryLater) else after_read(reply, self.sender.clock())
        return reply.status == OK

    async def _looked_at(self, source: GithubSource, side: Side) -> Side | TryLater:
        """Return it without the commits that do not concern the service, the others with their pull requests."""
        ours = await self._touching(source, side.commits)
        if isinstance(ours, TryLater):
            return ours
        described = await self._described(source, ours)
        if isinstance(described, TryLater):
            return described
        every = not source.paths or len(side.commits) <= MOST_LOOKS
        total = side.total - len(side.commits) + len(ours)
        return replace(side, commits=described, total=total, every_one_ours=every)

    async def _touching(self, source: GithubSource, commits: tuple[Change, ...]) -> tuple[Change, ...] | TryLater:
        """Return the commits that touch the service's paths, and all those too old to be looked at."""
        if not source.paths:
            return commits
        kept = list(commits[:-MOST_LOOKS])
        for change in commits[-MOST_LOOKS:]:
            key = (source.repository, change.sha)
            if key not in self.learnt.files:
                reply = await self._read(pure.files_request(source, change.sha))
                if isinstance(wait := self._wait(reply), TryLater):
                    return wait
                self.learnt.files[key] = pure.read_files(wait) if wait.status == OK else None
            files = self.learnt.files[key]
            if files is None or concerns(source.paths, files):
                kept.append(change)
        return tuple(kept)

    async def _described(self, source: GithubSource, commits: tuple[Change, ...]) -> tuple[Change, ...] | TryLater:
        """Return the commits with their pull requests; where GitHub does not tell, as their own titles name them."""
        told = {change.sha: pure.pull_named(change, source, self._pages) for change in commits}
        for change in commits[: -MOST_LOOKS - 1 : -1]:
            key = (source.repository, change.sha)
            if key not in self.learnt.pulls:
                reply = await self._read(pure.pulls_request(source, change.sha))
                if isinstance(wait := self._wait(reply), TryLater):
                    return wait
                if wait.status != OK:  # the token may not read them, and so it is for the others
                    break
                self.learnt.pulls[key] = pure.read_pull(wait, source, self._pages)
            told[change.sha] = self.learnt.pulls[key] or told[change.sha]
        return tuple(replace(change, pull=told[change.sha]) for change in commits)

    def _wait(self, reply: HttpReply | TryLater) -> HttpReply | TryLater:
        """Return when to ask again, or the reply where that would change nothing: it tells, or it is a refusal."""
        if isinstance(reply, TryLater):
            return reply
        if (wait := limited(reply, self.sender.clock())) is not None:
            return wait
        refused = 300 <= reply.status < 500 and reply.status != TIMED_OUT  # noqa: PLR2004 - the classes of refusals
        return reply if reply.status == OK or refused else after_read(reply, self.sender.clock())

    async def _read(self, request: HttpRequest) -> HttpReply | TryLater:
        reply = await self.sender.send(request)
        return TryLater(AGAIN, reply.why) if isinstance(reply, Unsure) else reply

    @property
    def _pages(self) -> Pages:
        return Pages(self.web_url)
