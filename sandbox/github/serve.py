"""The API over HTTP: a thin shell that hands requests in and breaks connections where a fault says so."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.exchange import asked_over_http, over_http
from sandbox.github.faults import Fault
from sandbox.github.rest import ROOTS, Rest, Silence, Slowly

Pause = Callable[[float], Awaitable[None]]
PIECES = 8


def routes_of(rest: Rest, pause: Pause) -> list[web.RouteDef]:
    """Return the routes, without a prefix; which method a path takes is the API's own matter."""
    handle = _handler(rest, pause)
    paths = [path for root in ROOTS for path in (f"/{root}", f"/{root}/{{rest:.*}}")]
    return [web.route("*", path, handle) for path in paths]


def _handler(rest: Rest, pause: Pause) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        reply = rest.meet(await asked_over_http(request))
        if isinstance(reply, Slowly):
            return await _slowly(request, reply, pause)
        if not isinstance(reply, Silence):
            return over_http(reply)
        if not reply.broken:
            await _client_gone(request)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    return handle


async def _slowly(request: web.Request, slowly: Slowly, pause: Pause) -> web.StreamResponse:
    """Send an answer late, or its body in pieces; one that is cut ends in the middle, and the connection with it."""
    if slowly.how is Fault.SLOW:
        await pause(slowly.seconds)
        return over_http(slowly.reply)
    body = slowly.reply.body
    answer = web.StreamResponse(status=slowly.reply.status, headers=slowly.reply.headers)
    answer.content_length = len(body)
    await answer.prepare(request)
    size = max(1, -(-len(body) // PIECES))
    until = len(body) // 2 if slowly.cut else len(body)
    for begin in range(0, until, size):
        await answer.write(body[begin : min(begin + size, until)])
        await pause(slowly.seconds / PIECES)
    if slowly.cut and request.transport is not None:
        request.transport.abort()
    return answer


async def _client_gone(request: web.Request) -> None:
    """Return when the client has hung up; aiohttp has no event for it and lets the handler go on."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - as said
        await asyncio.sleep(0.02)
