"""What GitHub sends, as far as it is read: lenient about everything else, strict about what is used.

GitHub's own samples miss fields that its schema calls required, so nearly everything may be absent; a part that is not
what it should be is as good as absent. Parsing is pydantic's own, which refuses deep nesting and endless numbers.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.functional_validators import WrapValidator

T = TypeVar("T")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}", re.ASCII)


def _or_none(value: Any, parse: Callable[[Any], T]) -> T | None:
    try:
        return parse(value)
    except ValidationError:
        return None


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as edge:  # year 1 or 9999, with an offset
        raise ValueError("a moment outside the calendar") from edge


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]  # Rust's `$` matches at the very end only
Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_utc)]
Maybe = WrapValidator(_or_none)
"""Marks a part that is taken for absent where it is not what it should be."""


class Sent(BaseModel):
    """Anything that GitHub sends."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Account(Sent):
    """A user, an organisation or an app's bot."""

    login: str
    id: Id


class Repository(Sent):
    """A repository by its full name: owner/name."""

    full_name: str


class Signature(Sent):
    """The author of a commit, by their own account: git believes anybody."""

    name: str | None = None
    email: str | None = None


class Commit(Sent):
    """The commit that a run is about."""

    message: str = ""
    author: Annotated[Signature | None, Maybe] = None


class Run(Sent):
    """A run of a workflow, as REST tells it."""

    id: Id
    run_number: Count
    run_attempt: Count = 1
    path: str
    head_sha: Sha
    head_branch: str | None = None
    event: str
    status: str | None = None
    conclusion: str | None = None
    created_at: Moment
    updated_at: Moment
    display_title: str | None = None
    repository: Annotated[Repository | None, Maybe] = None
    head_repository: Annotated[Repository | None, Maybe] = None
    actor: Annotated[Account | None, Maybe] = None
    triggering_actor: Annotated[Account | None, Maybe] = None
    head_commit: Annotated[Commit | None, Maybe] = None


class Runs(Sent):
    """A page of runs; None stands for one that cannot be read."""

    workflow_runs: list[Annotated[Run | None, Maybe]]


class Deployment(Sent):
    """A deployment record."""

    id: Id
    sha: Sha
    task: str = ""
    created_at: Moment
    payload: Any = None


class DeploymentStatus(Sent):
    """What somebody said of a deployment. Anybody with write access may."""

    id: Id
    state: str
    description: str | None = None
    log_url: str | None = None
    target_url: str | None = None
    created_at: Moment


class Dispatched(Sent):
    """The answer to a dispatch that was asked for its run."""

    workflow_run_id: Id


class Refused(Sent):
    """The body of an error."""

    message: str = ""


class RunEvent(Sent):
    """The payload of `workflow_run`."""

    class Named(Sent):
        """Which run it is; everything else is fetched."""

        id: Id
        path: str

    workflow_run: Named
    repository: Repository


class DeploymentEvent(Sent):
    """The payload of `deployment_status`."""

    class Named(Sent):
        """Which deployment it is, or which run; everything else is fetched."""

        id: Id

    class Said(Sent):
        """How far it is said to be."""

        state: str = ""

    class Made(Named):
        """The deployment, as far as it tells whose it is."""

        sha: Annotated[Sha | None, Maybe] = None
        task: str = ""

    deployment: Made
    repository: Repository
    deployment_status: Annotated[Said | None, Maybe] = None
    workflow_run: Annotated[Named | None, Maybe] = None

    @property
    def waiting_run(self) -> int | None:
        """The run that has just come to a gate, where that is what is told."""
        waits = self.deployment_status is not None and self.deployment_status.state == "waiting"
        return self.workflow_run.id if waits and self.workflow_run is not None else None


class StatusEvent(Sent):
    """The payload of `status`."""

    sha: Sha
    context: str
    repository: Repository


class CheckRunEvent(Sent):
    """The payload of `check_run`."""

    class Which(Sent):
        """Which check of which commit; how it ended is fetched."""

        head_sha: Sha
        name: str

    check_run: Which
    repository: Repository


class CheckSuiteEvent(Sent):
    """The payload of `check_suite`: some checks of a commit, none by name."""

    class Which(Sent):
        """Which commit."""

        head_sha: Sha

    check_suite: Which
    repository: Repository


Deployments = TypeAdapter(list[Annotated[Deployment | None, Maybe]])
Statuses = TypeAdapter(list[Annotated[DeploymentStatus | None, Maybe]])


def same_repository(one: str, other: str) -> bool:
    """Whether two full names mean one repository: GitHub keeps the case and does not tell names apart by it."""
    return is_full_name(one) and other.isascii() and one.lower() == other.lower()


def is_full_name(name: str) -> bool:
    """Whether a repository can be called so: OWNER/NAME."""
    return name.isascii() and _REPOSITORY.fullmatch(name) is not None


def workflow_path(name: str) -> str:
    """Return the bare path of a workflow: REST tells `path@ref`, and a policy may name the file alone."""
    path = name.partition("@")[0]
    return path if "/" in path else f".github/workflows/{path}"
