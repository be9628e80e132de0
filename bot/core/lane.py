"""A lane: a service in an environment, what is live there and its unfinished releases, decided upon as one."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.build import Position
from bot.core.policy import LaneId
from bot.core.release import Lifecycle, Release


@dataclass(frozen=True, slots=True)
class Live:
    """What runs in the environment now, as far as anybody told."""

    sha: str
    version: str
    since: datetime
    position: Position | None = None  # None when the build is not one that Signoff has seen
    release: int | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """The lane's row and its unfinished releases, oldest first."""

    id: LaneId
    adopted_at: datetime | None = None
    live: Live | None = None
    releases: tuple[Release, ...] = ()

    def release(self, number: int) -> Release | None:
        """Return one of the releases in this lane, or None."""
        return next((release for release in self.releases if release.number == number), None)

    def replaced(self, release: Release) -> "Lane":
        """Return the lane with one release in its new state."""
        return replace(self, releases=tuple(release if old.number == release.number else old for old in self.releases))

    def opened(self, release: Release) -> "Lane":
        """Return the lane with one release more."""
        return replace(self, releases=(*self.releases, release))

    @property
    def in_flight(self) -> Release | None:
        """The one release that is being deployed, if any."""
        return next((release for release in self.releases if release.state is Lifecycle.DEPLOYING), None)

    @property
    def open(self) -> tuple[Release, ...]:
        """The releases that wait, oldest first."""
        return tuple(release for release in self.releases if release.state is Lifecycle.OPEN)
