"""Addresses of Buildbot: its API's paths and the pages that people see, all on the configured host. Pure."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class BuildbotPages:
    """Builds addresses under `web`, e.g. https://buildbot.acme.example."""

    web: str

    def build(self, builder_id: int, number: int) -> str:
        """Return the page of a build."""
        return f"{self._root}/#/builders/{builder_id}/builds/{number}"

    def request(self, request_id: int) -> str:
        """Return the page of a request, which leads on to its build."""
        return f"{self._root}/#/buildrequests/{request_id}?redirect_to_build=true"

    @property
    def _root(self) -> str:
        return self.web.rstrip("/")


def api(*segments: object) -> str:
    """Return a path of the API, every segment quoted."""
    return "/".join(["/api/v2", *(quote(str(part), safe="") for part in segments)])
