"""Freezes and quiet hours: local time in real zones, told against a reading minute by minute."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.calendar import (
    Change,
    Dated,
    Freeze,
    Frozen,
    QuietHours,
    Weekday,
    Weekly,
    Window,
    changes,
    frozen,
    next_begin,
    next_turn,
    outside,
    quiet_until,
    thaws_at,
    windows,
)
from bot.core.policy import LaneId

LANE = LaneId("payments", "production")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC")
DAYS = tuple(Weekday)
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(*days: Weekday, from_: str | None = None, until: str | None = None, zone: str = "Europe/Berlin") -> Weekly:
    begin = time.fromisoformat(from_) if from_ else None
    return Weekly(frozenset(days), begin, time.fromisoformat(until) if until else None, zone)


def dated(from_: str, until: str, zone: str = "Europe/Berlin") -> Dated:
    return Dated(datetime.fromisoformat(from_), datetime.fromisoformat(until), zone)


WEEKEND = Freeze("weekend", weekly(Weekday.SAT, Weekday.SUN))
YEAR_END = Freeze("year end", dated("2026-12-23T18:00", "2027-01-02T08:00"))
NIGHTS = Freeze("nights", weekly(Weekday.MON, Weekday.FRI, from_="22:00", until="06:00"))


def test_a_weekend_is_one_window_from_midnight_to_midnight_there() -> None:
    saturday = utc("2026-11-21T12:00")
    assert frozen((WEEKEND,), LANE, saturday) == (Frozen("weekend", utc("2026-11-20T23:00"), utc("2026-11-22T23:00")),)
    assert windows(WEEKEND, saturday, 2) == (
        Window(utc("2026-11-20T23:00"), utc("2026-11-22T23:00")),
        Window(utc("2026-11-27T23:00"), utc("2026-11-29T23:00")),
    )


def test_a_window_holds_from_its_begin_until_just_before_its_end() -> None:
    begins, ends = utc("2026-11-20T23:00"), utc("2026-11-22T23:00")
    just = timedelta(microseconds=1)
    assert [bool(frozen((WEEKEND,), LANE, at)) for at in (begins - just, begins, ends - just, ends)] == [
        False,
        True,
        True,
        False,
    ]
    assert (thaws_at((WEEKEND,), LANE, begins), thaws_at((WEEKEND,), LANE, ends)) == (ends, None)
    following = Window(utc("2026-11-27T23:00"), utc("2026-11-29T23:00"))
    assert windows(WEEKEND, ends, 1) == (following,)
    assert windows(WEEKEND, ends, 100)[0] == following
    assert next_begin((WEEKEND,), begins) == following.begins


def test_the_next_turn_is_a_begin_or_an_end_of_any_freeze() -> None:
    begins, ends = utc("2026-11-20T23:00"), utc("2026-11-22T23:00")
    year_end = utc("2026-12-23T17:00")
    assert next_turn((YEAR_END, WEEKEND), begins - MINUTE) == begins
    assert next_turn((YEAR_END, WEEKEND), begins) == ends
    assert next_turn((YEAR_END, WEEKEND), ends) == utc("2026-11-27T23:00")
    assert (next_turn((YEAR_END,), ends), next_turn((YEAR_END,), year_end)) == (year_end, utc("2027-01-02T07:00"))
    assert (next_turn((YEAR_END,), utc("2027-01-02T07:00")), next_turn((), ends)) == (None, None)


def test_an_earlier_end_lies_on_the_next_day() -> None:
    assert windows(NIGHTS, utc("2026-11-20T12:00"), 2) == (
        Window(utc("2026-11-20T21:00"), utc("2026-11-21T05:00")),
        Window(utc("2026-11-23T21:00"), utc("2026-11-24T05:00")),
    )
    assert frozen((NIGHTS,), LANE, utc("2026-11-21T04:59")) == (
        Frozen("nights", utc("2026-11-20T21:00"), utc("2026-11-21T05:00")),
    )


def test_days_without_hours_and_days_of_hours_that_touch_are_one_window() -> None:
    whole = Freeze("hours", weekly(Weekday.SAT, Weekday.SUN, from_="10:00", until="10:00"))
    assert windows(whole, utc("2026-11-20T12:00"), 1) == (Window(utc("2026-11-21T09:00"), utc("2026-11-23T09:00")),)


def test_a_dated_freeze_comes_once() -> None:
    window = Window(utc("2026-12-23T17:00"), utc("2027-01-02T07:00"))
    assert windows(YEAR_END, utc("2026-11-21T00:00"), 5) == (window,)
    assert windows(YEAR_END, window.ends, 5) == ()
    assert windows(YEAR_END, window.begins, 0) == ()
    assert frozen((YEAR_END,), LANE, window.begins) == (Frozen("year end", window.begins, window.ends),)
    assert frozen((YEAR_END,), LANE, window.begins - MINUTE) == ()


def test_overlapping_freezes_are_each_told_and_thaw_together() -> None:
    at = utc("2026-12-26T12:00")
    both = (WEEKEND, YEAR_END)
    assert [one.name for one in frozen(both, LANE, at)] == ["weekend", "year end"]
    assert thaws_at(both, LANE, at) == utc("2027-01-03T23:00")  # the second of January is a Saturday
    assert thaws_at((YEAR_END,), LANE, at) == utc("2027-01-02T07:00")


def test_freezes_that_always_follow_one_another_never_thaw() -> None:
    weekdays = Freeze("weekdays", weekly(*DAYS[:5]))
    assert thaws_at((WEEKEND, weekdays), LANE, utc("2026-11-21T12:00")) is None
    assert outside((WEEKEND, weekdays), LANE, utc("2026-11-21T12:00"), MINUTE) is None


def days_in_a_row(count: int) -> tuple[Freeze, ...]:
    midnights = [utc("2026-01-01T00:00") + timedelta(days=day) for day in range(count + 1)]
    spans = [Dated(one.replace(tzinfo=None), next_.replace(tzinfo=None), "UTC") for one, next_ in pairwise(midnights)]
    return tuple(Freeze(f"day {number}", span) for number, span in enumerate(spans))


def test_freezes_in_a_row_are_followed_up_to_a_point() -> None:
    start = utc("2026-01-01T12:00")
    assert thaws_at(days_in_a_row(119), LANE, start) == utc("2026-04-30T00:00")
    assert thaws_at(days_in_a_row(120), LANE, start) is None
    around = Freeze("half a year", dated("2026-01-01T00:00", "2026-07-01T00:00", "UTC"))
    assert thaws_at((*days_in_a_row(120), around), LANE, start) == utc("2026-07-01T00:00")


def test_the_days_of_the_week_are_written_short() -> None:
    assert [day.value for day in DAYS] == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.mark.parametrize(
    ("environments", "services", "holds"),
    [
        ((), (), True),
        (("production",), (), True),
        (("staging",), (), False),
        ((), ("payments", "docs"), True),
        ((), ("docs",), False),
        (("production",), ("docs",), False),
        (("staging",), ("payments",), False),
        (("staging", "production"), ("payments",), True),
    ],
)
def test_a_freeze_holds_where_it_says(environments: tuple[str, ...], services: tuple[str, ...], *, holds: bool) -> None:
    one = Freeze("one", WEEKEND.when, environments, services)
    at = utc("2026-11-21T12:00")
    assert bool(frozen((one,), LANE, at)) is holds
    assert bool(thaws_at((one,), LANE, at)) is holds
    assert (outside((one,), LANE, at, MINUTE) == at + MINUTE) is not holds


@pytest.mark.parametrize(
    ("from_", "until", "zone", "begins", "ends"),
    [
        # The clocks go from 02:00 to 03:00: half past two is not there, and stands for three.
        ("2026-03-29T02:30", "2026-03-29T12:00", "Europe/Berlin", "2026-03-29T01:00", "2026-03-29T10:00"),
        ("2026-03-29T02:07", "2026-03-29T12:00", "Europe/Berlin", "2026-03-29T01:00", "2026-03-29T10:00"),
        ("2026-03-28T12:00", "2026-03-29T02:30", "Europe/Berlin", "2026-03-28T11:00", "2026-03-29T01:00"),
        # The clocks go from 03:00 back to 02:00: half past two comes twice.
        ("2026-10-25T02:30", "2026-10-25T12:00", "Europe/Berlin", "2026-10-25T00:30", "2026-10-25T11:00"),
        ("2026-10-24T12:00", "2026-10-25T02:30", "Europe/Berlin", "2026-10-24T10:00", "2026-10-25T01:30"),
        # Half an hour only.
        ("2026-10-04T02:15", "2026-10-04T12:00", "Australia/Lord_Howe", "2026-10-03T15:30", "2026-10-04T01:00"),
        ("2026-04-04T12:00", "2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T01:00", "2026-04-04T15:15"),
        # A day that was not there at all.
        ("2011-12-30T12:00", "2011-12-31T12:00", "Pacific/Apia", "2011-12-30T10:00", "2011-12-30T22:00"),
    ],
)
def test_a_freeze_is_never_shorter_than_written(from_: str, until: str, zone: str, begins: str, ends: str) -> None:
    freeze = Freeze("one", dated(from_, until, zone))
    assert windows(freeze, utc("2000-01-01T00:00"), 1) == (Window(utc(begins), utc(ends)),)


def test_changes_are_told_once_each_oldest_first() -> None:
    since, until = utc("2026-11-20T23:00"), utc("2026-11-27T23:00")
    weekend = [Window(utc("2026-11-20T23:00"), utc("2026-11-22T23:00")), Window(until, utc("2026-11-29T23:00"))]
    nights = windows(NIGHTS, since - timedelta(hours=3), 3)
    assert changes((WEEKEND, NIGHTS), since, until) == (
        Change(NIGHTS, begins=False, at=nights[0].ends, window=nights[0]),
        Change(WEEKEND, begins=False, at=weekend[0].ends, window=weekend[0]),
        Change(NIGHTS, begins=True, at=nights[1].begins, window=nights[1]),
        Change(NIGHTS, begins=False, at=nights[1].ends, window=nights[1]),
        Change(NIGHTS, begins=True, at=utc("2026-11-27T21:00"), window=nights[2]),
        Change(WEEKEND, begins=True, at=until, window=weekend[1]),
    )
    assert changes((WEEKEND,), until, until) == ()


def test_after_a_long_sleep_only_the_last_month_is_told() -> None:
    until = utc("2026-11-21T12:00")
    assert [one.at for one in changes((WEEKEND,), utc("2020-01-01T00:00"), until)] == [
        utc("2026-10-23T22:00"),
        utc("2026-10-25T23:00"),
        utc("2026-10-30T23:00"),
        utc("2026-11-01T23:00"),
        utc("2026-11-06T23:00"),
        utc("2026-11-08T23:00"),
        utc("2026-11-13T23:00"),
        utc("2026-11-15T23:00"),
        utc("2026-11-20T23:00"),
    ]


def test_what_began_a_month_ago_is_not_told_and_what_began_later_is() -> None:
    until = utc("2026-11-21T12:00")
    at = until - timedelta(days=31)
    month, shorter = (
        Freeze("one", dated(begins.replace(tzinfo=None).isoformat(), "2027-01-01T00:00", "UTC"))
        for begins in (at, at + MINUTE)
    )
    assert changes((month,), utc("2020-01-01T00:00"), until) == ()
    assert [one.at for one in changes((shorter,), utc("2020-01-01T00:00"), until)] == [at + MINUTE]


def test_time_runs_only_outside_of_freezes() -> None:
    friday, day = utc("2026-11-20T20:00"), timedelta(days=1)
    assert outside((), LANE, friday, day) == friday + day
    assert outside((WEEKEND,), LANE, friday, timedelta(hours=3)) == utc("2026-11-20T23:00")
    assert outside((WEEKEND,), LANE, friday, timedelta(hours=4)) == utc("2026-11-23T00:00")
    assert outside((WEEKEND,), LANE, utc("2026-11-21T12:00"), day) == utc("2026-11-23T23:00")
    assert outside((WEEKEND,), LANE, friday, 5 * day) == utc("2026-11-27T20:00")
    assert outside((WEEKEND, YEAR_END), LANE, utc("2026-12-23T16:00"), timedelta(hours=2)) == utc("2027-01-04T00:00")
    assert outside((YEAR_END,), LANE, utc("2027-02-01T00:00"), day) == utc("2027-02-02T00:00")


def test_a_span_that_hardly_ever_runs_never_ends() -> None:
    nearly_always = Freeze("nearly", weekly(*DAYS, from_="01:00", until="00:00", zone="UTC"))
    start, hour = utc("2026-11-21T00:00"), timedelta(hours=1)
    assert outside((nearly_always,), LANE, start, 3 * hour) == utc("2026-11-23T01:00")
    assert outside((nearly_always,), LANE, start, 1000 * hour) == start + timedelta(days=999) + hour
    assert outside((nearly_always,), LANE, start, 1001 * hour) is None


def test_quiet_hours_end_in_the_morning_there() -> None:
    quiet = QuietHours(time(20), time(7), "Europe/Berlin")
    assert quiet_until(None, utc("2026-11-21T23:00")) is None
    assert quiet_until(quiet, utc("2026-11-21T19:00")) == utc("2026-11-22T06:00")
    assert quiet_until(quiet, utc("2026-11-22T05:59")) == utc("2026-11-22T06:00")
    assert quiet_until(quiet, utc("2026-11-22T06:00")) is None
    assert quiet_until(quiet, utc("2026-11-21T18:59")) is None
    siesta = QuietHours(time(13), time(15), "Europe/Berlin")
    assert quiet_until(siesta, utc("2026-11-21T12:30")) == utc("2026-11-21T14:00")


def slowly(when: Weekly, at: datetime) -> bool:
    """Read the clock on the wall; of no use within an hour of where the clocks change."""
    here = at.astimezone(ZoneInfo(when.timezone))
    from_, until = when.from_ or time(), when.until or time()
    today, yesterday = DAYS[here.weekday()], DAYS[here.weekday() - 1]
    if from_ < until:
        return today in when.days and from_ <= here.time() < until
    return (today in when.days and here.time() >= from_) or (yesterday in when.days and here.time() < until)


def changes_its_clocks(zone: str, at: datetime) -> bool:
    there = ZoneInfo(zone)
    offsets = {(at + timedelta(hours=hours)).astimezone(there).utcoffset() for hours in range(-26, 27)}
    return len(offsets) > 1


WEEKLY = st.builds(
    lambda days, hours, zone: Weekly(frozenset(days), hours[0], hours[1], zone),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.one_of(st.just((None, None)), st.tuples(*[st.builds(time, st.integers(0, 23), st.just(30))] * 2)),
    st.sampled_from(ZONES),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 - made UTC at once
    lambda at: at.replace(tzinfo=UTC, second=0, microsecond=0)
)


@settings(max_examples=300, deadline=None)
@given(WEEKLY, MOMENTS)
@example(weekly(Weekday.SUN), utc("2026-03-29T12:00"))
def test_it_is_frozen_when_the_clock_on_the_wall_says_so(when: Weekly, at: datetime) -> None:
    if changes_its_clocks(when.timezone, at):
        return
    found = frozen((Freeze("one", when),), LANE, at)
    assert bool(found) is slowly(when, at)
    for one in found:
        assert one.since <= at < one.until


@settings(max_examples=100, deadline=None)
@given(WEEKLY, MOMENTS, st.integers(1, 6))
def test_windows_are_apart_and_in_order(when: Weekly, at: datetime, count: int) -> None:
    found = windows(Freeze("one", when), at, count)
    assert 1 <= len(found) <= count
    assert found[0].ends > at
    assert all(one.begins < one.ends for one in found)
    assert all(one.ends < next_.begins for one, next_ in pairwise(found))


@settings(max_examples=60, deadline=None)
@given(WEEKLY, MOMENTS, st.integers(1, 60))
def test_time_outside_is_counted_hour_by_hour(when: Weekly, start: datetime, hours: int) -> None:
    freeze = Freeze("one", when)
    reached = outside((freeze,), LANE, start, timedelta(hours=hours))
    if reached is None:
        assert frozenset(DAYS) == when.days
        return
    quarter = timedelta(minutes=15)
    counted, at = timedelta(0), start
    while at < reached:
        step = min(quarter, reached - at)
        counted += step if not frozen((freeze,), LANE, at) else timedelta(0)
        at += step
    assert abs(counted - timedelta(hours=hours)) <= 2 * quarter * (1 + (reached - start).days)


def test_a_freeze_of_all_week_reaches_to_the_end_of_what_is_looked_at() -> None:
    assert windows(Freeze("ever", weekly(*DAYS)), utc("2026-11-21T12:00"), 3) == (
        Window(utc("2026-11-13T23:00"), utc("2027-11-18T23:00")),
    )
