"""Times and lengths as people type them, and which moment is meant by them in a time zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

TIME = "14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00"
DURATION = "30m, 2h, 1d"
FARTHEST = timedelta(days=366)
"""How far from now a time may be: nobody plans a release further ahead, and calendars end."""
_LENGTH = re.compile(r"([1-9][0-9]{0,3})([mhd])", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})", re.ASCII)
_TWELVE = re.compile(r"([1-9]|0[1-9]|1[0-2])(?::([0-9]{2}))? ?([ap])m", re.ASCII | re.IGNORECASE)
_MOMENT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {"today": "today", "tomorrow": "tomorrow"} | {name: day for day in _WEEKDAYS for name in (day, day[:3])}
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Now:
    """At once."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The next time that a clock shows this, where the person is; `on` names the day, where one was named."""

    at: time
    on: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A local moment, where the person is; naive."""

    at: datetime


When = Now | Clock | Moment


class Odd(Enum):
    """What the change of the clocks does to a local time."""

    SKIPPED = "skipped"
    TWICE = "twice"


def length_of(typed: str) -> timedelta | None:
    """Return a length of time such as 30m, 2h or 1d; None when it is none."""
    found = _LENGTH.fullmatch(typed.casefold())
    return int(found[1]) * _UNITS[found[2]] if found else None


def takes_another(typed: str) -> bool:
    """Whether a word is the first of two that are a time together: a day, or a date."""
    return typed.casefold() in _DAYS or _DATE.fullmatch(typed) is not None


def when_of(typed: str, *, now_too: bool = False) -> When | None:
    """Return a time such as 14:00, 2pm, tomorrow 9:00 or 2026-11-24T14:00; None when it is none.

    Args:
        typed: what was typed, its words one space apart.
        now_too: whether `now` is one.
    """
    if now_too and typed.casefold() == "now":
        return Now()
    try:
        moment = _MOMENT.fullmatch(typed)
        if moment:
            year, month, day, hour, minute = (int(part) for part in moment.groups())
            return Moment(datetime(year, month, day, hour, minute))  # noqa: DTZ001 - local until its zone is known
        first, _, rest = typed.partition(" ")
        on = _DAYS.get(first.casefold(), "")
        at = _clock_of(rest if on else typed)
    except ValueError:  # a 13th month, a 25th hour
        return None
    return Clock(at, on) if at is not None else None


def _clock_of(typed: str) -> time | None:
    """Return a time of day; ValueError where no clock shows it."""
    clock = _CLOCK.fullmatch(typed)
    if clock:
        return time(int(clock[1]), int(clock[2]))
    twelve = _TWELVE.fullmatch(typed)
    if twelve:
        return time(int(twelve[1]) % 12 + (12 if twelve[3] in "pP" else 0), int(twelve[2] or 0))
    return None


def zone_of(name: str | None) -> ZoneInfo | None:
    """Return a time zone by its IANA name; None where there is none of that name on this machine."""
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, LookupError):
        return None


def resolved(when: Clock | Moment, zone: ZoneInfo | None, now: datetime) -> datetime:
    """Return the local moment that is meant, in UTC.

    A time that the clocks skip is the one an hour later; of one that comes twice, the first is meant.

    Args:
        when: what was typed.
        zone: where the person is; None reads it as UTC.
        now: when it was typed, in UTC.
    """
    return _local(when, zone, now).astimezone(UTC)


def too_far(when: Clock | Moment, now: datetime) -> bool:
    """Whether a local time is not within a year from now, wherever it is meant: such a one is never resolved.

    Args:
        when: what was typed.
        now: when it was typed, in UTC.
    """
    if isinstance(when, Clock):
        return False
    return abs(when.at.replace(tzinfo=UTC) - now) > FARTHEST


def odd(when: Clock | Moment, zone: ZoneInfo | None, now: datetime) -> Odd | None:
    """Return what the change of the clocks does to a local time, where it does anything."""
    local = _local(when, zone, now)
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        return Odd.SKIPPED
    return Odd.TWICE if local.replace(fold=1).utcoffset() != local.utcoffset() else None


def _local(when: Clock | Moment, zone: ZoneInfo | None, now: datetime) -> datetime:
    tz = zone or UTC
    match when:
        case Moment():
            return when.at.replace(tzinfo=tz)
        case Clock():
            days = _days(when.on, now.astimezone(tz).date())
            moments = [datetime.combine(day, when.at, tz) for day in days]
            return next((moment for moment in moments if moment.astimezone(UTC) > now), moments[-1])


def _days(on: str, today: date) -> list[date]:
    """Return the days on which a time of day may be meant, in order."""
    if on == "today":
        ahead: tuple[int, ...] = (0,)
    elif on == "tomorrow":
        ahead = (1,)
    elif on:
        days = (_WEEKDAYS.index(on) - today.weekday()) % 7
        ahead = (days, days + 7)
    else:
        ahead = (0, 1, 2)
    return [today + timedelta(days=one) for one in ahead]
