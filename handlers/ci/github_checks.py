"""Commit statuses and check runs that a build needs besides its workflows: what to ask, and what it comes to. Pure.

https://docs.github.com/rest/checks/runs and https://docs.github.com/rest/commits/statuses.

A name may be that of both, and several Apps may report checks of one name: then all of them have to pass.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from pydantic import ValidationError

from bot.core.build import PipelineReport, RunStatus
from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.github_pages import Pages, api
from handlers.ci.github_payloads import Count, Id, Maybe, Moment, Sent
from handlers.ci.github_runs import CONCLUSIONS

PER_PAGE = 100
MOST_PAGES = 5

_STATES = {
    "success": RunStatus.SUCCEEDED,
    "failure": RunStatus.FAILED,
    "error": RunStatus.FAILED,
}
_WORST = (RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.SUCCEEDED)
"""What counts where several have one name: the first of these that any of them says."""


class _Check(Sent):
    id: Id
    name: str
    status: str
    conclusion: str | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    html_url: str | None = None


class _Checks(Sent):
    total_count: Count
    check_runs: list[Annotated[_Check | None, Maybe]]


class _Status(Sent):
    id: Id
    context: str
    state: str
    updated_at: Moment


class _Combined(Sent):
    total_count: Count
    statuses: list[Annotated[_Status | None, Maybe]]


@dataclass(frozen=True, slots=True)
class Said:
    """What one status or check run says of a commit."""

    name: str
    number: int
    status: RunStatus
    at: datetime | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, and whether there is another one."""

    said: tuple[Said, ...]
    more: bool


def checks_request(source: GithubSource, sha: str, page: int) -> HttpRequest:
    """Return the request for the newest check run of each name and App; pages count from 1."""
    query = (("filter", "latest"), ("per_page", str(PER_PAGE)), ("page", str(page)))
    return HttpRequest("GET", api(source.repository, "commits", sha, "check-runs"), query)


def statuses_request(source: GithubSource, sha: str, page: int) -> HttpRequest:
    """Return the request for the newest status of each context; pages count from 1."""
    query = (("per_page", str(PER_PAGE)), ("page", str(page)))
    return HttpRequest("GET", api(source.repository, "commits", sha, "status"), query)


def read_checks(reply: HttpReply, page: int) -> Page | None:
    """Return what check runs say, or None when the page cannot be read."""
    try:
        told = _Checks.model_validate_json(reply.body)
    except ValidationError:
        return None
    return Page(tuple(_said_by(one) for one in told.check_runs if one), _more(told.total_count, page))


def read_statuses(reply: HttpReply, page: int) -> Page | None:
    """Return what statuses say, or None when the page cannot be read."""
    try:
        told = _Combined.model_validate_json(reply.body)
    except ValidationError:
        return None
    said = (
        Said(one.context, one.id, _STATES.get(one.state, RunStatus.RUNNING), one.updated_at)
        for one in told.statuses
        if one
    )
    return Page(tuple(said), _more(told.total_count, page))


def green_commits(reports: Iterable[PipelineReport], source: GithubSource, most: int) -> tuple[PipelineReport, ...]:
    """Return a report of each of the newest commits of which every workflow has succeeded, newest first."""
    newest: dict[str, dict[str, PipelineReport]] = {}
    for report in sorted(reports, key=lambda one: one.order):
        newest.setdefault(report.sha, {})[report.pipeline] = report
    green = [
        told[source.workflows[0]]
        for told in newest.values()
        if all(name in told and told[name].status is RunStatus.SUCCEEDED for name in source.workflows)
    ]
    return tuple(sorted(green, key=lambda one: one.order, reverse=True)[:most])


def reports_of(
    build: PipelineReport, source: GithubSource, said: Collection[Said], pages: Pages
) -> tuple[PipelineReport, ...]:
    """Return a report for each required check of a commit that was told; `build` is a report of its workflow.

    Which of two reports is newer their numbers say: whoever runs a check again or sets a status again makes another
    one. The check is as old as the build, so that no late one changes the place of its build among the others; and its
    run is its name, so that a check that ran again makes no other artifact of what was built once.
    """
    found = []
    for name in source.checks:
        told = [one for one in said if one.name == name]
        if not told:
            continue
        newest = max(told, key=lambda one: one.number)
        found.append(
            replace(
                build,
                pipeline=name,
                run_id=name,
                run_number=newest.number,
                attempt=1,
                status=next(status for status in _WORST if any(one.status is status for one in told)),
                updated_at=max((one.at for one in told if one.at is not None), default=build.created_at),
                url=pages.own(newest.url) or pages.commit(source.repository, build.sha),
            )
        )
    return tuple(found)


def _said_by(check: _Check) -> Said:
    if check.status == "completed":
        status = CONCLUSIONS.get(check.conclusion or "", RunStatus.CANCELLED)
    else:
        status = RunStatus.RUNNING if check.status == "in_progress" else RunStatus.QUEUED
    return Said(check.name, check.id, status, check.completed_at or check.started_at, check.html_url)


def _more(total: int, page: int) -> bool:
    return total > page * PER_PAGE and page < MOST_PAGES
