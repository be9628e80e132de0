"""The route POST /slack/events: nothing is parsed before it is verified, nothing answered before it is stored.

200 taken, seen before, or of no interest; 400 malformed or too slow; 401 not signed by Slack or too old; 405 not POST;
413 too large; 429 too many at once; 503 still being worked on, not done, or cannot store now. Never another 5xx for
something that a sender did. Each answer is constant but for what a listener says to Slack.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.response import BoltResponse

from bot.ports.meter import SILENT, Counted, Meter
from bot.ports.replays import Seen
from bot.ports.store import Store
from handlers.http_arrivals import Arrivals, Crowded
from handlers.http_body import NoBody
from handlers.slack import delivered
from handlers.slack.delivered import Act, Challenge, Event, Malformed
from handlers.slack.signature import stamp_of

log = structlog.get_logger()

PATH = "/slack/events"
LARGEST_BODY = 1024 * 1024
"""Bytes. Slack bounds a view to 250 KB, and a form writes a byte as three at most (%7B): 750 KB and a few fields."""
MOST_IN_FLIGHT = 64
BODY_WITHIN = 5.0
"""Seconds. Slack itself waits three for the whole answer."""
DRAIN = 3.5
"""Seconds that a stop waits for listeners."""
OK = 200

Dispatch = Callable[[dict[str, Any]], Awaitable[BoltResponse]]


class Outcome(Enum):
    """What became of a request, by the name that the log and the counter use."""

    TAKEN = "taken"
    SEEN = "seen"
    CHALLENGED = "challenged"
    NOTHING = "nothing"
    MALFORMED = "malformed"
    NOT_RECEIVED = "not_received"
    NOT_SIGNED = "not_signed"
    NOT_NOW = "not_now"  # signed long ago or ahead of time, or one of the two clocks is wrong
    NOT_POST = "not_post"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNDER_WAY = "under_way"
    NOT_DONE = "not_done"
    NOT_READY = "not_ready"
    NOT_STORED = "not_stored"

    @property
    def accepted(self) -> bool:
        """Return whether Slack may forget the request."""
        return self not in _REFUSED


_REFUSED: Mapping[Outcome, tuple[int, str]] = {
    Outcome.MALFORMED: (400, "malformed"),
    Outcome.NOT_RECEIVED: (400, NoBody.NOT_RECEIVED.value),
    Outcome.NOT_SIGNED: (401, "not authentic"),
    Outcome.NOT_NOW: (401, "not authentic"),
    Outcome.NOT_POST: (405, "POST only"),
    Outcome.TOO_LARGE: (413, NoBody.TOO_LARGE.value),
    Outcome.TOO_MANY: (429, "too many at once"),
    Outcome.UNDER_WAY: (503, "still being worked on"),
    Outcome.NOT_DONE: (503, "not done"),
    Outcome.NOT_READY: (503, "not ready"),
    Outcome.NOT_STORED: (503, "cannot store now"),
}
"""The status of a refusal and its words, always the same; what is not here is accepted."""
_OF_NO_BODY = {NoBody.NOT_RECEIVED: Outcome.NOT_RECEIVED, NoBody.TOO_LARGE: Outcome.TOO_LARGE}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `body` is what a listener says to Slack, such as the text for whoever typed a command."""

    outcome: Outcome
    body: str = ""
    content_type: str = "text/plain"


