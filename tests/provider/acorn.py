"""Acorn, an example of a CI system: its signed webhook, its builds, its deploys. One file is all that it takes.

Its API has one kind of thing, a job, with the commit it ran at, its state and a label that whoever starts it may choose.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bot.core.build import PipelineReport, RunStatus
from bot.core.events import FoundLive
from bot.core.policy import Policy, ServicePolicy
from bot.core.release import Release
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce, Target
from bot.ports.ci import (
    BuildHint,
    Delivery,
    DeploymentHint,
    HttpReply,
    HttpRequest,
    Placed,
    Progress,
    ProgressStatus,
    RunHint,
    Verdict,
)
from bot.ports.missed import NONE_MISSED, Missed, Wanted
from bot.ports.trouble import GiveUp, Trouble, TryLater
from handlers.ci.dialect import Known
from handlers.ci.sender import Sends

SECRET = "ACORN_SECRET"
DEPLOY = "deploy-"
OK, CREATED, REFUSED = 200, 201, 400
_STATUS = {"ran": RunStatus.SUCCEEDED, "broke": RunStatus.FAILED, "runs": RunStatus.RUNNING}
_PROGRESS = {"ran": ProgressStatus.SUCCEEDED, "broke": ProgressStatus.FAILED, "runs": ProgressStatus.RUNNING}


class Job(BaseModel):
    """What Acorn says of a job, in its API as in its webhooks."""

    number: Annotated[int, Field(ge=1, lt=10**9)]
    name: Annotated[str, Field(pattern=r"^[a-z-]{1,40}\z")]
    sha: Annotated[str, Field(pattern=r"^[0-9a-f]{40}\z")]
    state: Literal["ran", "broke", "runs"]
    began: datetime
    label: str = ""


_JOBS = TypeAdapter(list[Job])

# -- the webhook: whose word it is, and where to look ---------------------------------------------------------------


def secret_names(policy: Policy) -> frozenset[str]:
    """Return the one variable."""
    del policy
    return frozenset({SECRET})


def admit(headers: Mapping[str, str], body: bytes, known: Known) -> Delivery | Verdict:
    """Return what a signed delivery hints at; nothing of it is read before."""
    seal = hmac.new((known.secret(SECRET) or "").encode(), body, hashlib.sha256).hexdigest()
    offered = headers.get("x-acorn-seal", "").encode("utf-8", "surrogateescape")
    if not known.secret(SECRET) or not hmac.compare_digest(seal.encode(), offered):
        return Verdict.NOT_AUTHENTIC
    try:
        job = Job.model_validate_json(body)
    except ValidationError:
        return Verdict.MALFORMED
    key = f"acorn:{job.number}:{job.state}"
    if any(isinstance(one.source, BuildbotSource) and one.source.builder == job.name for one in known.policy.services):
        return Delivery(key, BuildHint(job.name, job.number))
    if job.name.startswith(DEPLOY):
        return Delivery(key, DeploymentHint(job.name, str(job.number)))
    return Verdict.NOT_FOLLOWED


def names_of(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return nothing: Acorn's headers name neither."""
    del headers
    return None, None


# -- the source and the target --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acorn:
    """Implements Source and Executor. The policy's words are Buildbot's: a job's name stands for the builder's."""

    sends: Sends

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Fetch a build; None when it is not one that the policy names."""
        if not isinstance(hint, BuildHint) or hint.builder not in service.source.pipelines:
            return None
        jobs = await self._jobs(("number", str(hint.number)))
        return jobs if isinstance(jobs, TryLater) else next((_report(service, job) for job in jobs), None)

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Fetch the builds, oldest first."""
        jobs = await self._jobs(("name", service.source.pipelines[0]))
        return jobs if isinstance(jobs, TryLater) else tuple(_report(service, job) for job in jobs)

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Return nothing: Acorn tells all its builds."""
        del service, wanted
        return NONE_MISSED

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Return None: the files are not told."""
        del service, base, commit
        return None

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Return no tags."""
        del service, commits
        return {}

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Start the job that deploys, at exactly the commit, labelled with the key. It refuses a label twice."""
        del service
        body = {"name": _target(release), "sha": release.build.sha, "label": release.key}
        reply = await self.sends.send(HttpRequest("POST", "/jobs", body=body))
        if not isinstance(reply, HttpReply):
            return reply
        return _placed(reply) if reply.status == CREATED else GiveUp(f"Acorn answers {reply.status}")

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | None:
        """Look it up by its label."""
        del service
        jobs = await self._jobs(("label", release.key))
        if isinstance(jobs, TryLater):
            return jobs
        return Placed(str(jobs[0].number), None) if jobs else None

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Return how far it is."""
        del service
        jobs = await self._jobs(("label", release.key))
        if isinstance(jobs, TryLater):
            return jobs
        return Progress(_PROGRESS[jobs[0].state], "", None) if jobs else TryLater(5.0, "Acorn does not list it")

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Return the newest deploy that ran."""
        del service
        jobs = await self._jobs(("name", target.builder if isinstance(target, BuildbotForce) else ""))
        if isinstance(jobs, TryLater):
            return jobs
        ran = [job for job in jobs if job.state == "ran"]
        return FoundLive(ran[-1].sha, ran[-1].sha[:12], ran[-1].began, None, key=ran[-1].label) if ran else None

    async def _jobs(self, asked: tuple[str, str]) -> list[Job] | TryLater:
        reply = await self.sends.send(HttpRequest("GET", "/jobs", (asked,)))
        if not isinstance(reply, HttpReply) or reply.status != OK:
            return TryLater(5.0, "Acorn does not answer")
        try:
            return _JOBS.validate_json(reply.body)
        except ValidationError:
            return TryLater(5.0, "Acorn's answer cannot be read")


def _target(release: Release) -> str:
    target = release.policy.target
    if not isinstance(target, BuildbotForce):
        raise TypeError(f"{release.name} is not deployed by Acorn but by {target}")
    return target.builder


def _placed(reply: HttpReply) -> Placed:
    return Placed(str(Job.model_validate_json(reply.body).number), None)


def _report(service: ServicePolicy, job: Job) -> PipelineReport:
    return PipelineReport(
        service=service.name,
        pipeline=job.name,
        sha=job.sha,
        run_id=str(job.number),
        run_number=job.number,
        attempt=1,
        status=_STATUS[job.state],
        created_at=job.began,
        updated_at=job.began,
        url="",
        title=f"Build {job.number}",
        branch="main",
    )
