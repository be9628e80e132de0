"""The route POST /webhooks/{provider}: verified on raw bytes, stored, and only then answered.

200 stored (also when seen before), 202 well formed but not followed, 400 malformed or too slow, 401 not authentic,
404 unknown provider or no secret set, 413 too large (polling heals it), 429 too many at once, 503 cannot store now.
Never a 5xx for something that a sender did.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import Enum
from time import monotonic

import structlog
from aiohttp import web

from bot.core.policy import Policy
from bot.ports.ci import Verdict
from bot.ports.inbox import Received
from bot.ports.meter import SILENT, Counted, Meter, Timed
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Store
from handlers.ci import SOURCES
from handlers.ci.dialect import Known, Secrets, WebhookDialect
from handlers.hints import stored
from handlers.http_arrivals import Arrivals, Crowded
from handlers.http_body import NoBody

log = structlog.get_logger()

LARGEST_BODY = 5 * 1024 * 1024
MOST_IN_FLIGHT = 64
BODY_WITHIN = 5.0
"""Seconds. GitHub itself waits ten for the whole answer."""


class Outcome(Enum):
    """How a delivery is answered: status and words."""

    STORED = (200, "stored")
    SEEN = (200, "seen before")
    NOT_FOLLOWED = (202, "not followed")
    MALFORMED = (400, "malformed")
    NOT_RECEIVED = (400, NoBody.NOT_RECEIVED.value)
    NOT_AUTHENTIC = (401, "not authentic")
    UNKNOWN = (404, "unknown provider")
    TOO_LARGE = (413, NoBody.TOO_LARGE.value)
    TOO_MANY = (429, "too many at once")
    NOT_STORED = (503, "cannot store now")

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return self.value[0]

    @property
    def words(self) -> str:
        """Return what an error says, always the same."""
        return self.value[1]


_OF_VERDICT = {
    Verdict.NOT_AUTHENTIC: Outcome.NOT_AUTHENTIC,
    Verdict.MALFORMED: Outcome.MALFORMED,
    Verdict.NOT_FOLLOWED: Outcome.NOT_FOLLOWED,
}
_OF_NO_BODY = {NoBody.NOT_RECEIVED: Outcome.NOT_RECEIVED, NoBody.TOO_LARGE: Outcome.TOO_LARGE}


@dataclass(slots=True)
class Webhooks:
    """The door for webhooks.

    Attributes:
        store: where what was received is kept before it is answered.
        policy: today's policy; what it does not name is not followed.
        secret: tells the secret of a variable; a provider of which none is set does not exist.
        clock: the present.
        wake: called after something new was stored.
        request_id: makes the id that answer and log line share.
        body_within: seconds that a body may take to arrive.
        meter: hears of each delivery.
        arrivals: what is on its way in, or worked on.
        counts: how often each outcome was.
    """

    store: Store
    policy: Callable[[], Policy]
    secret: Secrets
    _: KW_ONLY
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    request_id: Callable[[], str]
    body_within: float = BODY_WITHIN
    meter: Meter = SILENT
    arrivals: Arrivals = field(default_factory=lambda: Arrivals(MOST_IN_FLIGHT))
    counts: Counter[Outcome] = field(default_factory=Counter)

    def routes(self) -> list[web.RouteDef]:
        """Return the route that takes webhooks in."""
        return [web.post("/webhooks/{provider}", self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one delivery and say so in one line; of what was sent, only its checked id and event are logged."""
        request_id, begun = self.request_id(), monotonic()
        provider = request.match_info["provider"]
        dialect = SOURCES.get(provider)
        delivery, event = dialect.names_of(request.headers) if dialect else (None, None)
        if dialect is None or not any(map(self.secret, dialect.secret_names(self.policy()))):
            outcome = Outcome.UNKNOWN
        else:
            outcome = await self._admit(request, provider, dialect)
        self.counts[outcome] += 1
        self.meter.count(Counted.WEBHOOKS, outcome.name.lower())
        self.meter.took(Timed.ACK, monotonic() - begun, "webhook")
        log.info(
            "webhook",
            provider=provider if dialect else None,
            delivery=delivery,
            webhook_event=event,
            outcome=outcome.name.lower(),
            so_far=self.counts[outcome],
            request_id=request_id,
        )
        return _answer(outcome, request_id)

    async def _admit(self, request: web.Request, provider: str, dialect: WebhookDialect) -> Outcome:
        body = await self.arrivals.body(request, LARGEST_BODY, self.body_within)
        if isinstance(body, Crowded):
            return Outcome.TOO_MANY
        if isinstance(body, NoBody):
            return _OF_NO_BODY[body]
        with self.arrivals.at_work():
            return await self._take(request.headers, body, provider, dialect)

    async def _take(self, headers: Mapping[str, str], body: bytes, provider: str, dialect: WebhookDialect) -> Outcome:
        delivery = dialect.admit(headers, body, Known(self.policy(), self.secret, self.clock()))
        if isinstance(delivery, Verdict):
            return _OF_VERDICT[delivery]
        received = Received(delivery.source or provider, delivery.dedupe_key, stored(delivery.hint), self.clock())
        try:
            row = await self.store.write(lambda tx: tx.inbox.put(received))
        except StoreUnavailable as unavailable:
            log.warning("webhook_not_stored", why=str(unavailable))
            return Outcome.NOT_STORED
        except Exception:  # one of the four doors: whatever ails the database, the sender may try again
            log.exception("webhook_not_stored")
            return Outcome.NOT_STORED
        if row is None:
            return Outcome.SEEN
        self.wake()
        return Outcome.STORED


def _answer(outcome: Outcome, request_id: str) -> web.Response:
    accepted = outcome.status < 300  # noqa: PLR2004 - the class of successes
    body = {"ok": True} if accepted else {"error": outcome.words}
    response = web.json_response(body | {"request_id": request_id}, status=outcome.status)
    if outcome in {Outcome.TOO_LARGE, Outcome.NOT_RECEIVED, Outcome.TOO_MANY, Outcome.UNKNOWN}:
        response.force_close()  # a body that was not read is not waited for
    return response
