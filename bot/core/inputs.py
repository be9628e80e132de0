"""Everything that can happen in a lane: what people do, what pipelines and CI systems say, time passing."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.core.build import Build, Position
from bot.core.policy import Permission, Person
from bot.core.release import Surface


class Account(Enum):
    """What Slack says of the account that acts. Only a full member of the home workspace may."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    STRANGER = "stranger"
    UNKNOWN = "unknown"  # the directory could not be asked: fails closed


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the facts about them that were fetched before the transaction."""

    person: Person
    account: Account
    groups: frozenset[str]
    surface: Surface
    permissions: frozenset[Permission] = frozenset()
    saw: str | None = None  # hash of the card in front of them
    host_user: str | None = None  # the operating system's user, on the command line


@dataclass(frozen=True, slots=True)
class BuildChanged:
    """A build of this lane's service has a new state or a new artifact.

    `newest` tells that no deployable build of the service is newer; only such a build opens a release by itself.
    """

    build: Build
    newest: bool


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for a release of a build. `named` tells that they named the version themselves."""

    build: Build
    by: Actor
    named: bool


@dataclass(frozen=True, slots=True)
class Approve:
    """A yes to what a release ships. `generation` is that of the card or, by name, the current one."""

    release: int
    by: Actor
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A no, with its reason. Ends the release."""

    release: int
    by: Actor
    reason: str
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """An approver takes back their approval."""

    release: int
    by: Actor


@dataclass(frozen=True, slots=True)
class Cancel:
    """The requester or an approver drops a release that has not started."""

    release: int
    by: Actor


class Answer(Enum):
    """What a person knows about a deploy of which the CI system cannot tell whether it started."""

    DID_RUN = "it did run"
    DID_NOT_RUN = "it did not run"
    TRY_AGAIN = "try again"
    ABANDON = "abandon"


@dataclass(frozen=True, slots=True)
class Resolve:
    """A person answers the question about a lost request."""

    release: int
    by: Actor
    answer: Answer


@dataclass(frozen=True, slots=True)
class BeginDeployment:
    """The worker is about to send the request: the last look before the first byte."""

    release: int


@dataclass(frozen=True, slots=True)
class DeploymentAccepted:
    """The CI system knows the deployment and has given it an id."""

    release: int
    ref: str
    url: str | None


@dataclass(frozen=True, slots=True)
class DeploymentPutOff:
    """The CI system certainly never got the request, nor any before it; it is handed over later."""

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
class DeploymentEnded:
    """The job's final word."""

    release: int
    succeeded: bool
    detail: str
    url: str | None


@dataclass(frozen=True, slots=True)
class FoundLive:
    """What the target names as its newest successful deployment, found when a lane is adopted."""

    sha: str
    version: str
    since: datetime
    position: Position | None


@dataclass(frozen=True, slots=True)
class Adopt:
    """The lane is seen for the first time; nothing that is old opens by itself."""

    live: FoundLive | None


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Something in the lane may be due."""


OfLane = BuildChanged | Request | Adopt | TimePassed
"""Inputs that concern the lane as a whole."""

OfRelease = (
    Approve
    | Reject
    | Withdraw
    | Cancel
    | Resolve
    | BeginDeployment
    | DeploymentAccepted
    | DeploymentPutOff
    | DeploymentRefused
    | DeploymentLost
    | DeploymentRunning
    | DeploymentEnded
)
"""Inputs that name one release; each is in the transition table or refused."""

Input = OfLane | OfRelease
