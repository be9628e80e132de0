"""Windows of time as people write them, on the clock of a zone, and as moments of UTC.

A window never lasts less than written. Where the clocks change within it:

- a local time that does not exist (the hour that is skipped in spring) is the moment at which the clocks jump;
- one that exists twice (the hour that is repeated in autumn) is the first when a window begins and the second when
  it ends.

Only a window that lies within a skipped hour as a whole does not take place.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_LONGEST = 15
"""Days for which a weekly window that ends at all can last: a week, and another if its gap is an hour that is skipped,
or the one day that Samoa once left out."""


class Weekday(Enum):
    """A day of the week, in the order of `date.weekday()`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Days of every week, from one time of day to another; without them, whole days from midnight to midnight.

    Where `until` is not after `from_`, it is a time of the next day. Either both are given or none.
    """

    days: frozenset[Weekday]
    from_: time | None
    until: time | None
    timezone: str

    @property
    def everlasting(self) -> bool:
        """Whether it never ends: 24 hours on every day."""
        return len(self.days) == len(Weekday) and self.from_ == self.until


@dataclass(frozen=True, slots=True)
class Dated:
    """One window between two local times of a zone (both without tzinfo)."""

    from_: datetime
    until: datetime
    timezone: str

    @property
    def everlasting(self) -> bool:
        """Return False: a date comes."""
        return False


@dataclass(frozen=True, slots=True)
class Freeze:
    """When nothing ships to some environments of some services; none named means all of them."""

    name: str
    when: Weekly | Dated
    environments: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def concerns(self, service: str, environment: str) -> bool:
        """Whether it holds for a service in an environment."""
        return (not self.services or service in self.services) and (
            not self.environments or environment in self.environments
        )


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nobody is reminded, every day; over midnight where `until` is not after `from_`."""

    from_: time
    until: time
    timezone: str


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in UTC: `begins` belongs to it, `ends` does not."""

    begins: datetime
    ends: datetime


def windows_after(when: Weekly | Dated, after: datetime) -> Iterator[Window]:
    """Yield the windows that end after a moment, in order; those that touch or overlap are one.

    A weekly one has no last window: take no more than needed. An everlasting one has no windows at all.
    """
    if when.everlasting:
        return iter(())
    return (window for window in joined(_occurrences(when, after)) if window.ends > after)


def joined(windows: Iterable[Window]) -> Iterator[Window]:
    """Yield windows that come in the order of their beginnings with those that touch or overlap made one."""
    open_: Window | None = None
    for window in windows:
        if open_ is None:
            open_ = window
        elif window.begins <= open_.ends:
            open_ = Window(open_.begins, max(open_.ends, window.ends))
        else:
            yield open_
            open_ = window
    if open_ is not None:
        yield open_


def _occurrences(when: Weekly | Dated, after: datetime) -> Iterator[Window]:
    """Yield what is written one by one, from before the beginning of any window that can contain `after`."""
    zone = ZoneInfo(when.timezone)
    written = [(when.from_, when.until)] if isinstance(when, Dated) else _days(when, after.astimezone(zone).date())
    for from_, until in written:
        window = Window(_begin(from_, zone), _end(until, zone))
        if window.begins < window.ends:
            yield window


def _days(when: Weekly, today: date) -> Iterator[tuple[datetime, datetime]]:
    from_, until = when.from_ or time.min, when.until or time.min
    day = today - _LONGEST * _DAY
    while True:
        if _WEEK[day.weekday()] in when.days:
            yield datetime.combine(day, from_), datetime.combine(day if from_ < until else day + _DAY, until)
        day += _DAY


def _begin(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment at which the zone's clocks show a time, or the jump that leaves it out."""
    return _jump(local, zone) or local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _end(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the last moment at which the zone's clocks show a time, or the jump that leaves it out."""
    return _jump(local, zone) or local.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _jump(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment at which the clocks jump over a local time, None when they show it."""
    # In a gap Python reads fold=1 with the offset after the jump, which is before it in UTC, and fold=0 the other way.
    before, after = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    if before >= after:
        return None
    seconds = range(int((after - before).total_seconds()))
    offset = after.astimezone(zone).utcoffset()

    def jumped(second: int) -> bool:
        return (before + timedelta(seconds=second)).astimezone(zone).utcoffset() == offset

    return before + timedelta(seconds=bisect_left(seconds, x=True, key=jumped))
