"""What a token of a GitHub App has to open: the repositories that the policy names, and what is done there. Pure.

A release keeps the target that it was opened with, whatever the policy says by now: what that needs counts too.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.core.policy import Policy, ServicePolicy
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubGate, GithubWorkflow, Target
from handlers.ci.github_app import READ, WRITE, Scope, owner_of

BUILDS = (("actions", READ), ("contents", READ), ("pull_requests", READ))
"""Where builds come from: runs, commits and files, pull requests with their labels."""
WAITING = ("deployments", READ)
"""Whether a run that builds waits at its gate, whoever answers there."""
CHECKS = (("checks", READ), ("statuses", READ))
"""What others say of a commit."""
DEPLOYS = {
    GithubDeployment: (("deployments", WRITE),),
    GithubWorkflow: (("actions", WRITE),),
    GithubGate: (("actions", READ), ("deployments", WRITE)),
}


class Asked(NamedTuple):
    """What a release is deployed by, and in which repository."""

    repository: str
    target: Target


def scope_of(policy: Policy, connection: str | None, repository: str, asked: Iterable[Asked] = ()) -> Scope:
    """Return what is needed of the owner of a repository, on a connection; None: the environment's own.

    Args:
        policy: today's policy.
        connection: whose token it is.
        repository: a repository (owner/name) of the owner.
        asked: what the releases are deployed by that are asked about, which the policy need not say any more.
    """
    repositories: set[str] = set()
    rights: dict[str, str] = {}
    needed: list[tuple[str, str, str]] = []
    for service in policy.services:
        source = service.source
        if isinstance(source, GithubSource):
            needed += [(source.repository, *right) for right in _rights(service, source, connection)]
    for one in asked:
        needed += [(one.repository, *right) for right in _of_target(one.target, connection)]
    for named, right, level in needed:
        if owner_of(named) == owner_of(repository):
            repositories.add(named)
            rights[right] = WRITE if WRITE in {level, rights.get(right)} else READ
    return Scope(frozenset(repositories), tuple(sorted(rights.items())))


def _rights(service: ServicePolicy, source: GithubSource, connection: str | None) -> Iterator[tuple[str, str]]:
    if source.connection == connection:
        yield from BUILDS
        if any(isinstance(lane.target, GithubGate) for lane in service.lanes):
            yield WAITING
        if source.checks:
            yield from CHECKS
    for lane in service.lanes:
        yield from _of_target(lane.target, connection)


def _of_target(target: Target | None, connection: str | None) -> Iterator[tuple[str, str]]:
    if isinstance(target, GithubDeployment | GithubWorkflow | GithubGate) and target.connection == connection:
        yield from DEPLOYS[type(target)]
