"""Where links may lead: to pages of the configured GitHub, built from checked parts, and nowhere else."""

import re
from dataclasses import dataclass

_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{7,40}", re.ASCII)
_WORKFLOW = re.compile(r"[A-Za-z0-9._-]{1,200}", re.ASCII)
_LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class Links:
    """Builds addresses under `github_web`, e.g. https://github.com. None where a part is not what it should be."""

    github_web: str

    def repository(self, repository: str | None) -> str | None:
        """Return the page of a repository (owner/name)."""
        if repository is None or not _REPOSITORY.fullmatch(repository):
            return None
        return f"{self.github_web.rstrip('/')}/{repository}"

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
        """Return an address that a CI system reported if it is on the configured host; anybody may report others."""
        return url if url is not None and url.startswith(f"{self.github_web.rstrip('/')}/") else None

    def _under(self, repository: str | None, path: str) -> str | None:
        page = self.repository(repository)
        return f"{page}/{path}" if page else None
