"""Where links may lead: to pages of the configured hosts, built from checked parts, and nowhere else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.core.policy import Policy, ServicePolicy
from bot.core.source import GithubSource

_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{7,40}", re.ASCII)
_WORKFLOW = re.compile(r"[A-Za-z0-9._-]{1,200}", re.ASCII)
_LARGEST = 10**9


def place_of(service: ServicePolicy | None) -> str | None:
    """Return the repository of a service as links take it: behind its connection where that is not the first host."""
    if service is None:
        return None
    source = service.source
    if isinstance(source, GithubSource) and source.connection is not None:
        return f"{source.connection}:{source.repository}"
    return source.repository


@dataclass(frozen=True, slots=True)
class Links:
    """Builds addresses of pages. None where a part is not what it should be.

    Attributes:
        github_web: the site of the environment's own GitHub, e.g. https://github.com.
        sites: those of the policy's connections, by name.
        others: the sites of CI systems that keep no repositories.
    """

    github_web: str
    sites: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    def knowing(self, policy: Policy) -> "Links":
        """Return the links that lead to the hosts of a policy, too."""
        return (
            replace(self, sites={one.name: one.web_url for one in policy.connections}) if policy.connections else self
        )

    def repository(self, repository: str | None) -> str | None:
        """Return the page of a repository: owner/name, behind `CONNECTION:` where it is on another host."""
        connection, colon, name = (repository or "").rpartition(":")
        site = self.sites.get(connection) if colon else self.github_web
        return f"{site.rstrip('/')}/{name}" if site is not None and _REPOSITORY.fullmatch(name) else None

    def commit(self, repository: str | None, sha: str) -> str | None:
        """Return the page of a commit."""
        return self._under(repository, f"commit/{sha}") if _SHA.fullmatch(sha) else None

    def compare(self, repository: str | None, base: str, head: str) -> str | None:
        """Return the page that shows what `head` has and `base` has not."""
        known = _SHA.fullmatch(base) and _SHA.fullmatch(head)
        return self._under(repository, f"compare/{base}...{head}") if known else None

    def pull(self, repository: str | None, number: int) -> str | None:
        """Return the page of a pull request."""
        return self._under(repository, f"pull/{number}") if 0 < number <= _LARGEST else None

    def deployments(self, repository: str | None) -> str | None:
        """Return the page that lists a repository's deployments."""
        return self._under(repository, "deployments")

    def workflow(self, repository: str | None, workflow: str) -> str | None:
        """Return the page that lists the runs of a workflow, given its file's name or path."""
        name = workflow.rpartition("/")[2]
        return self._under(repository, f"actions/workflows/{name}") if _WORKFLOW.fullmatch(name) else None

    def own(self, url: str | None) -> str | None:
        """Return an address that a CI system reported if it is on a configured host; anybody may report others."""
        sites = (self.github_web, *self.others, *self.sites.values())
        known = url is not None and any(url.startswith(f"{site.rstrip('/')}/") for site in sites)
        return url if known else None

    def _under(self, repository: str | None, path: str) -> str | None:
        page = self.repository(repository)
        return f"{page}/{path}" if page else None
