"""The port of effects: what is to be done outside, as rows with their attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol


class EffectState(Enum):
    """The states of the effect protocol."""

    READY = "ready"
    ATTEMPTING = "attempting"
    VERIFY = "verify"  # the answer was lost: look it up by our key
    UNKNOWN = "unknown"  # a person decides
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


class EffectKind(Enum):
    """What an effect row asks for.

    `DEPLOY`, `TURN_AWAY`, `LET_ON` and `STOP` go to the CI system, the others to Slack.
    """

    DEPLOY = "deploy"
    TURN_AWAY = "turn_away"  # the run that waits at a gate for a release that has ended
    LET_ON = "let_on"  # jobs of an approved run that came to its gate after others of it went on
    STOP = "stop"  # the job of a deploy that is under way
    ANNOUNCE = "announce"
    TELL_FAILURE = "tell_failure"
    TELL_ROLLED_BACK = "tell_rolled_back"
    TELL_AUTHOR = "tell_author"  # one person, of what became of their change
    REMIND_LETTERS = "remind_letters"  # those who may answer what waits in the operations channel
    REMIND_DRAFT = "remind_draft"  # those who may post an announcement
    REMIND = "remind"  # those whose approval is missing
    ESCALATE = "escalate"  # a second group, when approvals have been missing for long
    TELL_ESCALATED = "tell_escalated"  # one person of it
    OPERATIONS = "operations"  # something that operations should know
    TELL_LINE = "tell_line"  # the first build that broke, and the one that mended it
    TELL_FREEZE = "tell_freeze"  # that a freeze begins or ends
    LOG = "log"  # a line in a release's thread
    ANSWER = "answer"  # a private answer to somebody who acted
    REPLY = "reply"  # what is answered to somebody who mentioned the bot
    ANCHOR = "anchor"  # the head of the audit chain, in the operations channel


@dataclass(frozen=True, slots=True)
class NewEffect:
    """An intent. `key` is unique for ever; a cancelled row with the same key becomes ready again.

    Effects of one `lane` are worked off in order, one at a time. `body` is JSON text of our own model.
    """

    key: str
    kind: EffectKind
    lane: str
    release: int | None
    body: str


@dataclass(frozen=True, slots=True)
class EffectRow:
    """A claimed effect: an attempt at it is recorded, and `fence` guards its outcome."""

    id: int
    effect: NewEffect
    claimed_from: EffectState  # READY: do it; VERIFY: find out whether it happened
    attempt: int
    fence: int
    created_at: datetime
    give_up_at: datetime  # from here on it is not tried again by itself
    first_lost_at: datetime | None
    lost: int = 0  # attempts before this one whose answer was lost: all others certainly never arrived
    waited: int = 0  # attempts before this one that did certainly nothing, since it was not their turn

    @property
    def tries(self) -> int:
        """How often it was tried, from 1 with this attempt: what pauses grow by. A wait for its turn was no try."""
        return self.attempt - self.waited


class Effects(Protocol):
    """Effect rows: intent, attempt, outcome."""

    def enqueue(self, effect: NewEffect, now: datetime) -> None:
        """Record an intent; one that is known by its key already stays as it is, unless it was cancelled."""

    def look(
        self, kinds: Sequence[EffectKind], now: datetime, without: Sequence[int] = ()
    ) -> tuple[int, NewEffect] | None:
        """Return what `claim` would take now, with its row's id, and leave it alone; `without` names rows by id."""

    def claim(self, kinds: Sequence[EffectKind], now: datetime, *, only: int | None = None) -> EffectRow | None:
        """Take the next due effect that is first in its lane and record the attempt; None when there is none.

        A READY row becomes ATTEMPTING; a VERIFY row is claimed as VERIFY and stays so. `only`: this row or none.
        """

    def outcome(
        self,
        row: EffectRow,
        state: EffectState,
        now: datetime,
        *,
        due: datetime | None = None,
        note: str = "",
        counts: bool = True,
    ) -> bool:
        """Write the outcome if the row is still ours by its fence; False when somebody else has it.

        `counts`: whether that was a try; what stays READY since it was not its turn was none.
        """

    def following(self, row: EffectRow, most: int) -> tuple[EffectRow, ...]:
        """Return the READY effects of the same kind that wait behind a claimed one in its lane, in order, unclaimed.

        An effect of another kind between them ends the list.
        """

    def done_with(self, row: EffectRow, others: Sequence[int], now: datetime) -> None:
        """Record that some that are READY were brought about together with one that is ours."""

    def void_leases(self, now: datetime) -> int:
        """At start: whatever a dead instance was attempting may have happened; READY to VERIFY. Returns how many."""

    def cancel_ready(self, lane: str, keep: Sequence[str]) -> None:
        """Cancel what is READY in a lane, save what has one of these keys; what is attempted is left as it is."""

    def resume(self, key: str, state: EffectState, now: datetime) -> None:
        """Wake an UNKNOWN row after a person's answer (READY, VERIFY or CANCELLED)."""

    def hasten(self, key: str, now: datetime) -> None:
        """Have a VERIFY row that nobody works at looked at now: what it waits for is known by now."""

    def next_due(self, kinds: Sequence[EffectKind], without: Sequence[int] = ()) -> datetime | None:
        """Return when the next effect of these kinds is due, `without` these rows."""
