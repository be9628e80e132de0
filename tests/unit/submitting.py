"""A database file on which inputs are submitted one after another, under a policy of staging and production."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from bot.core.build import PipelineReport
from bot.core.decide import Decision
from bot.core.events import DeploymentAccepted, DeploymentEnded
from bot.core.inputs import Account, Actor, Approve, BeginDeployment, Input
from bot.core.policy import EVERYONE, After, LaneId, LanePolicy, Mode, Permission, Policy
from bot.core.refusals import Refusal
from bot.core.release import Lifecycle, Release, Surface
from bot.ports.store import Transaction
from bot.submit import Setting, adopt, submit, take_reports
from storage.durability import connect
from storage.migrations import migrate
from storage.transactions import Transactions
from tests.factories import LANE, NOON, a_lane_policy, a_policy, a_report

T = TypeVar("T")

STAGING = LaneId("payments", "staging")
SOAK = timedelta(minutes=30)
STAGED = a_lane_policy(STAGING, mode=Mode.DEPLOYMENT)
AFTERWARDS = a_lane_policy(after=After("staging", SOAK))
EVERYBODY = tuple((permission, (EVERYONE,)) for permission in Permission)


def two_lanes(*lanes: LanePolicy, **changed: Any) -> Policy:
    """Return a policy in which builds ship to staging by themselves, and to production after half an hour there."""
    return a_policy(*(lanes or (STAGED, AFTERWARDS)), **({"permissions": EVERYBODY} | changed))


def person(name: str) -> Actor:
    """Return somebody at their button who may do everything."""
    known = next(one for one in a_policy().people if one.id == name)
    groups = frozenset(group.name for group in a_policy().groups if name in group.people)
    return Actor(known, Account.MEMBER, groups, Surface.BUTTON, frozenset(Permission), saw="saw-1")


PRIYA, SAM = person("priya"), person("sam")


@dataclass
class Room:
    """The database and the present. Each step is a transaction of its own."""

    path: Path
    policy: Policy = field(default_factory=two_lanes)
    now: datetime = NOON

    def setting(self) -> Setting:
        """Return what deciding needs, as of now."""
        return Setting(self.policy, self.now, lambda: "abcd2345")

    def run(self, work: Callable[[Transaction, Setting], T]) -> T:
        """Run one transaction on the file."""
        with closing(connect(self.path)) as connection:
            database = Database(connection, execute_plugins=False)
            connection.execute("BEGIN IMMEDIATE")
            migrate(database, self.path)
            connection.execute("COMMIT")
            store = Transactions(database, lambda: self.now, lambda: "handle")
            return store.write(lambda tx: work(tx, self.setting()))

    def adopted(self) -> "Room":
        """See all lanes for the first time, with nothing live."""
        for service in self.policy.services:
            live = dict.fromkeys(lane.lane for lane in service.lanes)
            self.run(lambda tx, setting, service=service, live=live: adopt(tx, service, [], live, setting))  # type: ignore[misc]
        return self

    def submit(self, given: Input, lane: LaneId = LANE) -> Decision | Refusal:
        """Submit one input."""
        return self.run(lambda tx, setting: submit(tx, lane, given, setting))

    def reports(self, *reports: PipelineReport) -> None:
        """Let pipelines report, all at once."""
        self.run(lambda tx, setting: take_reports(tx, self.policy.services[0], reports, setting))

    def builds(self, *numbers: int) -> None:
        """Let builds become deployable, one after another."""
        for number in numbers:
            self.reports(a_report(number))

    def passes(self, span: timedelta) -> None:
        """Let time pass."""
        self.now += span

    def ships(self, number: int) -> Release:
        """Bring an open release that nothing blocks to its end, which is well; returns it."""
        lane = self.release(number).lane
        for given in (
            BeginDeployment(number),
            DeploymentAccepted(number, "77", None),
            DeploymentEnded(number, succeeded=True, detail="", url=None),
        ):
            decided = self.submit(given, lane)
            assert isinstance(decided, Decision), decided
        return self.release(number)

    def approves(self, number: int) -> None:
        """Let Priya approve a release."""
        decided = self.submit(Approve(number, PRIYA), self.release(number).lane)
        assert isinstance(decided, Decision), decided

    def release(self, number: int) -> Release:
        """Return a release as it is stored."""
        found = self.run(lambda tx, _: tx.lanes.release(number))
        assert found is not None, f"no R-{number}"
        return found

    def states(self) -> dict[str, Lifecycle]:
        """Return the state of every release, by lane and version."""
        rows = self.sql(
            "SELECT environment || ' ' || json_extract(build, '$.version'), state FROM releases ORDER BY number"
        )
        return {name: Lifecycle(state) for name, state in rows}

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Read behind the ports' back."""
        with closing(connect(self.path)) as connection:
            return connection.execute(statement).fetchall()

    def audited(self) -> list[tuple[Any, ...]]:
        """Return what the audit says beside times and hashes."""
        return self.sql("SELECT action, actor, surface, lane, release, data FROM audit ORDER BY seq")

    def effects(self, *kinds: str) -> list[tuple[Any, ...]]:
        """Return key, lane, release, body and state of the effects of some kinds, in order."""
        named = ", ".join(f"'{kind}'" for kind in kinds)
        return self.sql(f"SELECT key, lane, release, body, state FROM effects WHERE kind IN ({named}) ORDER BY id")  # noqa: S608 - the kinds above
