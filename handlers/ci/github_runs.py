"""Runs of workflows: which of them say something about a build, and what they say. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from bot.core.build import PipelineReport, RunStatus
from bot.core.policy import ServicePolicy
from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.github_commits import authors_of, pusher_of, title_of
from handlers.ci.github_pages import Pages, api
from handlers.ci.github_payloads import Run, Runs, is_full_name, same_repository, workflow_path
from handlers.ci.github_reach import Stretch, stretch_of
from handlers.ci.github_source import github_source

PER_PAGE = 50
CONCLUSIONS = {
    "success": RunStatus.SUCCEEDED,
    "failure": RunStatus.FAILED,
    "timed_out": RunStatus.FAILED,
    "startup_failure": RunStatus.FAILED,
    "action_required": RunStatus.FAILED,
    "stale": RunStatus.FAILED,
    "cancelled": RunStatus.CANCELLED,
    "skipped": RunStatus.CANCELLED,  # a run that did nothing proves nothing
    "neutral": RunStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class RunPage:
    """The reports among a page of runs, oldest first.

    Attributes:
        reports: what it says of builds of the service.
        covers: when its runs were made; None where none of them can be read.
        unread: how many of them cannot be read.
        elsewhere: which other repository they say to be of, if any does: the one asked for was renamed.
    """

    reports: tuple[PipelineReport, ...]
    covers: Stretch | None
    unread: int = 0
    elsewhere: str | None = None


def run_request(repository: str, run_id: int) -> HttpRequest:
    """Return the request for one run."""
    return HttpRequest("GET", api(repository, "actions", "runs", str(run_id)), (("exclude_pull_requests", "true"),))


def recent_request(source: GithubSource) -> HttpRequest:
    """Return the request for the newest runs of the source's branch; one request tells of all its workflows."""
    query = (("branch", source.branch), ("per_page", str(PER_PAGE)), ("exclude_pull_requests", "true"))
    return HttpRequest("GET", api(source.repository, "actions", "runs"), query)


def read_run(reply: HttpReply) -> Run | None:
    """Return the run of a reply, or None when it cannot be read."""
    try:
        return Run.model_validate_json(reply.body)
    except ValidationError:
        return None


def read_recent(reply: HttpReply, service: ServicePolicy, pages: Pages, most: int = PER_PAGE) -> RunPage | None:
    """Return a page of runs, or None when it cannot be read; `most`: how many were asked for."""
    try:
        runs = Runs.model_validate_json(reply.body).workflow_runs
    except ValidationError:
        return None
    reports = [report for run in runs if run and (report := report_of(run, service, pages))]
    ordered = tuple(sorted(reports, key=lambda report: report.order))
    return RunPage(ordered, stretch_of(runs, most), sum(run is None for run in runs), _elsewhere(runs, service))


def _elsewhere(runs: Iterable[Run | None], service: ServicePolicy) -> str | None:
    ours = github_source(service).repository
    told = {run.repository.full_name for run in runs if run is not None and run.repository is not None}
    others = (name for name in sorted(told) if is_full_name(name) and not same_repository(name, ours))
    return next(others, None)


def report_of(run: Run, service: ServicePolicy, pages: Pages) -> PipelineReport | None:
    """Return what a run says of a build of the service, or None when it is not one that the policy names."""
    source = github_source(service)
    path = workflow_path(run.path)
    named = {workflow_path(name): name for name in source.workflows}
    if path not in named or not _counts(run, source):
        return None
    return PipelineReport(
        service=service.name,
        pipeline=named[path],
        sha=run.head_sha,
        run_id=str(run.id),
        run_number=run.run_number,
        attempt=run.run_attempt,
        status=status_of(run),
        created_at=run.created_at,
        updated_at=run.updated_at,
        url=pages.run(source.repository, run.id),
        title=title_of(run.head_commit, run.display_title, run.head_sha[:7]),
        branch=source.branch,
        authors=authors_of(run.head_commit),
        pusher=pusher_of(run.actor, run.triggering_actor),
    )


def status_of(run: Run) -> RunStatus:
    """Return how far a run is. Only GitHub's `success` is a success; what is not known proves nothing."""
    if run.status == "completed":
        return CONCLUSIONS.get(run.conclusion or "", RunStatus.CANCELLED)
    return RunStatus.RUNNING if run.status == "in_progress" else RunStatus.QUEUED


def _counts(run: Run, source: GithubSource) -> bool:
    """Whether the run is of the named repository, branch and trigger.

    A fork's run has the fork as `head_repository`, or none once the fork is gone; a pull request's run may have the
    very commit of the branch and yet ran whatever the pull request says. Neither counts, whatever the policy names.
    """
    of_us = (run.repository, run.head_repository)
    return (
        all(repository and same_repository(repository.full_name, source.repository) for repository in of_us)
        and run.head_branch == source.branch
        and run.event in source.events
        and not run.event.startswith("pull_request")
    )
