"""T23: five hundred who send next to nothing at the bot's own doors keep nobody else out, and cost next to nothing."""

import asyncio
import hashlib
import hmac
import json
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientSession

from tests.acceptance.desk import Desk, desk

MANY = 500
ROOM = 40 * 1024
"""KiB of memory that five hundred may cost at the very most; it is some 15 MiB here."""
HEAD = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
SLOW = {
    "half of the headers": HEAD + b"X-Hub-",
    "half of the body": HEAD + b"Content-Length: 1000\r\n\r\n{",
    "a chunk that does not end": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n{",
}
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connected(port: int, sent: bytes) -> list[Line]:
    """Open so many connections, each of which sends so much and then nothing."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MANY)]
    for _, writer in lines:
        writer.write(sent)
    return lines


async def hang_up(lines: list[Line]) -> None:
    for _, writer in lines:
        writer.close()
    for _, writer in lines:
        with suppress(ConnectionError):
            await writer.wait_closed()


async def delivers(here: Desk, number: int) -> int:
    """Deliver a webhook that GitHub has signed, on a connection of its own."""
    assert here.signoff is not None
    body = json.dumps({"zen": "Keep it logically awesome.", "hook_id": number}).encode()
    mark = hmac.new(here.forge.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={mark}", "X-GitHub-Event": "ping", "X-GitHub-Delivery": f"slow-{number}"}
    url = f"http://127.0.0.1:{here.signoff.bound_port}/webhooks/github"
    async with ClientSession() as http, http.post(url, data=body, headers=headers) as answer:
        return answer.status


async def sends_much(port: int, path: bytes, body: bytes) -> asyncio.StreamWriter:
    """Send a body but for its last byte."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD.replace(b"%b", path) + b"Content-Length: %d\r\n\r\n" % (len(body) + 1))
    with suppress(ConnectionError):  # it had to give way
        for begins in range(0, len(body), 65536):
            writer.write(body[begins : begins + 65536])
            await writer.drain()
    return writer


def held_kib() -> int:
    """Return the memory that this process has now: the most that it ever had would hide what comes after a peak."""
    return psutil.Process().memory_info().rss // 1024


@pytest.mark.parametrize("path", [b"/webhooks/github", b"/slack/events"])
async def test_t23_five_hundred_slow_senders_keep_nobody_out_and_cost_little(tmp_path: Path, path: bytes) -> None:
    async with desk(tmp_path, over_http=True) as here:
        assert here.signoff is not None
        assert await delivers(here, 0) == 202
        before, cost = held_kib(), 0
        for number, sent in enumerate(SLOW.values(), start=1):
            lines = await connected(here.signoff.bound_port, sent.replace(b"%b", path))
            standing = [reader for reader, _ in lines if not reader.at_eof()]
            assert (await delivers(here, number), len(standing)) == (202, MANY)
            await here.types("alex", "/deploy status payments")
            await here.hears("alex", "nobody has told yet")
            cost = max(cost, held_kib() - before)
            await hang_up(lines)
        assert cost < ROOM


async def test_t23_sixty_four_who_send_five_mebibytes_each_cost_no_more_than_a_few_of_them(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        port, before, body = here.signoff.bound_port, held_kib(), b"x" * (5 * 1024 * 1024 - 1)
        writers = await asyncio.gather(*(sends_much(port, b"/webhooks/github", body) for _ in range(64)))
        assert await delivers(here, 1) == 202
        cost = held_kib() - before
        for writer in writers:
            writer.close()
        assert cost < 160 * 1024
