"""A lane: a service in an environment, what is live there and its unfinished releases, decided upon as one."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from bot.core.build import Author, Position, label_of
from bot.core.policy import LaneId, LanePolicy, Mode, Policy
from bot.core.release import Lifecycle, Release


@dataclass(frozen=True, slots=True)
class Live:
    """What runs in the environment now, as far as anybody told."""

    sha: str
    version: str
    since: datetime
    position: Position | None = None  # None when the build is not one that Signoff has seen
    release: int | None = None

    @property
    def label(self) -> str:
        """Return version and short commit, or the commit alone where it is the version."""
        return label_of(self.version, self.sha)


@dataclass(frozen=True, slots=True)
class ModeSwitch:
    """A mode that somebody set at run time. It wins until the policy file's own mode is no longer `over`."""

    mode: Mode
    over: Mode
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing starts here until it is resumed, or until `until`.

    `by` is None when a rollback or a request held it: then what people ask for still starts.
    """

    reason: str
    since: datetime
    by: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """Somebody needs the environment for themselves for a time. `warned`: its owner was told that it ends soon.

    `renewed` is when its owner last locked it anew, None where they have not.
    """

    owner: str
    slack: str | None
    reason: str
    since: datetime
    until: datetime
    warned: bool = False
    renewed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing starts anywhere."""

    by: str
    reason: str
    since: datetime


class Judgement(Enum):
    """What a mark says of a build and of all that contain it."""

    BAD = "bad"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Mark:
    """A person's word, or a rollback's, on a build of the service and on every later one. In order of `seq`."""

    seq: int
    judgement: Judgement
    position: Position
    label: str
    by: str | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """A build that was live in another environment without having failed or been rolled back there."""

    environment: str
    build: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A commit of the service that is not live here: who wrote it, and where its build stands."""

    sha: str
    position: Position
    authors: tuple[Author, ...]


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who wrote the commits between what is live and a build, as the source's compare tells: of each its authors.

    `commits` is None where nobody can tell. It is told of what is live, and of what may become live in a decision.
    `untold` is how many commits there are beside those, of which the source did not tell.
    """

    base: str
    head: str
    commits: tuple[tuple[Author, ...], ...] | None
    untold: int = 0


@dataclass(frozen=True, slots=True)
class Around:
    """What is true beyond the lane and decides within it; loaded with the lane, never saved by it.

    `changes` are those later than what is live, oldest first, as far as builds tell of them. `reached` speaks of the
    builds of the lane's open releases and of the one that the input is about. `compares`: commits are compared here,
    so of a build that is missing in `authorship` it is not known yet who wrote what it brings.
    """

    stop: Stop | None = None
    marks: tuple[Mark, ...] = ()  # of the service, in order of `seq`
    reached: tuple[Reached, ...] = ()
    changes: tuple[Change, ...] = ()
    compares: bool = False
    authorship: tuple[Authorship, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """The lane's row and its unfinished releases, oldest first, beside the one that is live."""

    id: LaneId
    adopted_at: datetime | None = None
    live: Live | None = None
    releases: tuple[Release, ...] = ()
    mode: ModeSwitch | None = None
    hold: Hold | None = None
    lock: Lock | None = None
    around: Around = Around()

    def policy(self, policy: Policy) -> LanePolicy | None:
        """Return what holds here today: the file's words, with the mode that was set at run time."""
        written = policy.lane(self.id)
        if written is None or self.mode is None or written.mode is not self.mode.over:
            return written
        return replace(written, mode=self.mode.mode)

    def release(self, number: int) -> Release | None:
        """Return one of the releases in this lane, or None."""
        return next((release for release in self.releases if release.number == number), None)

    def replaced(self, *releases: Release) -> "Lane":
        """Return the lane with these of its releases in their new state."""
        new = {release.number: release for release in releases}
        return replace(self, releases=tuple(new.get(old.number, old) for old in self.releases))

    def opened(self, release: Release) -> "Lane":
        """Return the lane with one release more."""
        return replace(self, releases=(*self.releases, release))

    @property
    def in_flight(self) -> Release | None:
        """The one release that has the lane for itself, if any: it is being deployed, or verified after that."""
        busy = {Lifecycle.DEPLOYING, Lifecycle.VERIFYING}
        return next((release for release in self.releases if release.state in busy), None)

    @property
    def open(self) -> tuple[Release, ...]:
        """The releases that wait, oldest first."""
        return tuple(release for release in self.releases if release.state is Lifecycle.OPEN)
