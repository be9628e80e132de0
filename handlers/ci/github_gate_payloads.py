"""What GitHub sends about gates, as far as it is read. Pure.

https://docs.github.com/rest/actions/workflow-runs and https://docs.github.com/rest/actions/workflow-jobs
"""

import re
from typing import Annotated

from pydantic import Field, TypeAdapter

from handlers.ci.github_payloads import Account, Id, Maybe, Moment, Repository, Run, Sent

_CALLBACK = re.compile(
    r"https?://[^/?#]+(?:/[A-Za-z0-9._-]+)*/actions/runs/([1-9][0-9]{0,18})/deployment_protection_rule"
)


class GateRun(Run):
    """A run, or one attempt of it, with the moment at which that attempt began."""

    run_started_at: Annotated[Moment | None, Maybe] = None


class Named(Sent):
    """An environment by id and name."""

    id: Id
    name: str


class Pending(Sent):
    """An environment at which a run waits."""

    environment: Named
    current_user_can_approve: bool = False


class Review(Sent):
    """What a reviewer answered."""

    state: str
    comment: str = ""
    environments: tuple[Annotated[Named | None, Maybe], ...] = Field(default=(), strict=False)
    user: Annotated[Account | None, Maybe] = None


class Job(Sent):
    """A job of a run."""

    status: str
    conclusion: str | None = None


class Jobs(Sent):
    """A page of jobs; None stands for one that cannot be read."""

    jobs: list[Annotated[Job | None, Maybe]]


Pendings = TypeAdapter(list[Annotated[Pending | None, Maybe]])
Reviews = TypeAdapter(list[Annotated[Review | None, Maybe]])


class JobEvent(Sent):
    """The payload of `workflow_job`."""

    class Which(Sent):
        """The job, by its run and how far it is; everything else is fetched."""

        run_id: Id
        status: str = ""

    workflow_job: Which
    repository: Repository


class ReviewEvent(Sent):
    """The payload of `deployment_review`."""

    class Which(Sent):
        """Which run it is."""

        id: Id

    workflow_run: Which
    repository: Repository


class RuleEvent(Sent):
    """The payload of `deployment_protection_rule`. The run is told by the address for the answer alone."""

    environment: str
    deployment_callback_url: str
    repository: Repository

    @property
    def run_id(self) -> int | None:
        """The number in the address; the address itself is never called."""
        found = _CALLBACK.fullmatch(self.deployment_callback_url)
        return int(found[1]) if found else None
