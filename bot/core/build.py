"""Builds: what pipelines said about a commit, and whether it could go to production.

A build is one commit of one service. What it produced is its artifact; where a pipeline reports no digest, run and
attempt stand in for it, so a rebuild is another artifact and voids what people approved of the former one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from bot.core.policy import Policy
from bot.core.source import VersionFrom
from bot.core.versions import highest_tag

SHORTEST = 7
"""Digits of a commit's hash that are taken for its name."""


class BuildState(Enum):
    """Whether a build could go to production."""

    PENDING = "pending"
    DEPLOYABLE = "deployable"
    BROKEN = "broken"


class RunStatus(Enum):
    """What a pipeline's run says, in any CI system."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def rank(self) -> int:
        """How far the run is; a report never takes a run backwards within one attempt."""
        return {RunStatus.QUEUED: 0, RunStatus.RUNNING: 1}.get(self, 2)


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who wrote or pushed a commit, as the CI system names them. All of it is display, but the ids."""

    name: str
    email: str | None = None
    github: str | None = None  # numeric id: a login can be renamed and recycled


@dataclass(frozen=True, slots=True)
class PipelineReport:
    """One run of one pipeline for one commit, as last seen."""

    service: str
    pipeline: str
    sha: str  # 40 lowercase hex digits
    run_id: str
    run_number: int
    attempt: int
    status: RunStatus
    created_at: datetime
    updated_at: datetime
    url: str
    title: str
    branch: str
    authors: tuple[Author, ...] = ()
    pusher: Author | None = None
    digest: str | None = None
    tags: tuple[str, ...] = ()  # that point at the commit, in no order
    version: str | None = None  # that the pipeline itself gave it

    @property
    def is_run(self) -> bool:
        """Whether it is a run; what has its name for its number is a check of the commit that the policy names."""
        return self.run_id != self.pipeline

    @property
    def order(self) -> tuple[datetime, int, int, int, datetime]:
        """Its place among reports of one pipeline and commit: by the payload's own facts, not by arrival."""
        return (self.created_at, self.run_number, self.attempt, self.status.rank, self.updated_at)

    @property
    def progress(self) -> tuple[int, int, datetime]:
        """How far it has come, among reports of one run, whatever the clocks of those say who tell of it."""
        return (self.attempt, self.status.rank, self.updated_at)

    def replaces(self, known: "PipelineReport | None") -> bool:
        """Whether it is to be kept instead of what is known: it is newer, or tells of an earlier begin of the same.

        Of one run the step decides that is told, even where what tells of it dates it before an earlier one.
        """
        if known is None:
            return True
        one_run = self.is_run and self.run_id == known.run_id
        if self.progress > known.progress if one_run else self.order > known.order:
            return True
        return self.created_at < known.created_at and replace(self, created_at=known.created_at) == known


def folded(told: PipelineReport, known: PipelineReport | None) -> PipelineReport:
    """Return what is known of a run after one more report of a pipeline that tells each step once, in any order.

    A run is as old as the earliest that is known of it; which report counts is for attempt, step and time to say.
    """
    if known is None or known.run_id != told.run_id:
        return told
    begun = min(told.created_at, known.created_at)
    return max(replace(told, created_at=begun), replace(known, created_at=begun), key=lambda one: one.order)


Position = tuple[datetime, int, int]
"""Where a build stands among the builds of its service: when its run was made, run number, attempt."""


@dataclass(frozen=True, slots=True)
class Build:
    """One commit of one service and what is known of it. `id` is 0 until it is stored."""

    id: int
    service: str
    sha: str
    artifact: str
    version: str
    state: BuildState
    position: Position
    title: str
    url: str
    branch: str
    authors: tuple[Author, ...] = ()
    pusher: Author | None = None
    checks: tuple[PipelineReport, ...] = ()

    @property
    def short_sha(self) -> str:
        """Return the seven digits that people compare."""
        return self.sha[:SHORTEST]

    @property
    def label(self) -> str:
        """Return version and short commit, or the commit alone where it is the version."""
        return label_of(self.version, self.sha)


def label_of(version: str, sha: str) -> str:
    """Return how people call what ships: version and short commit, or the commit alone where it is the version."""
    return version if is_commit(version, sha) else f"{version} ({sha[:SHORTEST]})"


def is_commit(version: str, sha: str) -> bool:
    """Whether a version is the commit itself; a short run number may begin a commit's hash by chance."""
    return len(version) >= SHORTEST and sha.startswith(version)


def assess(
    reports: Iterable[PipelineReport],
    required: tuple[str, ...],
    version_from: VersionFrom,
    known: Build | None,
    tag_glob: str = "**",
) -> Build | None:
    """Return the build that the reports of one commit add up to.

    Args:
        reports: of each pipeline at least the newest report, in any order, all of one service and commit.
        required: the pipelines that must have succeeded, in the policy's order.
        version_from: where the version comes from. It is fixed when the build becomes deployable.
        known: the build as stored, if it is.
        tag_glob: which tags are versions.

    Returns:
        The build with its state, or None when none of the required pipelines has reported.
    """
    newest = {report.pipeline: report for report in sorted(reports, key=lambda report: report.order)}
    checks = tuple(newest[name] for name in required if name in newest)
    if not checks:
        return None
    first = checks[0]
    fixed = known.version if known and known.state is BuildState.DEPLOYABLE else None
    return Build(
        id=known.id if known else 0,
        service=first.service,
        sha=first.sha,
        artifact=_artifact(checks),
        version=fixed or _version(checks, version_from, tag_glob),
        state=_state(checks, required),
        position=(first.created_at, first.run_number, max(check.attempt for check in checks)),
        title=first.title,
        url=first.url,
        branch=first.branch,
        authors=first.authors,
        pusher=first.pusher,
        checks=checks,
    )


def _version(checks: tuple[PipelineReport, ...], version_from: VersionFrom, tag_glob: str) -> str:
    """Return the version; the commit stands in where no tag fits."""
    first = checks[0]
    if version_from is VersionFrom.RUN_NUMBER:
        return str(first.run_number)
    if version_from is VersionFrom.REPORTED:
        return next((check.version for check in checks if check.version), first.sha[:12])
    tags = (tag for check in checks for tag in check.tags)
    tag = highest_tag(tags, tag_glob) if version_from is VersionFrom.TAG else None
    return tag or first.sha[:12]


def _artifact(checks: tuple[PipelineReport, ...]) -> str:
    digest = next((check.digest for check in checks if check.digest), None)
    return digest or "+".join(f"run {check.run_id}.{check.attempt}" for check in checks)


def _state(checks: tuple[PipelineReport, ...], required: tuple[str, ...]) -> BuildState:
    statuses = {check.status for check in checks}
    if statuses & {RunStatus.FAILED, RunStatus.CANCELLED}:
        return BuildState.BROKEN
    if len(checks) == len(required) and statuses == {RunStatus.SUCCEEDED}:
        return BuildState.DEPLOYABLE
    return BuildState.PENDING


def people_behind(author: Author | None, policy: Policy) -> str | None:
    """Return the id of the person whom an author of a commit is, or None when the policy maps nobody to them."""
    if author is None:
        return None
    person = policy.person_of(github=author.github, email=author.email)
    return person.id if person else None
