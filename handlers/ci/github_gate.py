"""The target `github_gate`: the requests about a run that waits at an environment, and what their answers say. Pure.

https://docs.github.com/rest/actions/workflow-runs#get-pending-deployments-for-a-workflow-run
https://docs.github.com/rest/actions/workflow-runs#review-custom-deployment-protection-rules-for-a-workflow-run
"""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from bot.core.build import PipelineReport
from bot.core.policy import ServicePolicy
from bot.core.release import Lifecycle, Release
from bot.core.target import GithubGate
from bot.ports.ci import HttpReply, HttpRequest, Progress, ProgressStatus
from bot.views.escape import plain
from handlers.ci.github_gate_payloads import GateRun, Job, Jobs, Pending, Pendings, Reviews
from handlers.ci.github_pages import api
from handlers.ci.github_payloads import Deployment, DeploymentStatus
from handlers.ci.github_records import run_named

OK, NO_CONTENT = 200, 204
DONE = frozenset({"success", "skipped", "neutral"})
"""Conclusions of a job that let others go on."""
LONGEST_COMMENT = 1024
"""GitHub's limit for the answer of a rule."""
_REF = re.compile(r"([1-9][0-9]{0,18})/([1-9][0-9]{0,8})", re.ASCII)

Answer = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of one run: what people approved. A second attempt is another artifact."""

    run_id: int
    number: int

    @property
    def ref(self) -> str:
        """The reference by which a release knows it."""
        return f"{self.run_id}/{self.number}"


@dataclass(frozen=True, slots=True)
class Waits:
    """It waits at the environment. `may_review`: whoever asks is one of the reviewers that are required there."""

    attempt: Attempt
    environment: int  # GitHub's id of it
    name: str  # as GitHub spells it
    may_review: bool


@dataclass(frozen=True, slots=True)
class WentOn:
    """It has gone on there; `progress` is how far all of its jobs there are together.

    `since` is when the last of them went on, or None where GitHub tells of its queue alone. `well` is when the last of
    them ended well, as long as the run goes on beyond: another of its jobs may be on its way to the same gate.
    """

    attempt: Attempt
    progress: Progress
    since: datetime | None
    well: datetime | None = None

    def before(self, moment: datetime) -> bool:
        """Whether it went on before a moment and has ended well: nobody let that go on for what was asked later."""
        return self.progress.status is ProgressStatus.SUCCEEDED and self.since is not None and self.since < moment


@dataclass(frozen=True, slots=True)
class Coming:
    """It has not come to the environment yet."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Over:
    """It never goes on there: rejected, cancelled, timed out, or run again. `why` is told to people."""

    attempt: Attempt
    why: str


Standing = Waits | WentOn | Coming | Over
"""How far an attempt is at an environment."""


def attempts_of(checks: Iterable[PipelineReport]) -> tuple[Attempt, ...]:
    """Return the attempts of runs of which a build consists: one of them waits at the gate, and no check by name."""
    return tuple(Attempt(int(one.run_id), one.attempt) for one in checks if one.is_run)


def attempt_of(ref: str | None) -> Attempt | None:
    """Return the attempt that a release's reference names, or None when it is no such reference."""
    found = _REF.fullmatch(ref or "")
    return Attempt(int(found[1]), int(found[2])) if found else None


def environments(service: ServicePolicy) -> frozenset[str]:
    """Return the environments at whose gates runs of a service wait, in lower case: GitHub does not tell case."""
    return frozenset(lane.target.environment.lower() for lane in service.lanes if isinstance(lane.target, GithubGate))


def attempt_request(repository: str, run_id: int, number: int) -> HttpRequest:
    """Return the request for one attempt of a run."""
    return HttpRequest("GET", api(repository, "actions", "runs", str(run_id), "attempts", str(number)))


def jobs_request(repository: str, run_id: int, page: int) -> HttpRequest:
    """Return the request for a page, from 1 on, of the jobs of a run's newest attempt."""
    query = (("filter", "latest"), ("per_page", "100"), ("page", str(page)))
    return HttpRequest("GET", api(repository, "actions", "runs", str(run_id), "jobs"), query)


def pending_request(repository: str, run_id: int) -> HttpRequest:
    """Return the request for the environments at which a run waits."""
    return HttpRequest("GET", api(repository, "actions", "runs", str(run_id), "pending_deployments"))


def reviews_request(repository: str, run_id: int) -> HttpRequest:
    """Return the request for what reviewers answered."""
    return HttpRequest("GET", api(repository, "actions", "runs", str(run_id), "approvals"))


def records_request(repository: str, environment: str, sha: str) -> HttpRequest:
    """Return the request for the records that GitHub keeps of what came to an environment."""
    query = (("environment", environment), ("sha", sha), ("per_page", "30"))
    return HttpRequest("GET", api(repository, "deployments"), query)


