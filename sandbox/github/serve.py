"""The API over HTTP: a thin shell that hands requests in and breaks connections where a fault says so."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.exchange import asked_over_http, over_http
from sandbox.github.rest import Rest, Silence


def routes_of(rest: Rest) -> list[web.RouteDef]:
    """Return the routes, without a prefix; which method a path takes is the API's own matter."""
    handle = _handler(rest)
    return [web.route("*", path, handle) for path in ("/repos/{owner}/{name}", "/repos/{owner}/{name}/{rest:.*}")]


def _handler(rest: Rest) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        reply = rest.meet(await asked_over_http(request))
        if not isinstance(reply, Silence):
            return over_http(reply)
        if not reply.broken:
            await _client_gone(request)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    return handle


async def _client_gone(request: web.Request) -> None:
    """Return when the client has hung up; aiohttp has no event for it and lets the handler go on."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - as said
        await asyncio.sleep(0.02)
