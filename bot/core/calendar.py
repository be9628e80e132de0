"""Freezes and quiet hours in local time: what is in force, until when, what comes next."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum


class Weekday(Enum):
    """A day of the week, as the policy file writes it."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


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
