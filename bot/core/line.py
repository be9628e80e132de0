"""The line: whether the main branch of a service is deployable, and when people hear of a change.

Rules:

- The newest build that has ended decides. One that was only cancelled proves nothing: a newer commit took its place.
- A judgement never goes back in the order of commits. While the newest build runs again, and when an older one is
  reported late or run again, what is known of the newest stays: so nobody hears of a stop or its end twice.
- The first bad commit is the oldest one since the last that was deployable.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.build import Author, Build, BuildState, RunStatus


@dataclass(frozen=True, slots=True)
class Running:
    """The main branch is deployable, as `newest` proves; None when no build has ended yet."""

    newest: Build | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The main branch is not deployable, as `newest` proves. `first` is the first bad commit."""

    first: Build
    newest: Build

    @property
    def authors(self) -> tuple[Author, ...]:
        """Who wrote the first bad commit."""
        return self.first.authors


Line = Running | Stopped


@dataclass(frozen=True, slots=True)
class Broke:
    """The main branch has just stopped being deployable, with this commit."""

    first: Build


@dataclass(frozen=True, slots=True)
class Mended:
    """The main branch is deployable again, with this commit; `first` was the bad one."""

    by: Build
    first: Build


def judge(builds: Iterable[Build], before: Line = Running()) -> Line:
    """Return how the line stands.

    Args:
        builds: builds of one service, newest first, at least back to the one that `before` names as first or newest.
            Those that run are left aside.
        before: the former judgement. Without one, whatever has ended decides.
    """
    ended = [build for build in builds if _proves(build)]
    if not ended or (before.newest is not None and ended[0].position < before.newest.position):
        return before
    newest = ended[0]
    if newest.state is BuildState.DEPLOYABLE:
        return Running(newest)
    return Stopped(_first_bad(ended, before), newest)


def _proves(build: Build) -> bool:
    failed = any(check.status is RunStatus.FAILED for check in build.checks)
    return failed or build.state is BuildState.DEPLOYABLE


def _first_bad(ended: list[Build], before: Line) -> Build:
    """Return the oldest bad build since the last deployable one, of which at least the first is bad."""
    known = before.first if isinstance(before, Stopped) else before.newest
    since = [build for build in ended if known is None or build.position >= known.position]
    first = since[0]
    for build in since:
        if build.state is BuildState.DEPLOYABLE:
            return first
        first = build
    return before.first if isinstance(before, Stopped) else first


def news(before: Line, after: Line) -> Broke | Mended | None:
    """Return what the service's channel is to be told, once; None when the line stands as it stood."""
    match before, after:
        case Running(), Stopped(first=first):
            return Broke(first)
        case Stopped(first=first), Running(newest=Build() as by):
            return Mended(by, first)
        case _:
            return None
