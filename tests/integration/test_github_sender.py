"""The one sender against a real server: what is sent, and how each kind of trouble ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci.sender import LARGEST_ANSWER, Sender
from tests.factories import NOON

GET = HttpRequest("GET", "/repos/acme/payments/deployments")
POST = HttpRequest("POST", "/repos/acme/payments/deployments", body={"ref": "a" * 40})


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """Answers every request in the same way and keeps what it got."""

    answer: Callable[[web.Request], Awaitable[web.StreamResponse]]
    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        async def handle(request: web.Request) -> web.StreamResponse:
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.seen.append(Seen(request.method, request.raw_path, headers, await request.read()))
            return await self.answer(request)

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()


async def fine(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=418, body=b"short and stout", headers={"ETag": 'W/"1"', "X-RateLimit-Remaining": "7"})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server(fine)
    await server.start()
    yield server
    await server.stop()


async def sent(
    url: str, request: HttpRequest, *, bearer: str = "t0ken", within: float = 5.0, etag: str | None = None
) -> HttpReply | TryLater | Unsure:
    async with ClientSession() as session:
        return await Sender(session, url, bearer, lambda: NOON, timeout=within).send(request, etag=etag)


async def test_the_whole_reply_is_told_whatever_its_status(server: Server) -> None:
    reply = await sent(server.url, GET)
    assert isinstance(reply, HttpReply)
    assert (reply.status, reply.body) == (418, b"short and stout")
    assert (reply.headers["etag"], reply.headers["x-ratelimit-remaining"]) == ('W/"1"', "7")


async def test_a_post_carries_its_json_and_githubs_headers(server: Server) -> None:
    await sent(server.url, POST)
    (seen,) = server.seen
    assert (seen.method, seen.target, json.loads(seen.body)) == ("POST", POST.path, {"ref": "a" * 40})
    names = ("accept", "x-github-api-version", "user-agent", "authorization", "content-type")
    assert {name: seen.headers[name] for name in names} == {
        "accept": "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
        "user-agent": "signoff",
        "authorization": "Bearer t0ken",
        "content-type": "application/json",
    }


async def test_without_a_token_nobody_is_claimed_to_be(server: Server) -> None:
    await sent(server.url, GET, bearer="")
    assert "authorization" not in server.seen[0].headers


async def test_the_base_address_may_have_a_path_and_quoted_segments_stay_quoted(server: Server) -> None:
    request = HttpRequest(
        "GET", "/repos/acme/a%2Fb%3Fc", (("created", ">=2026-11-21T11:00:00Z"), ("branch", "a&b=c d#é"))
    )
    await sent(f"{server.url}/api/v3/", request)
    (seen,) = server.seen
    assert seen.target.startswith("/api/v3/repos/acme/a%2Fb%3Fc?")
    query = URL(seen.target, encoded=True).query
    assert dict(query) == {"created": ">=2026-11-21T11:00:00Z", "branch": "a&b=c d#é"}


async def test_an_etag_asks_whether_anything_changed(server: Server) -> None:
    async def unchanged(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=304)

    server.answer = unchanged
    reply = await sent(server.url, GET, etag='W/"1"')
    assert isinstance(reply, HttpReply)
    assert (reply.status, server.seen[0].headers["if-none-match"]) == (304, 'W/"1"')


async def test_t16_a_redirect_is_a_reply_and_is_not_followed(server: Server) -> None:
    async def moved(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": f"{server.url}/elsewhere"})

    server.answer = moved
    for request in (GET, POST):
        reply = await sent(server.url, request)
        assert isinstance(reply, HttpReply)
        assert reply.status == 307
    assert len(server.seen) == 2


async def oversized(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(LARGEST_ANSWER // 2**16 + 1):
        await response.write(b" " * 2**16)
    return response


async def packed(_request: web.Request) -> web.StreamResponse:
    response = web.Response(body=b" " * (LARGEST_ANSWER + 1))
    response.enable_compression()
    return response


async def reset(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.abort()
    return web.Response()


async def half(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"id": 3')
    assert request.transport
    request.transport.close()
    return response


async def silent(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def garbled(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.write(b"HTTP/1.1 abc\r\n\r\n")
    request.transport.close()
    return web.Response()


async def not_gzip(_request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"plain", headers={"Content-Encoding": "gzip"})


TOO_LONG = f"the answer is longer than {LARGEST_ANSWER} bytes"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (oversized, TOO_LONG),
        (packed, TOO_LONG),
        (reset, "the connection was lost (ServerDisconnectedError)"),
        (half, "the connection was lost (ClientPayloadError)"),
        (silent, "the connection was lost (TimeoutError)"),
        (garbled, "the connection was lost (ClientResponseError)"),
        (not_gzip, "the connection was lost (ClientPayloadError)"),
    ],
)
async def test_an_answer_that_never_came_whole_may_have_happened_only_where_something_changes(
    server: Server, answer: Callable[[web.Request], Awaitable[web.StreamResponse]], why: str
) -> None:
    server.answer = answer
    within = 0.2 if answer is silent else 5.0
    assert await sent(server.url, POST, within=within) == Unsure(why)
    assert [seen.method for seen in server.seen] == ["POST"]
    assert await sent(server.url, GET, within=within) == TryLater(5.0, why)


async def test_a_post_on_a_kept_connection_that_breaks_is_not_sent_again(server: Server) -> None:
    async with ClientSession() as session:
        sender = Sender(session, server.url, "", lambda: NOON)
        await sender.send(GET)
        server.answer = reset
        assert isinstance(await sender.send(POST), Unsure)
    assert [seen.method for seen in server.seen] == ["GET", "POST"]


async def ill(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=503)


async def limiting(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=429, headers={"Retry-After": "7"})


async def test_an_ill_host_is_rested_after_five_calls_and_probed(server: Server) -> None:
    server.answer = ill
    moment = NOON
    async with ClientSession() as session:
        sender = Sender(session, server.url, "", lambda: moment)
        replies = [await sender.send(GET) for _ in range(6)]
        assert replies[5] == TryLater(30.0, "127.0.0.1 has not answered 5 times in a row; it is asked again soon")
        assert len(server.seen) == 5
        server.answer, moment = fine, NOON + timedelta(seconds=30)
        assert [type(await sender.send(POST)) for _ in range(2)] == [HttpReply, HttpReply]


async def test_a_rate_limit_keeps_every_call_back_for_as_long_as_it_says(server: Server) -> None:
    server.answer = limiting
    moment = NOON
    async with ClientSession() as session:
        sender = Sender(session, server.url, "", lambda: moment)
        assert isinstance(await sender.send(POST), HttpReply)
        server.answer, moment = fine, NOON + timedelta(seconds=6)
        assert await sender.send(GET) == TryLater(1.0, "GitHub answers 429")
        moment = NOON + timedelta(seconds=7)
        assert isinstance(await sender.send(GET), HttpReply)
    assert [seen.method for seen in server.seen] == ["POST", "GET"]


async def test_nobody_there_means_that_certainly_nothing_happened() -> None:
    closed = Server(fine)
    await closed.start()
    await closed.stop()
    later = TryLater(5.0, "the CI system cannot be reached (ClientConnectorError)")
    assert [await sent(closed.url, request) for request in (GET, POST)] == [later, later]


class NoNames(AbstractResolver):
    """A network without DNS."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        raise OSError(f"nobody knows {host}:{port} of {family}")

    async def close(self) -> None:
        """Nothing to close."""


async def test_no_such_name_means_that_certainly_nothing_happened() -> None:
    async with ClientSession(connector=TCPConnector(resolver=NoNames())) as session:
        ended = await Sender(session, "http://api.github.example", "", lambda: NOON).send(POST)
    assert ended == TryLater(5.0, "the CI system cannot be reached (ClientConnectorDNSError)")


async def test_waiting_for_a_connection_means_that_certainly_nothing_happened(server: Server) -> None:
    server.answer = oversized  # nobody reads it, so the one connection stays taken
    async with ClientSession(connector=TCPConnector(limit=1)) as session, session.get(server.url):
        ended = await Sender(session, server.url, "", lambda: NOON, timeout=0.2).send(POST)
    assert ended == TryLater(5.0, "the CI system cannot be reached (ConnectionTimeoutError)")
    assert [seen.method for seen in server.seen] == ["GET"]
