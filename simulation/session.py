"""What stands for aiohttp's ClientSession in the simulation: its calls, its answers, its exceptions, and no sockets.

With it the bot's own Sender, SlackChat and SlackDirectory and slack_sdk run unchanged, and read trouble as they do.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
from aiohttp.client_reqrep import ConnectionKey, RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from sandbox.exchange import Reply
from simulation.network import BrokenConnectionError, NoConnectionError

FOR_EVER = 86_400.0
DEADLINE = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request on its way. `patience` and `connect` are the caller's seconds for the whole and for a connection."""

    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes
    patience: float
    connect: float | None


Route = Callable[[Sent], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class _Body:
    """The body of an answer as a stream."""

    whole: bytes

    async def read(self, most: int = -1) -> bytes:
        """Return its beginning."""
        return self.whole if most < 0 else self.whole[:most]

    async def iter_any(self) -> AsyncIterator[bytes]:
        """Yield it in one piece."""
        yield self.whole


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, as far as the bot and slack_sdk read one."""

    status: int
    headers: CIMultiDictProxy[str]
    content: _Body
    info: RequestInfo

    @property
    def content_type(self) -> str:
        """The media type, without its parameters."""
        return self.headers.get("Content-Type", "application/octet-stream").partition(";")[0]

    async def read(self) -> bytes:
        """Return the body."""
        return self.content.whole

    async def text(self) -> str:
        """Return the body as text."""
        return self.content.whole.decode()

    async def json(self) -> Any:
        """Return what the body says in JSON; as aiohttp does, refuse what does not call itself so."""
        if self.content_type != "application/json":
            raise aiohttp.ContentTypeError(self.info, (), status=self.status, headers=self.headers)
        return json.loads(self.content.whole)

    def close(self) -> None:
        """Hang up."""


@dataclass(slots=True)
class _Exchange:
    """One request, sent on entering."""

    session: "Session"
    method: str
    url: URL
    headers: CIMultiDict[str]
    body: bytes
    timeout: aiohttp.ClientTimeout

    async def __aenter__(self) -> Response:
        return await self.session.send(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is kept."""


@dataclass(slots=True)
class Session:
    """Sends requests through a route.

    Args:
        route: carries one request.
        timeout: for the requests that name none.
        before: called with the method and path before anything is sent; what it raises is the caller's.
    """

    route: Route
    timeout: aiohttp.ClientTimeout = DEADLINE
    before: Callable[[str], None] = lambda _what: None
    closed: bool = False

    def request(self, method: str, url: str | URL, **given: Any) -> _Exchange:
        """Return one exchange, to be entered."""
        where = URL(url) if isinstance(url, str) else url
        params = given.get("params")
        headers = CIMultiDict(given.get("headers") or {})
        timeout = given.get("timeout") or self.timeout
        url = where.extend_query(params) if params else where
        return _Exchange(self, method, url, headers, _encoded(given, headers), timeout)

    def post(self, url: str | URL, **given: Any) -> _Exchange:
        """Return one POST, to be entered."""
        return self.request("POST", url, **given)

    async def close(self) -> None:
        """Send nothing more."""
        self.closed = True

    async def send(self, exchange: _Exchange) -> Response:
        """Send one request; raises what aiohttp raises."""
        method, url, headers = exchange.method, exchange.url, exchange.headers
        self.before(f"{method} {url.raw_path}")
        patience = exchange.timeout.total or FOR_EVER
        sent = Sent(method, url, headers, exchange.body, patience, exchange.timeout.connect)
        try:
            reply = await self.route(sent)
        except NoConnectionError as error:
            if error.slowly:
                raise aiohttp.ConnectionTimeoutError from None
            raise aiohttp.ClientConnectorError(_key(url), OSError(111, "Connect call failed")) from None
        except BrokenConnectionError as error:
            if error.begun:
                raise aiohttp.ClientPayloadError("Response payload is not completed") from None
            raise aiohttp.ServerDisconnectedError from None
        told = CIMultiDictProxy(CIMultiDict(reply.headers))
        return Response(reply.status, told, _Body(reply.body), RequestInfo(url, method, CIMultiDictProxy(headers), url))


def as_client_session(session: Session) -> aiohttp.ClientSession:
    """Return a session as those want it who are written for aiohttp."""
    return cast("aiohttp.ClientSession", session)


def _encoded(given: Mapping[str, Any], headers: CIMultiDict[str]) -> bytes:
    """Return the body's bytes; as aiohttp does, name their type where the caller did not."""
    data, said = given.get("data"), given.get("json")
    if said is not None:
        headers.setdefault("Content-Type", "application/json")
        return json.dumps(said).encode()
    if isinstance(data, bytes):
        return data
    if isinstance(data, Mapping):
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        return urlencode(data).encode()
    if data is not None:
        raise TypeError(f"a body of {type(data).__name__} is not sent by anybody here")
    return b""


def _key(url: URL) -> ConnectionKey:
    return ConnectionKey(
        url.host or "", url.port, url.scheme == "https", ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None
    )
