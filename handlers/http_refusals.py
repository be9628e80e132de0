"""What is answered where no route does: one constant JSON object with a request id, instead of aiohttp's own words.

Three things never reach a route: what aiohttp's parser refuses (a Content-Encoding that it does not know, two lengths),
a path or method that is none of ours, and a handler's own error. The sender learns the status and nothing else.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import web

from bot.ports.meter import SILENT, Counted, Meter
from handlers.http_crowd import Crowd

log = structlog.get_logger()

WORDS: Mapping[int, str] = {
    400: "not understood",
    404: "nothing is here",
    405: "not with this method",
    417: "nothing is promised in advance",
    500: "something went wrong on this side",
}
"""What is said, by status."""
OTHERWISE = "refused"
SERVER = "signoff"
"""What every answer says of us; aiohttp would say which version of it and of Python there is to attack."""


class Refusals:
    """Makes these answers, counts them, and writes a line for each, which has its id.

    Args:
        request_id: makes the id that answer and log line share.
        meter: hears of each answer.
    """

    def __init__(self, request_id: Callable[[], str], meter: Meter = SILENT) -> None:
        self._request_id = request_id
        self._meter = meter
        self._counts: Counter[int] = Counter()

    def answer(self, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
        """Return the answer for a status, after which the connection ends."""
        request_id = self._request_id()
        self._counts[status] += 1
        self._meter.count(Counted.HTTP_REFUSED, str(status))
        log.info("http_refused", status=status, so_far=self._counts[status], request_id=request_id)
        body = {"error": WORDS.get(status, OTHERWISE), "request_id": request_id}
        response = web.json_response(body, status=status, headers=dict(headers or {}) | {"Server": SERVER})
        response.force_close()
        return response


class _Connection(web.RequestHandler):
    """A connection whose errors are answered so, one of a crowd."""

    __slots__ = ("crowd", "refusals")
    refusals: Refusals
    crowd: Crowd

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Stand among the others."""
        super().connection_made(transport)
        self.crowd.came(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Leave them."""
        self.crowd.went(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Log as aiohttp does, and answer without its words, which hold what was sent."""
        super().handle_error(request, status, exc, message)  # raises where an answer has begun
        return self.refusals.answer(status)


class _Server(web.Server):
    """Makes such connections, and answers what the application refuses before a route."""

    def __init__(self, made: web.Server, refusals: Refusals, crowd: Crowd) -> None:
        handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]] = made.request_handler

        async def answered(request: web.BaseRequest) -> web.StreamResponse:
            try:
                return await handle(request)
            except web.HTTPException as refused:
                allow = refused.headers.get("Allow")
                return refusals.answer(refused.status, {"Allow": allow} if allow else None)

        given: dict[str, Any] = made._kwargs  # noqa: SLF001 - aiohttp lets nobody choose the class of connections
        super().__init__(
            answered,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            **given,
        )
        self._refusals = refusals
        self._crowd = crowd

    def __call__(self) -> web.RequestHandler:
        connection = _Connection(self, loop=self._loop, **self._kwargs)
        connection.refusals, connection.crowd = self._refusals, self._crowd
        return connection


class RefusingRunner(web.AppRunner):
    """Runs an application whose refusals are these."""

    __slots__ = ("_crowd", "_refusals")

    def __init__(self, app: web.Application, refusals: Refusals, crowd: Crowd, **options: Any) -> None:
        super().__init__(app, **options)
        self._refusals = refusals
        self._crowd = crowd

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._refusals, self._crowd)
