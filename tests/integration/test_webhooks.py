"""The webhook route over a real socket: every answer that it can give."""

import asyncio
import gzip
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from bot.ports.ci import DeploymentHint, RunHint
from bot.ports.inbox import Received
from handlers.hints import HINT, hint_of
from handlers.webhooks import LARGEST_BODY, MOST_IN_FLIGHT, Webhooks
from tests.factories import NOON, a_policy
from tests.unit.handlers.fake_store import FakeStore

SECRET = "a webhook secret"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
RUN = {
    "workflow_run": {"id": 9001, "path": ".github/workflows/build.yml"},
    "repository": {"full_name": "Acme/Payments"},
}
DEPLOYMENT = {"deployment": {"id": 301}, "repository": {"full_name": "acme/payments"}}

Answer = tuple[int, Any]


def signed(body: bytes, event: str = "workflow_run", delivery: str = GUID) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Event": event, "X-GitHub-Delivery": delivery}


@dataclass
class Door:
    """The route on a socket, and what became of what was sent."""

    store: FakeStore = field(default_factory=FakeStore)
    secrets: Mapping[str, str] = field(default_factory=lambda: {"GITHUB_WEBHOOK_SECRET": SECRET})
    wakings: list[int] = field(default_factory=list)
    port: int = 0

    @asynccontextmanager
    async def open(self, body_within: float = 5.0) -> AsyncIterator["Door"]:
        app = web.Application()
        app.add_routes(
            Webhooks(
                self.store,
                a_policy,
                self.secrets.get,
                clock=lambda: NOON,
                wake=lambda: self.wakings.append(len(self.store.inbox.rows)),
                request_id=lambda: "req1",
                body_within=body_within,
            ).routes()
        )
        runner = web.AppRunner(app, access_log=None, lingering_time=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def post(self, body: Any, headers: Mapping[str, str], path: str = "github") -> Answer:
        async with (
            ClientSession() as session,
            session.post(f"http://127.0.0.1:{self.port}/webhooks/{path}", data=body, headers=headers) as response,
        ):
            return response.status, await response.json()

    async def send(self, payload: Any, event: str = "workflow_run", delivery: str = GUID) -> Answer:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return await self.post(body, signed(body, event, delivery))

    async def raw(self, sent: bytes, body: bytes = b"") -> Answer:
        """Send bytes as they are, the body only once it is asked for; read up to the end of the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        if body:
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(body)
        head, _, told = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        return int(head.split()[1]), json.loads(told)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with Door().open() as opened:
        yield opened


def error(words: str) -> dict[str, str]:
    return {"error": words, "request_id": "req1"}


OK = {"ok": True, "request_id": "req1"}


async def test_a_run_is_stored_before_it_is_answered_and_wakes(door: Door) -> None:
    assert await door.send(RUN) == (200, OK)
    body = '{"repository":"acme/payments","kind":"run","run_id":9001}'
    assert door.store.inbox.rows == [Received("github", f"github:{GUID}", body, NOON)]
    assert hint_of(HINT.validate_json(body)) == RunHint("acme/payments", 9001)
    assert door.wakings == [1]


async def test_a_deployment_status_is_stored(door: Door) -> None:
    assert await door.send(DEPLOYMENT, "deployment_status") == (200, OK)
    body = '{"repository":"acme/payments","kind":"deployment","ref":"301"}'
    assert door.store.inbox.rows == [Received("github", f"github:{GUID}", body, NOON)]
    assert hint_of(HINT.validate_json(body)) == DeploymentHint("acme/payments", "301")


async def test_a_redelivery_is_answered_the_same_and_wakes_nobody(door: Door) -> None:
    assert [await door.send(RUN), await door.send(RUN)] == [(200, OK)] * 2
    assert (len(door.store.inbox.rows), door.wakings) == (1, [1])


async def test_what_nobody_follows_is_accepted_and_forgotten(door: Door) -> None:
    assert await door.send({"zen": "Design for failure."}, "ping") == (202, OK)
    assert await door.send(RUN | {"repository": {"full_name": "acme/other"}}) == (202, OK)
    assert (door.store.inbox.rows, door.wakings) == ([], [])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"{}", b"null"])
async def test_malformed(door: Door, body: bytes) -> None:
    assert await door.send(body) == (400, error("malformed"))


async def test_without_a_delivery_id_it_is_malformed(door: Door) -> None:
    assert await door.send(RUN, delivery="not an id") == (400, error("malformed"))


async def test_t03_what_github_did_not_sign_is_not_taken(door: Door) -> None:
    body = json.dumps(RUN).encode()
    refused = (401, error("not authentic"))
    assert await door.post(body + b" ", signed(body)) == refused
    assert await door.post(body, {}) == refused
    assert await door.post(b"{", {"X-Hub-Signature-256": "sha256=" + "0" * 64}) == refused
    assert door.store.inbox.rows == []


async def test_a_signature_of_bytes_that_are_no_text_is_not_authentic(door: Door) -> None:
    request = (
        b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n"
        b"X-Hub-Signature-256: sha256=\xff\xfe\r\n\r\n{}"
    )
    assert await door.raw(request) == (401, error("not authentic"))


async def test_the_signature_is_over_the_raw_bytes(door: Door) -> None:
    run = b'"workflow_run": {"path": ".github/workflows/build.yml", "id": 9001}'
    body = b"{" + run + b',\r\n\t "repository":{"full_name":"acme/payments"}}'
    assert await door.post(body, signed(body)) == (200, OK)


@pytest.mark.parametrize("provider", ["gitlab", "GitHub", "github%0a", "__class__"])
async def test_an_unknown_provider(door: Door, provider: str) -> None:
    body = json.dumps(RUN).encode()
    assert await door.post(body, signed(body), provider) == (404, error("unknown provider"))


@pytest.mark.parametrize("secrets", [{}, {"GITHUB_WEBHOOK_SECRET": ""}])
async def test_a_provider_without_a_secret_does_not_exist(secrets: dict[str, str]) -> None:
    async with Door(secrets=secrets).open() as door:
        assert await door.send(RUN) == (404, error("unknown provider"))


async def test_t23_too_large_by_its_own_word_is_not_even_read(door: Door) -> None:
    request = f"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST_BODY + 1}\r\n\r\n"
    assert await door.raw(request.encode()) == (413, error("too large"))


async def test_t23_too_large_without_a_word(door: Door) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 2**16):
            yield b" " * 2**16
        yield b" "

    assert await door.post(chunks(), {}) == (413, error("too large"))


async def test_the_largest_body_is_still_read(door: Door) -> None:
    body = json.dumps(RUN).encode().ljust(LARGEST_BODY)
    assert await door.post(io.BytesIO(body), signed(body)) == (200, OK)


async def test_t23_a_bomb_is_too_large(door: Door) -> None:
    bomb = gzip.compress(b" " * (LARGEST_BODY + 1))
    assert await door.post(bomb, {"Content-Encoding": "gzip"}) == (413, error("too large"))


NOT_RECEIVED = (400, error("the body did not arrive whole and in time"))


@pytest.mark.parametrize(
    ("header", "body", "within"),
    [
        (b"Content-Encoding: gzip\r\nContent-Length: 8", b"not gzip", 5.0),
        (b"Transfer-Encoding: chunked", b"zz\r\n{}\r\n0\r\n\r\n", 0.05),  # aiohttp goes on waiting for a good one
    ],
)
async def test_a_body_that_is_not_what_its_headers_say(
    header: bytes, body: bytes, within: float, caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + header + b"\r\n\r\n"
    async with Door().open(body_within=within) as door:
        assert await door.raw(head, body) == NOT_RECEIVED
    assert "Unhandled exception" not in [record.getMessage() for record in caplog.records]


async def test_a_sender_that_hangs_up_halfway_is_told_nothing_and_harms_nobody(door: Door) -> None:
    head = b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(head)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"{")
    writer.close()
    await writer.wait_closed()
    assert await door.send(RUN) == (200, OK)


async def test_t23_a_body_that_comes_too_slowly() -> None:
    async with Door().open(body_within=0.05) as door:
        request = b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"
        assert await door.raw(request) == NOT_RECEIVED


async def test_t23_who_sends_slowest_gives_way(door: Door) -> None:
    slow = b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
    waiting = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(MOST_IN_FLIGHT)]
    for _, writer in waiting:
        writer.write(slow)
    reading = [asyncio.create_task(reader.read()) for reader, _ in waiting]
    async with asyncio.timeout(5):
        for number in count():
            assert await door.send(RUN, delivery=f"slow-{number}") == (200, OK)
            gave_way = [task for task in reading if task.done()]
            if gave_way:
                break
    answers = [task.result() for task in gave_way]
    assert all(answer.startswith(b"HTTP/1.1 429 ") for answer in answers)
    for _, writer in waiting:
        writer.close()
    await asyncio.gather(*reading, return_exceptions=True)


async def test_t23_sixty_four_at_work_are_enough(door: Door) -> None:
    door.store.free.clear()
    works = [asyncio.create_task(door.send(RUN, delivery=f"one-{number}")) for number in range(MOST_IN_FLIGHT)]
    async with asyncio.timeout(10):
        while door.store.waiting < MOST_IN_FLIGHT:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)
    assert await door.send(RUN) == (429, error("too many at once"))
    door.store.free.set()
    assert await asyncio.gather(*works) == [(200, OK)] * MOST_IN_FLIGHT
    assert await door.send(RUN, delivery="after") == (200, OK)


async def test_what_cannot_be_stored_is_said_and_may_be_sent_again(door: Door) -> None:
    door.store.broken = OSError("disk full")
    with capture_logs() as logs:
        assert await door.send(RUN) == (503, error("cannot store now"))
    assert [line["event"] for line in logs] == ["webhook_not_stored", "webhook"]
    assert door.wakings == []
    door.store.broken = None
    assert await door.send(RUN) == (200, OK)


async def test_every_delivery_is_one_line_without_payload_or_secret(door: Door) -> None:
    with capture_logs() as logs:
        await door.send(RUN)
        await door.send(RUN)
        await door.post(b"{}", {"X-GitHub-Event": "a <b>", "X-Hub-Signature-256": SECRET})
        await door.post(b"{}", {}, "elsewhere")
    line = {"event": "webhook", "log_level": "info", "request_id": "req1", "so_far": 1}
    known = {"provider": "github", "delivery": GUID, "webhook_event": "workflow_run"}
    nameless = {"delivery": None, "webhook_event": None}
    assert logs == [
        line | known | {"outcome": "stored"},
        line | known | {"outcome": "seen"},
        line | nameless | {"provider": "github", "outcome": "not_authentic"},
        line | nameless | {"provider": None, "outcome": "unknown"},
    ]
