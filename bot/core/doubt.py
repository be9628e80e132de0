"""Whether the request for a deploy is known to have arrived, by whatever way that became known."""

from bot.core.release import DeployStatus, Release

_IN_DOUBT = frozenset({DeployStatus.ATTEMPTED, DeployStatus.UNKNOWN})


def arrived(release: Release) -> bool:
    """Whether it arrived for certain: its answer said so, or its receiver has reported on it."""
    return release.deployment is not None and release.deployment.status not in _IN_DOUBT
