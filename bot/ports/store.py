"""The database: one synchronous function is one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol, TypeVar

from bot.core.build import Build, PipelineReport, Position
from bot.core.chain import AuditRow, Head
from bot.core.lane import Lane
from bot.core.policy import LaneId
from bot.core.release import Release
from bot.ports.agenda import Agenda
from bot.ports.changes import Changes
from bot.ports.drafts import Drafts
from bot.ports.figures import FigureBook
from bot.ports.gates import Gates
from bot.ports.homes import Homes
from bot.ports.letters import Letters
from bot.ports.replays import Replays

T = TypeVar("T")


class Lanes(Protocol):
    """Lanes with their releases."""

    def load(self, lane: LaneId, *, also: int | None = None, build: Build | None = None) -> Lane:
        """Return the lane with its unfinished releases (builds and approvals included), oldest first.

        Among them is the one that is live, and a later one that failed. `also` adds one of the lane, ended or not; what
        is around the lane tells of `build` too. A lane that is not stored yet comes back unadopted.
        """

    def save(self, before: Lane, after: Lane) -> None:
        """Write what differs: the lane's row, new releases, changed releases, new approvals (append-only)."""

    def next_number(self) -> int:
        """Return the number that the next release will have; numbers are never reused."""

    def release(self, number: int) -> Release | None:
        """Return one release, ended or not."""

    def history(self, lane: LaneId, count: int) -> tuple[Release, ...]:
        """Return the newest releases of a lane, newest first."""

    def unfinished(self) -> tuple[Release, ...]:
        """Return every unfinished release of every lane, oldest first: for people's lists, not for the loops."""

    def in_flight(self) -> tuple[Release, ...]:
        """Return every release that is being deployed or verified, oldest first."""

    def waiting(self) -> tuple[LaneId, ...]:
        """Return every lane that has unfinished releases, by name."""

    def switched(self) -> tuple[LaneId, ...]:
        """Return every lane whose mode somebody set at run time, by name."""

    def was_overtaken(self, lane: LaneId, position: Position) -> bool:
        """Return whether a build later than this position has been live in a lane, and was not rolled back since."""


class Builds(Protocol):
    """Builds and what pipelines reported about them."""

    def report(self, report: PipelineReport) -> bool:
        """Keep the newest report of each pipeline and commit, by `report.order`. False when it tells nothing new."""

    def reports(self, service: str, sha: str) -> tuple[PipelineReport, ...]:
        """Return the newest report of each pipeline for a commit."""

    def concerned(self, service: str, sha: str, paths: tuple[str, ...]) -> bool | None:
        """Return whether a commit concerns a service with these paths; None where nobody has found out."""

    def set_concerned(self, service: str, sha: str, paths: tuple[str, ...], *, concerned: bool) -> None:
        """Remember it, in place of what was found out with other paths."""

    def save(self, build: Build) -> Build:
        """Insert (id 0) or update a build, unique by service and commit; returns it with its id."""

    def of_commit(self, service: str, sha: str) -> Build | None:
        """Return the build of a commit."""

    def newest_deployable(self, service: str) -> Build | None:
        """Return the deployable build with the greatest position, or None."""

    def by_id(self, build: int) -> Build | None:
        """Return a build by its id."""

    def newest(self, service: str, since: Position | None, most: int) -> tuple[Build, ...]:
        """Return the newest builds of a service from a position on, whatever their state, newest first."""

    def named(self, service: str, version: str) -> tuple[Build, ...]:
        """Return the builds whose version equals `version` or whose commit begins with it (7 to 40 hex digits)."""


class InboxState(Enum):
    """How far a received thing is."""

    WAITING = "waiting"
    DONE = "done"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class Received:
    """Something that came in and acts: verified, not yet decided. `body` is JSON text of our own model."""

    source: str  # "slack", "cli", or whose webhook: "github", "standard"
    dedupe_key: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A received thing with its place in the queue."""

    id: int
    received: Received
    tries: int


class Inbox(Protocol):
    """What was received: stored before it is acknowledged."""

    def put(self, received: Received) -> int | None:
        """Store it; returns its id, or None when its dedupe key was seen before."""

    def claim(self, now: datetime, sources: Sequence[str]) -> InboxRow | None:
        """Return the oldest waiting row of these sources that is due.

        The try is counted at once, so that a row that kills the process is set aside in the end.
        """

    def done(self, row: int, outcome: str) -> None:
        """Record that it was decided and how."""

    def later(self, row: int, due: datetime, why: str, *, counts: bool) -> None:
        """Put it back until `due`; with counts=False the try does not count towards poison (the world's fault)."""

    def poison(self, row: int, why: str) -> None:
        """Set it aside after too many tries."""

    def outcome(self, row: int) -> str | None:
        """Return how a row was decided, or why it was set aside; None while it waits."""

    def next_due(self, sources: Sequence[str]) -> datetime | None:
        """Return when the next waiting row of these sources is due."""

    def waiting_before(self, row: int, source: str) -> Sequence[str]:
        """Return the bodies of what a source handed in earlier and what still waits, oldest first."""

    def done_since(self, row: int, source: str) -> Sequence[str]:
        """Return the bodies of what a source handed in later and what has been decided, oldest first."""

    def prune(self, before: datetime, most: int) -> int:
        """Empty the bodies of what was received before and decided, so many at most; returns how many there were.

        The rows stay: what comes again is still known by its key. What waits or was set aside keeps its body.
        """


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
    """What an effect row asks for. `DEPLOY` and `TURN_AWAY` go to the CI system, the others to Slack."""

    DEPLOY = "deploy"
    TURN_AWAY = "turn_away"  # the run that waits at a gate for a release that has ended
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
        self, row: EffectRow, state: EffectState, now: datetime, *, due: datetime | None = None, note: str = ""
    ) -> bool:
        """Write the outcome if the row is still ours by its fence; False when somebody else has it."""

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

    def next_due(self, kinds: Sequence[EffectKind], without: Sequence[int] = ()) -> datetime | None:
        """Return when the next effect of these kinds is due, `without` these rows."""


