"""The API's routes about environments and what protects them."""

import zlib
from typing import TYPE_CHECKING

from sandbox.exchange import Reply
from sandbox.github import payloads_gates
from sandbox.github.answers import answer, page_of, refuse
from sandbox.github.calls import Call, Route
from sandbox.github.records import Repository
from sandbox.github.records_gates import Environment

if TYPE_CHECKING:
    from sandbox.github.forge import Forge


class EnvironmentRoutes:
    """Reads environments. One that only deployments name has no rules."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[Route]:
        """Return what is answered here."""
        return [
            Route("GET", "/environments", self._list, "actions"),
            Route("GET", "/environments/{environment}", self._one, "actions"),
            Route("GET", "/environments/{environment}/deployment_protection_rules", self._rules, "actions"),
        ]

    def _list(self, request: Call, repo: Repository) -> Reply:
        found = list(environments(repo).values())
        page, link = page_of(request, found)
        told = [payloads_gates.environment(repo, one, self._forge.site) for one in page]
        return answer({"total_count": len(found), "environments": told}, headers=link)

    def _one(self, request: Call, repo: Repository) -> Reply:
        found = environments(repo).get(request.match["environment"])
        return answer(payloads_gates.environment(repo, found, self._forge.site)) if found else refuse(404, "Not Found")

    def _rules(self, request: Call, repo: Repository) -> Reply:
        found = environments(repo).get(request.match["environment"])
        if found is None:
            return refuse(404, "Not Found")
        apps = self._forge.registered.apps
        told = [
            payloads_gates.custom_rule(found, place, slug, apps[slug].id if slug in apps else 0)
            for place, slug in enumerate(found.rules)
        ]
        return answer({"total_count": len(told), "custom_deployment_protection_rules": told})


def environments(repo: Repository) -> dict[str, Environment]:
    """Return those that were set up, and those that deployments have named."""
    named = {
        one.environment: Environment(zlib.crc32(one.environment.encode()), one.environment, one.created_at)
        for one in reversed(repo.deployments)
    }
    return dict(sorted((named | repo.environments).items()))
