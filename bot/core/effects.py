"""What a decision wants brought about, as data, and what happened, for the thread and the audit."""

from dataclasses import dataclass
from enum import Enum

from bot.core.build import Build, Position


@dataclass(frozen=True, slots=True)
class StartDeployment:
    """Trigger the deploy of a release, once, with its key."""

    release: int
    generation: int


@dataclass(frozen=True, slots=True)
class ResendDeployment:
    """A person says that the request may be sent again: look it up once more, then send."""

    release: int
    generation: int


@dataclass(frozen=True, slots=True)
class TurnAway:
    """Reject the run that waits at its gate for a release which has ended, unless another one ships the same."""

    release: int


@dataclass(frozen=True, slots=True)
class LetOn:
    """Answer at the gate for jobs of a release that came there after others of it went on."""

    release: int
    records: tuple[str, ...]  # the CI system's ids of what waits; each is answered for in one effect at most


@dataclass(frozen=True, slots=True)
class StopDeployment:
    """Ask the CI system to end the job of a release that is under way. Each ask of a person once, or more often."""

    release: int


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell people outside the team that a release is live. At most once."""

    release: int


@dataclass(frozen=True, slots=True)
class TellFailure:
    """A new message in the channel that mentions the authors; an edit would notify nobody. At least once."""

    release: int


@dataclass(frozen=True, slots=True)
class AskWhetherItRan:
    """Ask in the operations channel about a lost request. A card, kept true like any other."""

    release: int


@dataclass(frozen=True, slots=True)
class TellRolledBack:
    """A new message that mentions the authors of what was rolled back. At least once."""

    release: int  # the rollback
    other: int | None  # the release that it took out, if it was one


@dataclass(frozen=True, slots=True)
class Remind:
    """A new message to those whose approval is missing. At most one for each of the policy's times."""

    release: int
    nth: int  # 1 for the first


@dataclass(frozen=True, slots=True)
class Escalate:
    """A new message to a second group: approvals have been missing for long. At most one for each asking."""

    release: int
    to: str  # the group's name


@dataclass(frozen=True, slots=True)
class TellOperations:
    """Tell the operations channel what somebody did there, loudly: an override, a mode, a lock that was taken away."""

    happening: "Happening"


@dataclass(frozen=True, slots=True)
class Taint:
    """Quarantine a build of the service and all that contain it."""

    position: Position
    label: str
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class TellLanesAfter:
    """A build has become live here: lanes that come after this environment look at it."""

    build: Build


Effect = (
    StartDeployment
    | ResendDeployment
    | TurnAway
    | LetOn
    | StopDeployment
    | Announce
    | TellFailure
    | AskWhetherItRan
    | TellRolledBack
    | Remind
    | Escalate
    | TellOperations
    | Taint
    | TellLanesAfter
)


class Happened(Enum):
    """Every kind of thing that can have happened to a lane or a release. Each is an audit row."""

    ADOPTED = "adopted"
    OPENED = "opened"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REBUILT = "rebuilt"  # another artifact: approvals are void
    BUILD_BROKE = "build broke"
    DEPLOY_ATTEMPTED = "deploy attempted"
    DEPLOY_PUT_OFF = "deploy put off"  # certainly not sent; tried again by itself
    DEPLOY_ACCEPTED = "deploy accepted"
    DEPLOY_RUNNING = "deploy running"
    LET_ON = "let on later"  # jobs that came to the gate after others of their run; only the audit has it
    DEPLOY_LOST = "deploy lost"
    ASKED_TO_STOP = "asked to cancel"  # the CI system is asked; only its word ends the release
    RESOLVED = "resolved"
    LIVE = "live"
    FAILED = "failed"
    UNDONE = "undone"  # somebody stopped it within the undo window
    LAPSED = "approval lapsed"  # whoever approved may not approve any more
    ASKED_AGAIN = "asked again"  # approvals are void, and why
    REMINDED = "reminded"
    ESCALATED = "escalated"  # a second group was told that approvals are missing
    SCHEDULED = "scheduled"
    OVERRIDDEN = "overridden"
    RETRIED = "retried"
    VERIFYING = "verifying"
    WELL = "well"  # healthy for the first time after its deploy
    MARKED_DONE = "marked as done"
    ROLLED_BACK = "rolled back"
    HELD = "held"
    RESUMED = "resumed"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    LOCK_ENDED = "lock ended"  # its time was up
    LOCK_ENDS_SOON = "lock ends soon"
    HOLD_ENDED = "hold ended"  # its time was up
    HOLD_TAKEN = "hold taken over"  # by a longer one of somebody else
    MODE_SWITCHED = "mode switched"
    DECLARED_LIVE = "declared live"
    DEPLOYED_ELSEWHERE = "deployed elsewhere"
    QUARANTINED = "quarantined"
    CLEARED = "quarantine lifted"
    STOPPED_ALL = "stopped all"
    LET_GO = "let go again"
    TRIAL_ENDED = "trial ended"  # what would have shipped now
    POLICY_CHANGED = "policy changed"
    POLICY_REFUSED = "policy refused"  # the running bot was to read it again, and could not use it
    POLICY_NOT_FOLLOWED = "policy not followed"  # it is in force, and our own code failed before all went by it


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `by` is a person's id, None when no person did it.

    `again` says that it follows a like one in a series of which people have been told: only the audit has it then.
    """

    kind: Happened
    release: int | None = None
    by: str | None = None
    detail: str = ""
    other: int | None = None  # the release that took its place
    url: str | None = None
    again: bool = False
