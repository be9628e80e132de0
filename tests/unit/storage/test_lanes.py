"""Lanes: what is loaded is what was saved, nothing more is written than differs, and approvals are only added to."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.build import BuildState
from bot.core.lane import Around, Lane, Live, Reached
from bot.core.policy import LaneId
from bot.core.release import (
    Approval,
    Deployment,
    DeployStatus,
    Lifecycle,
    Origin,
    Release,
    Replaced,
    StopAsked,
    Surface,
    Verdict,
)
from bot.core.target import GithubWorkflow
from storage.lanes import HISTORY
from storage.transactions import SqliteTransaction
from tests.factories import LANE, NOON, a_build, a_lane_policy, a_release, a_sha
from tests.unit.storage.conftest import File

STAGING = LaneId("payments", "staging")
YES = Approval("priya", "U0PRIYA", Verdict.APPROVE, 1, ("qa", "sre"), NOON, Surface.BUTTON, "saw-1", inherited=True)
NO_MORE = Approval("priya", None, Verdict.WITHDRAW, 1, (), NOON, Surface.CLI)


def opened(tx: SqliteTransaction, *releases: Release, lane: LaneId = LANE) -> Lane:
    """Store releases with their builds, one after another."""
    for release in releases:
        tx.builds.save(release.build)
        before = tx.lanes.load(lane)
        tx.lanes.save(before, before.opened(release))
    return tx.lanes.load(lane)


def ended(release: Release, state: Lifecycle) -> Release:
    return replace(release, state=state, ended_at=NOON + timedelta(hours=1))


def test_a_lane_that_nobody_has_seen_is_unadopted(file: File) -> None:
    with file.transaction() as tx:
        assert tx.lanes.load(LANE) == Lane(LANE)
        assert tx.lanes.load(LANE, also=7) == Lane(LANE)
        assert tx.lanes.release(7) is None
        assert tx.lanes.history(LANE, 5) == ()
        assert tx.lanes.unfinished() == ()


def test_what_is_live_is_kept(file: File) -> None:
    found = Live(a_sha(1), "1", NOON, None, None)
    with file.transaction() as tx:
        tx.lanes.save(Lane(LANE), Lane(LANE, NOON, found))
    with file.transaction() as tx:
        before = tx.lanes.load(LANE)
        assert before == Lane(LANE, NOON, found)
        seen = replace(found, position=(NOON, 1, 2))
        tx.lanes.save(before, replace(before, live=seen))
    with file.transaction() as tx:
        assert tx.lanes.load(LANE) == Lane(LANE, NOON, seen)
        assert tx.lanes.load(STAGING) == Lane(STAGING)


def test_a_release_comes_back_whole(file: File) -> None:
    target = GithubWorkflow("deploy.yml", "main", (("environment", "production"),))
    release = a_release(
        origin=Origin.REQUEST,
        requested_by="sam",
        requested_slack="U0SAM",
        retried_by="priya",
        retried_slack="U0PRIYA",
        instead_of=Replaced((NOON, 7, 1), "7 (abc)"),
        approvals=(YES, NO_MORE),
        older_than_live=True,
        policy=a_lane_policy(target=target, expires_after=None, deploy_timeout=timedelta(minutes=90)),
    )
    with file.transaction() as tx:
        opened(tx, release)
    with file.transaction() as tx:
        assert tx.lanes.release(1) == release
        assert tx.lanes.load(LANE).releases == (release,)


def test_changes_are_written_and_the_ended_are_loaded_on_request_only(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, a_release(1), a_release(2))
    with file.transaction() as tx:
        before = tx.lanes.load(LANE)
        superseded = replace(ended(a_release(1), Lifecycle.SUPERSEDED), superseded_by=2)
        approved = replace(a_release(2), approvals=(YES,), older_than_live=True)
        tx.lanes.save(before, before.replaced(superseded).replaced(approved))
    with file.transaction() as tx:
        assert tx.lanes.load(LANE).releases == (approved,)
        assert tx.lanes.load(LANE, also=1).releases == (superseded, approved)
        assert tx.lanes.load(LANE, also=2).releases == (approved,)
        assert tx.lanes.load(STAGING, also=1).releases == ()
        assert tx.lanes.release(1) == superseded


def test_a_deployment_is_kept_from_its_attempt_to_its_end(file: File) -> None:
    steps = [
        Deployment(DeployStatus.ATTEMPTED, NOON),
        Deployment(DeployStatus.ACCEPTED, NOON, "77", "https://ci.example/77"),
        Deployment(DeployStatus.RUNNING, NOON, "77", "https://ci.example/77", stop=StopAsked("priya", NOON)),
        Deployment(DeployStatus.RUNNING, NOON, "9001/1", let_on=("302", "303")),
    ]
    with file.transaction() as tx:
        opened(tx, a_release())
    for step in steps:
        with file.transaction() as tx:
            before = tx.lanes.load(LANE)
            deploying = replace(before.releases[0], state=Lifecycle.DEPLOYING, deployment=step)
            tx.lanes.save(before, before.replaced(deploying))
        with file.transaction() as tx:
            assert tx.lanes.load(LANE).releases == (deploying,)
    with file.transaction() as tx:
        before = tx.lanes.load(LANE)
        finished = replace(steps[1], status=DeployStatus.SUCCEEDED, finished_at=NOON + timedelta(hours=1))
        live = replace(ended(before.releases[0], Lifecycle.LIVE), deployment=finished)
        facts = Live(a_sha(1), "1", NOON, (NOON, 1, 1), 1)
        tx.lanes.save(before, replace(before.replaced(live), live=facts))
    with file.transaction() as tx:
        assert tx.lanes.load(LANE) == Lane(
            LANE, None, facts, (live,), around=Around(reached=(Reached("production", 1, live.ended_at or NOON),))
        )
        assert tx.lanes.release(1) == live


def test_one_release_may_leave_deploying_and_another_enter_it_at_once(file: File) -> None:
    attempted = Deployment(DeployStatus.ATTEMPTED, NOON)
    with file.transaction() as tx:
        opened(tx, a_release(1), a_release(2, state=Lifecycle.DEPLOYING, deployment=attempted))
        before = tx.lanes.load(LANE)
        second = ended(before.releases[1], Lifecycle.FAILED)
        first = replace(before.releases[0], state=Lifecycle.DEPLOYING, deployment=attempted)
        tx.lanes.save(before, before.replaced(second).replaced(first))
    with file.transaction() as tx:
        assert tx.lanes.load(LANE, also=2).releases == (first, second)


def test_two_releases_of_a_lane_cannot_be_deployed_at_once(file: File) -> None:
    attempted = Deployment(DeployStatus.ATTEMPTED, NOON)
    first, there, second = (
        a_release(number, lane=lane, state=Lifecycle.DEPLOYING, deployment=attempted)
        for number, lane in ((1, LANE), (2, STAGING), (3, LANE))
    )
    with file.transaction() as tx:
        opened(tx, first)
        opened(tx, there, lane=STAGING)
        with pytest.raises(sqlite3.IntegrityError, match=r"^UNIQUE constraint failed: releases.service"):
            opened(tx, second)


def test_a_release_shows_its_build_as_the_lane_last_decided_upon_it(file: File) -> None:
    broken = a_build(1, state=BuildState.BROKEN)
    with file.transaction() as tx:
        opened(tx, a_release())
        tx.builds.save(broken)
    with file.transaction() as tx:
        before = tx.lanes.load(LANE)
        assert before.releases == (a_release(),)
        tx.lanes.save(before, before.replaced(replace(before.releases[0], build=broken)))
    with file.transaction() as tx:
        assert tx.lanes.load(LANE).releases == (replace(a_release(), build=broken),)


def test_only_what_differs_is_written(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, a_release(1), a_release(2))
        before = tx.lanes.load(LANE)
        tx.lanes.save(before, before.replaced(replace(before.releases[1], generation=2, artifact="run 9002.2")))
    assert file.sql("SELECT number, row_version FROM releases") == [(1, 1), (2, 2)]


def test_words_are_only_added_to(file: File) -> None:
    with file.transaction() as tx:
        lane = opened(tx, a_release(approvals=(YES,)))
        forgotten = lane.replaced(replace(lane.releases[0], approvals=(NO_MORE,)))
        with pytest.raises(ValueError, match=r"^what people said of R-1 can only be added to$"):
            tx.lanes.save(lane, forgotten)


def test_a_release_from_another_transaction_cannot_be_changed(file: File) -> None:
    with file.transaction() as tx:
        old = opened(tx, a_release())
    with file.transaction() as tx, pytest.raises(LookupError, match=r"^R-1 is not as this transaction loaded it$"):
        tx.lanes.save(old, old.replaced(ended(old.releases[0], Lifecycle.EXPIRED)))


def test_a_lane_cannot_become_another(file: File) -> None:
    with file.transaction() as tx, pytest.raises(ValueError, match=r"^payments/production cannot become"):
        tx.lanes.save(Lane(LANE), Lane(STAGING))


def test_numbers_are_never_reused(file: File) -> None:
    with file.transaction() as tx:
        assert tx.lanes.next_number() == 1
        opened(tx, a_release(1), a_release(2))
        assert tx.lanes.next_number() == 3
    file.sql("DELETE FROM releases WHERE number = 2")
    with file.transaction() as tx:
        assert tx.lanes.next_number() == 3


def test_history_and_the_unfinished(file: File) -> None:
    rejected = replace(ended(a_release(1), Lifecycle.REJECTED), reason="no")
    with file.transaction() as tx:
        opened(tx, rejected)
        opened(tx, a_release(2, lane=STAGING), lane=STAGING)
        opened(tx, a_release(3))
    with file.transaction() as tx:
        assert tx.lanes.history(LANE, 5) == (a_release(3), rejected)
        assert tx.lanes.history(LANE, 1) == (a_release(3),)
        assert tx.lanes.history(LANE, 0) == ()
        assert tx.lanes.history(LANE, -1) == ()
        assert tx.lanes.unfinished() == (a_release(2, lane=STAGING), a_release(3))
        assert tx.lanes.waiting() == (LANE, STAGING)
        assert tx.lanes.in_flight() == ()


def test_history_reads_no_more_releases_than_it_returns(file: File) -> None:
    with file.transaction():
        pass
    assert [row[3] for row in file.sql(f"EXPLAIN QUERY PLAN {HISTORY}", "payments", "production", 5)] == [
        "SEARCH releases USING INDEX releases_of_lane (service=? AND environment=?)"
    ]


def test_only_what_is_being_deployed_is_in_flight(file: File) -> None:
    def flying(number: int, lane: LaneId) -> Release:
        return a_release(
            number, lane=lane, state=Lifecycle.DEPLOYING, deployment=Deployment(DeployStatus.ATTEMPTED, NOON)
        )

    with file.transaction() as tx:
        opened(tx, a_release(1), flying(2, LANE))
        opened(tx, flying(3, STAGING), ended(a_release(4, lane=STAGING), Lifecycle.LIVE), lane=STAGING)
    with file.transaction() as tx:
        assert tx.lanes.in_flight() == (flying(2, LANE), flying(3, STAGING))
        assert tx.lanes.waiting() == (LANE, STAGING)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE approvals SET person = 'sam'",
        "DELETE FROM approvals",
        "REPLACE INTO approvals SELECT id, release, 'sam', slack, verdict, generation, groups, at, surface, saw, inherited FROM approvals",
    ],
)
def test_the_database_refuses_to_alter_what_people_said(file: File, statement: str) -> None:
    with file.transaction() as tx:
        opened(tx, a_release(approvals=(YES,)))
    with pytest.raises(sqlite3.IntegrityError, match=r"^approvals is append-only$"):
        file.sql(statement)
    with file.transaction() as tx:
        assert tx.lanes.release(1) == a_release(approvals=(YES,))


@pytest.mark.parametrize("state", list(Lifecycle))
def test_every_state_can_be_stored(file: File, state: Lifecycle) -> None:
    release = a_release(state=state, ended_at=NOON if state.ended else None)
    with file.transaction() as tx:
        opened(tx, release)
        assert tx.lanes.release(1) == release
