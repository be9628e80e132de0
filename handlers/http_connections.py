"""How the bot's HTTP server treats a connection: one request, whose headers must come soon, and then it is over.

aiohttp has no time limit for headers, but it gives a connection that is waiting for its next whole request up after
`keepalive_timeout` (RequestHandler._process_keepalive), also one that sends nothing or a header now and then. With a
short one, a proxy that keeps connections open might send a click on one that we are just closing, and would not send
it again; so we say with every answer that the connection ends there.
"""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from handlers.http_crowd import MOST_CONNECTIONS, Crowd
from handlers.http_refusals import SERVER, Refusals, RefusingRunner

HEADERS_WITHIN = 10.0
"""Seconds from the connection to the end of the headers."""
LINGER = 2.0
"""Seconds for which what nobody wants to read is still swallowed, so that its sender can read the answer."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def no_fault_of_a_sender(record: logging.LogRecord) -> bool:
    """Return False for what is no HTTP, or a body that is not what its headers say and that nobody wanted to read.

    aiohttp writes a traceback for each of it, with the sender's own bytes.
    """
    told = record.exc_info[1] if record.exc_info is not None else None
    return not isinstance(told, HttpProcessingError | web.RequestPayloadError)


@web.middleware
async def one_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """End the connection with the answer, which says nothing of what it was made with."""
    response = await handler(request)
    response.headers["Server"] = SERVER
    response.force_close()
    return response


def runner_of(
    app: web.Application,
    refusals: Refusals,
    headers_within: float = HEADERS_WITHIN,
    linger: float = LINGER,
    shutdown_timeout: float = 60.0,
    *,
    most: int = MOST_CONNECTIONS,
) -> web.AppRunner:
    """Return a runner that treats the connections of an application so.

    Args:
        app: gets the middleware that ends connections.
        refusals: what is answered where no route of it does.
        headers_within: seconds from the connection to the end of the headers.
        linger: seconds for which what nobody wants to read is still swallowed.
        shutdown_timeout: seconds that requests under way have to end when the runner stops.
        most: connections that stand at once.
    """
    app.middlewares.append(one_request)
    logger = logging.getLogger("signoff.http")
    logger.addFilter(no_fault_of_a_sender)  # again and again the same one: it is added once
    return RefusingRunner(
        app,
        refusals,
        Crowd(most),
        access_log=None,
        logger=logger,
        keepalive_timeout=headers_within,
        lingering_time=linger,
        shutdown_timeout=shutdown_timeout,
    )
