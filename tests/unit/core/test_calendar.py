"""The calendar against examples that can be checked with an almanac, and against a model that goes by the minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.calendar import (
    HORIZON,
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
    outside,
    quiet_until,
    thaws_at,
    windows,
)
from bot.core.policy import LaneId

LANE = LaneId("payments", "production")
BERLIN = "Europe/Berlin"
MINUTE = timedelta(minutes=1)
EVERY_DAY = frozenset(Weekday)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(days: str, from_: str | None = None, until: str | None = None, zone: str = BERLIN) -> Freeze:
    hours = [None if one is None else time.fromisoformat(one) for one in (from_, until)]
    return Freeze(days, Weekly(frozenset(map(Weekday, days.split())), hours[0], hours[1], zone))


def dated(from_: str, until: str, zone: str = BERLIN) -> Freeze:
    return Freeze(from_, Dated(datetime.fromisoformat(from_), datetime.fromisoformat(until), zone))


WEEKEND = weekly("sat sun")
WEEKDAYS = weekly("mon tue wed thu fri")
ALWAYS = weekly("mon tue wed thu fri sat sun")
YEAR_END = dated("2026-12-23T18:00", "2027-01-02T08:00")
SATURDAY = utc("2026-11-20T23:00")
MONDAY = utc("2026-11-22T23:00")


@pytest.mark.parametrize(
    ("freeze", "begins", "ends"),
    [
        (WEEKEND, "2026-11-20T23:00", "2026-11-22T23:00"),
        (weekly("fri", "18:00", "08:00"), "2026-11-20T17:00", "2026-11-21T07:00"),
        (weekly("sat", "09:00", "17:00"), "2026-11-21T08:00", "2026-11-21T16:00"),
        (weekly("fri sat", "12:00", "12:00"), "2026-11-20T11:00", "2026-11-22T11:00"),
        (YEAR_END, "2026-12-23T17:00", "2027-01-02T07:00"),
        (weekly("sat", "09:00", "17:00", "Asia/Kolkata"), "2026-11-21T03:30", "2026-11-21T11:30"),
    ],
)
def test_a_window_is_what_the_zone_s_clocks_show(freeze: Freeze, begins: str, ends: str) -> None:
    assert windows(freeze, utc("2026-11-20T16:00"), 1) == (Window(utc(begins), utc(ends)),)


@pytest.mark.parametrize(
    ("freeze", "begins", "ends"),
    [
        # 2026-03-29, 01:00 UTC: from 02:00 to 03:00.
        (dated("2026-03-29T02:30", "2026-03-29T04:00"), "2026-03-29T01:00", "2026-03-29T02:00"),
        (dated("2026-03-29T01:00", "2026-03-29T02:30"), "2026-03-29T00:00", "2026-03-29T01:00"),
        # 2026-10-25, 01:00 UTC: from 03:00 back to 02:00.
        (dated("2026-10-25T02:30", "2026-10-25T04:00"), "2026-10-25T00:30", "2026-10-25T03:00"),
        (dated("2026-10-25T01:00", "2026-10-25T02:30"), "2026-10-24T23:00", "2026-10-25T01:30"),
        # Half an hour in Lord Howe: 2026-10-04, from 02:00 to 02:30.
        (dated("2026-10-04T02:15", "2026-10-04T03:00", "Australia/Lord_Howe"), "2026-10-03T15:30", "2026-10-03T16:00"),
        # Samoa left out 2011-12-30.
        (dated("2011-12-30T12:00", "2011-12-31T01:00", "Pacific/Apia"), "2011-12-30T10:00", "2011-12-30T11:00"),
    ],
)
def test_a_window_is_never_shorter_than_written_when_the_clocks_change(freeze: Freeze, begins: str, ends: str) -> None:
    assert windows(freeze, utc("2011-01-01T00:00"), 2) == (Window(utc(begins), utc(ends)),)


def test_a_window_within_a_skipped_hour_does_not_take_place() -> None:
    assert windows(dated("2026-03-29T02:10", "2026-03-29T02:50"), utc("2026-03-01T00:00"), 1) == ()
    skipped = windows(weekly("sun", "02:10", "02:50"), utc("2026-03-23T00:00"), 1)
    assert skipped == (Window(utc("2026-04-05T00:10"), utc("2026-04-05T00:50")),)


def test_a_skipped_hour_between_two_windows_makes_them_one() -> None:
    nights = weekly("mon tue wed thu fri sat sun", "03:00", "02:00")
    assert windows(nights, utc("2026-03-29T00:00"), 1) == (Window(utc("2026-03-28T02:00"), utc("2026-03-30T00:00")),)


def test_the_week_that_is_whole_because_a_day_was_left_out_is_found_from_its_end() -> None:
    but_friday = weekly("sat sun mon tue wed thu", zone="Pacific/Apia")
    begins, ends = utc("2011-12-24T10:00"), utc("2012-01-05T10:00")
    assert windows(but_friday, ends - MINUTE, 1) == (Window(begins, ends),)


def test_a_freeze_is_in_force_from_its_begin_until_before_its_end() -> None:
    found = (Frozen("sat sun", SATURDAY, MONDAY),)
    moments = [SATURDAY - MINUTE, SATURDAY, MONDAY - MINUTE, MONDAY]
    assert [frozen([WEEKEND], LANE, now) for now in moments] == [(), found, found, ()]
    assert [thaws_at([WEEKEND], LANE, now) for now in moments] == [None, MONDAY, MONDAY, None]


def test_every_freeze_in_force_is_named_in_the_file_s_order() -> None:
    late = weekly("sun", "20:00", "08:00")
    before = dated("2026-01-01T00:00", "2026-01-02T00:00")
    now = utc("2026-11-22T20:00")
    assert frozen([late, before, YEAR_END, ALWAYS, WEEKEND], LANE, now) == (
        Frozen("sun", utc("2026-11-22T19:00"), utc("2026-11-23T07:00")),
        Frozen("mon tue wed thu fri sat sun", None, None),
        Frozen("sat sun", SATURDAY, MONDAY),
    )
    assert thaws_at([WEEKEND, before, late], LANE, now) == utc("2026-11-23T07:00")
    assert thaws_at([WEEKEND, late], LANE, SATURDAY) == utc("2026-11-23T07:00")


@pytest.mark.parametrize(
    ("environments", "services", "concerned"),
    [
        ((), (), True),
        (("staging", "production"), (), True),
        (("staging",), (), False),
        ((), ("docs", "payments"), True),
        ((), ("docs",), False),
        (("production",), ("docs",), False),
        (("staging",), ("payments",), False),
        (("production",), ("payments",), True),
    ],
)
def test_a_freeze_concerns_what_it_names(
    environments: tuple[str, ...], services: tuple[str, ...], concerned: bool
) -> None:
    freeze = Freeze("weekend", WEEKEND.when, environments, services)
    assert freeze.concerns(LANE.service, LANE.environment) is concerned
    assert bool(frozen([freeze], LANE, SATURDAY)) is concerned
    assert thaws_at([freeze], LANE, SATURDAY) == (MONDAY if concerned else None)
    assert outside([freeze], LANE, SATURDAY, MINUTE) == (MONDAY if concerned else SATURDAY) + MINUTE
    always = Freeze("always", ALWAYS.when, environments, services)
    assert outside([always], LANE, SATURDAY, MINUTE) == (None if concerned else SATURDAY + MINUTE)


@pytest.mark.parametrize(
    "freezes", [[ALWAYS], [weekly("mon tue wed thu fri sat sun", "06:00", "06:00")], [WEEKDAYS, WEEKEND]]
)
def test_what_never_ends_thaws_never(freezes: list[Freeze]) -> None:
    assert frozen(freezes, LANE, SATURDAY) != ()
    assert thaws_at(freezes, LANE, SATURDAY) is None
    assert outside(freezes, LANE, SATURDAY, MINUTE) is None


def test_an_everlasting_freeze_has_no_windows_and_never_changes() -> None:
    assert windows(ALWAYS, SATURDAY, 3) == ()
    assert changes([ALWAYS], SATURDAY, SATURDAY + HORIZON) == ()
    assert (YEAR_END.when.everlasting, WEEKEND.when.everlasting) == (False, False)
    assert not weekly("sat", "06:00", "06:00").when.everlasting
    assert not weekly("mon tue wed thu fri sat sun", "06:00", "05:59").when.everlasting


def test_longer_than_the_horizon_is_for_ever() -> None:
    end = utc("2030-01-01T00:00")
    long = dated("2026-01-01T00:00", "2030-01-01T00:00", "UTC")
    assert frozen([long], LANE, SATURDAY) == (Frozen(long.name, utc("2026-01-01T00:00"), end),)
    assert [thaws_at([long], LANE, end - HORIZON + one) for one in (timedelta(0), MINUTE)] == [None, end]
    assert outside([], LANE, SATURDAY, HORIZON) == SATURDAY + HORIZON
    assert outside([], LANE, SATURDAY, HORIZON + MINUTE) is None


def test_the_windows_are_the_present_one_and_the_next() -> None:
    week = timedelta(days=7)
    expected = tuple(Window(SATURDAY + number * week, MONDAY + number * week) for number in range(3))
    assert windows(WEEKEND, MONDAY - MINUTE, 3) == expected
    assert windows(WEEKEND, MONDAY, 2) == expected[1:]
    assert windows(YEAR_END, utc("2027-01-02T07:00"), 3) == ()


def test_changes_are_told_once_in_order_and_ends_before_begins() -> None:
    monday = weekly("mon")
    first = Window(SATURDAY, MONDAY)
    second = Window(MONDAY, MONDAY + timedelta(days=1))
    begin, end = (
        Change(WEEKEND, begins=True, at=SATURDAY, window=first),
        Change(WEEKEND, begins=False, at=MONDAY, window=first),
    )
    then = Change(monday, begins=True, at=MONDAY, window=second)
    assert changes([monday, WEEKEND], SATURDAY - MINUTE, MONDAY) == (begin, end, then)
    assert changes([monday, WEEKEND], SATURDAY, MONDAY) == (end, then)
    assert changes([monday, WEEKEND], SATURDAY - MINUTE, SATURDAY) == (begin,)
    assert changes([monday, WEEKEND], SATURDAY, MONDAY - MINUTE) == ()
    assert changes([monday, WEEKEND], MONDAY, MONDAY) == ()


@pytest.mark.parametrize(
    ("start", "minutes", "found"),
    [
        ("2026-11-20T22:00", 59, "2026-11-20T22:59"),
        ("2026-11-20T22:00", 60, "2026-11-20T23:00"),
        ("2026-11-20T22:00", 61, "2026-11-22T23:01"),
        ("2026-11-21T12:00", 1, "2026-11-22T23:01"),
        ("2026-11-21T12:00", 0, "2026-11-21T12:00"),
        ("2026-11-22T23:00", 5, "2026-11-22T23:05"),
        ("2026-11-20T22:00", 60 + 5 * 24 * 60 + 1, "2026-11-29T23:01"),
    ],
)
def test_time_does_not_pass_inside_a_freeze(start: str, minutes: int, found: str) -> None:
    assert outside([WEEKEND], LANE, utc(start), minutes * MINUTE) == utc(found)


def test_quiet_hours_end_in_the_morning() -> None:
    quiet = QuietHours(time(20), time(7), BERLIN)
    morning = utc("2026-11-21T06:00")
    moments = [utc("2026-11-20T18:59"), utc("2026-11-20T19:00"), morning - MINUTE, morning]
    assert [quiet_until(quiet, now) for now in moments] == [None, morning, morning, None]
    assert quiet_until(None, morning - MINUTE) is None
    assert quiet_until(QuietHours(time(7), time(7), BERLIN), morning) is None
    assert quiet_until(QuietHours(time(13), time(14), BERLIN), utc("2026-11-21T12:30")) == utc("2026-11-21T13:00")


# The model: every minute of some days, and what the clocks of a zone show then.

ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC")
CENTRES = tuple(date(2026, month, day) for month, day in ((3, 8), (3, 29), (4, 5), (10, 4), (10, 25), (11, 1)))
BEFORE, SPAN = 9, 16
MINUTES = SPAN * 24 * 60


@cache
def shown(zone: str, centre: date) -> tuple[datetime, ...]:
    first = datetime.combine(centre - timedelta(days=BEFORE), time.min, UTC)
    return tuple((first + number * MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for number in range(MINUTES))


def written(freeze: Freeze, centre: date) -> list[tuple[datetime, datetime]]:
    when = freeze.when
    if isinstance(when, Dated):
        return [(when.from_, when.until)]
    found = []
    for number in range(-BEFORE - 3, SPAN):
        day = centre + timedelta(days=number)
        if day.strftime("%a").lower() in {one.value for one in when.days}:
            from_, until = (datetime.combine(day, one or time.min) for one in (when.from_, when.until))
            found.append((from_, until if until > from_ else until + timedelta(days=1)))
    return found


def model(freezes: list[Freeze], centre: date) -> list[bool]:
    frozen_then = [False] * MINUTES
    for freeze in freezes:
        clocks = shown(freeze.when.timezone, centre)
        for from_, until in written(freeze, centre):
            begin = next((number for number, clock in enumerate(clocks) if clock >= from_), MINUTES)
            showing = [number for number, clock in enumerate(clocks) if clock == until]
            end = showing[-1] if showing else next((n for n, clock in enumerate(clocks) if clock > until), MINUTES)
            frozen_then[begin:end] = [True] * (end - begin)
    return frozen_then


@st.composite
def calendars(draw: st.DrawFn) -> tuple[list[Freeze], date, int]:
    centre = draw(st.sampled_from(CENTRES))
    times = st.builds(time, st.sampled_from([0, 1, 2, 3, 4, 12, 23]), st.sampled_from([0, 15, 30, 45]))
    freezes = []
    for number in range(draw(st.integers(1, 2))):
        zone = draw(st.sampled_from(ZONES))
        when: Weekly | Dated
        if draw(st.booleans()):
            hours = draw(st.none() | st.tuples(times, times)) or (None, None)
            days = frozenset(draw(st.sets(st.sampled_from(Weekday), min_size=1, max_size=4)))
            when = Weekly(days, hours[0], hours[1], zone)
        else:
            from_ = datetime.combine(centre + timedelta(days=draw(st.integers(-1, 1))), draw(times))
            when = Dated(from_, from_ + timedelta(minutes=draw(st.integers(1, 3000))), zone)
        freezes.append(Freeze(str(number), when))
    return freezes, centre, draw(st.integers(-1500, 2 * 1440)) + BEFORE * 1440


@settings(max_examples=60, deadline=None)
@given(calendars())
def test_the_calendar_says_what_a_model_says_that_goes_by_the_minute(case: tuple[list[Freeze], date, int]) -> None:
    freezes, centre, minute = case
    first = datetime.combine(centre - timedelta(days=BEFORE), time.min, UTC)
    now, frozen_then = first + minute * MINUTE, model(freezes, centre)
    each = [model([freeze], centre) for freeze in freezes]
    assert [one.name for one in frozen(freezes, LANE, now)] == [str(n) for n, one in enumerate(each) if one[minute]]
    thaw = next((number for number in range(minute, MINUTES) if not frozen_then[number]), MINUTES)
    if thaw < MINUTES:
        assert thaws_at(freezes, LANE, now) == (first + thaw * MINUTE if thaw > minute else None)
    free = [number for number in range(minute, MINUTES) if not frozen_then[number]]
    if len(free) > 90:
        assert outside(freezes, LANE, now, 90 * MINUTE) == first + (free[89] + 1) * MINUTE
    told = {
        (int(freeze.name), one.begins, (one.at - first) // MINUTE)
        for one in changes(freezes, now, now + timedelta(days=2))
        for freeze in (one.freeze,)
    }
    assert told == {
        (number, one[turn], turn)
        for number, one in enumerate(each)
        for turn in range(minute + 1, minute + 2881)
        if one[turn] != one[turn - 1]
    }
