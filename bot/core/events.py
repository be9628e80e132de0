"""Events of a lane, which nobody there asked for: what CI systems, targets and probes tell, and time passing."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.build import Build, Position


@dataclass(frozen=True, slots=True)
class BuildChanged:
    """A build of this lane's service has a new state or a new artifact.

    `became` tells that it has just become deployable, `newest` that besides no deployable build of the service is
    newer. Only such builds open a release by themselves; where each must ship the former is enough.
    """

    build: Build
    newest: bool
    became: bool = False


@dataclass(frozen=True, slots=True)
class DeploymentAccepted:
    """The CI system knows the deployment and has given it an id."""

    release: int
    ref: str
    url: str | None


@dataclass(frozen=True, slots=True)
class DeploymentPutOff:
    """The CI system certainly never got the request, nor any before it; it is handed over later.

    While the release is open: it was not even begun, since nobody can be asked about its approvers.
    """

    release: int
    why: str


@dataclass(frozen=True, slots=True)
class DeploymentRefused:
    """The CI system will never start it; `reason` is told to people."""

    release: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeploymentLost:
    """The answer was lost and the CI system does not know our key: a person must tell."""

    release: int


@dataclass(frozen=True, slots=True)
class DeploymentRunning:
    """The job has begun."""

    release: int
    url: str | None


@dataclass(frozen=True, slots=True)
class JobsCameLater:
    """Jobs of the run that deploys a release wait at its gate, though others of it have gone on there.

    `ref` and `sha` are of the run that they belong to, `records` the CI system's ids of what waits there.
    """

    release: int
    ref: str
    sha: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeploymentEnded:
    """The job's final word."""

    release: int
    succeeded: bool
    detail: str
    url: str | None


@dataclass(frozen=True, slots=True)
class HealthSeen:
    """A probe, or a signal from outside, says how a deployed release is."""

    release: int
    healthy: bool
    detail: str


@dataclass(frozen=True, slots=True)
class DeployedElsewhere:
    """Somebody else's deployment succeeded there."""

    sha: str
    version: str
    at: datetime
    url: str | None
    build: Build | None = None


@dataclass(frozen=True, slots=True)
class ReachedBefore:
    """A build went live in the environment that comes before, or its soak there has ended; the facts are in `around`.

    `newest` tells that no later build of the service has been live there.
    """

    build: Build
    newest: bool


@dataclass(frozen=True, slots=True)
class FoundLive:
    """What the target names as its newest successful deployment. `key` is the release's, where Signoff made it.

    `run` is the CI system's id of the run that brought it there, where a run that went on at its gate did.
    """

    sha: str
    version: str
    since: datetime
    position: Position | None
    key: str | None = None
    url: str | None = None
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Adopt:
    """The lane is seen for the first time; nothing that is old opens by itself."""

    live: FoundLive | None


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Something in the lane may be due, or something around it has changed."""
