"""A release: one build on its way to one environment, the words people said about it, and its deployment."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.core.build import Build, Position
from bot.core.policy import Kind, LaneId, LanePolicy


class Lifecycle(Enum):
    """The stored states. What a release waits for is derived from its blockers, never stored."""

    OPEN = "open"
    DEPLOYING = "deploying"
    VERIFYING = "verifying"  # the job has ended; the lane is still its own
    LIVE = "live"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"

    @property
    def ended(self) -> bool:
        """Whether the release has come to its end; it may yet be rolled back, or marked as done."""
        return self not in {Lifecycle.OPEN, Lifecycle.DEPLOYING, Lifecycle.VERIFYING}


class Origin(Enum):
    """Who opened a release."""

    PIPELINE = "pipeline"
    REQUEST = "request"
    EXTERNAL = "external"  # deployed by somebody else; Signoff noticed


class Surface(Enum):
    """Where somebody acted."""

    BUTTON = "button"
    MODAL = "modal"
    COMMAND = "command"
    CLI = "cli"


class Verdict(Enum):
    """A person's word on a release; the last one of each person counts."""

    APPROVE = "approve"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"  # nobody's word: whoever approved may not approve any more


@dataclass(frozen=True, slots=True)
class Approval:
    """One word of one person. Append-only."""

    person: str
    slack: str | None
    verdict: Verdict
    generation: int
    groups: tuple[str, ...]  # the groups they were in when they said it
    at: datetime
    surface: Surface
    saw: str | None = None  # hash of the card that they had before them
    inherited: bool = False  # said of the try before, and counts on here


class DeployStatus(Enum):
    """How far the deployment of a release is."""

    ATTEMPTED = "attempted"  # recorded before the first byte was sent
    ACCEPTED = "accepted"  # the CI system gave it an id
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"  # nobody can tell whether the request arrived


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Somebody wants the deploy to end: the CI system is asked, and how the job ends is what counts."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deployment:
    """What was asked of the CI system for a release, and what it answered."""

    status: DeployStatus
    attempted_at: datetime
    ref: str | None = None  # the CI system's id of the deployment or the run
    url: str | None = None
    finished_at: datetime | None = None
    stop: StopAsked | None = None  # the newest ask
    let_on: tuple[str, ...] = ()  # the CI system's ids of what came to the gate later and was answered for


@dataclass(frozen=True, slots=True)
class Override:
    """Break-glass: approvals and freeze are lifted for this one release.

    `skipped` names what stood in the way then; once it was handed over, what did so at that time.
    """

    by: str
    reason: str
    at: datetime
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a deployed release while it is verified. `well_since` is None until it was healthy once."""

    deployed_at: datetime
    well_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """A build that a rollback takes out, as people call it."""

    position: Position
    label: str


@dataclass(frozen=True, slots=True)
class Release:
    """One build on its way to one environment. A value: deciding returns a new one.

    `generation` counts what ships: it grows when the artifact changes, and approvals of former generations are void.
    `key` is known to the CI system and constant over retries of a call.
    """

    number: int
    lane: LaneId
    origin: Origin
    build: Build
    artifact: str
    generation: int
    key: str
    state: Lifecycle
    opened_at: datetime
    policy: LanePolicy
    policy_hash: str
    requested_by: str | None = None
    requested_slack: str | None = None  # their account, which outlives the name that the policy has for them
    approvals: tuple[Approval, ...] = ()
    deployment: Deployment | None = None
    ended_at: datetime | None = None
    reason: str | None = None  # why it was rejected or cancelled, or what failed
    superseded_by: int | None = None
    older_than_live: bool = False
    put_off: str | None = None  # why its deploy could not be handed over at the last try
    kind: Kind = Kind.RELEASE
    why: str | None = None  # what the requester of a rollback or a hotfix said
    retry_of: int | None = None
    retried_by: str | None = None  # who tries `retry_of` again
    retried_slack: str | None = None
    instead_of: Replaced | None = None  # what was live when it was asked for, where it is a rollback
    asked_at: datetime | None = None  # since when approvals are asked for, if they were asked for again
    approved_at: datetime | None = None  # since when the approvals are complete
    reminded: int = 0  # how many reminders were sent since `asked_at`
    escalated: bool = False  # a second group has heard that approvals are missing
    scheduled_for: datetime | None = None
    override: Override | None = None
    waited_for: str | None = None  # the freeze in which it was ready and might not ship
    chosen: bool = False  # a person chose it when a freeze had lifted
    health: Health | None = None

    @property
    def name(self) -> str:
        """Return the name people use: R-42."""
        return f"R-{self.number}"

    @property
    def asked_since(self) -> datetime:
        """Since when its approvals are asked for."""
        return self.asked_at or self.opened_at

    def standing(self) -> tuple[Approval, ...]:
        """Return the approvals that count: each person's last word on what ships now, where it is a yes."""
        last: dict[str, Approval] = {}
        for word in self.approvals:
            if word.generation == self.generation:
                last.pop(word.person, None)
                last[word.person] = word
        return tuple(word for word in last.values() if word.verdict is Verdict.APPROVE)
