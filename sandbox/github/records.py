"""What the stand-in remembers: repositories, commits, workflow runs, deployments. Plain data, dumped as JSON."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Commit:
    """A commit on a branch."""

    sha: str
    title: str
    name: str
    email: str
    login: str
    login_id: int
    at: datetime


@dataclass(slots=True)
class Run:
    """A workflow run. A re-run keeps the id and raises the attempt."""

    id: int
    path: str
    number: int
    event: str
    branch: str
    commit: Commit
    title: str
    created_at: datetime
    updated_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    attempt: int = 1
    inputs: dict[str, str] = field(default_factory=dict)
    head_repository: str | None = None


@dataclass(slots=True)
class Status:
    """One status of a deployment."""

    id: int
    state: str
    at: datetime
    log_url: str = ""
    description: str = ""


@dataclass(slots=True)
class Deployment:
    """A deployment at a commit."""

    id: int
    sha: str
    ref: str
    task: str
    environment: str
    payload: dict[str, Any]
    description: str
    created_at: datetime
    statuses: list[Status] = field(default_factory=list)

    @property
    def state(self) -> str:
        """The newest status, or that there is none."""
        return self.statuses[-1].state if self.statuses else "created"


@dataclass(slots=True)
class Repository:
    """A repository with everything in it, oldest first."""

    full_name: str
    id: int
    branch: str = "main"
    workflow: str = ".github/workflows/build.yml"
    commits: list[Commit] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)

    def commit(self, ref: str) -> Commit | None:
        """Return the commit of a branch, a full hash or a hash's beginning."""
        if ref in {self.branch, f"refs/heads/{self.branch}"}:
            return self.commits[-1] if self.commits else None
        return next((commit for commit in self.commits if len(ref) >= 7 and commit.sha.startswith(ref)), None)

    def run(self, number: int) -> Run | None:
        """Return a run by its id."""
        return next((run for run in self.runs if run.id == number), None)

    def deployment(self, number: int) -> Deployment | None:
        """Return a deployment by its id."""
        return next((deployment for deployment in self.deployments if deployment.id == number), None)
