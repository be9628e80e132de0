"""What changes between two commits, as GitHub's compare tells it, with the pull requests that brought commits in. Pure.

https://docs.github.com/rest/commits/commits#compare-two-commits: in pages the commits come oldest first, and all of
them; the files are on the first page, 300 at most. The commits are those since the two have parted: what the base has
and the head has not is told when they are compared the other way round.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from bot.core.build import Author
from bot.core.changelog import Change, Comparison, PullRequest, Relation, Span
from bot.core.globs import concerns
from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest
from bot.redaction import without_secrets
from bot.views.escape import plain
from handlers.ci.github_commits import TITLE, authors_of, title_of
from handlers.ci.github_files import MOST_FILES, Path
from handlers.ci.github_pages import Pages, api
from handlers.ci.github_payloads import Account, Commit, Count, Id, Maybe, Moment, Sent, Sha, Signature

PER_PAGE = 100
_BODY = 2_000
"""Characters of a message: its end, where the footers are."""
_LINE = 300
_LABELS, _LABEL = 20, 50
_SQUASHED = re.compile(r"(.*)\(#([1-9][0-9]{0,9})\)", re.ASCII)
_MERGED = re.compile(r"Merge pull request #([1-9][0-9]{0,9}) from .{1,300}", re.ASCII)


class _Dated(Signature):
    date: Annotated[Moment | None, Maybe] = None


class _Signed(Sent):
    message: str = ""
    author: Annotated[_Dated | None, Maybe] = None
    committer: Annotated[_Dated | None, Maybe] = None


class _Listed(Sent):
    sha: Sha
    commit: _Signed
    author: Annotated[Account | None, Maybe] = None


class _File(Sent):
    filename: Path
    previous_filename: Path | None = None


class _Compared(Sent):
    status: Literal["identical", "ahead", "behind", "diverged"]
    total_commits: Count
    commits: list[Annotated[_Listed | None, Maybe]]
    files: list[Annotated[_File | None, Maybe]] = Field(default_factory=list)


class _OneCommit(Sent):
    files: list[_File]


class _Label(Sent):
    name: str


class _Base(Sent):
    ref: str = ""


class _Pull(Sent):
    number: Id
    title: str = ""
    merged_at: Annotated[Moment | None, Maybe] = None
    labels: list[Annotated[_Label | None, Maybe]] = Field(default_factory=list)
    base: Annotated[_Base | None, Maybe] = None


_PULLS: TypeAdapter[list[_Pull | None]] = TypeAdapter(list[Annotated[_Pull | None, Maybe]])


@dataclass(frozen=True, slots=True)
class Side:
    """What one commit has and another has not: one page of it, or all that was told.

    Attributes:
        relation: how the one stands to the other.
        commits: those that could be read, oldest first.
        total: how many there are.
        files: those that differ since the two have parted, under both their names.
        every_file: whether these are all.
        every_one_ours: whether it is known of each of the commits that it concerns the service.
    """

    relation: Relation
    commits: tuple[Change, ...]
    total: int
    files: tuple[str, ...] = ()
    every_file: bool = True
    every_one_ours: bool = True

    def and_then(self, page: "Side") -> "Side":
        """Return it with the commits of a later page."""
        return replace(self, commits=self.commits + page.commits)


def compare_request(source: GithubSource, base: str, head: str, page: int) -> HttpRequest:
    """Return the request for a page, from 1, of what `head` has and `base` has not."""
    query = (("per_page", str(PER_PAGE)), ("page", str(page)))
    return HttpRequest("GET", api(source.repository, "compare", f"{base}...{head}"), query)


def pulls_request(source: GithubSource, sha: str) -> HttpRequest:
    """Return the request for the pull requests that a commit belongs to."""
    return HttpRequest("GET", api(source.repository, "commits", sha, "pulls"), (("per_page", "10"),))


def files_request(source: GithubSource, sha: str) -> HttpRequest:
    """Return the request for the files that one commit changes."""
    return HttpRequest("GET", api(source.repository, "commits", sha))


def read_side(reply: HttpReply, source: GithubSource, pages: Pages) -> Side | None:
    """Return a page; None where it cannot be read. A single commit that cannot be read counts and is not told."""
    try:
        told = _Compared.model_validate_json(reply.body)
    except ValidationError:
        return None
    changes = tuple(change for one in told.commits if one and (change := _change(one, source, pages)))
    every_file = len(told.files) < MOST_FILES and None not in told.files
    return Side(Relation(told.status), changes, told.total_commits, _names(told.files), every_file)


def read_files(reply: HttpReply) -> tuple[str, ...] | None:
    """Return every file that one commit changes; None where the answer may leave one out."""
    try:
        told = _OneCommit.model_validate_json(reply.body)
    except ValidationError:
        return None
    return _names(told.files) if len(told.files) < MOST_FILES else None


def read_pull(reply: HttpReply, source: GithubSource, pages: Pages) -> PullRequest | None:
    """Return the pull request that brought a commit in: a merged one, into the service's branch if there are several.

    One that is not merged brought nothing in: anybody may open one that has the commit, too.
    """
    try:
        told = _PULLS.validate_json(reply.body)
    except ValidationError:
        return None
    merged = [one for one in told if one and one.merged_at]
    here = [one for one in merged if one.base and one.base.ref == source.branch]
    found = next(iter(here or merged), None)
    if found is None:
        return None
    labels = tuple(plain(label.name, _LABEL) for label in found.labels[:_LABELS] if label)
    title = plain(found.title, TITLE)
    return PullRequest(found.number, title, pages.pull(source.repository, found.number), labels)


def pull_named(change: Change, source: GithubSource, pages: Pages) -> PullRequest | None:
    """Return the pull request that a commit's own title names, as GitHub words merges and squashes; or None."""
    if merged := _MERGED.fullmatch(change.title):
        title = next((line for line in change.body.splitlines() if line), change.title)
        return PullRequest(int(merged[1]), title, pages.pull(source.repository, int(merged[1])))
    if squashed := _SQUASHED.fullmatch(change.title):
        return PullRequest(int(squashed[2]), squashed[1].rstrip(" \t"), pages.pull(source.repository, int(squashed[2])))
    return None


