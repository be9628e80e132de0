"""Times and lengths as people type them, and which moment is meant by them in a time zone."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIME = "14:00, 2026-11-24T14:00"
DURATION = "30m, 2h, 1d"
_LENGTH = re.compile(r"([1-9][0-9]{0,3})([mhd])", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})", re.ASCII)
_MOMENT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2})", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Now:
    """At once."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The next time that a clock shows this, where the person is."""

    at: time


@dataclass(frozen=True, slots=True)
class Moment:
    """A local moment, where the person is; naive."""

    at: datetime


When = Now | Clock | Moment


def length_of(typed: str) -> timedelta | None:
    """Return a length of time such as 30m, 2h or 1d; None when it is none."""
    found = _LENGTH.fullmatch(typed.casefold())
    return int(found[1]) * _UNITS[found[2]] if found else None


def when_of(typed: str, *, now_too: bool = False) -> When | None:
    """Return a time such as 14:00 or 2026-11-24T14:00, or `now` where that is one; None when it is none."""
    if now_too and typed.casefold() == "now":
        return Now()
    try:
        clock = _CLOCK.fullmatch(typed)
        if clock:
            return Clock(time(int(clock[1]), int(clock[2])))
        moment = _MOMENT.fullmatch(typed)
        if moment:
            year, month, day, hour, minute = (int(part) for part in moment.groups())
            return Moment(datetime(year, month, day, hour, minute))  # noqa: DTZ001 - local until its zone is known
    except ValueError:  # a 13th month, a 25th hour
        return None
    return None


def zone_of(name: str | None) -> ZoneInfo | None:
    """Return a time zone by its IANA name; None where there is none of that name on this machine."""
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, LookupError):
        return None


def resolved(when: Clock | Moment, zone: ZoneInfo | None, now: datetime) -> datetime:
    """Return the local moment that is meant, in UTC.

    Args:
        when: what was typed.
        zone: where the person is; None reads it as UTC.
        now: when it was typed, in UTC.
    """
    tz = zone or UTC
    match when:
        case Moment():
            return when.at.replace(tzinfo=tz).astimezone(UTC)
        case Clock():
            today = now.astimezone(tz).date()
            days = (datetime.combine(today + timedelta(days=ahead), when.at, tz).astimezone(UTC) for ahead in (0, 1, 2))
            return next(moment for moment in days if moment > now)
