"""The one sender: every call to a CI system leaves here, once, within its time and size."""

import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
)
from yarl import URL

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.meter import SILENT, Counted, Meter, Timed
from bot.ports.trouble import TryLater, Unsure
from bot.redaction import Redactor
from handlers.ci.breaker import Breaker
from handlers.ci.github_replies import limited

LARGEST_ANSWER = 5 * 1024 * 1024
AGAIN = 5.0
"""Seconds."""
REFUSED = 400
"""From this status on an answer says why it is none."""
ILL = 500
"""From this status on an answer says that the host itself is ill."""


@dataclass(frozen=True, slots=True)
class System:
    """What is peculiar to the calls of one kind of host.

    Attributes:
        name: what the calls are counted under.
        headers: sent with every call.
        limited: tells from a reply whether it asks for quiet, given the present.
        largest: bytes of the longest answer that is read.
    """

    name: str
    headers: tuple[tuple[str, str], ...]
    limited: Callable[[HttpReply, datetime], TryLater | None]
    largest: int = LARGEST_ANSWER


GITHUB = System(
    "github",
    (
        ("Accept", "application/vnd.github+json"),
        ("X-GitHub-Api-Version", "2022-11-28"),  # the one that GitHub Enterprise Server knows too
    ),
    limited,
)


class Sends(Protocol):
    """Whoever calls one host, whatever proves who calls."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """The present, for whoever reads an answer that speaks of time."""

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Send once and return the whole reply, or how it ended without one; see `Sender.send`."""


class Sender:
    """Sends requests to the one host that is configured; no redirects, no retries of its own.

    Args:
        session: the client's connections.
        base_url: the address of the REST API, e.g. https://api.github.com.
        token: sent as a bearer token, nothing is sent when it is empty.
        clock: the present, for whoever reads an answer that speaks of time.
        system: what is peculiar to the host.
        timeout: seconds for a whole exchange; half of it for the connection.
        meter: hears of each call.
    """

    def __init__(
        self,
        session: ClientSession,
        base_url: str,
        token: str,
        clock: Callable[[], datetime],
        *,
        system: System = GITHUB,
        timeout: float = 10.0,
        meter: Meter = SILENT,
    ) -> None:
        self._meter = meter
        self._system = system
        self.clock = clock
        self._breaker = Breaker(URL(base_url).host or base_url)
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._timeout = ClientTimeout(total=timeout, connect=timeout / 2)
        self._headers = {"User-Agent": "signoff", **dict(system.headers)}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Send once and return the whole reply, whatever its status.

        With `etag`, the answer is 304 when nothing differs from the reply that had it. TryLater: certainly nothing
        happened there. Unsure: it may have; only for requests that change something. While the host does not answer,
        or has asked for quiet, most calls end as TryLater without being sent.
        """
        kept = self._breaker.keeps(self.clock())
        if kept is not None:
            return kept
        ended = await self._send(request, etag)
        self._learn(ended)
        code = str(ended.status) if isinstance(ended, HttpReply) else "lost"
        self._meter.count(Counted.API_REQUESTS, self._system.name, request.method, code)
        asked_to_wait = ended.headers.get("retry-after", "") if isinstance(ended, HttpReply) else ""
        if re.fullmatch(r"[0-9]{1,5}", asked_to_wait):
            self._meter.took(Timed.RETRY_AFTER, float(asked_to_wait), self._system.name)
        return ended

    def _learn(self, ended: HttpReply | TryLater | Unsure) -> None:
        """Let the breaker know how a call ended."""
        now = self.clock()
        if not isinstance(ended, HttpReply) or ended.status >= ILL:
            self._breaker.failed(now)
        elif (wait := self._system.limited(ended, now)) is not None:
            self._breaker.asked_for_quiet(now, wait)
        else:
            self._breaker.answered()

    async def _send(self, request: HttpRequest, etag: str | None) -> HttpReply | TryLater | Unsure:
        headers = self._headers | ({"If-None-Match": etag} if etag else {}) | dict(request.headers)
        body = request.content if request.body is None else json.dumps(request.body).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            async with self._session.request(
                request.method,
                URL(f"{self._base_url}{request.path}", encoded=True).with_query(list(request.query)),
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,  # the token is for this host alone
            ) as response:
                return await self._whole(response, request, headers.get("Authorization", ""))
        except (ClientConnectorError, ConnectionTimeoutError) as error:  # before the first byte
            return TryLater(AGAIN, f"the CI system cannot be reached ({type(error).__name__})")
        except (ClientError, OSError, TimeoutError) as error:
            return _lost(request, f"the connection was lost ({type(error).__name__})")

    async def _whole(self, response: ClientResponse, request: HttpRequest, proof: str) -> HttpReply | TryLater | Unsure:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._system.largest:
                response.close()
                return _lost(request, f"the answer is longer than {self._system.largest} bytes")
        headers = {name.lower(): value for name, value in response.headers.items()}
        told = without_proof(bytes(body), proof) if response.status >= REFUSED else bytes(body)
        return HttpReply(response.status, headers, told)


def without_proof(body: bytes, proof: str) -> bytes:
    """Return what a host said in refusing, without what it was shown as a proof: people read its words.

    Args:
        body: the body of an answer, as JSON.
        proof: the header `Authorization` that was sent; empty where there was none.
    """
    scheme, _, shown = proof.partition(" ")
    secrets = [shown]
    if scheme == "Basic":
        secrets.append(b64decode(shown).decode("utf-8", "replace").partition(":")[2])
    try:
        return Redactor(secrets).known(body.decode()).encode()
    except UnicodeDecodeError:
        return body  # no JSON either, so nobody reads it


def _lost(request: HttpRequest, why: str) -> TryLater | Unsure:
    """Return how an answer that never came whole ends: reading changes nothing, so it can be asked again."""
    return TryLater(AGAIN, why) if request.method == "GET" else Unsure(why)
