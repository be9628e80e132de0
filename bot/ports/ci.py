"""CI systems: where builds come from and where deploys are triggered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, Protocol

from bot.core.build import PipelineReport
from bot.core.events import FoundLive
from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.target import Target
from bot.ports.missed import Missed, Wanted
from bot.ports.trouble import Trouble


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request for the sender. `path` is relative to the system's configured base address.

    `content` is a JSON body byte by byte, where it is signed; `headers` come on top of the system's own.
    """

    method: Literal["GET", "POST"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None
    content: bytes | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # some prove who asks


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A whole reply, its body within the size limit."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)  # some bring a token


@dataclass(frozen=True, slots=True)
class RunHint:
    """A webhook says that a run has news; the run itself is fetched, over the connection, before it counts."""

    repository: str
    run_id: int
    connection: str | None = None


@dataclass(frozen=True, slots=True)
class BuildHint:
    """A push says that a builder's build has news; the build itself is fetched before it counts."""

    builder: str
    number: int


@dataclass(frozen=True, slots=True)
class DeploymentHint:
    """A webhook says that a deployment has news; `repository` is the builder where it is not GitHub's."""

    repository: str
    ref: str


@dataclass(frozen=True, slots=True)
class CommitHint:
    """A webhook says that a commit has news of no run: a check, a deploy by others. Its services are looked at anew."""

    repository: str
    sha: str
    connection: str | None = None


Hint = RunHint | BuildHint | DeploymentHint | CommitHint


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A webhook whose signed body is itself the report: nobody can be asked. `signer` is its secret's variable."""

    signer: str
    body: str


class Verdict(Enum):
    """How a webhook that is not followed is answered."""

    NOT_AUTHENTIC = 401
    MALFORMED = 400
    NOT_FOLLOWED = 202


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook that is followed: its dedupe key and what it hints at, or itself says.

    `source` is the name under which it waits in the inbox, where that is not the provider's.
    """

    dedupe_key: str
    hint: Hint | SignedReport
    source: str | None = None


class Source(Protocol):
    """Where builds come from. The implementation does its I/O through the one sender."""

    async def run(self, service: ServicePolicy, hint: RunHint | BuildHint) -> PipelineReport | Trouble | None:
        """Fetch a run; None when it is not one that the policy names (repository, branch, workflow, trigger)."""

    async def recent(self, service: ServicePolicy) -> tuple[PipelineReport, ...] | Trouble:
        """Fetch the runs that the policy names, oldest first; the same as last time when nothing changed."""

    async def missed(self, service: ServicePolicy, wanted: Wanted) -> Missed | Trouble:
        """Fetch what `recent`, asked just before, did not show of what is wanted; a part of it where that is much."""

    async def changed(self, service: ServicePolicy, base: str, commit: str) -> tuple[str, ...] | None:
        """Fetch the files in which a commit differs from one before it; None where not all of them are told."""

    async def tags(self, service: ServicePolicy, commits: Collection[str]) -> Mapping[str, tuple[str, ...]] | Trouble:
        """Fetch the tags that point at each of some commits, in no order; a commit without any may be missing."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The CI system knows the deployment by this reference."""

    ref: str
    url: str | None


@dataclass(frozen=True, slots=True)
class CertainlyNot:
    """It was never begun, and no request of before can begin it any more: it may be asked for again."""


class ProgressStatus(Enum):
    """How far a deployment is at the CI system."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CameLater:
    """What of a run waits at the gate though other jobs of it have gone on there; nobody has answered for it yet.

    `ref` names the very attempt, `sha` its commit, `records` what waits, each by the CI system's id.
    """

    ref: str
    sha: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """What the CI system says of a deployment now. `later` is what waits for another answer."""

    status: ProgressStatus
    detail: str
    url: str | None
    later: CameLater | None = None


class Executor(Protocol):
    """Where deploys are triggered. One call each, never retried inside."""

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Trigger the deploy at exactly the release's commit, with its key."""

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | CertainlyNot | None:
        """Look the deploy up by its key; None when the system does not know it (yet)."""

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Return how far the deployment is. Changes nothing there: what waits for another answer is told."""

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Return the newest successful deployment that the target can name, for adoption."""
