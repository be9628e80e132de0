"""Which moment people mean: the next such time where they are, over a change of the clocks, too."""

from datetime import UTC, datetime, time

import pytest

from handlers.times import Clock, Moment, Odd, length_of, odd, resolved, when_of, zone_of

BERLIN = zone_of("Europe/Berlin")
NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def local(day: int, hour: int, month: int = 11) -> Moment:
    return Moment(datetime(2026, month, day, hour, 0))  # noqa: DTZ001 - local until its zone is known


def at(day: int, hour: int, month: int = 11, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "zone", "moment"),
    [
        (Clock(time(14)), None, at(21, 14)),
        (Clock(time(9)), None, at(22, 9)),  # that is now, so the next one
        (Clock(time(14)), "Europe/Berlin", at(21, 13)),
        (Clock(time(10)), "Europe/Berlin", at(22, 9)),
        (Clock(time(0)), "Pacific/Auckland", at(21, 11)),
        (Clock(time(10), "today"), "Europe/Berlin", at(21, 9)),  # past, or now: whoever asked for it is told so
        (Clock(time(0, 30), "tomorrow"), "Pacific/Auckland", at(21, 11, minute=30)),  # the 22nd there
        (Clock(time(14), "saturday"), None, at(21, 14)),
        (Clock(time(8), "saturday"), None, at(28, 8)),
        (Clock(time(8), "monday"), None, at(23, 8)),
        (local(24, 14), "Europe/Berlin", at(24, 13)),
        (local(24, 14), None, at(24, 14)),
        (local(24, 14, month=7), "Europe/Berlin", at(24, 12, month=7)),
    ],
)
def test_the_next_such_moment_where_the_person_is(when: Clock | Moment, zone: str | None, moment: datetime) -> None:
    assert resolved(when, zone_of(zone), NINE) == moment


def test_a_time_that_the_clocks_skip_is_the_one_an_hour_later() -> None:
    before = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    assert resolved(Clock(time(2, 30)), BERLIN, before) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "clocks", "meant"),
    [
        (datetime(2027, 3, 28, 2, 30), Odd.SKIPPED, datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # noqa: DTZ001 - local
        (datetime(2027, 3, 28, 3, 0), None, datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),  # noqa: DTZ001 - local
        (datetime(2027, 10, 31, 2, 30), Odd.TWICE, datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # noqa: DTZ001 - local
        (datetime(2027, 10, 31, 3, 0), None, datetime(2027, 10, 31, 2, 0, tzinfo=UTC)),  # noqa: DTZ001 - local
    ],
)
def test_what_the_change_of_the_clocks_does(moment: datetime, clocks: Odd | None, meant: datetime) -> None:
    assert (odd(Moment(moment), BERLIN, NINE), resolved(Moment(moment), BERLIN, NINE)) == (clocks, meant)
    assert odd(Moment(moment), None, NINE) is None


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("2pm", Clock(time(14))),
        ("12am", Clock(time(0))),
        ("12PM", Clock(time(12))),
        ("02:05 am", Clock(time(2, 5))),
        ("tomorrow 9:00", Clock(time(9), "tomorrow")),
        ("Today 2pm", Clock(time(14), "today")),
        ("mon 9:00", Clock(time(9), "monday")),
        ("Sunday 11:30 pm", Clock(time(23, 30), "sunday")),
        ("2026-11-24 14:00", local(24, 14)),
    ],
)
def test_times_as_people_say_them(typed: str, when: Clock | Moment) -> None:
    assert when_of(typed) == when


@pytest.mark.parametrize("name", [None, "", "Nowhere/Land", "../../etc/passwd", "Europe", "x\0y"])
def test_a_zone_that_nobody_knows_is_none(name: str | None) -> None:
    assert zone_of(name) is None


@pytest.mark.parametrize("typed", ["", "0m", "30", "m", "-1h", "1.5h", "1h30m", "30s", "٣m", "99999d"])
def test_what_is_no_length_of_time(typed: str) -> None:
    assert length_of(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "now",
        "14",
        "14:0",
        "24:00",
        "14:60",
        "2026-13-01T10:00",
        "2026-11-24",
        "\uff13:00",
        "0am",
        "13pm",
        "2:60pm",
        "tomorrow",
        "tomorrow now",
        "tomorrow 2026-11-24T10:00",
        "monday monday 9:00",
        "someday 9:00",
        "9:00 tomorrow",
    ],
)
def test_what_is_no_time(typed: str) -> None:
    assert when_of(typed) is None
