"""Builds of a builder: which of them say something about a commit, and what they say. Pure.

A build names its commit twice: its source stamp says what was asked for, `got_revision` what was checked out. A build
that says both must say the same. One with a patch is not the commit, whoever sent it.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from bot.core.build import Author, PipelineReport, RunStatus
from bot.core.policy import ServicePolicy
from bot.core.source import BuildbotSource
from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.buildbot_pages import BuildbotPages, api
from handlers.ci.buildbot_payloads import (
    Build,
    BuildRequests,
    Builds,
    Buildset,
    Buildsets,
    Change,
    Changes,
    SourceStamp,
    checked_out,
    full_sha,
)
from handlers.ci.buildbot_source import buildbot_source
from handlers.ci.github_commits import authors_of, title_of
from handlers.ci.github_payloads import Commit, Signature

PAGE = 30
SUCCESS, WARNINGS, RETRY = 0, 1, 5
_RESULTS = {
    SUCCESS: RunStatus.SUCCEEDED,
    WARNINGS: RunStatus.SUCCEEDED,  # as Buildbot's own dependent schedulers take it
    2: RunStatus.FAILED,
    3: RunStatus.CANCELLED,  # skipped: it proves nothing
    4: RunStatus.FAILED,  # exception
    RETRY: RunStatus.QUEUED,  # its worker was lost; Buildbot builds it once more by itself
    6: RunStatus.CANCELLED,
}
_SIGNED = re.compile(r"([^<>]{0,200})<([^<>\s]{1,254})>[ \t]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a build came from: neither changes once there is a build."""

    stamps: tuple[SourceStamp, ...]
    changes: tuple[Change, ...] = ()


def recent_request(source: BuildbotSource) -> HttpRequest:
    """Return the request for the newest builds of the source's builder."""
    query = (("order", "-buildid"), ("limit", str(PAGE)), ("property", "got_revision"))
    return HttpRequest("GET", api("builders", source.builder, "builds"), query)


def build_request(builder: str, number: int) -> HttpRequest:
    """Return the request for one build of a builder."""
    return HttpRequest("GET", api("builders", builder, "builds", number), (("property", "got_revision"),))


def requests_request(builds: Iterable[Build]) -> HttpRequest:
    """Return the request for what wished for some builds."""
    wanted = sorted({build.buildrequestid for build in builds})
    return HttpRequest("GET", api("buildrequests"), tuple(("buildrequestid", str(one)) for one in wanted))


def buildsets_request(buildsets: Iterable[int]) -> HttpRequest:
    """Return the request for some buildsets, with their source stamps."""
    return HttpRequest("GET", api("buildsets"), tuple(("bsid", str(one)) for one in sorted(set(buildsets))))


def changes_request(build: Build) -> HttpRequest:
    """Return the request for the commits that came with a build."""
    return HttpRequest("GET", api("builds", build.buildid, "changes"))


def read_builds(reply: HttpReply) -> tuple[Build, ...] | None:
    """Return the builds of a reply as they come, or None when it cannot be read."""
    try:
        return tuple(build for build in Builds.model_validate_json(reply.body).builds if build)
    except ValidationError:
        return None


def read_wishes(reply: HttpReply) -> dict[int, int] | None:
    """Return the buildset of each request, or None when the reply cannot be read."""
    try:
        found = BuildRequests.model_validate_json(reply.body).buildrequests
    except ValidationError:
        return None
    return {one.buildrequestid: one.buildsetid for one in found}


def read_buildsets(reply: HttpReply) -> dict[int, Buildset] | None:
    """Return buildsets by their ids, or None when the reply cannot be read."""
    try:
        found = Buildsets.model_validate_json(reply.body).buildsets
    except ValidationError:
        return None
    return {one.bsid: one for one in found if one}


def read_changes(reply: HttpReply) -> tuple[Change, ...] | None:
    """Return the commits of a reply, or None when it cannot be read."""
    try:
        return tuple(one for one in Changes.model_validate_json(reply.body).changes if one)
    except ValidationError:
        return None


def commit_of(build: Build, stamps: Collection[SourceStamp], branch: str) -> tuple[str, SourceStamp] | None:
    """Return the commit that a build is of, and how it was asked for, if it is one commit of the branch and no other.

    Of several codebases nobody can tell which is the service's.
    """
    if len(stamps) != 1:
        return None
    stamp = next(iter(stamps))
    if stamp.patch is not None or stamp.branch != branch:
        return None
    said = {sha for sha in (full_sha(stamp.revision), *checked_out(build.properties)) if sha}
    return (said.pop(), stamp) if len(said) == 1 else None


def report_of(build: Build, origin: Origin, service: ServicePolicy, pages: BuildbotPages) -> PipelineReport | None:
    """Return what a build of the service's builder says, or None when it is not one that the policy names."""
    source = buildbot_source(service)
    of = commit_of(build, origin.stamps, source.branch)
    if of is None:
        return None
    sha, stamp = of
    begun = _moment(build.started_at)
    return PipelineReport(
        service=service.name,
        pipeline=source.builder,
        sha=sha,
        run_id=str(build.buildid),
        run_number=build.number,
        attempt=1,
        status=status_of(build),
        # A stamp is as old as the first wish for that commit; one that names none is shared by all of its branch.
        created_at=_moment(stamp.created_at) if stamp.revision == sha else begun,
        updated_at=begun if build.complete_at is None else _moment(build.complete_at),
        url=pages.build(build.builderid, build.number),
        title=_title(sha, origin.changes),
        branch=source.branch,
        authors=tuple(dict.fromkeys(author for change in origin.changes for author in _authors(change))),
    )


def status_of(build: Build) -> RunStatus:
    """Return how far a build is; what is not known proves nothing."""
    if not build.complete:
        return RunStatus.RUNNING
    return RunStatus.CANCELLED if build.results is None else _RESULTS.get(build.results, RunStatus.CANCELLED)


def _title(sha: str, changes: tuple[Change, ...]) -> str:
    own = next((change for change in changes if change.revision == sha), None)
    return title_of(Commit(message=own.comments) if own else None, None, sha[:7])


def _authors(change: Change) -> tuple[Author, ...]:
    signed = _SIGNED.fullmatch(change.author)
    name, email = signed.groups() if signed else (change.author, None)
    return authors_of(Commit(message=change.comments, author=Signature(name=name.strip(), email=email)))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
