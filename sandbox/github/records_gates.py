"""What stands between a commit and an environment: jobs, environments with their rules, gates, statuses, check runs."""

from dataclasses import dataclass, field
from datetime import datetime

WAITING, APPROVED, REJECTED, CANCELLED = "waiting", "approved", "rejected", "cancelled"


@dataclass(slots=True)
class Job:
    """A job of a run's attempt."""

    id: int
    attempt: int
    name: str
    created_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    environment: str = ""
    deployment: int | None = None


@dataclass(slots=True)
class PastAttempt:
    """How an earlier attempt of a run ended."""

    attempt: int
    status: str
    conclusion: str | None
    started_at: datetime
    updated_at: datetime
    triggering_actor: tuple[str, int] | None


@dataclass(slots=True)
class Reviewer:
    """A person, or a team with its members, whose approval an environment asks for; one of them all is enough."""

    name: str
    id: int
    team: bool = False
    members: list[int] = field(default_factory=list)

    def includes(self, person: int) -> bool:
        """Whether somebody may answer for it."""
        return person in self.members if self.team else person == self.id


@dataclass(slots=True)
class Environment:
    """An environment with what protects it. `rules` are the slugs of the Apps that are asked."""

    id: int
    name: str
    created_at: datetime
    reviewers: list[Reviewer] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    wait_minutes: int = 0
    no_self_review: bool = False

    @property
    def protected(self) -> bool:
        """Whether a job must wait here."""
        return bool(self.reviewers or self.rules or self.wait_minutes)


@dataclass(slots=True)
class Gate:
    """A job that waits at an environment, or did. Every rule and the review must be approved for it to go on.

    `rules` tells of each App's slug what it answered, `reports` how often it only reported.
    """

    run: int
    attempt: int
    job: int
    environment: str
    deployment: int
    since: datetime
    review: str = APPROVED
    rules: dict[str, str] = field(default_factory=dict)
    reports: dict[str, list[str]] = field(default_factory=dict)
    state: str = WAITING
    opened_at: datetime | None = None
    asked: bool = True
    """Whether anything had to be approved, or waited for."""


@dataclass(slots=True)
class Review:
    """What somebody answered at a gate."""

    run: int
    environments: list[str]
    state: str
    comment: str
    login: str
    person: int
    at: datetime


@dataclass(slots=True)
class CommitStatus:
    """A status of a commit, of the older kind."""

    id: int
    sha: str
    state: str
    context: str
    at: datetime
    target_url: str | None = None
    description: str | None = None
    login: str = ""
    person: int = 0


@dataclass(slots=True)
class CheckRun:
    """A check of a commit that an App reports."""

    id: int
    sha: str
    name: str
    app: str
    status: str
    conclusion: str | None
    started_at: datetime
    completed_at: datetime | None = None
    details_url: str | None = None
    external_id: str = ""
    title: str | None = None
    summary: str | None = None
