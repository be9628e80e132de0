"""GitHub's REST API as far as a release bot uses it: bearer auth, ETags, rate headers, faults on request."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.github.answers import UnreadableBodyError, conditional, refuse
from sandbox.github.faults import Fault, Rule
from sandbox.github.records import Repository
from sandbox.github.rest_commits import CommitRoutes
from sandbox.github.rest_deployments import DeploymentRoutes
from sandbox.github.rest_runs import RunRoutes

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

Handler = Callable[[web.Request, Repository], Awaitable[web.StreamResponse]]
LIMIT = 5000
HOUR = 3600
AT = "/repos/{owner}/{name}"


class Rest:
    """The routes over a forge."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge
        self._used = 0

    def routes(self) -> list[web.RouteDef]:
        """Return every route, without a prefix; the last one says of everything else that it is not there."""
        parts = (CommitRoutes(self._forge), RunRoutes(self._forge), DeploymentRoutes(self._forge))
        table: list[tuple[str, str, Handler]] = [row for part in parts for row in part.table()]
        table.append(("*", "/{rest:.*}", _nothing))
        return [web.route(method, AT + path, self._guarded(handler)) for method, path, handler in table]

    def _guarded(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            rule = self._forge.faults.next(request.method, request.path)
            if rule is None:
                return self._counted(conditional(request, await self._handled(request, handler)))
            if rule.fault is Fault.LATE:
                await request.read()  # or it would be gone with the connection
                self._forge.go(self._late(request, handler, rule.seconds))
            if rule.fault is Fault.RESET_AFTER:
                await self._handled(request, handler)
            if rule.fault is Fault.TIMEOUT:
                await _client_gone(request)
            return self._broken(request, rule)

        return handle

    async def _handled(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        forge = self._forge
        if forge.token and request.headers.get("Authorization") != f"Bearer {forge.token}":
            return refuse(401, "Bad credentials")
        repo = forge.repository(f"{request.match_info['owner']}/{request.match_info['name']}")
        try:
            return await handler(request, repo) if repo else refuse(404, "Not Found")
        except UnreadableBodyError:
            return refuse(400, "Problems parsing JSON")

    async def _late(self, request: web.Request, handler: Handler, seconds: float) -> None:
        await self._forge.pause(seconds)
        await self._handled(request, handler)

    def _counted(self, answered: web.StreamResponse) -> web.StreamResponse:
        """Add the headers of the rate limit; a 304 costs nothing.

        https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        """
        self._used += answered.status != 304
        answered.headers.update(self._limits(max(0, LIMIT - self._used)))
        return answered

    def _limits(self, remaining: int) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(LIMIT),
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-used": str(LIMIT - remaining),
            "x-ratelimit-reset": str(int(self._forge.clock().timestamp()) + HOUR),
            "x-ratelimit-resource": "core",
        }

    def _broken(self, request: web.Request, rule: Rule) -> web.Response:
        match rule.fault:
            case Fault.RATE_LIMIT:
                return refuse(429, "You have exceeded a secondary rate limit.", {"retry-after": str(int(rule.seconds))})
            case Fault.FORBIDDEN:
                reset = {"x-ratelimit-reset": str(int(self._forge.clock().timestamp() + rule.seconds))}
                return refuse(403, "API rate limit exceeded for installation ID 1.", self._limits(0) | reset)
            case Fault.INTERNAL_ERROR | Fault.SERVER_ERROR:
                return refuse(int(rule.fault.value), "Server Error")
            case Fault.HTML:
                return web.Response(text="<html>Unicorn!</html>", content_type="text/html")
            case _:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=500)


async def _client_gone(request: web.Request) -> None:
    """Return when the client has hung up; aiohttp has no event for it and lets the handler go on."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - as said
        await asyncio.sleep(0.02)


async def _nothing(_request: web.Request, _repo: Repository) -> web.StreamResponse:
    return refuse(404, "Not Found")
