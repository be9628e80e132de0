"""What every route of the bot shares: what is no HTTP is refused without a word in the log, our own faults are told."""

import asyncio
import logging

import pytest
from aiohttp import ClientSession, web

from handlers.http_connections import runner_of


async def failing(_request: web.Request) -> web.Response:
    raise LookupError("our own fault")


async def fine(_request: web.Request) -> web.Response:
    return web.Response(text="fine")


async def serve() -> tuple[web.AppRunner, int]:
    app = web.Application()
    app.add_routes([web.get("/failing", failing), web.get("/", fine)])
    runner = runner_of(app, linger=0.02)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, int(runner.addresses[0][1])


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03evil\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nevil\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"evil" * 5000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: evil\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["TLS", "no header", "a huge header", "no length", "two lengths"],
)
async def test_what_is_no_http_is_refused_and_not_logged(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    runner, port = await serve()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(5):
        assert (await reader.read()).startswith(b"HTTP/1.0 400 ")
    writer.close()
    await writer.wait_closed()
    await runner.cleanup()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO] == []


async def test_our_own_fault_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    runner, port = await serve()
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/failing") as answer:
        assert answer.status == 500
    await runner.cleanup()
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (record.name, record.getMessage()) == ("signoff.http", "Error handling request from 127.0.0.1")


async def test_the_answer_says_that_the_connection_ends_there() -> None:
    runner, port = await serve()
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as answer:
        assert (await answer.text(), answer.headers["Connection"]) == ("fine", "close")
    await runner.cleanup()
