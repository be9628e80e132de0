"""The target `github_deployment`: a deployment record at the exact commit, found again by its task. Pure.

https://docs.github.com/rest/deployments/deployments
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from bot.core.release import Release
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment
from bot.ports.ci import HttpReply, HttpRequest, Placed, Progress
from bot.ports.trouble import Trouble, TryLater, Unsure
from bot.views.escape import plain
from handlers.ci.github_pages import Pages, api
from handlers.ci.github_payloads import Deployment
from handlers.ci.github_records import OK, progress_of, read_deployments, read_statuses, statuses_request, strangers
from handlers.ci.github_replies import after_read, after_start

CREATED = 201

_DESCRIPTION = 140
"""GitHub's limit."""


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
        ours = [made for made in read_deployments(reply) or () if self._is_ours(made)]
        if ours:
            return self._placed(min(ours, key=lambda made: made.id))
        return after_read(reply, now) if read_deployments(reply, every_one=True) is None else None

    def named(self, ref: str) -> HttpRequest:
        """Return the request that tells whose deployment a number names in the repository that is asked today."""
        return HttpRequest("GET", api(self.source.repository, "deployments", ref))

    def doubt(self, reply: HttpReply, now: datetime) -> Trouble | None:
        """Return why the deployment is not to be followed; None when it is ours."""
        made = _one(reply) if reply.status == OK else None
        if made is None:
            return after_read(reply, now)
        return None if self._is_ours(made) else strangers(self.release, "deployment", made.id, self.source)

    def follow(self, ref: str) -> HttpRequest:
        """Return the request for what was said of the deployment."""
        return statuses_request(self.source, ref)

    def progress(self, reply: HttpReply, now: datetime) -> Progress | TryLater:
        """Return how far the deployment is."""
        statuses = read_statuses(reply)
        if statuses is None:
            return after_read(reply, now)
        return progress_of(
            statuses, self.pages, self.pages.deployments(self.source.repository, self.target.environment)
        )

    @property
    def _task(self) -> str:
        return f"signoff:{self.release.key}"

    def _is_ours(self, made: Deployment) -> bool:
        return made.task == self._task and made.sha == self.release.build.sha

    def _placed(self, made: Deployment) -> Placed:
        return Placed(str(made.id), self.pages.deployments(self.source.repository, self.target.environment))


def _one(reply: HttpReply) -> Deployment | None:
    try:
        return Deployment.model_validate_json(reply.body)
    except ValidationError:
        return None
