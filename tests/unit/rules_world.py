"""The world of an example in docs/rules.md: a database in memory, a policy, people, pipelines and a clock."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from bot.core.blockers import Blocker, blockers
from bot.core.build import Author, Build, PipelineReport, RunStatus
from bot.core.changelog import Span
from bot.core.decide import Decision
from bot.core.events import FoundLive, TimePassed
from bot.core.inputs import Account, Actor, BeginDeployment, Input
from bot.core.lane import Lane, Mark, Stop
from bot.core.policy import EVERYONE, LaneId, Permission, Person, Policy
from bot.core.refusals import Refusal
from bot.core.release import Release, Surface
from bot.ports.store import Transaction
from bot.submit import Setting, adopt, soak_ended, submit, take_reports
from storage.migrations import migrate
from storage.transactions import Transactions
from tests.factories import a_sha
from tests.unit.rules_policy import PolicyText

T = TypeVar("T")

BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""Every example begins on this Monday at nine."""
LANE = LaneId("payments", "production")
_MOST_LOOKS = 500


@dataclass
class World:
    """Everything that an example speaks of. What people did last and was refused is in `refusal` until it is told."""

    text: PolicyText
    connection: sqlite3.Connection
    now: datetime = BEGIN
    policy: Policy | None = None
    refusal: Refusal | None = None
    accounts: dict[str, Account] = field(default_factory=dict)
    joined: set[tuple[str, str]] = field(default_factory=set)
    left: set[tuple[str, str]] = field(default_factory=set)
    live: int | None = None
    done: set[type] = field(default_factory=set)
    attempts: dict[tuple[int, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._database = Database(self.connection, execute_plugins=False)
        self.connection.execute("BEGIN")
        migrate(self._database, Path("memory"))
        self.connection.execute("COMMIT")
        self._store = Transactions(self._database, lambda: self.now, lambda: "handle")

    # --- the policy ---------------------------------------------------------------------------------------------

    def begin(self) -> Policy:
        """Read the policy and see its lanes for the first time, unless that was done."""
        if self.policy is None:
            self.policy = self.loaded()
            for service in self.policy.services:
                seen = [self.report(self.live)] if self.live is not None and service.name == LANE.service else []
                live = {lane.lane: self._found(lane.lane) for lane in service.lanes}
                self.run(lambda tx, one, s=service, r=seen, known=live: adopt(tx, s, r, known, one))  # type: ignore[misc]
        return self.policy

    def reload(self) -> None:
        """Read the policy again; every lane looks at what has changed."""
        self.policy = self.loaded()
        for lane in self.policy.lanes():
            self.submit(TimePassed(), lane.lane)

    def loaded(self) -> Policy:
        read = self.text.read()
        assert isinstance(read, Policy), read
        return read

    def _found(self, lane: LaneId) -> FoundLive | None:
        if self.live is None or lane != LANE:
            return None
        return FoundLive(a_sha(self.live), str(self.live), BEGIN - timedelta(days=1), None)

    # --- the database -------------------------------------------------------------------------------------------

    def setting(self) -> Setting:
        return Setting(self.begin(), self.now, lambda: "abcd2345")

    def run(self, work: Callable[[Transaction, Setting], T]) -> T:
        """Run one transaction."""
        setting = self.setting()
        return self._store.write(lambda tx: work(tx, setting))

    def submit(self, given: Input, lane: LaneId = LANE) -> Decision | Refusal:
        """Submit one input and keep its refusal."""
        self.done.add(type(given))
        return self.took(self.run(lambda tx, setting: submit(tx, lane, given, setting)))

    def took(self, decided: T) -> T:
        """Keep a refusal until the example tells of it."""
        self.refusal = decided if isinstance(decided, Refusal) else None
        return decided

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._database.execute(statement, values).fetchall()

    # --- what is there ------------------------------------------------------------------------------------------

    def releases(self) -> tuple[int, ...]:
        return tuple(number for (number,) in self.rows("SELECT number FROM releases ORDER BY number"))

    def release(self, number: int) -> Release:
        found = self.run(lambda tx, _: tx.lanes.release(number))
        assert found is not None, f"there is no R-{number}"
        return found

    def lane(self, lane: LaneId, also: int | None = None) -> Lane:
        return self.run(lambda tx, _: tx.lanes.load(lane, also=also))

    def blockers(self, number: int) -> tuple[Blocker, ...]:
        release = self.release(number)
        return blockers(release, self.lane(release.lane, number), self.begin(), self.now)

    def build(self, number: int) -> Build:
        """Return the build of a commit; pipelines must have told of it."""
        found = self.run(lambda tx, _: tx.builds.of_commit("payments", a_sha(number)))
        assert found is not None, f"there is no build {number}"
        return found

    def span(self, number: int) -> Span:
        """Return what is compared for a build: from what is live to its commit."""
        live = self.lane(LANE).live
        assert live is not None, "nothing is live"
        return Span(LANE.service, live.sha, a_sha(number))

    # --- pipelines and people -----------------------------------------------------------------------------------

    def report(self, number: int, status: RunStatus = RunStatus.SUCCEEDED, **changed: Any) -> PipelineReport:
        """Return what a workflow says of a commit; greater numbers are newer commits."""
        workflow = changed.pop("workflow", "build.yml")
        at = BEGIN - timedelta(days=2) + timedelta(minutes=number)
        attempt = self.attempts.setdefault((number, workflow), 1)
        report = PipelineReport(
            service="payments",
            pipeline=f".github/workflows/{workflow}",
            sha=a_sha(number),
            run_id=str(9000 + number),
            run_number=number,
            attempt=attempt,
            status=status,
            created_at=at,
            updated_at=self.now,
            url=f"https://github.example/acme/payments/actions/runs/{9000 + number}",
            title=f"Change {number}",
            branch="main",
        )
        return replace(report, **changed)

    def hears(self, *reports: PipelineReport) -> None:
        """Let pipelines report."""
        service = self.begin().services[0]
        self.run(lambda tx, setting: take_reports(tx, service, reports, setting))

    def author(self, name: str) -> Author:
        """Return somebody as git and GitHub name them, whether the policy lists them or not."""
        person = next((one for one in self.begin().people if one.id == name), Person(name))
        return Author(name, person.email or f"{name}@elsewhere.example", person.github)

    def actor(self, name: str) -> Actor:
        """Return somebody at their keyboard, in the groups and with the permissions that the policy gives them."""
        policy = self.begin()
        slack = f"U0{name.upper()}"
        person = next((one for one in policy.people if one.id == name), Person(slack, slack=slack))
        groups = {group.name for group in policy.groups if name in group.people}
        groups |= {group for who, group in self.joined if who == name}
        groups -= {group for who, group in self.left if who == name}
        names = {person.id, EVERYONE, *groups}
        may = frozenset(one for one in Permission if names & set(policy.allowed(one)))
        account = self.accounts.get(name, Account.MEMBER)
        return Actor(person, account, frozenset(groups), Surface.COMMAND, may)

    def last_look(self, number: int) -> BeginDeployment:
        """Return the last look before the first byte, with everybody who approved as they are now."""
        release = self.release(number)
        return BeginDeployment(
            number, tuple(self.actor((word.slack or "").removeprefix("U0").lower()) for word in release.standing())
        )

    # --- time ---------------------------------------------------------------------------------------------------

    def passes(self, until: datetime) -> None:
        """Let time pass; whatever is due on the way happens when it is due."""
        assert until > self.now, f"{until} is not after {self.now}"
        self.begin()
        for _ in range(_MOST_LOOKS):
            due = self._look()
            if due is None or due > until:
                self.now = until
                self._look()
                return
            self.now = due
        raise AssertionError("the clock goes round")

    def _look(self) -> datetime | None:
        """Do what the clock does."""
        for lane in self._due():
            self.submit(TimePassed(), lane)
        for soak in self.run(lambda tx, _: tx.agenda.soaked(self.now)):
            self.run(lambda tx, setting, soak=soak: soak_ended(tx, soak, setting))  # type: ignore[misc]
        return self.run(lambda tx, _: tx.agenda.next_due(self.now))

    def _due(self) -> Sequence[LaneId]:
        return self.run(lambda tx, _: tx.agenda.due(self.now))

    def all_over(self, work: Callable[[Transaction, Setting], Stop | Mark | Refusal]) -> None:
        """Do what concerns a whole service or everything."""
        self.took(self.run(work))
