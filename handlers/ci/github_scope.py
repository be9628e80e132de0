"""What a token of a GitHub App has to open: the repositories that the policy names, and what is done there. Pure."""

from collections.abc import Iterator

from bot.core.policy import Policy, ServicePolicy
from bot.core.source import GithubSource
from bot.core.target import GithubDeployment, GithubGate, GithubWorkflow
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


def scope_of(policy: Policy, connection: str | None, repository: str) -> Scope:
    """Return what is needed of the owner of a repository, on a connection; None: the environment's own."""
    repositories: set[str] = set()
    rights: dict[str, str] = {}
    for service in policy.services:
        source = service.source
        if not isinstance(source, GithubSource) or owner_of(source.repository) != owner_of(repository):
            continue
        for right, level in _rights(service, source, connection):
            repositories.add(source.repository)
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
        target = lane.target
        if isinstance(target, GithubDeployment | GithubWorkflow | GithubGate) and target.connection == connection:
            yield from DEPLOYS[type(target)]
