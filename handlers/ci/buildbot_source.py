"""The part of a service's policy that names its builder on Buildbot."""

from bot.core.policy import ServicePolicy
from bot.core.source import BuildbotSource


def buildbot_source(service: ServicePolicy) -> BuildbotSource:
    """Return the source of a service that is built on Buildbot.

    Raises:
        TypeError: it is built elsewhere; whoever asks Buildbot about it is mistaken.
    """
    if not isinstance(service.source, BuildbotSource):
        raise TypeError(f"{service.name} is not built on Buildbot")
    return service.source
