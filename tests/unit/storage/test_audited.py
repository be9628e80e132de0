"""No decision without its row: whatever changes a lane, a release or an approval is in the audit, or did not happen."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.core.build import RunStatus
from bot.core.events import (
    DeployedElsewhere,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    HealthSeen,
    JobsCameLater,
    TimePassed,
)
from bot.core.inputs import (
    Account,
    Actor,
    Answer,
    Approve,
    BeginDeployment,
    Cancel,
    DeclareLive,
    HoldLane,
    Input,
    LockLane,
    MarkDone,
    Override,
    Reject,
    Request,
    Resolve,
    ResumeLane,
    Retry,
    Schedule,
    SwitchMode,
    Undo,
    UnlockLane,
    Withdraw,
)
from bot.core.policy import Mode, Permission
from bot.core.refusals import Refusal
from bot.core.release import Surface
from bot.ports.audit import AuditEntry
from bot.ports.store import Transaction
from bot.submit import Setting, adopt, submit, take_reports
from storage.audit import SqliteAudit
from storage.migrations import migrate
from storage.transactions import Transactions
from tests.factories import LANE, NOON, a_policy, a_report

POLICY = a_policy()
PRIYA, SAM = (
    Actor(
        person,
        Account.MEMBER,
        frozenset({group}),
        Surface.CLI,
        frozenset(Permission),
        host_user="operator",
    )
    for person, group in zip(POLICY.people, ("qa", "sre"), strict=True)
)
DECISIONS = ("lanes", "releases", "approvals")
BESIDE = {"deploy_attempted_at", "row_version"}


def _decided(column: str, value: Any) -> Any:
    """Return what is decided upon: of a build its state, since runs that ended are told of again with other times."""
    return json.loads(value)["state"] if column == "build" else value


"""What may change without a row of its own: when the present attempt began, how often it was written."""
ALL = (*DECISIONS, "audit", "effects", "cards", "builds", "reports", "inbox")

NUMBERS = st.sampled_from([0, 0, 0, 1])
"""Releases, counted back from the newest."""
PEOPLE = st.sampled_from([PRIYA, SAM])
INPUTS: st.SearchStrategy[Input] = st.one_of(
    st.builds(Approve, NUMBERS, PEOPLE),
    st.builds(Approve, NUMBERS, st.just(PRIYA)),
    st.builds(Reject, NUMBERS, PEOPLE, st.just("no")),
    st.builds(Withdraw, NUMBERS, PEOPLE),
    st.builds(Cancel, NUMBERS, PEOPLE),
    st.builds(Resolve, NUMBERS, PEOPLE, st.sampled_from(Answer)),
    st.builds(BeginDeployment, NUMBERS),
    st.builds(Undo, NUMBERS, PEOPLE),
    st.builds(Schedule, NUMBERS, PEOPLE, st.just(NOON + timedelta(minutes=20))),
    st.builds(Override, NUMBERS, PEOPLE, st.just("it burns")),
    st.builds(Retry, NUMBERS, PEOPLE),
    st.builds(MarkDone, NUMBERS, PEOPLE, st.just("it runs")),
    st.builds(HoldLane, PEOPLE, st.just("we watch"), st.sampled_from([None, NOON + timedelta(minutes=9)])),
    st.builds(ResumeLane, PEOPLE),
    st.builds(LockLane, PEOPLE, st.just("load test"), st.just(NOON + timedelta(minutes=12))),
    st.builds(UnlockLane, PEOPLE),
    st.builds(SwitchMode, PEOPLE, st.sampled_from(Mode), st.just("we move")),
    st.builds(DeclareLive, PEOPLE, st.just("f" * 40), st.just("9"), st.just("by hand")),
    st.builds(DeployedElsewhere, st.just("e" * 40), st.just("8"), st.just(NOON), st.none()),
    st.builds(HealthSeen, NUMBERS, st.booleans(), st.just("")),
    st.builds(DeploymentAccepted, NUMBERS, st.just("77"), st.none()),
    st.builds(DeploymentPutOff, NUMBERS, st.just("away")),
    st.builds(DeploymentRefused, NUMBERS, st.just("no")),
    st.builds(DeploymentLost, NUMBERS),
    st.builds(DeploymentRunning, NUMBERS, st.none()),
    st.builds(JobsCameLater, NUMBERS, st.just("77"), st.just("f" * 40), st.just(("302",))),
    st.builds(DeploymentEnded, NUMBERS, st.booleans(), st.just(""), st.none()),
    st.just(TimePassed()),
)


@dataclass(frozen=True)
class Reported:
    """A pipeline says what became of a commit."""

    number: int
    status: RunStatus


@dataclass(frozen=True)
class Asked:
    """Somebody asks for the newest build."""

    by: Actor


Step = Input | Reported | Asked
STEPS: st.SearchStrategy[Step] = st.one_of(
    INPUTS,
    INPUTS,
    st.builds(
        Reported, st.integers(1, 6), st.sampled_from([RunStatus.SUCCEEDED, RunStatus.SUCCEEDED, RunStatus.FAILED])
    ),
    st.builds(Asked, PEOPLE),
)
ACCEPTED = DeploymentAccepted(0, "77", None)
BEGINS: tuple[Step, ...] = (Reported(1, RunStatus.SUCCEEDED), Approve(0, PRIYA), BeginDeployment(0))


class Story:
    """A database in memory, in which one thing happens after another."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._database = Database(connection, execute_plugins=False)
        connection.execute("BEGIN")
        migrate(self._database, Path("memory"))
        connection.execute("COMMIT")
        self._transactions = Transactions(self._database, lambda: NOON, lambda: "handle")
        self._minutes = 0
        self._transactions.write(lambda tx: adopt(tx, POLICY.services[0], [], {LANE: None}, self.setting()))

    def setting(self) -> Setting:
        return Setting(POLICY, NOON + timedelta(minutes=self._minutes), lambda: "abcd2345")

    def decisions(self) -> dict[tuple[str, Any], tuple[Any, ...]]:
        """Return every row that a decision may change, by its table and first column."""
        found = {}
        for table in DECISIONS:
            cursor = self._database.execute(f"SELECT * FROM {table}")  # noqa: S608 - the tables above
            kept = [at for at, column in enumerate(cursor.description) if column[0] not in BESIDE]
            names = [column[0] for column in cursor.description]
            for row in cursor:
                found[table, row[0]] = tuple(_decided(names[at], row[at]) for at in kept)
        return found

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that is stored."""
        return {table: self._rows(table) for table in ALL}

    def _rows(self, table: str) -> list[tuple[Any, ...]]:
        return self._database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - the tables above

    def audited(self, after: int) -> list[dict[str, Any]]:
        return list(self._database.query("SELECT * FROM audit WHERE seq > ? ORDER BY seq", [after]))

    def happens(self, step: Step) -> Refusal | None:
        """Let something happen, each time a minute later."""
        self._minutes += 1
        return self._transactions.write(lambda tx: self._work(tx, step))

    def _work(self, tx: Transaction, step: Step) -> Refusal | None:
        if isinstance(step, Reported):
            report = a_report(step.number, status=step.status, attempt=self._minutes, updated_at=self.setting().now)
            take_reports(tx, POLICY.services[0], [report], self.setting())
            return None
        given: Input
        if isinstance(step, Asked):
            newest = tx.builds.newest_deployable("payments")
            given = Request(newest, step.by, named=True) if newest else TimePassed()
        else:
            given = step
        back = getattr(given, "release", None)
        if back is not None:
            number = tx.lanes.next_number() - 1 - back
            if tx.lanes.release(number) is None:
                return None  # whoever submits has looked it up
            given = replace(given, release=number)
        decided = submit(tx, LANE, given, self.setting())
        return decided if isinstance(decided, Refusal) else None


def changed(before: dict[tuple[str, Any], Any], after: dict[tuple[str, Any], Any]) -> set[tuple[str, Any]]:
    """Return the places of rows that differ."""
    return {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}


def broken(_audit: SqliteAudit, _entry: AuditEntry) -> None:
    raise OSError("no room for the row")


@settings(max_examples=100, deadline=None)
@example(1, [Reported(2, RunStatus.SUCCEEDED)])
@example(3, [ACCEPTED, DeploymentRunning(0, None), DeploymentEnded(0, succeeded=True, detail="", url=None)])
@example(3, [ACCEPTED, DeploymentEnded(0, succeeded=False, detail="", url=None)])
@example(3, [DeploymentPutOff(0, "away"), BeginDeployment(0), DeploymentLost(0), Resolve(0, SAM, Answer.DID_RUN)])
@example(3, [DeploymentRefused(0, "no")])
@given(st.integers(0, 3), st.lists(STEPS, max_size=30))
def test_whatever_changes_is_in_the_audit_or_did_not_happen(begun: int, steps: list[Step]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        story = Story(connection)
        for step in (*BEGINS[:begun], *steps):
            before, everything = story.decisions(), story.everything()
            rows = len(story.audited(0))
            with patch.object(SqliteAudit, "append", broken):
                try:
                    story.happens(step)
                except OSError:
                    assert story.everything() == everything, "a row that cannot be written undoes all that it describes"
                else:
                    assert story.decisions() == before, "what asks for no row decides nothing"
            refused = story.happens(step)
            new = story.audited(rows)
            by = getattr(step, "by", None)
            if refused is not None and by is not None:
                assert [(row["action"], row["actor"], row["surface"]) for row in new] == [
                    ("refused", by.person.id, "cli")
                ]
            described = {row["release"] for row in new}
            for table, place in changed(before, story.decisions()):
                whose = place if table == "releases" else _release_of(story, place) if table == "approvals" else None
                assert new if whose is None else whose in described, f"{table} {place} changed without its row"


def _release_of(story: Story, approval: int) -> int:
    return int(story.decisions()["approvals", approval][1])


@pytest.mark.parametrize("step", [Approve(0, SAM), Approve(0, PRIYA), Reject(0, PRIYA, "no"), Asked(SAM)])
def test_an_act_whose_row_cannot_be_written_does_not_count(step: Step) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        story = Story(connection)
        story.happens(BEGINS[0])
        everything = story.everything()
        with patch.object(SqliteAudit, "append", broken), pytest.raises(OSError, match=r"^no room for the row$"):
            story.happens(step)
        assert story.everything() == everything
