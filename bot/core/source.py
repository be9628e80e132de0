"""Where builds come from, as data: one class per kind of source."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


@dataclass(frozen=True, slots=True)
class GithubSource:
    """Which runs of which repository make a build deployable."""

    repository: str
    branch: str
    workflows: tuple[str, ...]  # bare paths: .github/workflows/build.yml
    events: tuple[str, ...] = ("push",)
    poll: timedelta = timedelta(minutes=5)
    paths: tuple[str, ...] = ()  # globs; none: every commit concerns the service
    connection: str | None = None  # None: the environment's own
    checks: tuple[str, ...] = ()  # commit statuses and check runs that must have passed besides

    @property
    def pipelines(self) -> tuple[str, ...]:
        """The pipelines that must have succeeded for a commit, in the policy's order: a build's own come first."""
        return (*self.workflows, *self.checks)


@dataclass(frozen=True, slots=True)
class BuildbotSource:
    """A builder whose successful builds of a branch are deployable. `repository` is display alone."""

    builder: str
    branch: str
    poll: timedelta = timedelta(minutes=5)
    repository: str | None = None
    paths: tuple[str, ...] = ()

    @property
    def pipelines(self) -> tuple[str, ...]:
        """The one builder."""
        return (self.builder,)


@dataclass(frozen=True, slots=True)
class StandardSource:
    """Any pipeline that reports by signed webhook, under a name of its own with a secret of its own."""

    name: str
    secret_env: str
    branch: str | None = None  # None: whatever is reported counts
    poll: timedelta = timedelta(minutes=5)  # nothing can be asked; how often its deploys' time is looked at
    repository: str | None = None
    paths: tuple[str, ...] = ()

    @property
    def pipelines(self) -> tuple[str, ...]:
        """The one source."""
        return (self.name,)


SourcePolicy = GithubSource | BuildbotSource | StandardSource


class VersionFrom(Enum):
    """Where the version that people read comes from. Display only."""

    RUN_NUMBER = "run_number"
    SHA = "sha"
    REPORTED = "reported"  # by the pipeline itself, in its signed report; the commit where it says none
    TAG = "tag"  # the highest that the service's `tag_glob` names