def comparison(span: Span, source: GithubSource, forth: Side, back: Side | None = None) -> Comparison:
    """Return what a span changes, of the service's paths.

    Args:
        span: what was compared.
        source: with the paths.
        forth: what the head has and the base has not; commits that do not concern the service left out, of its
            `total` too.
        back: what the base has and the head has not, where there is anything.
    """
    sides = (forth, back) if back else (forth,)
    files = dict.fromkeys(name for side in sides for name in side.files if concerns(source.paths, (name,)))
    whole = all(side.every_file and side.every_one_ours and len(side.commits) == side.total for side in sides)
    return Comparison(
        span,
        forth.relation,
        forth.commits,
        back.commits if back else (),
        forth.total,
        tuple(files),
        complete=whole,
    )


def _names(files: Iterable[_File | None]) -> tuple[str, ...]:
    both = (name for one in files if one for name in (one.filename, one.previous_filename) if name is not None)
    return tuple(dict.fromkeys(both))


def _change(one: _Listed, source: GithubSource, pages: Pages) -> Change | None:
    signed = one.commit
    commit = Commit(message=signed.message, author=signed.author)
    at = next((who.date for who in (signed.committer, signed.author) if who and who.date), None)
    if at is None:
        return None
    url = pages.commit(source.repository, one.sha)
    return Change(
        one.sha, title_of(commit, None, one.sha[:7]), _authors(commit, one.author), at, url, body=_body(signed.message)
    )


def _authors(commit: Commit, account: Account | None) -> tuple[Author, ...]:
    """Return the authors; of the first GitHub tells the account, whose number goes before one the commit claims."""
    authors = authors_of(commit)
    if account is None:
        return authors
    signed = authors_of(Commit(author=commit.author))
    first = signed[0] if signed else Author(plain(account.login, 100))
    return (replace(first, github=str(account.id)), *authors[len(signed) :])


def _body(message: str) -> str:
    """Return the lines below the first one that says something, the last of them where there are many."""
    lines = [plain(line, _LINE) for line in without_secrets(message).splitlines()]  # a key has many lines
    said = next((number for number, line in enumerate(lines) if line), len(lines))
    kept: list[str] = []
    room = _BODY
    for line in reversed(lines[said + 1 :]):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(reversed(kept)).strip()
