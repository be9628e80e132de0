"""A tiny Web API and a tiny Socket Mode server that answer what a test tells them to, over real HTTP."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, WSMsgType, web
from slack_sdk.web.async_client import AsyncWebClient


@dataclass(frozen=True)
class Reply:
    """One answer; `how` may also be "reset" (drop the connection unanswered) or "hang" (never answer)."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    how: str = "answer"


def no(error: str, **more: Any) -> Reply:
    """Return Slack's usual way of saying no."""
    return Reply({"ok": False, "error": error, **more})


@dataclass
class Line:
    """One WebSocket that a client opened: what it said, and when it closed."""

    ws: web.WebSocketResponse
    ticket: str
    said: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, frame: dict[str, Any]) -> None:
        """Send one frame to the client."""
        await self.ws.send_str(json.dumps(frame))


@dataclass
class SlackServer:
    """Answers each method from its queue, then with `ok`; keeps what was asked."""

    base: str = ""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    queues: dict[str, deque[Reply]] = field(default_factory=lambda: defaultdict(deque))
    lines: asyncio.Queue[Line] = field(default_factory=asyncio.Queue)
    refuse_handshakes: int = 0
    deaf: bool = False
    """Whether connections are read without a pong, as one that died on its way is not answered."""
    counted: int = 1
    """What a greeting says of how many connections the app has."""
    tickets: int = 0
    refused_tickets: list[str] = field(default_factory=list)
    _end: asyncio.Event = field(default_factory=asyncio.Event)

    def will(self, method: str, *replies: Reply) -> None:
        """Queue answers for a method."""
        self.queues[method].extend(replies)

    def asked_of(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of each call of a method."""
        return [arguments for name, arguments in self.asked if name == method]

    async def line(self) -> Line:
        """Return the next WebSocket that is opened, greeted."""
        async with asyncio.timeout(5):
            line = await self.lines.get()
        await line.send({"type": "hello", "num_connections": self.counted})
        return line

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        method = request.match_info["method"]
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        else:
            arguments |= dict(await request.post())
        self.asked.append((method, arguments))
        queue = self.queues[method]
        reply = queue.popleft() if queue else self._usual(method)
        if reply.how == "hang":
            await self._end.wait()
        if reply.how == "reset":
            assert request.transport is not None
            request.transport.abort()
        if isinstance(reply.body, str):
            return web.Response(text=reply.body, status=reply.status, headers=reply.headers)
        return web.json_response(reply.body, status=reply.status, headers=reply.headers)

    def _usual(self, method: str) -> Reply:
        if method == "apps.connections.open":
            self.tickets += 1
            return Reply({"ok": True, "url": f"{self.base.replace('http', 'ws')}/link?ticket={self.tickets}"})
        return Reply({"ok": True, "ts": "1700000000.000100"})

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Accept a WebSocket, or refuse the handshake."""
        if self.refuse_handshakes:
            self.refuse_handshakes -= 1
            self.refused_tickets.append(request.query["ticket"])
            return web.Response(status=401)
        ws = web.WebSocketResponse(autoping=not self.deaf)
        await ws.prepare(request)
        line = Line(ws, request.query["ticket"])
        await self.lines.put(line)
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                await line.said.put(json.loads(message.data))
        line.closed.set()
        return ws

    def client(self, http: ClientSession) -> AsyncWebClient:
        """Return a Web API client of this server, as the bot makes them."""
        return AsyncWebClient(token="xoxb-test", base_url=f"{self.base}/api/", session=http, retry_handlers=[])


@asynccontextmanager
async def slack_server() -> AsyncIterator[SlackServer]:
    """Run a server on a free port."""
    server = SlackServer()
    app = web.Application()
    app.add_routes(
        [
            web.route("*", "/api/{method}", server.answer),
            web.post("/{method:hook}", server.answer),
            web.get("/link", server.link),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        server._end.set()
        await runner.cleanup()
