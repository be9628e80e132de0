"""Freezes and quiet hours in local time: what is in force, until when, what comes next.

Windows hold from their begin until just before their end. They are written as local time of an IANA zone: where the
clocks leave a moment out it is the one at which they are put forward, and where a moment comes twice a window begins
at the first and ends at the second. So a freeze is never shorter than written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from bot.core.policy import LaneId

_A_SECOND = timedelta(seconds=1)
_A_WEEK = timedelta(days=7)
_A_MONTH = timedelta(days=31)
_LONGEST_LOOK = 370
"""Days that are looked at for the next windows of a freeze that comes every week."""
_MOST_LINKS = 120
"""Freezes that follow one another without a gap before it counts as for ever."""
_MOST_BREAKS = 1000
"""Freezes that interrupt a span before it counts as endless: every night for almost three years."""
_MOST_WINDOWS = 64
"""More than any freeze has in a month."""


class Weekday(Enum):
    """A day of the week, as the policy file writes it."""

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
    """Days of the week, whole or between two hours; `until` that is not after `from_` lies on the next day."""

    days: frozenset[Weekday]
    from_: time | None
    until: time | None
    timezone: str


@dataclass(frozen=True, slots=True)
class Dated:
    """Once, between two local moments."""

    from_: datetime
    until: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class Freeze:
    """A named time in which nothing ships; empty `environments` or `services` mean all."""

    name: str
    when: Weekly | Dated
    environments: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def concerns(self, lane: "LaneId") -> bool:
        """Whether it holds in a lane."""
        here = not self.environments or lane.environment in self.environments
        return here and (not self.services or lane.service in self.services)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of each day in which nobody is reminded."""

    from_: time
    until: time
    timezone: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """A freeze that is in force. Both in UTC."""

    name: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """One time in which a freeze is in force: from `begins`, until just before `ends`. Both in UTC."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A freeze begins or ends."""

    freeze: Freeze
    begins: bool
    at: datetime
    window: Window


def frozen(freezes: Sequence[Freeze], lane: "LaneId", now: datetime) -> tuple[Frozen, ...]:
    """Return every freeze that is in force in a lane, in the order of the file."""
    found = ((one, _window_at(one, now)) for one in freezes if one.concerns(lane))
    return tuple(Frozen(one.name, window.begins, window.ends) for one, window in found if window is not None)


def thaws_at(freezes: Sequence[Freeze], lane: "LaneId", now: datetime) -> datetime | None:
    """Return when no freeze is in force any more; None when none is now, or when one always follows another."""
    at = now
    for _ in range(_MOST_LINKS):
        in_force = frozen(freezes, lane, at)
        if not in_force:
            return at if at > now else None
        at = max(one.until for one in in_force)
    return None


def windows(freeze: Freeze, after: datetime, count: int) -> tuple[Window, ...]:
    """Return the window in which `after` lies, if it does, and those that follow, at most `count` of a year to come."""
    if isinstance(freeze.when, Dated):
        only = _dated(freeze.when)
        return (only,)[:count] if only.ends > after else ()
    zone = ZoneInfo(freeze.when.timezone)
    first = after.astimezone(zone).date() - _A_WEEK
    found: list[Window] = []
    for number in range(_LONGEST_LOOK):
        for window in _of_day(freeze.when, first + timedelta(days=number), zone):
            if found and window.begins <= found[-1].ends:
                found[-1] = Window(found[-1].begins, max(found[-1].ends, window.ends))
            elif len([one for one in found if one.ends > after]) >= count:
                return tuple(one for one in found if one.ends > after)
            else:
                found.append(window)
    return tuple(one for one in found if one.ends > after)[:count]


def changes(freezes: Sequence[Freeze], since: datetime, until: datetime) -> tuple[Change, ...]:
    """Return which freezes began or ended after `since` and not after `until`, oldest first; of a month at most."""
    since = max(since, until - _A_MONTH)
    found = []
    for freeze in freezes:
        for window in windows(freeze, since, _MOST_WINDOWS):
            found += [
                Change(freeze, begins, at, window)
                for begins, at in ((True, window.begins), (False, window.ends))
                if since < at <= until
            ]
    return tuple(sorted(found, key=lambda one: one.at))


