"""Deployment records and what was said of them, read and put in order. Pure.

https://docs.github.com/rest/deployments/statuses
"""

import re

from pydantic import ValidationError

from bot.core.release import Release
from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest, Progress, ProgressStatus
from bot.ports.trouble import GiveUp
from bot.views.escape import plain
from handlers.ci.github_pages import Pages, api
from handlers.ci.github_payloads import Deployment, Deployments, DeploymentStatus, Statuses

OK = 200
_DESCRIPTION = 140
"""GitHub's limit."""

_RUN = re.compile(r"/actions/runs/([1-9][0-9]{0,18})(?:/job/[0-9]{1,19})?\Z", re.ASCII)
_STATES = {
    "queued": ProgressStatus.WAITING,
    "pending": ProgressStatus.WAITING,
    "waiting": ProgressStatus.WAITING,  # at a gate of the environment
    "in_progress": ProgressStatus.RUNNING,
    "success": ProgressStatus.SUCCEEDED,
    "failure": ProgressStatus.FAILED,
    "error": ProgressStatus.FAILED,
}


def read_deployments(reply: HttpReply, *, every_one: bool = False) -> list[Deployment] | None:
    """Return the deployments of a reply, or None when it cannot be read.

    One that cannot be read is left out, unless no other is there; with `every_one` the whole reply counts as unread
    then: it might be just the one that is looked for.
    """
    if reply.status != OK:
        return None
    try:
        told = Deployments.validate_json(reply.body)
    except ValidationError:
        return None
    read = [made for made in told if made]
    return None if len(read) < len(told) and (every_one or not read) else read


def statuses_request(source: GithubSource, ref: str) -> HttpRequest:
    """Return the request for what was said of a deployment."""
    return HttpRequest("GET", api(source.repository, "deployments", ref, "statuses"), (("per_page", "100"),))


def read_statuses(reply: HttpReply) -> tuple[DeploymentStatus, ...] | None:
    """Return the statuses of a reply, newest first, or None when it cannot be read."""
    if reply.status != OK:
        return None
    try:
        told = Statuses.validate_json(reply.body)
    except ValidationError:
        return None
    statuses = [status for status in told if status]
    if told and not statuses:
        return None
    return tuple(sorted(statuses, key=lambda status: (status.created_at, status.id), reverse=True))


def standing(statuses: tuple[DeploymentStatus, ...]) -> tuple[ProgressStatus, DeploymentStatus | None]:
    """Return how far a deployment is, by what was said of it (newest first), and the status that says so.

    GitHub marks a deployment inactive when a later one succeeds, so the newest status that is not `inactive` decides;
    one that became inactive before it succeeded has failed.
    """
    decisive = next((status for status in statuses if status.state in _STATES), None)
    inactive = bool(statuses) and statuses[0].state == "inactive"
    if decisive is None:
        return (ProgressStatus.FAILED if inactive else ProgressStatus.WAITING), (statuses[0] if inactive else None)
    status = _STATES[decisive.state]
    return (ProgressStatus.FAILED if inactive and status is not ProgressStatus.SUCCEEDED else status), decisive


def progress_of(statuses: tuple[DeploymentStatus, ...], pages: Pages, page: str) -> Progress:
    """Return how far a deployment is, by what was said of it (newest first); `page` stands in for a link."""
    status, decisive = standing(statuses)
    if decisive is None:
        return Progress(status, "", page)
    url = pages.own(decisive.log_url) or pages.own(decisive.target_url) or page
    detail = plain(decisive.description or "", _DESCRIPTION)
    if status is ProgressStatus.FAILED and decisive.state not in {"failure", "error"}:
        detail = detail or "GitHub marked the deployment inactive before it succeeded"
    return Progress(status, detail, url)


def strangers(release: Release, what: str, number: int, source: GithubSource) -> GiveUp:
    """Return the words for a record that has our number and is about something else: what it says does not count."""
    return GiveUp(
        f"{what} {number} in {source.repository} is not the one that was begun for {release.name}; "
        "did the policy lead elsewhere then?"
    )


def run_named(status: DeploymentStatus) -> int | None:
    """Return the run whose log a status links, or None."""
    found = [_RUN.search(url) for url in (status.log_url, status.target_url) if url]
    return next((int(one[1]) for one in found if one), None)
