"""Due times: one for each release, lane and soak, found by time, gone when time has nothing more to say."""

from datetime import timedelta

import pytest

from bot.core.policy import LaneId
from bot.ports.agenda import Soak
from storage.agenda import DUE, NEXT_DUE, SOAKED
from storage.transactions import SqliteTransaction
from tests.factories import LANE, NOON, a_build, a_release
from tests.unit.storage.conftest import File

STAGING = LaneId("payments", "staging")
HOUR = timedelta(hours=1)


def opened(tx: SqliteTransaction, *numbers: int, lane: LaneId = LANE) -> None:
    for number in numbers:
        tx.builds.save(a_build(number, id=0))
        before = tx.lanes.load(lane)
        tx.lanes.save(before, before.opened(a_release(number, lane=lane)))


def test_nothing_is_planned_at_first(file: File) -> None:
    with file.transaction() as tx:
        assert (tx.agenda.due(NOON), tx.agenda.next_due(NOON)) == ((), None)


def test_each_lane_in_which_something_is_due_is_told_once(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, 1, 2)
        opened(tx, 3, lane=STAGING)
        tx.agenda.plan(3, STAGING, NOON - HOUR)
        tx.agenda.plan(1, LANE, NOON)
        tx.agenda.plan(2, LANE, NOON - HOUR)
    with file.transaction() as tx:
        assert tx.agenda.due(NOON) == (LANE, STAGING)
        assert tx.agenda.due(NOON - timedelta(microseconds=1)) == (LANE, STAGING)
        assert tx.agenda.due(NOON - 2 * HOUR) == ()
        assert tx.agenda.next_due(NOON - 2 * HOUR) == NOON - HOUR
        assert tx.agenda.next_due(NOON - HOUR) == NOON
        assert tx.agenda.next_due(NOON) is None


def test_a_new_time_takes_the_place_of_the_old_one(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, 1)
        tx.agenda.plan(1, LANE, NOON)
        tx.agenda.plan(1, LANE, NOON + HOUR)
        assert (tx.agenda.due(NOON), tx.agenda.next_due(NOON)) == ((), NOON + HOUR)
        tx.agenda.plan(1, LANE, None)
        assert (tx.agenda.due(NOON + HOUR), tx.agenda.next_due(NOON)) == ((), None)


def test_a_lane_and_what_soaks_before_it_have_times_of_their_own(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, 1, 2)
        tx.agenda.plan(1, LANE, NOON + HOUR)
        tx.agenda.plan_lane(LANE, NOON)
        tx.agenda.plan_soak(Soak(LANE, 2), NOON - HOUR)
        tx.agenda.plan_soak(Soak(LANE, 1), NOON)
    with file.transaction() as tx:
        assert (tx.agenda.due(NOON - HOUR), tx.agenda.due(NOON)) == ((), (LANE,))
        assert tx.agenda.soaked(NOON - HOUR) == (Soak(LANE, 2),)
        assert tx.agenda.soaked(NOON) == (Soak(LANE, 2), Soak(LANE, 1))
        assert tx.agenda.next_due(NOON - 2 * HOUR) == NOON - HOUR
        tx.agenda.plan_lane(LANE, None)
        tx.agenda.plan_soak(Soak(LANE, 2), None)
        tx.agenda.plan_soak(Soak(LANE, 1), NOON + 2 * HOUR)
        assert (tx.agenda.due(NOON), tx.agenda.soaked(NOON), tx.agenda.next_due(NOON)) == ((), (), NOON + HOUR)
        assert (tx.agenda.due(NOON + HOUR), tx.agenda.next_due(NOON + HOUR)) == ((LANE,), NOON + 2 * HOUR)


@pytest.mark.parametrize(
    ("query", "index"),
    [(DUE, "COVERING INDEX agenda_due"), (SOAKED, "INDEX agenda_soaks"), (NEXT_DUE, "COVERING INDEX agenda_due")],
)
def test_it_is_found_by_its_index(file: File, query: str, index: str) -> None:
    with file.transaction():
        pass
    (plan,) = [row[3] for row in file.sql(f"EXPLAIN QUERY PLAN {query}", "") if "agenda" in row[3]]
    assert plan.startswith(f"SEARCH agenda USING {index} (due_at")
