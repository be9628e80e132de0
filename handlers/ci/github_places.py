"""Where a deploy on GitHub under way is asked about, and whether another policy would have it asked elsewhere. Pure.

A release knows its connection by name and its deployment by a number, which means something else on another host.
"""

from collections.abc import Iterable
from typing import NamedTuple

from bot.core.policy import Policy
from bot.core.release import Lifecycle, Release
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubGate, GithubWorkflow

ELSEWHERE = "{} is under way where the policy would lead elsewhere; read it again when that has ended."


class _Place(NamedTuple):
    """A repository on a host; the environment's own host has no address here, since no policy moves it."""

    api_url: str | None
    repository: str


def led_elsewhere(before: Policy, after: Policy, flying: Iterable[Release]) -> tuple[str, ...]:
    """Return a sentence for each deploy under way that would be asked about elsewhere than before.

    A service that leaves the policy, or that comes back, leads nowhere else: nobody asks about it meanwhile.
    """
    return tuple(
        ELSEWHERE.format(release.name)
        for release in flying
        if release.state is Lifecycle.DEPLOYING
        and after.service(release.lane.service) is not None
        and (place := _place(before, release)) is not None
        and place != _place(after, release)
    )


def _place(policy: Policy, release: Release) -> _Place | None:
    """Return where a policy has a release asked about; None where it does not say, or where that is not GitHub."""
    service, target = policy.service(release.lane.service), release.policy.target
    if service is None or not isinstance(service.source, GithubSource):
        return None
    if not isinstance(target, GithubDeployment | GithubWorkflow | GithubGate):
        return None
    repository = service.source.repository.lower()
    if target.connection is None:
        return _Place(None, repository)
    connection = policy.connection(target.connection)
    return _Place(connection.api_url, repository) if connection is not None else None
