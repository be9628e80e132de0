"""Where the policy file has releases deployed to: one class per kind of target."""

from typing import Annotated

from pydantic import Field

from bot.config.file_buildbot import BuildbotTarget
from bot.config.section import Section
from bot.config.written import (
    Argument,
    Branch,
    ConnectionName,
    Directory,
    Duration,
    GithubEnvironment,
    InputName,
    InputValue,
    Receiver,
    Variable,
    Workflow,
)


class DeploymentTarget(Section):
    """Create a deployment at the exact commit; a workflow `on: deployment` does the rest."""

    NAME = "github_deployment"

    environment: GithubEnvironment = Field(description="the environment's name on GitHub", examples=["production"])
    connection: ConnectionName | None = Field(
        None,
        description="the connection over which it is asked; absent: that of `build`",
        examples=["enterprise"],
    )


class WorkflowTarget(Section):
    """Dispatch a workflow, with the commit and the release's key as the inputs `sha` and `signoff_key`."""

    NAME = "github_workflow"

    workflow: Workflow = Field(description="the workflow's file", examples=["deploy.yml"])
    ref: Branch | None = Field(None, description="the branch whose workflow file is used", examples=["main"])
    inputs: Annotated[dict[InputName, InputValue], Field(max_length=23)] = Field(
        default_factory=dict,
        description="further inputs; placeholders are `{version}` `{sha}` `{digest}` `{environment}` `{service}` "
        "`{release}` `{key}`",
        examples=['{version: "{version}"}'],
    )
    connection: ConnectionName | None = Field(
        None,
        description="the connection over which it is asked; absent: that of `build`",
        examples=["enterprise"],
    )


class GateTarget(Section):
    """Let the run go on that built the release and waits at an environment's gate, or reject it there."""

    NAME = "github_gate"

    environment: GithubEnvironment = Field(
        description="the environment on GitHub at whose gate the run waits", examples=["production"]
    )
    connection: ConnectionName | None = Field(
        None,
        description="the connection over which it is asked; absent: that of `build`",
        examples=["enterprise"],
    )


class WebhookTarget(Section):
    """Ask an address by a signed webhook whose id is the release's key; its receiver reports how far it is."""

    NAME = "webhook"

    url: Receiver = Field(description="where to send it", examples=["https://deployer.acme.example/hooks/docs"])
    secret_env: Variable = Field(
        description="the environment variable that holds the secret to sign with", examples=["DOCS_DEPLOY_SECRET"]
    )


class CommandTarget(Section):
    """Run a program on the bot's own host: arguments as they are, never a shell, once for each release."""

    NAME = "command"

    argv: Annotated[tuple[Argument, ...], Field(min_length=1, max_length=64)] = Field(
        description="the program and its arguments; one that is a placeholder as a whole stands for its value: "
        "`{version}` `{sha}` `{digest}` `{environment}` `{service}` `{release}` `{key}`",
        examples=['[./deploy.sh, --version, "{version}", --sha, "{sha}"]'],
    )
    timeout: Duration | None = Field(None, description="how long it may run before it is killed", examples=["20m"])
    directory: Directory | None = Field(None, description="where it runs", examples=["/srv/legacy"])


class DeploySection(Section):
    """How a release reaches its environment: exactly one of these."""

    NAME = "deploy"
    INSTEAD = "write `github_deployment`, `github_workflow`, `github_gate`, `buildbot`, `webhook` or `command`"

    github_deployment: DeploymentTarget | None = Field(
        None, description="create a GitHub deployment (recommended)", examples=["{environment: production}"]
    )
    github_workflow: WorkflowTarget | None = Field(
        None, description="start a workflow on GitHub", examples=["{workflow: deploy.yml}"]
    )
    github_gate: GateTarget | None = Field(
        None, description="answer the gate at which a run on GitHub waits", examples=["{environment: production}"]
    )
    buildbot: BuildbotTarget | None = Field(
        None, description="force a build on Buildbot", examples=["{scheduler: force-deploy, builder: deploy-legacy}"]
    )
    webhook: WebhookTarget | None = Field(
        None,
        description="send a signed webhook",
        examples=["{url: https://deployer.acme.example/hooks/docs, secret_env: DOCS_DEPLOY_SECRET}"],
    )
    command: CommandTarget | None = Field(
        None,
        description="run a program on the bot's own host",
        examples=['{argv: [./deploy.sh, --sha, "{sha}"], timeout: 20m}'],
    )
