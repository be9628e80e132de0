"""What a decision wants brought about, as data, and what happened, for the thread and the audit."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class StartDeployment:
    """Trigger the deploy of a release, once, with its key."""

    release: int
    generation: int


@dataclass(frozen=True, slots=True)
class ResendDeployment:
    """A person says that the request may be sent again: look it up once more, then send."""

    release: int
    generation: int


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell people outside the team that a release is live. At most once."""

    release: int


@dataclass(frozen=True, slots=True)
class TellFailure:
    """A new message in the channel that mentions the authors; an edit would notify nobody. At least once."""

    release: int


@dataclass(frozen=True, slots=True)
class AskWhetherItRan:
    """Ask in the operations channel about a lost request. A card, kept true like any other."""

    release: int


Effect = StartDeployment | ResendDeployment | Announce | TellFailure | AskWhetherItRan


class Happened(Enum):
    """Every kind of thing that can have happened to a lane or a release. Each is an audit row."""

    ADOPTED = "adopted"
    OPENED = "opened"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REBUILT = "rebuilt"  # another artifact: approvals are void
    BUILD_BROKE = "build broke"
    DEPLOY_ATTEMPTED = "deploy attempted"
    DEPLOY_PUT_OFF = "deploy put off"  # certainly not sent; tried again by itself
    DEPLOY_ACCEPTED = "deploy accepted"
    DEPLOY_RUNNING = "deploy running"
    DEPLOY_LOST = "deploy lost"
    RESOLVED = "resolved"
    LIVE = "live"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `by` is a person's id, None when no person did it.

    `again` says that it follows a like one in a series of which people have been told: only the audit has it then.
    """

    kind: Happened
    release: int | None = None
    by: str | None = None
    detail: str = ""
    other: int | None = None  # the release that took its place
    url: str | None = None
    again: bool = False
