"""GitHub's REST API as far as a release bot uses it: bearer auth, ETags, rate headers, faults on request."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sandbox.exchange import Asked, Reply
from sandbox.github.answers import UnreadableBodyError, conditional, refuse
from sandbox.github.faults import Fault, Rule
from sandbox.github.records import Repository
from sandbox.github.rest_commits import CommitRoutes
from sandbox.github.rest_deployments import DeploymentRoutes
from sandbox.github.rest_runs import RunRoutes

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

Handler = Callable[[Asked, Repository], Reply]
LIMIT = 5000
HOUR = 3600
_BELOW = re.compile(r".*?/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)(?P<rest>(?:/.*)?)", re.DOTALL)
"""A quoted path, wherever the API was mounted."""


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer: the connection breaks at once, or nobody ever says anything."""

    broken: bool


class Rest:
    """The API over a forge. It does no I/O: whoever serves it hands requests in."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge
        parts = (CommitRoutes(forge), RunRoutes(forge), DeploymentRoutes(forge))
        rows = [row for part in parts for row in part.table()]
        self._table: list[tuple[str, re.Pattern[str], Handler]] = [
            (method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), handler)
            for method, path, handler in rows
        ]

    def answer(self, request: Asked) -> Reply:
        """Answer as GitHub does when all is well."""
        return self._counted(conditional(request, self._handled(request)))

    def meet(self, request: Asked) -> Reply | Silence:
        """Answer, unless a fault is in force for it."""
        rule = self._forge.faults.next(request.method, request.path)
        if rule is None:
            return self.answer(request)
        if rule.fault is Fault.LATE:
            self._forge.go(self._late(request, rule.seconds))
        if rule.fault is Fault.RESET_AFTER:
            self._handled(request)
        return self._broken(rule)

    def _handled(self, request: Asked) -> Reply:
        if self._forge.token and request.headers.get("Authorization") != f"Bearer {self._forge.token}":
            return refuse(401, "Bad credentials")
        found = _BELOW.fullmatch(request.url.raw_path)
        repo = self._forge.repository(f"{unquote(found['owner'])}/{unquote(found['name'])}") if found else None
        if found is None or repo is None:
            return refuse(404, "Not Found")
        for method, pattern, handler in self._table:
            if method == request.method and (part := pattern.fullmatch(found["rest"])):
                match = {name: unquote(value) for name, value in part.groupdict().items()}
                try:
                    return handler(replace(request, match=match), repo)
                except UnreadableBodyError:
                    return refuse(400, "Problems parsing JSON")
        return refuse(404, "Not Found")

    async def _late(self, request: Asked, seconds: float) -> None:
        await self._forge.pause(seconds)
        self._handled(request)

    def _counted(self, answered: Reply) -> Reply:
        """Add the headers of the rate limit; a 304 costs nothing.

        https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        """
        self._forge.calls += answered.status != 304
        answered.headers.update(self._limits(max(0, LIMIT - self._forge.calls)))
        return answered

    def _limits(self, remaining: int) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(LIMIT),
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-used": str(LIMIT - remaining),
            "x-ratelimit-reset": str(int(self._forge.clock().timestamp()) + HOUR),
            "x-ratelimit-resource": "core",
        }

    def _broken(self, rule: Rule) -> Reply | Silence:
        match rule.fault:
            case Fault.RATE_LIMIT:
                return refuse(429, "You have exceeded a secondary rate limit.", {"retry-after": str(int(rule.seconds))})
            case Fault.FORBIDDEN:
                reset = {"x-ratelimit-reset": str(int(self._forge.clock().timestamp() + rule.seconds))}
                return refuse(403, "API rate limit exceeded for installation ID 1.", self._limits(0) | reset)
            case Fault.NOT_ALLOWED:
                return refuse(403, "Resource not accessible by personal access token")
            case Fault.INTERNAL_ERROR | Fault.SERVER_ERROR:
                return refuse(int(rule.fault.value), "Server Error")
            case Fault.HTML:
                return Reply(200, b"<html>Unicorn!</html>", {"Content-Type": "text/html; charset=utf-8"})
            case _:
                return Silence(broken=rule.fault is not Fault.TIMEOUT)