def answer_request(repository: str, at: Waits, state: Answer, comment: str) -> HttpRequest:
    """Return the one request that answers: as a reviewer where we are one, else as the App that is a rule there.

    Its address is made of the repository and the run alone: nothing that anybody sent has a part in it.
    """
    run = ("actions", "runs", str(at.attempt.run_id))
    said = {"state": state, "comment": comment}
    if at.may_review:
        body = {"environment_ids": [at.environment], **said}
        return HttpRequest("POST", api(repository, *run, "pending_deployments"), body=body)
    body = {"environment_name": at.name, **said}
    return HttpRequest("POST", api(repository, *run, "deployment_protection_rule"), body=body)


def is_taken(reply: HttpReply) -> bool:
    """Whether GitHub says that it took an answer: 204 as for a rule, or 200 with records as for a review.

    Anything else that says 200 was said by somebody in between.
    """
    if reply.status == NO_CONTENT:
        return True
    try:
        return reply.status == OK and isinstance(json.loads(reply.body), list)
    except (ValueError, RecursionError):
        return False


def read_gate_run(reply: HttpReply) -> GateRun | None:
    """Return the run of a reply, or None when it cannot be read."""
    try:
        return GateRun.model_validate_json(reply.body) if reply.status == OK else None
    except ValidationError:
        return None


def read_pending(reply: HttpReply) -> tuple[Pending, ...] | None:
    """Return the environments at which a run waits, or None when they cannot be read, or none of them can."""
    try:
        told = Pendings.validate_json(reply.body) if reply.status == OK else None
    except ValidationError:
        return None
    waits = tuple(one for one in told or () if one)
    return None if told is None or (told and not waits) else waits


def read_jobs(reply: HttpReply) -> Jobs | None:
    """Return a page of jobs, or None when it cannot be read."""
    try:
        return Jobs.model_validate_json(reply.body) if reply.status == OK else None
    except ValidationError:
        return None


def all_others_green(jobs: Collection[Job | None]) -> bool | None:
    """Whether every job but those that wait has ended well: None while one runs, or where one cannot be read."""
    others = [one for one in jobs if one is None or one.status != "waiting"]
    if any(one is not None and one.status == "completed" and one.conclusion not in DONE for one in others):
        return False
    return True if all(one is not None and one.status == "completed" for one in others) else None


def approved_with(reply: HttpReply, environment: str, key: str) -> bool | None:
    """Whether a review that shows a key has approved an environment; None when the reviews cannot be read."""
    try:
        told = Reviews.validate_json(reply.body) if reply.status == OK else None
    except ValidationError:
        return None
    reviews = [one for one in told or () if one]
    if told is None or (told and not reviews):
        return None
    return any(
        one.state == "approved"
        and f"[{key}]" in one.comment
        and environment.lower() in {where.name.lower() for where in one.environments if where}
        for one in reviews
    )


def rejected_by(reply: HttpReply, environment: str) -> str:
    """Return who rejected a run at an environment and what they said, or nothing where no review says so."""
    try:
        reviews = [one for one in Reviews.validate_json(reply.body) if one] if reply.status == OK else []
    except ValidationError:
        return ""
    for one in reversed(reviews):
        if one.state == "rejected" and environment.lower() in {at.name.lower() for at in one.environments if at}:
            who = f" by {plain(one.user.login, 80)}" if one.user else ""
            said = plain(one.comment, 200)
            return f"it was rejected there{who}{f': {said}' if said else ''}"
    return ""


def made_by(record: Deployment, statuses: Iterable[DeploymentStatus], run: int, since: datetime | None) -> bool:
    """Whether a record is of a run: its statuses link that run's log, and it is no older than the attempt."""
    return (since is None or record.created_at >= since) and run in {run_named(one) for one in statuses}


def has_gone_on(statuses: tuple[DeploymentStatus, ...]) -> bool:
    """Whether a job has gone on at its gate, by what was said of its record, newest first."""
    states = [one.state for one in statuses]
    if {"in_progress", "success"} & set(states):
        return True
    return "waiting" in states and "queued" in states[: states.index("waiting")]


def ended_well_at(statuses: Iterable[DeploymentStatus]) -> datetime | None:
    """Return when a job ended well, by what was said of its record; None where nothing says so."""
    return min((one.created_at for one in statuses if one.state == "success"), default=None)


def went_on_at(statuses: Iterable[DeploymentStatus]) -> datetime | None:
    """Return when a job went on at its gate, by what was said of its record; None where nothing says so."""
    return min((one.created_at for one in statuses if one.state in {"in_progress", "success"}), default=None)


def comment_of(release: Release, answer: Answer) -> str:
    """Return what stands at the gate with an answer: which release it is of, with its key, and why."""
    if answer == "approved":
        why = "approved in Slack"
    elif release.state is Lifecycle.SUPERSEDED:
        by = f" by R-{release.superseded_by}" if release.superseded_by is not None else ""
        why = f"superseded{by}, which ships a newer build"
    else:
        why = f"rejected in Slack: {release.reason or 'no reason was given'}"
    return f"Signoff {release.name}: {plain(why, 300)} [{release.key}]"[:LONGEST_COMMENT]
