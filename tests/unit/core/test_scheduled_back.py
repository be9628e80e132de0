"""A schedule is taken back by naming the present; a moment before it takes nothing back."""

from datetime import timedelta

from bot.core.inputs import Schedule
from bot.core.refusals import NotInThePast
from tests.unit.core.values import LATER, PRIYA, go, lane, one, reasons, release

EVENING = LATER + timedelta(hours=6)


def test_the_present_takes_a_later_time_back() -> None:
    there = lane(release(scheduled_for=EVENING))
    assert one(go(there, Schedule(1, PRIYA, LATER))).scheduled_for is None


def test_the_past_takes_nothing_back() -> None:
    past = LATER - timedelta(minutes=1)
    there = lane(release(scheduled_for=EVENING))
    assert reasons(there, Schedule(1, PRIYA, past)) == (NotInThePast(past),)


def test_where_nothing_is_scheduled_the_present_is_no_later_time() -> None:
    assert reasons(lane(release()), Schedule(1, PRIYA, LATER)) == (NotInThePast(LATER),)
