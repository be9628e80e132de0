"""Answers that are kept: what has not changed is asked for by its ETag, which costs nothing of the rate limit.

https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api: an answer 304 to an authorised
request does not count.
"""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci.sender import Sends

OK = 200
NOT_MODIFIED = 304
MOST_BYTES = 16 * 1024 * 1024
"""What is kept altogether, compressed: lists of two hundred repositories are a fifth of it."""
FAST = 1
"""The level of compression: JSON shrinks to a tenth by it."""

_OF_ERRORS = frozenset({"message", "documentation_url", "status", "errors"})
"""What GitHub's errors are made of: an object with nothing besides, or nothing at all, answers no question here."""

Place = tuple[str, tuple[tuple[str, str], ...]]
"""A path and its query; pages and filters have answers of their own."""


@dataclass(frozen=True, slots=True)
class _Kept:
    etag: str
    reply: HttpReply
    """Its body is compressed."""


class Kept:
    """Implements Sends: reads again only what changed, and tells the rest as it was told before.

    Args:
        sends: does the calls; whatever it is not asked about by an ETag of the caller's own is kept.
        most: bytes of compressed bodies; what was asked for longest ago makes room.
    """

    def __init__(self, sends: Sends, most: int = MOST_BYTES) -> None:
        self._sends = sends
        self._most = most
        self._size = 0
        self._kept: dict[Place, _Kept] = {}

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present."""
        return self._sends.clock

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Send once; where the host says that nothing changed, return the whole reply that had been kept."""
        if request.method != "GET" or etag is not None:
            return await self._sends.send(request, etag=etag)
        place = (request.path, request.query)
        known = self._kept.get(place)
        reply = await self._sends.send(request, etag=known.etag if known else None)
        if not isinstance(reply, HttpReply):
            return reply
        if known is not None and reply.status == NOT_MODIFIED:
            self._keep(place, known)
            return replace(known.reply, body=zlib.decompress(known.reply.body))
        if reply.status == OK and (told := reply.headers.get("etag")) and _is_whole(reply.body):
            self._keep(place, _Kept(told, replace(reply, body=zlib.compress(reply.body, FAST))))
        return reply

    def _keep(self, place: Place, kept: _Kept) -> None:
        """Keep it as what was asked for last, within the size."""
        before = self._kept.pop(place, None)
        self._size += len(kept.reply.body) - (len(before.reply.body) if before else 0)
        self._kept[place] = kept
        while self._size > self._most:
            oldest = next(iter(self._kept))
            self._size -= len(self._kept.pop(oldest).reply.body)


def _is_whole(body: bytes) -> bool:
    """Whether it is JSON to its end and tells something: whatever else comes under a good ETag would be told for ever.

    Such is what was damaged on its way, and an error that somebody on the way tells with 200.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):  # the latter from brackets by the hundred thousand
        return False
    return isinstance(told, list) or (isinstance(told, dict) and not _OF_ERRORS.issuperset(told))
