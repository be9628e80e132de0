"""Refusals as values: why something was not done. Each becomes a sentence with a way on, in bot/views/refusals.py."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.core.build import BuildState
from bot.core.inputs import Account
from bot.core.lane import Hold, Lock, Mark, Stop
from bot.core.policy import ApprovalRule, LaneId, Mode, Permission
from bot.core.release import Lifecycle


@dataclass(frozen=True, slots=True)
class AccountMayNotAct:
    """A guest, a bot, a stranger, somebody deactivated, or somebody whom the directory does not know."""

    account: Account


@dataclass(frozen=True, slots=True)
class NotAnApprover:
    """The person is in none of the groups that may approve."""

    rules: tuple[ApprovalRule, ...]


class OwnWork(Enum):
    """How the release is the person's own."""

    REQUESTER = "requester"
    RETRIER = "retrier"  # of what had failed; what they said of the first try may count on
    PUSHER = "pusher"
    AUTHOR = "author"  # of a commit that would become live; forbidden under `strict`


@dataclass(frozen=True, slots=True)
class OwnRelease:
    """The person asked for the release, tried it again or pushed it, and the policy forbids approving one's own."""

    how: OwnWork


@dataclass(frozen=True, slots=True)
class AlreadyApproved:
    """The person's approval stands already; nothing changed."""


@dataclass(frozen=True, slots=True)
class NothingToWithdraw:
    """The person has no approval standing."""


@dataclass(frozen=True, slots=True)
class NoApprovalNeeded:
    """Builds of this lane ship by themselves."""


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """What ships has changed since the card that was clicked was shown."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """The release has ended or started; the act no longer applies."""

    state: Lifecycle
    superseded_by: int | None = None


@dataclass(frozen=True, slots=True)
class NoReason:
    """A reason is required and none was given."""


@dataclass(frozen=True, slots=True)
class MayNotCancel:
    """Only the requester and the lane's approvers may; where it needs none, who might ask for such a release."""


class Unstoppable(Enum):
    """Why the CI system is not asked to end a deploy that is under way."""

    UNKNOWN = "unknown"  # nobody knows whether it took the request
    TARGET = "target"  # Signoff has no way, or no right, to end such a job


@dataclass(frozen=True, slots=True)
class CannotStop:
    """The deploy is under way, and Signoff cannot ask for its end."""

    why: Unstoppable


@dataclass(frozen=True, slots=True)
class NotPermitted:
    """The policy does not give this permission to the person."""

    permission: Permission
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotDeployable:
    """The build is not one that could go to production."""

    label: str
    state: BuildState


@dataclass(frozen=True, slots=True)
class AlreadyOpen:
    """A release of this build is open there; its link is the answer."""

    release: int


@dataclass(frozen=True, slots=True)
class AlreadyLive:
    """That is what is live; name the version to deploy it again."""

    label: str


@dataclass(frozen=True, slots=True)
class NotInPolicy:
    """Today's policy no longer names the lane."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class StillBlocked:
    """The last look before the deploy found something in the way."""


@dataclass(frozen=True, slots=True)
class NotExpected:
    """A report or an answer that does not fit the state the release is in."""

    state: Lifecycle


@dataclass(frozen=True, slots=True)
class LaneIsObserved:
    """The pipeline deploys there by itself; Signoff opens nothing."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class NeverLiveThere:
    """A rollback goes to a build that was live there before; this one never was."""

    label: str


@dataclass(frozen=True, slots=True)
class NoFastPath:
    """The policy has no `hotfix` for the lane."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class BuildQuarantined:
    """The build is quarantined, or contains one that is."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class NothingHeld:
    """The lane is not held."""


@dataclass(frozen=True, slots=True)
class HeldAlready:
    """The lane is held by somebody else, or without an end by nobody: another hold would take that away."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class NotLocked:
    """Nobody has locked the lane."""


@dataclass(frozen=True, slots=True)
class LockedBy:
    """Somebody else has the lane for themselves."""

    lock: Lock


@dataclass(frozen=True, slots=True)
class AlreadyStopped:
    """Everything is stopped already."""

    stop: Stop


@dataclass(frozen=True, slots=True)
class NotStopped:
    """Nothing is stopped."""


@dataclass(frozen=True, slots=True)
class SameMode:
    """The lane is in that mode already."""

    mode: Mode


@dataclass(frozen=True, slots=True)
class NobodyToAsk:
    """People shall decide there, and the policy file names nobody who could."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class NotInThePast:
    """A moment that has passed; something shall be later, or end later."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NothingToOverride:
    """Neither an approval nor a freeze is in the way of this release; override lifts nothing else."""


@dataclass(frozen=True, slots=True)
class NothingToUndo:
    """No undo window is running for this release."""


@dataclass(frozen=True, slots=True)
class NotFailed:
    """Only a release that failed can be tried again or marked as done."""

    state: Lifecycle


@dataclass(frozen=True, slots=True)
class NotQuarantined:
    """The build is not quarantined."""

    label: str


@dataclass(frozen=True, slots=True)
class MovedOn:
    """Something else has become live there since; the release cannot be marked as done, or tried again."""

    label: str


Reason = (
    AccountMayNotAct
    | NotAnApprover
    | OwnRelease
    | AlreadyApproved
    | NothingToWithdraw
    | NoApprovalNeeded
    | ChangedSince
    | TooLate
    | NoReason
    | MayNotCancel
    | CannotStop
    | NotPermitted
    | NotDeployable
    | AlreadyOpen
    | AlreadyLive
    | NotInPolicy
    | StillBlocked
    | NotExpected
    | LaneIsObserved
    | NeverLiveThere
    | NoFastPath
    | BuildQuarantined
    | NothingHeld
    | HeldAlready
    | NotLocked
    | LockedBy
    | AlreadyStopped
    | NotStopped
    | SameMode
    | NobodyToAsk
    | NotInThePast
    | NothingToOverride
    | NothingToUndo
    | NotFailed
    | NotQuarantined
    | MovedOn
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was changed, and why: every reason, not the first."""

    reasons: tuple[Reason, ...]
