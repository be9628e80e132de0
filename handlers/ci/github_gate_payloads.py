"""What GitHub sends about gates, as far as it is read. Pure.

https://docs.github.com/rest/actions/workflow-runs and https://docs.github.com/rest/actions/workflow-jobs
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from handlers.ci.github_payloads import Account, Count, Id, Maybe, Moment, Run, Sent


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

    total_count: Count
    jobs: list[Annotated[Job | None, Maybe]]


Pendings = TypeAdapter(list[Annotated[Pending | None, Maybe]])
Reviews = TypeAdapter(list[Annotated[Review | None, Maybe]])
