"""What the stand-in remembers: repositories, commits, workflows, runs, deployments. Plain data, dumped as JSON."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.github.records_gates import CheckRun, CommitStatus, Environment, Gate, Job, PastAttempt, Review

ACTIONS = ("github-actions[bot]", 41898282)
"""Who creates the deployments of jobs, and posts their statuses."""
LOST = "(none)"
"""In place of the branch of a commit that none has any more."""
BOT = ("signoff-bot", 901)
"""Whose token the API is called with: the actor of every dispatch, the creator of every deployment."""


@dataclass(slots=True)
class Commit:
    """A commit on a branch; no branch means the default one."""

    sha: str
    title: str
    name: str
    email: str
    login: str
    login_id: int
    at: datetime
    body: str = ""
    branch: str = ""
    parent: str | None = None
    files: list[str] = field(default_factory=list)
    pushed: bool = True

    @property
    def message(self) -> str:
        """The title and what stands below it."""
        return f"{self.title}\n\n{self.body}" if self.body else self.title


@dataclass(slots=True)
class Pull:
    """A pull request, and the commits that belong to it."""

    number: int
    title: str
    login: str
    login_id: int
    commits: list[str]
    created_at: datetime
    merged_at: datetime | None = None
    labels: list[str] = field(default_factory=list)
    base: str = "main"


@dataclass(slots=True)
class Workflow:
    """A workflow file that may be dispatched. `inputs` tells of each one whether it is required."""

    path: str
    inputs: dict[str, bool]
    run_name: str


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
    started_at: datetime | None = None
    actor: tuple[str, int] | None = None
    triggering_actor: tuple[str, int] | None = None
    jobs: list[Job] = field(default_factory=list)
    past: list[PastAttempt] = field(default_factory=list)

    def current_jobs(self) -> list[Job]:
        """Return the jobs of the newest attempt."""
        return [job for job in self.jobs if job.attempt == self.attempt]


@dataclass(slots=True)
class Status:
    """One status of a deployment."""

    id: int
    state: str
    at: datetime
    log_url: str = ""
    description: str = ""
    environment_url: str = ""
    creator: tuple[str, int] = ACTIONS


@dataclass(slots=True)
class Deployment:
    """A deployment at a commit."""

    id: int
    sha: str
    ref: str
    task: str
    environment: str
    payload: Any
    description: str
    created_at: datetime
    statuses: list[Status] = field(default_factory=list)
    transient: bool = False
    production: bool | None = None
    creator: tuple[str, int] = BOT
    run: int | None = None
    """The run whose job made it."""

    @property
    def state(self) -> str:
        """The newest status, or that there is none."""
        return self.statuses[-1].state if self.statuses else "created"

    @property
    def is_production(self) -> bool:
        """What was said of it, else what GitHub takes from the environment's name."""
        return self.environment == "production" if self.production is None else self.production


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
    workflows: dict[str, Workflow] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    """The commit that each tag points at."""
    pulls: list[Pull] = field(default_factory=list)
    environments: dict[str, Environment] = field(default_factory=dict)
    gates: list[Gate] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    statuses: list[CommitStatus] = field(default_factory=list)
    checks: list[CheckRun] = field(default_factory=list)
    former_names: list[str] = field(default_factory=list)
    deploys_to: str = ""
    """The environment that a pushed build goes on to by itself when it is green, where things go by themselves."""
    is_private: bool = True

    def tip(self, branch: str) -> Commit | None:
        """Return the newest commit of a branch."""
        named = branch.removeprefix("refs/heads/")
        return next((one for one in reversed(self.commits) if (one.branch or self.branch) == named), None)

    def pushed_tip(self, branch: str) -> Commit | None:
        """Return the newest commit of a branch that was pushed."""
        known = (one for one in reversed(self.commits) if one.pushed)
        return next((one for one in known if (one.branch or self.branch) == branch), None)

    def push(self, commit: Commit) -> list[Commit]:
        """Push a commit with those that were made before it on its branch; returns them, oldest first."""
        waiting = [one for one in self.commits if not one.pushed and one.branch == commit.branch]
        for one in waiting:
            one.pushed = True
        return [*waiting, commit]

    def rewind(self, branch: str, to: str) -> None:
        """Take everything after a commit off its branch; it is still found by its hash, as at GitHub for a while.

        Raises:
            LookupError: the branch never was there.
        """
        tip = self.tip(branch)
        line = [one.sha for one in self.history(tip)] if tip else []
        if to not in line:
            raise LookupError(f"{branch} of {self.full_name} never was at {to}")
        for one in self.commits:
            if one.sha in line[: line.index(to)]:
                one.branch = LOST

    def commit(self, ref: str) -> Commit | None:
        """Return the commit of a branch, a tag, a full hash or a hash's beginning."""
        if (tip := self.tip(ref)) is not None:
            return tip
        ref = self.tags.get(ref.removeprefix("refs/tags/"), ref)
        return next((commit for commit in self.commits if len(ref) >= 7 and commit.sha.startswith(ref)), None)

    def history(self, commit: Commit) -> list[Commit]:
        """Return a commit and its ancestors, newest first. One that names no parent follows the one before it."""
        line, at = [commit], commit
        while (before := self._parent(at)) is not None:
            line.append(before)
            at = before
        return line

    def _parent(self, commit: Commit) -> Commit | None:
        if commit.parent is not None:
            return next((one for one in self.commits if one.sha == commit.parent), None)
        earlier = self.commits[: next(n for n, one in enumerate(self.commits) if one.sha == commit.sha)]
        return next((one for one in reversed(earlier) if one.branch == commit.branch), None)

    def run(self, number: int) -> Run | None:
        """Return a run by its id."""
        return next((run for run in self.runs if run.id == number), None)

    def deployment(self, number: int) -> Deployment | None:
        """Return a deployment by its id."""
        return next((deployment for deployment in self.deployments if deployment.id == number), None)
