"""Where links may lead: to pages of the configured hosts, built from checked parts, and nowhere else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.core.policy import GithubSource, Policy

_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{7,40}", re.ASCII)
_WORKFLOW = re.compile(r"[A-Za-z0-9._-]{1,200}", re.ASCII)
_LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class Links:
    """Builds addresses of pages. None where a part is not what it should be.

    Attributes:
        github_web: the site of the environment's own GitHub, e.g. https://github.com.
        elsewhere: the sites of repositories (in lower case) that the policy has on another host; None where two of
            the same name are on different ones, so that nobody can tell which is meant.
        others: the sites of CI systems that keep no repositories.
    """

    github_web: str
    elsewhere: Mapping[str, str | None] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    def knowing(self, policy: Policy) -> "Links":
        """Return the links that lead to where a policy has its repositories."""
        if not policy.connections:
            return self
        sites: dict[str, str | None] = {}
        for service in policy.services:
            if isinstance(service.source, GithubSource):
                repository, name = service.source.repository.lower(), service.source.connection
                connection = policy.connection(name) if name is not None else None
                site = connection.web_url if connection is not None else self.github_web
                sites[repository] = site if sites.setdefault(repository, site) == site else None
        return replace(self, elsewhere=sites)

    def repository(self, repository: str | None) -> str | None:
        """Return the page of a repository (owner/name)."""
        if repository is None or not _REPOSITORY.fullmatch(repository):
            return None
        site = self.elsewhere.get(repository.lower(), self.github_web)
        return f"{site.rstrip('/')}/{repository}" if site is not None else None

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
        sites = {self.github_web, *self.others, *(site for site in self.elsewhere.values() if site is not None)}
        known = url is not None and any(url.startswith(f"{site.rstrip('/')}/") for site in sites)
        return url if known else None

    def _under(self, repository: str | None, path: str) -> str | None:
        page = self.repository(repository)
        return f"{page}/{path}" if page else None