def outside(freezes: Sequence[Freeze], lane: "LaneId", start: datetime, span: timedelta) -> datetime | None:
    """Return when `span` has passed since `start`, counting only the time in which no freeze is in force there.

    None when it never does: one freeze always follows another.
    """
    here = [one for one in freezes if one.concerns(lane)]
    at, left = start, span
    for _ in range(_MOST_BREAKS):
        if frozen(here, lane, at):
            thawed = thaws_at(here, lane, at)
            if thawed is None:
                return None
            at = thawed
        begins = next_begin(here, at)
        if begins is None or begins - at >= left:
            return at + left
        left -= begins - at
        at = begins
    return None


def before(freezes: Sequence[Freeze], lane: "LaneId", end: datetime, span: timedelta) -> datetime:
    """Return the latest moment since which `span` has passed by `end`, as `outside` counts it."""
    at = end - span
    while (earlier := end - span - _frozen_time(freezes, lane, at, end)) < at:
        at = earlier
    return at


def unfrozen(freezes: Sequence[Freeze], lane: "LaneId", start: datetime, end: datetime) -> timedelta:
    """Return how much time between two moments lies outside of freezes there."""
    return end - start - _frozen_time(freezes, lane, start, end)


def _frozen_time(freezes: Sequence[Freeze], lane: "LaneId", start: datetime, end: datetime) -> timedelta:
    here = [one for one in freezes if one.concerns(lane)]
    at, total = start, timedelta()
    while at < end:
        in_force = frozen(here, lane, at)
        if in_force:
            until = min(end, *(one.until for one in in_force))
            total += until - at
        else:
            until = min(end, next_begin(here, at) or end)
        at = until
    return total


def quiet_until(quiet: QuietHours | None, now: datetime) -> datetime | None:
    """Return when the quiet hours end in which `now` lies; None when it lies in none."""
    if quiet is None:
        return None
    every_day = Weekly(frozenset(Weekday), quiet.from_, quiet.until, quiet.timezone)
    zone = ZoneInfo(quiet.timezone)
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        for window in _of_day(every_day, day, zone):
            if window.begins <= now < window.ends:
                return window.ends
    return None


def next_begin(freezes: Sequence[Freeze], at: datetime) -> datetime | None:
    """Return when the next of these freezes begins after `at`; None when none does in a year."""
    begins = [window.begins for one in freezes for window in windows(one, at, 2) if window.begins > at]
    return min(begins, default=None)


def next_turn(freezes: Sequence[Freeze], at: datetime) -> datetime | None:
    """Return when the next of these freezes begins or ends after `at`; None when none does in a year."""
    found = [window for one in freezes for window in windows(one, at, 2)]
    return min((moment for window in found for moment in (window.begins, window.ends) if moment > at), default=None)


def _window_at(freeze: Freeze, now: datetime) -> Window | None:
    return next((window for window in windows(freeze, now, 1) if window.begins <= now), None)


def _dated(when: Dated) -> Window:
    zone = ZoneInfo(when.timezone)
    return Window(_begin(when.from_, zone), _end(when.until, zone))


def _of_day(when: Weekly, day: date, zone: ZoneInfo) -> tuple[Window, ...]:
    """Return the window that begins on a local day, if one does."""
    if _WEEK[day.weekday()] not in when.days:
        return ()
    from_, until = when.from_ or time(), when.until or time()
    last = day if until > from_ else day + timedelta(days=1)
    return (Window(_begin(datetime.combine(day, from_), zone), _end(datetime.combine(last, until), zone)),)


def _begin(local: datetime, zone: ZoneInfo) -> datetime:
    """Return a local moment in UTC: of two the first; one that the clocks leave out is when they are put forward."""
    return _moment(local.replace(fold=0), zone)


def _end(local: datetime, zone: ZoneInfo) -> datetime:
    """Return a local moment in UTC: of two the second; one that the clocks leave out is when they are put forward."""
    return _moment(local.replace(fold=1), zone)


def _moment(local: datetime, zone: ZoneInfo) -> datetime:
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(fold=0):
        return moment
    # Left out: between the readings by the two offsets lies the moment at which the clocks were put forward.
    early = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    late = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()
    while late - early > _A_SECOND:
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
