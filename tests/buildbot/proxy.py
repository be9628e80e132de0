"""What stands between the bot and a Buildbot: it passes everything on, and now and then an answer is lost there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum

from aiohttp import ClientSession, DummyCookieJar, web

HOP = {"host", "content-length", "connection", "transfer-encoding", "content-encoding", "accept-encoding"}


class Lapse(Enum):
    """What goes wrong with one request that changes something."""

    LOST_BEFORE = "the connection breaks before it was passed on"
    LOST_AFTER = "it is passed on, and the answer is lost"
    SILENT = "it is passed on, and never answered"
    LATE = "the connection breaks, and it is passed on later all the same"
    ILL = "500, and nothing is passed on"
    LIMITED = "429, and nothing is passed on"


@dataclass(slots=True)
class Proxy:
    """Passes on to `behind`."""

    behind: str
    lapses: list[Lapse] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each."""
    heads: list[dict[str, str]] = field(default_factory=list)
    forget_sessions: bool = False
    """Whether the sessions that were opened so far count no more."""
    down: bool = False
    """Whether reading fails, too."""
    port: int = 0
    _session: ClientSession | None = None
    _late: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Proxy"]:
        """Listen on any free port."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        self.port = runner.addresses[0][1]
        async with ClientSession(cookie_jar=DummyCookieJar()) as self._session:
            try:
                yield self
            finally:
                self._released.set()
                await runner.cleanup()

    async def deliver_late(self) -> None:
        """Pass on what was kept back."""
        for method, path, headers, body in self._late:
            await self._pass(method, path, headers, body)
        self._late.clear()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.calls.append((request.method, request.path))
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP}
        self.heads.append({name.lower(): value for name, value in request.headers.items()})
        if self.forget_sessions and "login" not in request.path:
            headers = {name: value for name, value in headers.items() if name.lower() != "cookie"}
            self.forget_sessions = request.method != "POST"
        if self.down:
            return web.Response(status=502)
        lapse = self.lapses.pop(0) if self.lapses and request.method == "POST" else None
        if lapse is Lapse.ILL:
            return web.Response(status=500)
        if lapse is Lapse.LIMITED:
            return web.Response(status=429, headers={"Retry-After": "7"})
        if lapse is Lapse.LATE:
            self._late.append((request.method, request.path_qs, headers, body))
        if lapse in {Lapse.LATE, Lapse.LOST_BEFORE}:
            return _drop(request)
        answer = await self._pass(request.method, request.path_qs, headers, body)
        if lapse is Lapse.LOST_AFTER:
            return _drop(request)
        if lapse is Lapse.SILENT:
            await self._released.wait()
        return answer

    async def _pass(self, method: str, path: str, headers: dict[str, str], body: bytes) -> web.Response:
        if self._session is None:
            raise RuntimeError("not open")
        async with self._session.request(
            method, f"{self.behind}{path}", data=body or None, headers=headers, allow_redirects=False
        ) as told:
            passed = web.Response(status=told.status, body=await told.read())
            for name, value in told.headers.items():
                if name.lower() not in HOP:
                    passed.headers.add(name, value)
            return passed


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
