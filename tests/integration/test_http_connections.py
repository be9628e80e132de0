"""What every route of the bot shares: what no route answers is refused in constant words, our own faults are told."""

import asyncio
import logging
from contextlib import suppress

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from bot.ports.meter import SILENT, Counted, Meter
from handlers import http_refusals
from handlers.http_connections import runner_of
from handlers.http_refusals import Refusals
from tests.fakes.meter import FakeMeter

WORDS = (*http_refusals.WORDS.values(), http_refusals.OTHERWISE)
REFUSED = {
    words: ("application/json; charset=utf-8", f'{{"error": "{words}", "request_id": "req1"}}') for words in WORDS
}


async def failing(_request: web.Request) -> web.Response:
    raise LookupError("our own fault")


class Teapot(web.HTTPClientError):
    """What no map of words names."""

    status_code = 418


async def teapot(_request: web.Request) -> web.Response:
    raise Teapot(text="evil")


async def fine(_request: web.Request) -> web.Response:
    return web.Response(text="fine")


async def serve(meter: Meter = SILENT, **limits: int) -> tuple[web.AppRunner, int]:
    app = web.Application()
    app.add_routes([web.get("/failing", failing), web.get("/", fine), web.get("/teapot", teapot)])
    runner = runner_of(app, Refusals(lambda: "req1", meter), linger=0.02, **limits)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, int(runner.addresses[0][1])


async def sent(port: int, request: bytes) -> tuple[str, dict[str, str], str]:
    """Send bytes and read until the connection ends; returns the status line, the headers and the body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(5):
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    line, *lines = head.split("\r\n")
    return line, dict(one.split(": ", 1) for one in lines), body


@pytest.mark.parametrize(
    "request_sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03evil\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nevil\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"evil" * 5000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: evil\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nevil",
    ],
    ids=["TLS", "no header", "a huge header", "no length", "two lengths", "a compression"],
)
async def test_what_is_no_http_is_refused_in_constant_words_and_without_a_traceback(
    request_sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    meter = FakeMeter()
    runner, port = await serve(meter)
    with capture_logs() as logged:
        line, headers, body = await sent(port, request_sent)
    await runner.cleanup()
    assert line == "HTTP/1.0 400 Bad Request"
    assert (headers["Content-Type"], body) == REFUSED["not understood"]
    assert headers["Server"] == "signoff"
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO] == []
    assert logged == [
        {"event": "http_refused", "log_level": "info", "status": 400, "so_far": 1, "request_id": "req1"},
    ]
    assert meter.counts == {(Counted.HTTP_REFUSED, "400"): 1}


@pytest.mark.parametrize(
    ("asked", "line", "words", "allow"),
    [
        (b"GET /evil HTTP/1.1", "404 Not Found", "nothing is here", None),
        (b"GET /%ff%00<b> HTTP/1.1", "404 Not Found", "nothing is here", None),
        (b"DELETE / HTTP/1.1", "405 Method Not Allowed", "not with this method", "GET,HEAD"),
        (b"GET / HTTP/1.1\r\nExpect: evil", "417 Expectation Failed", "nothing is promised in advance", None),
        (b"GET /teapot HTTP/1.1", "418 I'm a Teapot", "refused", None),
        (
            b"GET /failing HTTP/1.1\r\nAccept: text/html",
            "500 Internal Server Error",
            "something went wrong on this side",
            None,
        ),
    ],
)
async def test_what_no_route_answers_is_refused_in_constant_words(
    asked: bytes, line: str, words: str, allow: str | None
) -> None:
    meter = FakeMeter()
    runner, port = await serve(meter)
    told, headers, body = await sent(port, asked + b"\r\nHost: x\r\n\r\n")
    await runner.cleanup()
    assert (told, headers.get("Allow"), headers["Connection"]) == (f"HTTP/1.1 {line}", allow, "close")
    assert headers["Server"] == "signoff"
    assert (headers["Content-Type"], body) == REFUSED[words]
    assert meter.counts == {(Counted.HTTP_REFUSED, line[:3]): 1}


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("/", b"Content-Encoding: gzip\r\nContent-Length: 40\r\n", b"no gzip"),
        ("/", b"Transfer-Encoding: chunked\r\n", b"zz\r\nno chunk"),
        ("/nowhere", b"Content-Encoding: deflate\r\nContent-Length: 40\r\n", b"no deflate"),
    ],
)
async def test_a_broken_body_that_nobody_read_is_no_exception_of_ours(
    caplog: pytest.LogCaptureFixture, path: str, headers: bytes, body: bytes
) -> None:
    runner, port = await serve()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n".encode() + headers + b"\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.write(body)
    writer.write_eof()
    async with asyncio.timeout(5):
        await reader.read()
    writer.close()
    await runner.cleanup()
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


async def test_our_own_fault_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    runner, port = await serve()
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/failing") as answer:
        assert answer.status == 500
    await runner.cleanup()
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (record.name, record.getMessage()) == ("signoff.http", "Error handling request from 127.0.0.1")


async def test_the_answer_says_that_the_connection_ends_there_and_nothing_of_what_made_it() -> None:
    runner, port = await serve()
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as answer:
        assert (await answer.text(), answer.headers["Connection"]) == ("fine", "close")
        assert answer.headers["Server"] == "signoff"
    await runner.cleanup()


async def test_t23_whoever_has_stood_for_longest_without_a_request_is_cut_off() -> None:
    runner, port = await serve(most=10)
    standing = [await asyncio.open_connection("127.0.0.1", port) for _ in range(10)]
    assert (await sent(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))[0] == "HTTP/1.1 200 OK"
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            assert await standing[0][0].read() == b""
    assert [reader.at_eof() or reader.exception() is not None for reader, _ in standing] == [True] + [False] * 9
    again = await asyncio.open_connection("127.0.0.1", port)
    assert (await sent(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))[0] == "HTTP/1.1 200 OK"
    for _, writer in (*standing, again):
        writer.close()
    await runner.cleanup()
