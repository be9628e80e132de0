"""What is around a lane: where its builds have been live, what they contain beyond what is live, marks and the stop."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.build import Build, BuildState
from bot.core.lane import Around, Change, Judgement, Lane, Live, Mark, Reached, Stop
from bot.core.policy import LaneId
from bot.core.release import Lifecycle, Release
from storage import around, lanes
from storage.rows import BUILD, LANE_POLICY
from storage.transactions import SqliteTransaction
from tests.factories import ANN, LANE, NOON, a_build, a_lane_policy, a_release, a_sha
from tests.unit.storage.conftest import File
from tests.unit.storage.test_lanes import ended, opened

STAGING = LaneId("payments", "staging")
OTHER = LaneId("billing", "staging")
HOUR = timedelta(hours=1)
BAD = Mark(1, Judgement.BAD, (NOON, 4, 1), "4 (0000004)", "priya", "it loses money", NOON)
CLEARED = Mark(2, Judgement.CLEARED, (NOON, 6, 1), "6 (0000006)", None, "mended", NOON + HOUR)


@pytest.fixture
def built(file: File) -> File:
    """A file in which builds 1 to 6 of payments are stored."""
    with file.transaction() as tx:
        for number in range(1, 7):
            tx.builds.save(a_build(number, id=0))
    return file


def live(
    number: int,
    lane: LaneId = STAGING,
    build: Build | None = None,
    *,
    hours: int = 1,
    state: Lifecycle = Lifecycle.LIVE,
) -> Release:
    """Return a release that became live so many hours after noon."""
    return a_release(number, build, lane, state=state, ended_at=NOON + hours * HOUR)


def runs(tx: SqliteTransaction, live_now: Live, lane: LaneId = LANE) -> None:
    """Let something be live in a lane."""
    before = tx.lanes.load(lane)
    tx.lanes.save(before, replace(before, live=live_now))


def around_of(file: File, lane: LaneId = LANE, number: int | None = None) -> Around:
    """Return what is around a lane, and a build that an input is about."""
    with file.transaction() as tx:
        return tx.lanes.load(lane, build=None if number is None else a_build(number)).around


def test_nothing_is_around_an_empty_lane(built: File) -> None:
    assert around_of(built) == Around()


def test_a_build_has_reached_where_it_was_live_since_the_first_time(built: File) -> None:
    with built.transaction() as tx:
        opened(tx, a_release(1))
        opened(tx, live(2, build=a_build(1), hours=3), live(3, build=a_build(1), hours=2), lane=STAGING)
        opened(tx, live(4, OTHER, build=a_build(7, service="billing")), lane=OTHER)
    assert around_of(built).reached == (Reached("staging", 1, NOON + 2 * HOUR),)
    assert around_of(built, number=2).reached == (Reached("staging", 1, NOON + 2 * HOUR),)


@pytest.mark.parametrize("state", [state for state in Lifecycle if state is not Lifecycle.LIVE])
def test_what_is_not_live_or_was_taken_out_has_not_reached(built: File, state: Lifecycle) -> None:
    there = a_release(2, a_build(1), STAGING, state=state, ended_at=NOON if state.ended else None)
    with built.transaction() as tx:
        opened(tx, a_release(1))
        opened(tx, there, lane=STAGING)
    assert around_of(built).reached == ()


def test_a_rebuilt_artifact_has_not_been_where_the_former_one_was(built: File) -> None:
    with built.transaction() as tx:
        opened(tx, a_release(1, artifact="run 9001.2"), live(2, LANE, build=a_build(1)))
        opened(tx, live(3, build=a_build(1)), lane=STAGING)
    assert around_of(built).reached == (), "nor may one go back to what was never there"
    assert around_of(built, STAGING, 1).reached == (
        Reached("production", 1, NOON + HOUR),
        Reached("staging", 1, NOON + HOUR),
    )


def test_the_build_of_the_input_is_told_of_as_it_is(built: File) -> None:
    with built.transaction() as tx:
        opened(tx, live(2, build=a_build(1)), lane=STAGING)
        tx.lanes.save(Lane(LANE), replace(Lane(LANE), adopted_at=NOON))
        again = a_build(1, artifact="run 9001.2")
        assert tx.lanes.load(LANE, build=a_build(1)).around.reached == (Reached("staging", 1, NOON + HOUR),)
        assert tx.lanes.load(LANE, build=again).around.reached == ()


def test_what_others_deployed_there_counts_since_it_was_first_found(built: File) -> None:
    with built.transaction() as tx:
        opened(tx, a_release(1))
        runs(tx, Live(a_sha(1), "1", NOON), STAGING)
        runs(tx, Live(a_sha(2), "2", NOON + HOUR), STAGING)
        runs(tx, Live(a_sha(1), "1", NOON + 2 * HOUR), STAGING)
        runs(tx, Live(a_sha(3), "3", NOON, release=1), STAGING)
    assert around_of(built).reached == (Reached("staging", 1, NOON),)
    assert built.sql("SELECT sha, artifact, since FROM lived ORDER BY sha") == [
        (a_sha(1), "run 9001.1", "2026-11-21T12:00:00.000000Z"),
        (a_sha(2), "run 9002.1", "2026-11-21T13:00:00.000000Z"),
    ]


def test_what_was_rebuilt_since_others_deployed_it_has_not_been_there(built: File) -> None:
    again = replace(a_build(1), artifact="run 9001.2")
    with built.transaction() as tx:
        runs(tx, Live(a_sha(1), "1", NOON), STAGING)
        tx.builds.save(again)
        assert tx.lanes.load(LANE, build=again).around.reached == ()
        assert tx.lanes.load(LANE, build=a_build(1)).around.reached == (Reached("staging", 1, NOON),)
        runs(tx, Live(a_sha(2), "2", NOON), STAGING)
        runs(tx, Live(a_sha(1), "1", NOON + HOUR), STAGING)
        assert tx.lanes.load(LANE, build=again).around.reached == (Reached("staging", 1, NOON + HOUR),)


def test_what_others_deployed_before_we_heard_of_its_build_is_what_was_built_first(built: File) -> None:
    with built.transaction() as tx:
        runs(tx, Live(a_sha(7), "7", NOON), STAGING)
        built_since = tx.builds.save(a_build(7, id=0))
        assert tx.lanes.load(LANE, build=built_since).around.reached == (Reached("staging", 7, NOON),)
        again = tx.builds.save(replace(built_since, artifact="run 9007.2"))
        assert tx.lanes.load(LANE, build=again).around.reached == ()


def test_changes_are_the_builds_after_what_is_live_up_to_the_newest_that_waits(built: File) -> None:
    broken = a_build(3, state=BuildState.BROKEN, authors=())
    with built.transaction() as tx:
        for build in (broken, a_build(4, id=0, service="billing")):
            tx.builds.save(build)
        runs(tx, Live(a_sha(2), "2", NOON, (NOON, 2, 1)))
        opened(tx, a_release(4))
    third = Change(a_sha(3), (NOON, 3, 1), ())
    fourth = Change(a_sha(4), (NOON, 4, 1), (ANN,))
    assert around_of(built).changes == (third, fourth)
    assert around_of(built, number=5).changes == (third, fourth, Change(a_sha(5), (NOON, 5, 1), (ANN,)))
    assert around_of(built, number=1).changes == (third, fourth)


def test_without_anything_that_waits_or_is_live_there_are_no_changes(built: File) -> None:
    with built.transaction() as tx:
        opened(tx, a_release(4))
    assert around_of(built).changes == (), "nobody told what is live"
    with built.transaction() as tx:
        runs(tx, Live(a_sha(9), "9", NOON))
    assert around_of(built).changes == (), "nobody knows where that stands"
    with built.transaction() as tx:
        runs(tx, Live(a_sha(3), "3", NOON))
    assert around_of(built).changes == (Change(a_sha(4), (NOON, 4, 1), (ANN,)),), "its build has been reported since"
    with built.transaction() as tx:
        runs(tx, Live(a_sha(4), "4", NOON, (NOON, 4, 1)))
    assert around_of(built).changes == ()


@pytest.mark.parametrize("state", [Lifecycle.LIVE, Lifecycle.ROLLED_BACK])
def test_where_nobody_knows_what_is_live_changes_count_from_what_was_last_known_to_be(
    built: File, state: Lifecycle
) -> None:
    with built.transaction() as tx:
        opened(tx, live(1, LANE), live(2, LANE, state=state), live(4, LANE, state=Lifecycle.FAILED), a_release(5))
        opened(tx, live(3), lane=STAGING)
        runs(tx, Live(a_sha(9), "9", NOON))
    assert [change.sha for change in around_of(built).changes] == [a_sha(3), a_sha(4), a_sha(5)]


def test_of_very_many_changes_the_oldest_are_told(built: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(around, "MOST_CHANGES", 2)
    with built.transaction() as tx:
        runs(tx, Live(a_sha(1), "1", NOON, (NOON, 1, 1)))
    assert [change.sha for change in around_of(built, number=5).changes] == [a_sha(2), a_sha(3)]


def test_the_stop_and_the_marks_of_the_service_are_around_each_lane(built: File) -> None:
    stop = Stop("sam", "the network burns", NOON)
    with built.transaction() as tx:
        tx.gates.set_stop(stop)
        tx.gates.add_mark("payments", BAD)
        tx.gates.add_mark("payments", CLEARED)
        tx.gates.add_mark("billing", BAD)
    for lane in (LANE, STAGING):
        assert around_of(built, lane) == Around(stop, (BAD, CLEARED))
    assert around_of(built, OTHER) == Around(stop, (BAD,))
    with built.transaction() as tx:
        assert (tx.gates.stop(), tx.gates.marks("payments")) == (stop, (BAD, CLEARED))
        tx.gates.set_stop(replace(stop, reason="it still burns"))
        assert tx.gates.stop() == replace(stop, reason="it still burns")
        tx.gates.set_stop(None)
        assert tx.gates.stop() is None


def test_marks_follow_one_another(built: File) -> None:
    with built.transaction() as tx, pytest.raises(ValueError, match=r"^mark 2 of payments cannot follow mark 0$"):
        tx.gates.add_mark("payments", CLEARED)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE marks SET reason = ''", "DELETE FROM marks", "REPLACE INTO marks SELECT * FROM marks"],
)
def test_marks_are_never_altered(built: File, statement: str) -> None:
    with built.transaction() as tx:
        tx.gates.add_mark("payments", BAD)
    with pytest.raises(sqlite3.IntegrityError, match=r"^marks is append-only$"):
        built.sql(statement)


def test_a_later_build_has_been_live_there_unless_it_was_taken_out(built: File) -> None:
    with built.transaction() as tx:
        opened(tx, live(2), live(3, state=Lifecycle.ROLLED_BACK), lane=STAGING)
        assert tx.lanes.was_overtaken(STAGING, (NOON, 1, 1))
        assert not tx.lanes.was_overtaken(STAGING, (NOON, 2, 1))
        assert not tx.lanes.was_overtaken(LANE, (NOON, 1, 1))
        runs(tx, Live(a_sha(4), "4", NOON), STAGING)
        assert tx.lanes.was_overtaken(STAGING, (NOON, 2, 1))
        assert not tx.lanes.was_overtaken(STAGING, (NOON, 4, 1))


def test_the_live_release_and_a_later_one_that_failed_come_with_the_lane(built: File) -> None:
    failed = [ended(a_release(number), Lifecycle.FAILED) for number in (1, 3, 4)]
    failed[0] = replace(failed[0], ended_at=NOON)
    failed[2] = replace(failed[2], ended_at=NOON + 2 * HOUR)
    second = live(2, LANE)
    with built.transaction() as tx:
        opened(tx, failed[0], second, *failed[1:], a_release(5))
        assert tx.lanes.load(LANE).releases == (a_release(5),), "nothing is known to be live"
        runs(tx, Live(a_sha(2), "2", NOON, (NOON, 2, 1), 2))
        assert tx.lanes.load(LANE).releases == (second, *failed[1:], a_release(5))
        runs(tx, Live(a_sha(2), "2", NOON + 2 * HOUR, (NOON, 2, 1), 2))
        assert tx.lanes.load(LANE).releases == (second, a_release(5))


ASKED: dict[str, tuple[str, Any]] = {
    "LOADED": (lanes.LOADED, {"service": "", "environment": "", "also": 1, "live": 2, "since": ""}),
    "REACHED": (around.REACHED, {"service": "", "wanted": "{}"}),
    "LIVED": (around.LIVED, {"service": "", "commits": "{}"}),
    "MARKS": (around.MARKS, [""]),
    "OVERTAKEN": (lanes.OVERTAKEN, {"service": "", "environment": "", "at": "", "run": 1, "attempt": 1}),
    "LAST_KNOWN": (around.LAST_KNOWN, ["", ""]),
    "CHANGES": (
        around.CHANGES,
        {
            "service": "",
            "since_at": "",
            "since_run": 1,
            "since_attempt": 1,
            "until_at": "",
            "until_run": 1,
            "until_attempt": 1,
            "most": 1,
        },
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_no_table_is_walked_through(built: File, name: str) -> None:
    query, given = ASKED[name]
    with built.transaction():
        pass
    with closing(sqlite3.connect(built.path)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", given)]
    walks = [step for step in plan if step.startswith("SCAN") and "wanted" not in step and "subquery" not in step]
    assert walks == [], plan


def test_a_lane_with_ten_thousand_releases_that_ended_costs_no_more(built: File) -> None:
    with built.transaction() as tx:
        opened(tx, live(1, LANE), a_release(2))
        opened(tx, live(3, build=a_build(2)), lane=STAGING)
        runs(tx, Live(a_sha(1), "1", NOON, (NOON, 1, 1), 1))
    few, lane = steps(built)
    build, policy = BUILD.dump_json(a_build(1)).decode(), LANE_POLICY.dump_json(a_lane_policy()).decode()
    built.sql(
        """
        WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 10009)
        INSERT INTO releases (number, service, environment, origin, build_id, build, artifact, generation, key, state,
            opened_at, ended_at, policy, policy_hash, older_than_live)
        SELECT i, 'payments', CASE i % 2 WHEN 0 THEN 'staging' ELSE 'production' END, 'pipeline', 3 + i % 4, ?, 'x', 1, 'k' || i,
            CASE i % 3 WHEN 0 THEN 'live' WHEN 1 THEN 'failed' ELSE 'superseded' END,
            '2026-11-20', '2026-11-20', ?, '', 0 FROM n
        """,
        build,
        policy,
    )
    many, same = steps(built)
    assert replace(same, around=Around()) == replace(lane, around=Around())
    assert many <= 2 * few, (few, many)


def steps(file: File) -> tuple[int, Lane]:
    """Return how many instructions of SQLite's machine loading a lane takes, in tens, beside the lane."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    with file.database() as database:
        tx = SqliteTransaction(database, lambda: NOON, lambda: "")
        database.conn.set_progress_handler(count, 10)
        lane = tx.lanes.load(LANE, build=a_build(2))
        database.conn.set_progress_handler(None, 0)
    return counted, lane
