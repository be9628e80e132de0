"""What changes between two commits: who compares them, and where what was told is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.changelog import Comparison, Span
from bot.core.lane import Live
from bot.core.policy import ServicePolicy
from bot.ports.trouble import Trouble


@dataclass(frozen=True, slots=True)
class CannotTell:
    """Certainly nobody can tell what a span changes, as where a commit is gone; `reason` is told to people.

    Who is refused, or sees nothing just now, does not know that: that is trouble, and is asked again. `never`:
    it is no matter of this span, such a thing is never told there; so nobody is asked a second time to be sure.
    """

    reason: str
    never: bool = False


class Comparer(Protocol):
    """Who knows what changes between two commits. The implementation does its I/O through the one sender."""

    async def compare(self, service: ServicePolicy, span: Span) -> Comparison | Trouble | CannotTell:
        """Fetch what a span changes: commits with authors and pull requests, files, of the service's paths."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A span of which nobody has told yet what it changes, and how often it was asked about in vain.

    `untold`: nobody could tell an hour ago, which may have changed; until somebody says otherwise it counts.
    """

    span: Span
    tries: int
    untold: bool = False


class Changes(Protocol):
    """What was told of spans, until nobody needs it any more."""

    def get(self, span: Span) -> Comparison | None:
        """Return what a span changes; None where that is not known, or cannot be told."""

    def why_not(self, span: Span) -> str | None:
        """Return why nobody can tell what a span changes; None where that is not so."""

    def before(self, release: int) -> Live | None:
        """Return what was live in its lane before a release ended: the base of what it changed, or would have."""

    def want(self, span: Span, now: datetime) -> None:
        """Ask for a span that no release needs, for an hour. One that is known or asked for stays as it is."""

    def begin(self, now: datetime) -> None:
        """Say that commits are compared from now on: releases wait until it is told who wrote what they bring."""

    def due(self, sources: Mapping[str, str], now: datetime) -> Wanted | None:
        """Return a span to be compared now: of an unfinished release, one that has just ended, or one asked for.

        `sources` tells of each service of the policy which repository and paths are compared: what was told of others
        is to be told anew.
        """

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next span after now may be asked about again."""

    def put(self, comparison: Comparison, source: str, now: datetime) -> None:
        """Keep what was told."""

    def cannot(self, span: Span, why: str, source: str, now: datetime) -> None:
        """Note that nobody can tell what a span changes; while a release needs it, it is asked again every hour."""

    def later(self, span: Span, due: datetime, now: datetime) -> None:
        """Note that it was asked in vain, and from when on to ask again."""

    def shown_by(self, span: Span, now: datetime) -> tuple[int, ...]:
        """Return the releases that show a span, by number: unfinished ones, and those that ended lately."""

    def prune(self, before: datetime, most: int) -> int:
        """Forget what was told before and no unfinished release ships, so many at most; returns how many."""
