"""Where a release is deployed to, as data: one class per kind of target."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class GithubDeployment:
    """Create a deployment at the exact commit; a workflow `on: deployment` does the rest."""

    environment: str
    connection: str | None = None  # None: the environment's own


@dataclass(frozen=True, slots=True)
class GithubWorkflow:
    """Dispatch a workflow on `ref`, with the commit and our key as inputs."""

    workflow: str
    ref: str
    inputs: tuple[tuple[str, str], ...] = ()
    connection: str | None = None


@dataclass(frozen=True, slots=True)
class GithubGate:
    """A run waits at an environment's gate: approve or reject it there. Its report is that it waits."""

    environment: str
    kind: Literal["github_gate"] = (
        "github_gate"  # tells it from a deployment to the same environment where it is stored
    )
    connection: str | None = None


@dataclass(frozen=True, slots=True)
class BuildbotForce:
    """Force a builder through a scheduler, with the commit as its revision and our key as a property."""

    scheduler: str
    builder: str
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DeployWebhook:
    """Ask an address by a signed webhook whose id is our key: it knows what it has seen, so it may be asked again."""

    url: str
    secret_env: str


@dataclass(frozen=True, slots=True)
class Command:
    """Run a program on this host: arguments as they are after the placeholders are filled in, never a shell."""

    argv: tuple[str, ...]
    timeout: timedelta = timedelta(minutes=20)
    directory: str | None = None


Target = GithubDeployment | GithubWorkflow | GithubGate | BuildbotForce | DeployWebhook | Command
