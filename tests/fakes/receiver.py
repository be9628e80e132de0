"""Whoever deploys when a signed webhook asks for it, on a real socket: it knows what it has seen by its id.

It verifies what it gets by code of its own, after the specification, and can answer wrongly, late or not at all.
"""

import asyncio
import base64
import hashlib
import hmac
import io
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aiohttp import ClientSession, web


class Lapse(Enum):
    """What goes wrong with one request."""

    LOST_BEFORE = "the connection breaks before anything was read"
    LOST_AFTER = "it is taken, and the answer is lost"
    SILENT = "it is taken, and never answered"
    HUGE = "it is taken, and the answer does not end"


@dataclass(frozen=True, slots=True)
class Says:
    """An answer instead of the usual one; nothing is taken."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


def sign(secret: str, message: str, timestamp: str, body: bytes) -> str:
    """Return the signature, as the specification has it."""
    key = base64.b64decode(secret[len("whsec_") :]) if secret.startswith("whsec_") else secret.encode()
    made = hmac.new(key, f"{message}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()


@dataclass(slots=True)
class Receiver:
    """The deployer."""

    secret: str
    deploys: list[dict[str, Any]] = field(default_factory=list)
    """What was really begun: the oracle of «exactly once»."""
    asked: list[tuple[str, Any]] = field(default_factory=list)
    """Each request that was authentic: its id and its body."""
    heads: list[dict[str, str]] = field(default_factory=list)
    """The headers of each, in lower case, with its path and query."""
    forged: int = 0
    lapses: deque[Lapse | Says] = field(default_factory=deque)
    port: int = 0
    others: list[str] = field(default_factory=list)
    """Paths that were asked for and are none of its own."""
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/hooks/docs"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Receiver"]:
        """Listen on any free port."""
        app = web.Application()
        app.router.add_post("/hooks/docs", self._handle)
        app.router.add_route("*", "/{path:.*}", self._other)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            self._released.set()
            await runner.cleanup()

    async def _other(self, request: web.Request) -> web.Response:
        self.others.append(request.path)
        return web.Response(status=404)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        message, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        if request.headers["webhook-signature"] != sign(self.secret, message, timestamp, body):
            self.forged += 1
            return web.Response(status=401)
        self.heads.append({name.lower(): value for name, value in request.headers.items()} | {"path": request.path_qs})
        said = json.loads(body)
        lapse = self.lapses.popleft() if self.lapses else None
        if isinstance(lapse, Says):
            self.asked.append((message, said))
            return web.Response(status=lapse.status, headers=dict(lapse.headers))
        if lapse is Lapse.LOST_BEFORE:
            return self._drop(request)
        known = any(message == seen for seen, _ in self.asked) and any(one["key"] == message for one in self.deploys)
        self.asked.append((message, said))
        if not known:
            self.deploys.append(said["data"])
        if lapse is Lapse.LOST_AFTER:
            return self._drop(request)
        if lapse is Lapse.SILENT:
            await self._released.wait()
        if lapse is Lapse.HUGE:
            return await self._endless(request)
        return web.json_response({"ok": True}, status=409 if known else 202)

    def _drop(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" " * 65_536)
        return response


async def post(
    url: str, said: Any, secret: str, message: str, timestamp: int, *, change: Callable[[bytes], bytes] = bytes
) -> int:
    """Send a signed report and return the answer's status; `change` tampers with the body after it was signed."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message, str(timestamp), body),
        "content-type": "application/json",
    }
    async with (
        ClientSession() as session,
        session.post(url, data=io.BytesIO(change(body)), headers=headers) as response,
    ):
        return response.status
