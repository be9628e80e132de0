"""The calendar of a lane: whether it is frozen, until when, what is next; and whether people sleep.

`now` and every moment that is returned are in UTC. How a window meets a change of the clocks is told in `windows`.
Nothing here looks further ahead than `HORIZON`: what lasts longer than that is for ever.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice, takewhile

from bot.core.policy import LaneId
from bot.core.windows import Dated, Freeze, QuietHours, Weekday, Weekly, Window, joined, windows_after

__all__ = [
    "HORIZON",
    "Change",
    "Dated",
    "Freeze",
    "Frozen",
    "QuietHours",
    "Weekday",
    "Weekly",
    "Window",
    "changes",
    "frozen",
    "outside",
    "quiet_until",
    "thaws_at",
    "windows",
]

HORIZON = timedelta(days=2 * 366)
"""How far ahead an end is looked for."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A freeze that is in force: since when and until when; both None when it never ends.

    `until` is the end of this freeze; another may still be in force then (`thaws_at`).
    """

    name: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """A freeze begins or ends at a moment, with the whole window of which this is the begin or the end."""

    freeze: Freeze
    begins: bool
    at: datetime
    window: Window


def frozen(freezes: Sequence[Freeze], lane: LaneId, now: datetime) -> tuple[Frozen, ...]:
    """Return every freeze that is in force in a lane, in the file's order."""
    return tuple(found for freeze in _of(freezes, lane) if (found := _in_force(freeze, now)))


def thaws_at(freezes: Sequence[Freeze], lane: LaneId, now: datetime) -> datetime | None:
    """Return when no freeze is in force any more in a lane: the end of all windows that follow without a gap.

    None when the lane is not frozen (ask `frozen`), or is frozen for ever: by a freeze that never ends, by several
    that leave no gap, or for longer than HORIZON.
    """
    if _for_ever(freezes, lane):
        return None
    first = next(_together(freezes, lane, now), None)
    return first.ends if first and first.begins <= now and first.ends < now + HORIZON else None


def windows(freeze: Freeze, after: datetime, count: int) -> tuple[Window, ...]:
    """Return at most `count` windows of a freeze that end after a moment: the present one, if any, and the next.

    None for a freeze that never ends (`freeze.when.everlasting`).
    """
    return tuple(islice(windows_after(freeze.when, after), count))


def changes(freezes: Sequence[Freeze], since: datetime, until: datetime) -> tuple[Change, ...]:
    """Return which freezes began and ended after `since` and not after `until`, in order; ends before begins.

    The time it takes grows with the days between the two.
    """
    found = [
        Change(freeze, begins, at, window)
        for freeze in freezes
        for window in takewhile(lambda one: one.begins <= until, windows_after(freeze.when, since))
        for begins, at in ((True, window.begins), (False, window.ends))
        if since < at <= until
    ]
    return tuple(sorted(found, key=lambda change: (change.at, change.begins)))


def outside(freezes: Sequence[Freeze], lane: LaneId, start: datetime, span: timedelta) -> datetime | None:
    """Return the first moment at which `span` has passed since `start` while the lane was not frozen.

    That moment is never inside a freeze, though it may be the one at which a freeze begins; with no span it is
    `start`. None when it never comes, or not within HORIZON.
    """
    if span <= timedelta(0):
        return start
    if _for_ever(freezes, lane):
        return None
    free_since, left = start, span
    for window in _together(freezes, lane, start):
        free = max(window.begins - free_since, timedelta(0))
        if free >= left:
            break
        free_since, left = window.ends, left - free
    found = free_since + left
    return found if found <= start + HORIZON else None


def quiet_until(quiet: QuietHours | None, now: datetime) -> datetime | None:
    """Return the end of the quiet hours in which a moment lies; None outside them, and where `until` is `from_`."""
    if quiet is None:
        return None
    daily = Weekly(frozenset(Weekday), quiet.from_, quiet.until, quiet.timezone)
    window = next(windows_after(daily, now), None)
    return window.ends if window and window.begins <= now else None


def _of(freezes: Sequence[Freeze], lane: LaneId) -> list[Freeze]:
    return [freeze for freeze in freezes if freeze.concerns(lane.service, lane.environment)]


def _for_ever(freezes: Sequence[Freeze], lane: LaneId) -> bool:
    return any(freeze.when.everlasting for freeze in _of(freezes, lane))


def _in_force(freeze: Freeze, now: datetime) -> Frozen | None:
    if freeze.when.everlasting:
        return Frozen(freeze.name, None, None)
    window = next(windows_after(freeze.when, now), None)
    return Frozen(freeze.name, window.begins, window.ends) if window and window.begins <= now else None


def _together(freezes: Sequence[Freeze], lane: LaneId, now: datetime) -> Iterator[Window]:
    """Yield the windows of all freezes of a lane as one calendar, up to the horizon."""
    each = [windows_after(freeze.when, now) for freeze in _of(freezes, lane)]
    in_order = merge(*each, key=lambda window: window.begins)
    return joined(takewhile(lambda window: window.begins <= now + HORIZON, in_order))
