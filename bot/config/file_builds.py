"""Where the policy file has builds come from: one class per kind of source."""

from typing import Annotated

from pydantic import Field

from bot.config.file_buildbot import BuildbotBuild
from bot.config.section import Section
from bot.config.written import (
    Branch,
    CheckName,
    ConnectionName,
    Duration,
    Event,
    PathGlob,
    PlainName,
    Repository,
    Variable,
    VersionKind,
    Workflow,
)


class GithubBuild(Section):
    """Which runs of which repository make a build deployable."""

    NAME = "github"

    repository: Repository = Field(description="owner and name", examples=["acme/payments"])
    branch: Branch = Field(description="the one branch whose builds may ship", examples=["main"])
    workflows: Annotated[tuple[Workflow, ...], Field(min_length=1)] = Field(
        description="all of them must succeed for a commit; a bare name is a file in `.github/workflows/`",
        examples=["[build.yml]"],
    )
    checks: Annotated[tuple[CheckName, ...], Field(min_length=1, max_length=20)] | None = Field(
        None,
        description="commit statuses and check runs, by name, that must have passed besides; absent: none",
        examples=["[ci/jenkins, SonarQube]"],
    )
    events: Annotated[tuple[Event, ...], Field(min_length=1)] = Field(
        ("push",), description="which triggers count", examples=["[push]"]
    )
    paths: Annotated[tuple[PathGlob, ...], Field(min_length=1, max_length=100)] | None = Field(
        None,
        description="in a repository of several services, the files whose change concerns this one; absent: all",
        examples=["[services/pay/**]"],
    )
    connection: ConnectionName | None = Field(
        None,
        description="the connection over which GitHub is asked; absent: the environment's own",
        examples=["enterprise"],
    )
    poll: Duration | None = Field(
        None, description="how often GitHub is asked for what no webhook told", examples=["5m"]
    )


class StandardBuild(Section):
    """Any pipeline that reports its builds by signed webhook."""

    NAME = "standard"

    source: PlainName = Field(description="the name under which it reports", examples=["docs-pipeline"])
    secret_env: Variable = Field(
        description="the environment variable that holds the secret by which it signs",
        examples=["DOCS_PIPELINE_SECRET"],
    )
    branch: Branch | None = Field(
        None, description="the one branch whose builds may ship; absent: whatever is reported", examples=["main"]
    )


class BuildSection(Section):
    """Where the builds of a service come from: exactly one of the sources."""

    NAME = "build"
    INSTEAD = "write `github`, `buildbot` or `standard`"
    LATER = frozenset({"gitlab", "jenkins", "circleci", "buildkite", "argocd", "cdevents"})

    github: GithubBuild | None = Field(
        None,
        description="GitHub Actions",
        examples=["{repository: acme/payments, branch: main, workflows: [build.yml]}"],
    )
    buildbot: BuildbotBuild | None = Field(
        None, description="a builder on Buildbot", examples=["{builder: legacy-build, branch: main}"]
    )
    standard: StandardBuild | None = Field(
        None,
        description="any pipeline, by signed webhook",
        examples=["{source: docs-pipeline, secret_env: DOCS_PIPELINE_SECRET}"],
    )
    version_from: VersionKind = Field(
        "sha",
        description="what people read as version: `run_number`, `sha` (the first 12 hex digits), or `tag:GLOB` (the "
        "highest tag of the commit that the glob names, else `sha`)",
        examples=["run_number"],
    )
    migrations: Annotated[tuple[PathGlob, ...], Field(min_length=1, max_length=100)] | None = Field(
        None,
        description="the files that change the database's shape, which notices count; absent: none are counted",
        examples=["[db/migrate/**]"],
    )
