"""When time alone changes a release."""

from datetime import datetime

from bot.core.blockers import expires_at
from bot.core.policy import Policy
from bot.core.release import DeployStatus, Lifecycle, Release


def due_at(release: Release, policy: Policy) -> datetime | None:
    """Return when an open release expires or a deploy runs out of time; None when time changes nothing."""
    if release.state is Lifecycle.OPEN:
        return expires_at(release, policy)
    deployment = release.deployment
    if release.state is not Lifecycle.DEPLOYING or deployment is None:
        return None
    if deployment.status is DeployStatus.UNKNOWN:  # a person has been asked; time is no answer
        return None
    return deployment.attempted_at + release.policy.deploy_timeout