class CardKind(Enum):
    """Messages that are kept true."""

    NOTICE = "notice"  # a release, in its service's channel
    FAILURE = "failure"  # a deploy that failed, in its service's channel: a message of its own, which notifies
    QUESTION = "question"  # a lost request, in the operations channel
    DRAFT = "draft"  # an announcement that people read first, in its service's channel
    LETTER = "letter"  # something that could not be delivered, in the operations channel
    AUDIT = "audit"  # the head of the audit chain, in the operations channel


@dataclass(frozen=True, slots=True)
class Card:
    """A message that is kept true: where it is and what Slack was last given."""

    id: int
    kind: CardKind
    release: int | None  # always one for a notice and a question
    channel: str
    ts: str | None
    want: int  # grows whenever its release changes
    have: int  # the `want` that was last shown
    have_hash: str | None
    lost_posts: int  # first posts whose answer was lost: so many unrecorded copies may exist
    tries: int
    subject: str  # what it is about, unique per kind: for a notice and a question the release's number
    confirm: bool = False  # to be sent even if Slack has it: an update that was lost before may have come after it


@dataclass(frozen=True, slots=True)
class Handle:
    """What a button stands for. Its id is random and stable per release, generation, act and card."""

    id: str
    card: int
    release: int | None
    generation: int
    act: str


class Cards(Protocol):
    """Messages that are kept true, and the handles in their buttons."""

    def want(
        self, kind: CardKind, about: int | str, channel: str, now: datetime, *, release: int | None = None
    ) -> None:
        """Ask for the card to be shown anew; makes its row if there is none.

        `about` is a release's number, or the subject of a card about something else, which may concern a `release`.
        """

    def claim(self, now: datetime) -> Card | None:
        """Take the next card that is due and not yet as wanted; a first post is recorded before it is sent."""

    def shown(self, card: Card, ts: str, have_hash: str, now: datetime) -> None:
        """Record what Slack has now; `card.want` becomes its `have`."""

    def later(self, card: Card, due: datetime, *, lost: bool) -> None:
        """Try again at `due`. `lost`: the answer was lost, so what was sent may arrive yet."""

    def give_up(self, card: Card, why: str, again: datetime) -> None:
        """Leave the card alone until `again`, or until its release changes."""

    def gone(self, card: Card, now: datetime) -> None:
        """Forget the message that a card was shown in: it is posted anew, at once."""

    def abandon(self, card: int) -> None:
        """Leave the card alone until its release changes, as a person says."""

    def of(self, kind: CardKind, about: int | str) -> Card | None:
        """Return the card about a release or another subject."""

    def concerning(self, release: int) -> Sequence[Card]:
        """Return every card that is about a release, or about something that could not be delivered for it."""

    def by_id(self, card: int) -> Card | None:
        """Return a card by its id."""

    def handle(self, card: int, release: int | None, generation: int, act: str) -> str:
        """Return the id of the handle for a button, made on first use."""

    def by_handle(self, handle: str) -> Handle | None:
        """Return what a button stands for."""

    def next_due(self) -> datetime | None:
        """Return when the next card is due."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the chain, before it is chained."""

    at: datetime
    action: str
    actor: str | None
    surface: str | None
    lane: str | None
    release: int | None
    policy_hash: str
    data: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some rows of the chain, and where it ends as of the same moment."""

    rows: tuple[AuditRow, ...]
    head: Head
    written: int
    """The greatest number ever given to a row: more than the head's when the end of the chain was deleted."""


class Audit(Protocol):
    """The hash chain."""

    def append(self, entry: AuditEntry) -> None:
        """Chain a row to the head, in the transaction of what it describes."""

    def head(self) -> Head:
        """Return the last row's number and hash."""

    def page(self, after: int, most: int) -> AuditPage:
        """Return the rows that follow a number, in order, at most so many, exactly as they are stored."""

    def first_since(self, at: datetime, after: int, most: int) -> int | None:
        """Return the number of the first row from a moment on, among the `most` rows that follow `after`."""

    def verify(self) -> int:
        """Check the whole chain and return its length; raises ValueError naming the first row that does not fit."""


class Remembered(Protocol):
    """What was learnt from outside and is needed when the outside is away. Nothing is decided by it."""

    def get(self, name: str) -> str | None:
        """Return what is remembered under a name."""

    def beginning(self, prefix: str) -> Mapping[str, str]:
        """Return everything whose name begins so, by the rest of its name."""

    def set(self, name: str, value: str) -> None:
        """Remember it in place of what was remembered before."""


class Transaction(Protocol):
    """One transaction: all of it is committed, or none."""

    lanes: Lanes
    gates: Gates
    builds: Builds
    inbox: Inbox
    effects: Effects
    cards: Cards
    agenda: Agenda
    audit: Audit
    remembered: Remembered
    figures: FigureBook
    replays: Replays
    letters: Letters
    homes: Homes
    changes: Changes
    drafts: Drafts


class Store(Protocol):
    """The database. `work` is a plain function; it runs alone, on the database's own thread."""

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run in BEGIN IMMEDIATE and commit durably before returning; roll back and raise what `work` raises."""

    async def read(self, query: Callable[[Transaction], T]) -> T:
        """Run on a consistent view without writing."""
