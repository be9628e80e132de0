"""What is live by GitHub's own records, for lanes that are seen for the first time. Pure."""

import re
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core.events import FoundLive
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment
from bot.ports.ci import HttpReply, HttpRequest, ProgressStatus
from bot.ports.trouble import TryLater
from handlers.ci.github_pages import api
from handlers.ci.github_payloads import Deployment, DeploymentStatus
from handlers.ci.github_records import read_deployments, run_named, standing
from handlers.ci.github_replies import after_read

NOT_FOUND = 404

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", re.ASCII)


class _Ours(BaseModel):
    """The payload of a deployment that Signoff made; anybody may write the like, so it is display only."""

    model_config = ConfigDict(extra="ignore", strict=True)

    signoff_key: str
    version: str


def newest_request(source: GithubSource, target: GithubDeployment) -> HttpRequest:
    """Return the request for the newest deployments to an environment, whoever made them."""
    query = (("environment", target.environment), ("per_page", "30"))
    return HttpRequest("GET", api(source.repository, "deployments"), query)


def read_newest(reply: HttpReply, now: datetime) -> tuple[Deployment, ...] | TryLater:
    """Return the deployments of a reply, newest first; none where GitHub knows of none."""
    if reply.status == NOT_FOUND:
        return ()
    deployments = read_deployments(reply)
    if deployments is None:
        return after_read(reply, now)
    return tuple(sorted(deployments, key=lambda made: (made.created_at, made.id), reverse=True))


def live_of(made: Deployment, statuses: tuple[DeploymentStatus, ...]) -> FoundLive | None:
    """Return what a deployment made live, or None when it did not succeed."""
    status, decisive = standing(statuses)
    if status is not ProgressStatus.SUCCEEDED or decisive is None:
        return None
    ours = _ours(made)
    version = ours.version if ours and _VERSION.fullmatch(ours.version) else made.sha[:12]
    return FoundLive(made.sha, version, decisive.created_at, position=None, key=ours.signoff_key if ours else None)


def of_run(found: FoundLive, statuses: tuple[DeploymentStatus, ...]) -> FoundLive:
    """Return what is live with the run that made it so, where its statuses link that run's log."""
    run = next((run for status in statuses if (run := run_named(status)) is not None), None)
    return found if run is None else replace(found, run=str(run))


def _ours(made: Deployment) -> _Ours | None:
    """Return what Signoff wrote into a deployment that says to be its own."""
    try:
        ours = _Ours.model_validate(made.payload)
    except ValidationError:
        return None
    return ours if made.task == f"signoff:{ours.signoff_key}" else None
