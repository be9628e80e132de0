"""Everything that a lane can be handed: what people do, what the worker is about to do, and the events."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.core.build import Build
from bot.core.events import (
    Adopt,
    BuildChanged,
    DeployedElsewhere,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    HealthSeen,
    JobsCameLater,
    ReachedBefore,
    TimePassed,
)
from bot.core.policy import Kind, Mode, Permission, Person
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
class Request:
    """Somebody asks for a release of a build. `named` tells that they named the version themselves.

    A rollback and a hotfix have a reason; `at` is when it shall ship at the earliest.
    """

    build: Build
    by: Actor
    named: bool
    kind: Kind = Kind.RELEASE
    reason: str = ""
    at: datetime | None = None


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
    """The requester or an approver drops a release, or has the CI system asked to end its deploy."""

    release: int
    by: Actor


@dataclass(frozen=True, slots=True)
class Undo:
    """Somebody entitled stops what is about to ship by itself; people are asked again."""

    release: int
    by: Actor
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A release shall not ship before `at`; after a freeze with `when_lifted: ask` this also chooses it."""

    release: int
    by: Actor
    at: datetime
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """Break-glass: ship this release in spite of missing approvals or a freeze, for a reason."""

    release: int
    by: Actor
    reason: str
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Try a failed release again: a new release of the same build.

    `build` is the build as it is known today; None when it is as the release knew it.
    """

    release: int
    by: Actor
    build: Build | None = None


@dataclass(frozen=True, slots=True)
class MarkDone:
    """A person says that a failed release is live after all, for a reason."""

    release: int
    by: Actor
    reason: str


class Answer(Enum):
    """What a person knows about a deploy of which the CI system cannot tell whether it started."""

    DID_RUN = "it did run"
    DID_NOT_RUN = "it did not run"
    TRY_AGAIN = "try again"
    ABANDON = "abandon"


@dataclass(frozen=True, slots=True)
class Resolve:
    """A person answers the question about a lost request.

    `build` is the build as it is known today; None when it is as the release knew it.
    """

    release: int
    by: Actor
    answer: Answer
    build: Build | None = None


@dataclass(frozen=True, slots=True)
class BeginDeployment:
    """The worker is about to send the request: the last look before the first byte.

    `approvers` is everybody whose approval stands, as the directory knows them now; those who may not approve any more
    are not counted. None where nobody was to be asked. `build` is the build as it is known today; None when it is as
    the release knew it. `unasked` are those of them, by id, who could not be asked about and are as was known before.
    """

    release: int
    approvers: tuple[Actor, ...] | None = None
    build: Build | None = None
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HoldLane:
    """Nothing ships here until somebody resumes it, or until `until`."""

    by: Actor
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResumeLane:
    """The hold ends."""

    by: Actor


@dataclass(frozen=True, slots=True)
class LockLane:
    """Somebody takes the environment for themselves until `until`."""

    by: Actor
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class UnlockLane:
    """The lock ends; its owner is told when somebody else ended it."""

    by: Actor


@dataclass(frozen=True, slots=True)
class SwitchMode:
    """The lane's mode changes at run time."""

    by: Actor
    mode: Mode
    reason: str


@dataclass(frozen=True, slots=True)
class DeclareLive:
    """Somebody says what is live: at the first start, or after a deploy that Signoff did not see."""

    by: Actor
    sha: str
    version: str
    reason: str
    build: Build | None = None


OfLane = (
    BuildChanged
    | Request
    | Retry
    | Adopt
    | TimePassed
    | HoldLane
    | ResumeLane
    | LockLane
    | UnlockLane
    | SwitchMode
    | DeclareLive
    | DeployedElsewhere
    | ReachedBefore
)
"""Inputs that concern the lane as a whole."""

OfRelease = (
    Approve
    | Reject
    | Withdraw
    | Cancel
    | Undo
    | Schedule
    | Override
    | MarkDone
    | Resolve
    | BeginDeployment
    | DeploymentAccepted
    | DeploymentPutOff
    | DeploymentRefused
    | DeploymentLost
    | DeploymentRunning
    | JobsCameLater
    | DeploymentEnded
    | HealthSeen
)
"""Inputs that name one release; each is in the transition table or refused."""

Input = OfLane | OfRelease
