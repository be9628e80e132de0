"""The database: one synchronous function is one transaction."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from bot.core.build import Build, PipelineReport, Position
from bot.core.lane import Lane
from bot.core.policy import LaneId
from bot.core.release import Release
from bot.ports.agenda import Agenda
from bot.ports.audit import Audit
from bot.ports.cards import Cards
from bot.ports.changes import Changes
from bot.ports.drafts import Drafts
from bot.ports.effects import Effects
from bot.ports.figures import FigureBook
from bot.ports.gates import Gates
from bot.ports.homes import Homes
from bot.ports.inbox import Inbox
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
