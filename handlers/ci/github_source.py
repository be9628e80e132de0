"""The part of a service's policy that names its repository on GitHub."""

from bot.core.policy import ServicePolicy
from bot.core.source import GithubSource


def github_source(service: ServicePolicy) -> GithubSource:
    """Return the source of a service that is built on GitHub.

    Raises:
        TypeError: it is built elsewhere; whoever asks GitHub about it is mistaken.
    """
    if not isinstance(service.source, GithubSource):
        raise TypeError(f"{service.name} is not built on GitHub")
    return service.source
