"""Addresses of GitHub's pages, all on the configured host: nothing that somebody sent ever becomes a host. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import quote

_PLAIN = re.compile(r"[A-Za-z0-9:/?#@!$&'()*+,;=._~%-]{1,600}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pages:
    """Builds addresses under `web`, e.g. https://github.com."""

    web: str

    def run(self, repository: str, run_id: int) -> str:
        """Return the page of a run."""
        return f"{self._root}/{repository}/actions/runs/{run_id}"

    def deployments(self, repository: str, environment: str) -> str:
        """Return the page of an environment's deployments; a single deployment has none."""
        return f"{self._root}/{repository}/deployments/{quote(environment, safe='')}"

    def commit(self, repository: str, sha: str) -> str:
        """Return the page of a commit."""
        return f"{self._root}/{repository}/commit/{sha}"

    def pull(self, repository: str, number: int) -> str:
        """Return the page of a pull request."""
        return f"{self._root}/{repository}/pull/{number}"

    def own(self, url: str | None) -> str | None:
        """Return an address that somebody sent if it is on the configured host and plain, else None."""
        known = url is not None and url.startswith(f"{self._root}/") and _PLAIN.fullmatch(url)
        return url if known else None

    @property
    def _root(self) -> str:
        return self.web.rstrip("/")


def api(repository: str, *segments: str) -> str:
    """Return a path of the REST API under a repository, every segment quoted."""
    return "/".join(["/repos", *(quote(part, safe="") for part in (*repository.split("/"), *segments))])
