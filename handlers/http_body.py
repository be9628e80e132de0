"""The raw body of a request whose sender nobody knows yet: no more than so many bytes, within so many seconds."""

import asyncio
from collections.abc import Callable
from enum import Enum

from aiohttp import ClientError, web


class NoBody(Enum):
    """Why there is no body."""

    TOO_LARGE = "too large"
    NOT_RECEIVED = "the body did not arrive whole and in time"


def _not_counted(_length: int) -> None:
    """Count nothing."""


async def read_body(
    request: web.Request, largest: int, within: float, grows: Callable[[int], None] = _not_counted
) -> bytes | NoBody:
    """Return the raw body, or why there is none; whatever a sender does, it is never an exception.

    Args:
        request: one whose body nobody has read.
        largest: bytes, after decompression; a request that announces more is not read at all.
        within: seconds that the whole body may take to arrive.
        grows: hears of each part that has come, by its length.
    """
    if (request.content_length or 0) > largest:
        return NoBody.TOO_LARGE
    body = bytearray()
    try:
        async with asyncio.timeout(within):
            async for chunk in request.content.iter_any():
                body += chunk
                grows(len(chunk))
                if len(body) > largest:
                    return NoBody.TOO_LARGE
    except web.RequestPayloadError:  # not what its headers announced
        request.content.feed_eof()  # else aiohttp reads on after the answer and logs a traceback for what a sender did
        return NoBody.NOT_RECEIVED
    except (TimeoutError, OSError, ClientError):  # too slow, or gone
        return NoBody.NOT_RECEIVED
    return bytes(body)
