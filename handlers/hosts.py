"""Where the requests of a target go: what hangs there may keep others waiting there, and nobody elsewhere. Pure."""

from urllib.parse import urlsplit

from bot.core.target import Command, DeployWebhook, GithubDeployment, GithubGate, GithubWorkflow, Target

THIS_HOST = "this host"


def host_of(target: Target | None) -> str:
    """Return a name of the host, the same for all targets there: an address's host, a connection, or what it is."""
    match target:
        case DeployWebhook(url=url):
            return urlsplit(url).netloc
        case GithubDeployment(connection=name) | GithubWorkflow(connection=name) | GithubGate(connection=name):
            return f"github {name or ''}"
        case Command() | None:
            return THIS_HOST
        case _:
            return "buildbot"
