"""The target `github_deployment`: a deployment record at the exact commit, found again by its task. Pure.

https://docs.github.com/rest/deployments/deployments
"""

import re
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core.inputs import FoundLive
from bot.core.policy import GithubDeployment, GithubSource
from bot.core.release import Release
from bot.ports.ci import HttpReply, HttpRequest, Placed, Progress, ProgressStatus
from bot.ports.trouble import Trouble, TryLater, Unsure
from bot.views.escape import plain
from handlers.ci.github_pages import Pages, api
from handlers.ci.github_payloads import Deployment, Deployments, DeploymentStatus, Statuses
from handlers.ci.github_replies import after_read, after_start

OK = 200
CREATED = 201
NOT_FOUND = 404

_STATES = {
    "queued": ProgressStatus.WAITING,
    "pending": ProgressStatus.WAITING,
    "waiting": ProgressStatus.WAITING,  # at a gate of the environment
    "in_progress": ProgressStatus.RUNNING,
    "success": ProgressStatus.SUCCEEDED,
    "failure": ProgressStatus.FAILED,
    "error": ProgressStatus.FAILED,
}
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", re.ASCII)
_DESCRIPTION = 140
"""GitHub's limit."""


class _Ours(BaseModel):
    """The payload of a deployment that Signoff made; anybody may write the like, so it is display only."""

    model_config = ConfigDict(extra="ignore", strict=True)

    signoff_key: str
    version: str


@dataclass(frozen=True, slots=True)
class DeploymentOrder:
    """The requests and readings for one release."""

    source: GithubSource
    target: GithubDeployment
    release: Release
    pages: Pages

    def start(self) -> HttpRequest:
        """Return the request that creates the deployment.

        `auto_merge` is true by default and would merge the default branch into what was approved; contexts are checked
        by the policy, not by GitHub at this moment.
        """
        release = self.release
        body = {
            "ref": release.build.sha,
            "task": self._task,
            "auto_merge": False,
            "required_contexts": [],
            "environment": self.target.environment,
            "description": plain(
                f"Signoff {release.name}: {release.lane.service} {release.build.version}", _DESCRIPTION
            ),
            "payload": {
                "signoff_key": release.key,
                "release": release.name,
                "service": release.lane.service,
                "environment": release.lane.environment,
                "version": release.build.version,
                "sha": release.build.sha,
                "artifact": release.artifact,
            },
        }
        return HttpRequest("POST", api(self.source.repository, "deployments"), body=body)

    def again(self, reply: HttpReply) -> None:
        """Return nothing: no answer asks for another request."""
        del reply

    def started(self, reply: HttpReply, now: datetime) -> Placed | Trouble:
        """Return what became of `start`. An answer about another commit is not taken for ours."""
        made = _one(reply) if reply.status == CREATED else None
        if made and self._is_ours(made):
            return self._placed(made)
        if 200 <= reply.status < 300:  # noqa: PLR2004 - the class of successes: something happened, but what?
            return Unsure(f"GitHub's answer ({reply.status}) is not about the commit that was asked for")
        return after_start(reply, now)

    def find(self) -> HttpRequest:
        """Return the request that looks the deployment up by its key."""
        query = (("task", self._task), ("sha", self.release.build.sha), ("environment", self.target.environment))
        return HttpRequest("GET", api(self.source.repository, "deployments"), query)

    def found(self, reply: HttpReply, now: datetime) -> Placed | TryLater | None:
        """Return the deployment with our key, the first if there should be several, or None when there is none."""
        deployments = _all(reply)
        if deployments is None:
            return after_read(reply, now)
        ours = [made for made in deployments if self._is_ours(made)]
        return self._placed(min(ours, key=lambda made: made.id)) if ours else None

    def follow(self, ref: str) -> HttpRequest:
        """Return the request for what was said of the deployment."""
        return statuses_request(self.source, ref)

    def progress(self, reply: HttpReply, now: datetime) -> Progress | TryLater:
        """Return how far the deployment is."""
        statuses = read_statuses(reply)
        if statuses is None:
            return after_read(reply, now)
        status, decisive = standing(statuses)
        page = self.pages.deployments(self.source.repository, self.target.environment)
        if decisive is None:
            return Progress(status, "", page)
        url = self.pages.own(decisive.log_url) or self.pages.own(decisive.target_url) or page
        detail = plain(decisive.description or "", _DESCRIPTION)
        if status is ProgressStatus.FAILED and decisive.state not in {"failure", "error"}:
            detail = detail or f"GitHub marked the deployment inactive while it was {decisive.state}"
        return Progress(status, detail, url)

    @property
    def _task(self) -> str:
        return f"signoff:{self.release.key}"

    def _is_ours(self, made: Deployment) -> bool:
        return made.task == self._task and made.sha == self.release.build.sha

    def _placed(self, made: Deployment) -> Placed:
        return Placed(str(made.id), self.pages.deployments(self.source.repository, self.target.environment))


def newest_request(source: GithubSource, target: GithubDeployment) -> HttpRequest:
    """Return the request for the newest deployments to an environment, whoever made them."""
    query = (("environment", target.environment), ("per_page", "30"))
    return HttpRequest("GET", api(source.repository, "deployments"), query)


def read_newest(reply: HttpReply, now: datetime) -> tuple[Deployment, ...] | TryLater:
    """Return the deployments of a reply, newest first; none where GitHub knows of none."""
    if reply.status == NOT_FOUND:
        return ()
    deployments = _all(reply)
    if deployments is None:
        return after_read(reply, now)
    return tuple(sorted(deployments, key=lambda made: (made.created_at, made.id), reverse=True))


def statuses_request(source: GithubSource, ref: str) -> HttpRequest:
    """Return the request for what was said of a deployment."""
    return HttpRequest("GET", api(source.repository, "deployments", ref, "statuses"), (("per_page", "100"),))


def read_statuses(reply: HttpReply) -> tuple[DeploymentStatus, ...] | None:
    """Return the statuses of a reply, newest first, or None when it cannot be read."""
    if reply.status != OK:
        return None
    try:
        statuses = [status for status in Statuses.validate_json(reply.body) if status]
    except ValidationError:
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


def live_of(made: Deployment, statuses: tuple[DeploymentStatus, ...]) -> FoundLive | None:
    """Return what a deployment made live, or None when it did not succeed."""
    status, decisive = standing(statuses)
    if status is not ProgressStatus.SUCCEEDED or decisive is None:
        return None
    return FoundLive(made.sha, _version(made), decisive.created_at, position=None)


def _version(made: Deployment) -> str:
    try:
        version = _Ours.model_validate(made.payload).version if made.task.startswith("signoff:") else ""
    except ValidationError:
        version = ""
    return version if _VERSION.fullmatch(version) else made.sha[:12]


def _one(reply: HttpReply) -> Deployment | None:
    try:
        return Deployment.model_validate_json(reply.body)
    except ValidationError:
        return None


def _all(reply: HttpReply) -> list[Deployment] | None:
    if reply.status != OK:
        return None
    try:
        return [made for made in Deployments.validate_json(reply.body) if made]
    except ValidationError:
        return None
