"""What the command can say: what each of its forms asks for."""

from dataclasses import dataclass
from datetime import timedelta

from bot.core.policy import Mode
from handlers.times import When


@dataclass(frozen=True, slots=True)
class HelpWords:
    """Show the words, or all about one of them."""

    word: str | None


@dataclass(frozen=True, slots=True)
class StatusWords:
    """Show what is live and what waits; None means all of them."""

    service: str | None
    environment: str | None


@dataclass(frozen=True, slots=True)
class WhyWords:
    """Show every blocker; without an environment, in each of the service's."""

    service: str
    environment: str | None


@dataclass(frozen=True, slots=True)
class DiffWords:
    """Show what would ship; without an environment, in each of the service's."""

    service: str
    environment: str | None


@dataclass(frozen=True, slots=True)
class ListWords:
    """Show the open releases."""


@dataclass(frozen=True, slots=True)
class HistoryWords:
    """Show the newest releases of a service; without an environment, of each."""

    service: str
    environment: str | None
    count: int


@dataclass(frozen=True, slots=True)
class ApproveWords:
    """Approve a release by its name."""

    release: int


@dataclass(frozen=True, slots=True)
class RejectWords:
    """Reject a release with a reason."""

    release: int
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawWords:
    """Take back one's approval."""

    release: int


@dataclass(frozen=True, slots=True)
class CancelWords:
    """Drop a release."""

    release: int


@dataclass(frozen=True, slots=True)
class RetryWords:
    """Try a failed release again."""

    release: int


@dataclass(frozen=True, slots=True)
class ScheduleWords:
    """Let a release ship at a time at the earliest."""

    release: int
    at: When


@dataclass(frozen=True, slots=True)
class OverrideWords:
    """Break the glass for one release; of one that failed: mark it as done."""

    release: int
    reason: str


@dataclass(frozen=True, slots=True)
class RequestWords:
    """Ask for a release; without a version, of the newest deployable build."""

    service: str
    version: str | None
    environment: str
    at: When | None = None


@dataclass(frozen=True, slots=True)
class RollbackWords:
    """Go back; without a version, to what was live there before."""

    service: str
    version: str | None
    environment: str
    reason: str


@dataclass(frozen=True, slots=True)
class HotfixWords:
    """Go the fast path."""

    service: str
    version: str
    environment: str
    reason: str


@dataclass(frozen=True, slots=True)
class HoldWords:
    """Hold a lane, perhaps for a time only."""

    service: str
    environment: str
    length: timedelta | None
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeWords:
    """End a hold."""

    service: str
    environment: str


@dataclass(frozen=True, slots=True)
class LockWords:
    """Take a lane for oneself; None means for the usual time."""

    service: str
    environment: str
    length: timedelta | None
    reason: str


@dataclass(frozen=True, slots=True)
class UnlockWords:
    """End a lock."""

    service: str
    environment: str


@dataclass(frozen=True, slots=True)
class StopAllWords:
    """Let nothing start anywhere."""

    reason: str


@dataclass(frozen=True, slots=True)
class GoAllWords:
    """Let everything go on."""


@dataclass(frozen=True, slots=True)
class FreezeWords:
    """Show the freezes: now and next."""


@dataclass(frozen=True, slots=True)
class ModeWords:
    """Switch a lane's mode."""

    service: str
    environment: str
    mode: Mode
    reason: str


@dataclass(frozen=True, slots=True)
class LiveWords:
    """Tell what is live."""

    service: str
    environment: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class QuarantineWords:
    """Keep a build, and all that contain it, from shipping."""

    service: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClearWords:
    """Confirm a build, and all that contain it."""

    service: str
    version: str
    reason: str


Reading = HelpWords | StatusWords | WhyWords | ListWords | HistoryWords | DiffWords | FreezeWords
OfRelease = ApproveWords | RejectWords | WithdrawWords | CancelWords | RetryWords | ScheduleWords | OverrideWords
OfLane = HoldWords | ResumeWords | LockWords | UnlockWords | ModeWords | LiveWords
OfBuild = RequestWords | RollbackWords | HotfixWords
OfAll = StopAllWords | GoAllWords | QuarantineWords | ClearWords
Acting = OfRelease | OfLane | OfBuild | OfAll
Parsed = Reading | Acting


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Nothing was started, and why: a sentence in mrkdwn with a way on, its quotations escaped."""

    sentence: str


REASON_AT_MOST = 2000
PREPOSITIONS = ("to", "at", "for", "in")
"""Words that must be followed by what they promise, wherever a form has them; they never begin a reason."""