@dataclass(slots=True)
class Ingress:
    """The door for Slack's requests, closed until `serve`. `counts` says how often each outcome was."""

    store: Store
    secret: bytes = field(repr=False)
    clock: Callable[[], datetime]
    request_id: Callable[[], str]
    body_within: float = BODY_WITHIN
    meter: Meter = SILENT
    counts: Counter[Outcome] = field(default_factory=Counter)
    _dispatch: Dispatch | None = None
    arrivals: Arrivals = field(default_factory=lambda: Arrivals(MOST_IN_FLIGHT))
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Raise ValueError for an empty secret: anybody could sign with it."""
        if not self.secret:
            raise ValueError("the signing secret is empty")

    def routes(self) -> list[web.RouteDef]:
        """Return the route; it takes every method, to answer the wrong ones in the same way."""
        return [web.route("*", PATH, self.handle)]

    async def serve(self, dispatch: Dispatch) -> None:
        """Take requests until cancelled, then let what is being worked on end, for 3.5 s at most.

        Args:
            dispatch: hands a payload to the listeners and returns what they say.
        """
        self._dispatch = dispatch
        try:
            await asyncio.Event().wait()
        finally:
            self._dispatch = None
            try:
                async with asyncio.timeout(DRAIN):
                    while self.arrivals.working:
                        self._idle.clear()
                        await self._idle.wait()
            except TimeoutError:
                log.warning("slack_requests_cut_off", working=self.arrivals.working)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request and say so in one line, which holds nothing that its sender wrote."""
        request_id = self.request_id()
        reply = await self._admit(request)
        self.counts[reply.outcome] += 1
        self.meter.count(Counted.SLACK_REQUESTS, reply.outcome.value)
        log.info(
            "slack_request",
            outcome=reply.outcome.value,
            so_far=self.counts[reply.outcome],
            request_id=request_id,
        )
        return _response(reply, request_id)

    async def _admit(self, request: web.Request) -> Reply:
        """Turn away what can be told from the headers alone, then let the body arrive."""
        if request.method != "POST":
            return Reply(Outcome.NOT_POST)
        if self._dispatch is None:
            return Reply(Outcome.NOT_READY)
        stamp = stamp_of(request.headers)
        if stamp is None:
            return Reply(Outcome.NOT_SIGNED)
        if not stamp.fresh(self.clock()):
            return Reply(Outcome.NOT_NOW)
        body = await self.arrivals.body(request, LARGEST_BODY, self.body_within)
        if isinstance(body, Crowded):
            return Reply(Outcome.TOO_MANY)
        if isinstance(body, NoBody):
            return Reply(_OF_NO_BODY[body])
        if not stamp.signs(self.secret, body):
            return Reply(Outcome.NOT_SIGNED)
        try:
            with self.arrivals.at_work():
                return await self._once(stamp.key, lambda: self._take(request.content_type, body))
        finally:
            self._idle.set()

    async def _once(self, key: str, work: Callable[[], Awaitable[Reply]]) -> Reply:
        """Do the work of a key unless it was done or is being done; work that failed may come again."""
        try:
            seen = await self.store.write(lambda tx: tx.replays.begin(key, self.clock()))
        except Exception:  # one of the four doors: whatever ails the database, nothing is acknowledged
            log.exception("slack_request_not_stored")
            return Reply(Outcome.NOT_STORED)
        if seen is not Seen.NEVER:
            return Reply(Outcome.SEEN if seen is Seen.DONE else Outcome.UNDER_WAY)
        reply = await work()
        try:
            if reply.outcome.accepted:
                await self.store.write(lambda tx: tx.replays.done(key))
            else:
                await self.store.write(lambda tx: tx.replays.forget(key))
        except Exception:  # what was done is stored under a key of its own, so the answer stands
            log.exception("slack_request_not_settled")
        return reply

    async def _take(self, content_type: str, body: bytes) -> Reply:
        """Parse what Slack has signed, and do it."""
        read = delivered.read(content_type, body)
        if isinstance(read, Act):
            return await self._hand_over(read.body)
        if isinstance(read, Event):
            return await self._once(f"event:{read.id}", lambda: self._hand_over(read.body))
        if isinstance(read, Challenge):
            return Reply(Outcome.CHALLENGED, json.dumps({"challenge": read.words}), "application/json")
        return Reply(Outcome.MALFORMED if isinstance(read, Malformed) else Outcome.NOTHING)

    async def _hand_over(self, payload: dict[str, Any]) -> Reply:
        if self._dispatch is None:  # closed while the body arrived
            return Reply(Outcome.NOT_READY)
        try:
            response = await self._dispatch(payload)
        except Exception:  # the door again: Slack tells the person that it did not work
            log.exception("slack_request_failed")
            return Reply(Outcome.NOT_DONE)
        if response.status != OK:
            return Reply(Outcome.NOT_DONE)
        content_type = response.headers.get("content-type", ["text/plain"])[0].partition(";")[0]
        return Reply(Outcome.TAKEN, response.body, content_type)


def _response(reply: Reply, request_id: str) -> web.Response:
    if reply.outcome.accepted:
        return web.Response(text=reply.body, content_type=reply.content_type)
    status, words = _REFUSED[reply.outcome]
    allow = {"Allow": "POST"} if reply.outcome is Outcome.NOT_POST else None
    return web.json_response({"error": words, "request_id": request_id}, status=status, headers=allow)
