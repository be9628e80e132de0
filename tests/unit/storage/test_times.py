"""Times keep their instant, their microseconds and their order."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.times import from_text, maybe_text, maybe_time, to_text

INSTANTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-12), timedelta(hours=14))),
)


def test_a_time_reads_as_utc_of_fixed_width() -> None:
    berlin = timezone(timedelta(hours=1))
    assert to_text(datetime(2026, 11, 21, 11, 0, tzinfo=berlin)) == "2026-11-21T10:00:00.000000Z"
    assert to_text(datetime(2026, 11, 21, 10, 0, 0, 42, tzinfo=UTC)) == "2026-11-21T10:00:00.000042Z"


@given(INSTANTS, INSTANTS)
def test_texts_sort_like_their_times(one: datetime, other: datetime) -> None:
    assert (to_text(one) < to_text(other)) == (one < other)
    assert from_text(to_text(one)) == one


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^2026-11-21 10:00:00 has no time zone$"):
        to_text(datetime(2026, 11, 21, 10, 0))  # noqa: DTZ001 - the point


def test_nothing_stays_nothing() -> None:
    assert (maybe_text(None), maybe_time(None)) == (None, None)
    now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert maybe_time(maybe_text(now)) == now
