"""Faults on demand: what a network and a busy Slack do to calls, so that tests see an app survive it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from typing import Any, Literal

from aiohttp import web
from aiohttp.typedefs import Middleware

from sandbox.slack.weather import Weather

Kind = Literal["429", "500", "html", "timeout", "reset-before", "reset-after-delivery", "delay", "drip", "refusal"]
DRIP = 0.05
"""Seconds between two bytes of an answer that drips."""
RESPONSE, SOCKETS = "response_url", "link"
"""What rules and this file call the response URLs and the connections, which are no methods."""
OTHERWISE_OPEN = frozenset({RESPONSE, SOCKETS, "apps.connections.open"})
"""What needs no token of the bot."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Fault:
    """The next `count` calls of methods like `method` (a glob, or `response_url`) go wrong in one way.

    `error` is the code of a `refusal`, such as `token_revoked` or `is_inactive`. A 429 with a `retry_after` of 0 does
    not say when to come again. What drips is done, and its answer comes a byte at a time.
    """

    method: str
    kind: Kind
    count: int = 1
    retry_after: int = 1
    seconds: float = 0.0
    error: str = "fatal_error"


class Faults:
    """The rules in force, oldest first, and the `weather`, which lasts. `met` tells which calls were hit.

    `announce` is called whenever something here changed.
    """

    def __init__(self, announce: Callable[[], None]) -> None:
        self._announce = announce
        self.weather = Weather()
        self.rules: list[Fault] = []
        self.met: list[tuple[str, Kind]] = []
        self._released = asyncio.Event()

    def add(self, method: str, kind: Kind, **more: Any) -> Fault:
        """Let the next calls of a method go wrong; `more` are the other fields of Fault."""
        fault = Fault(method, kind, **more)
        self.rules.append(fault)
        return fault

    def replace(self, rules: Iterable[Fault]) -> None:
        """Put rules in place of those in force, and let go of calls that hang."""
        self.clear()
        self.rules.extend(rules)
        self._announce()

    def clear(self) -> None:
        """Let every call go right again, and let go of those that hang."""
        self.rules.clear()
        self.let_go()

    def let_go(self) -> None:
        """Let go of calls that hang."""
        released, self._released = self._released, asyncio.Event()
        released.set()

    def as_json(self) -> list[dict[str, Any]]:
        """Return the rules in force."""
        return [asdict(rule) for rule in self.rules]

    def middleware(self) -> Middleware:
        """Return what stands before Slack's routes."""

        @web.middleware
        async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
            method = _method(request)
            if method and self.weather.cut:
                return _broken_off(request)
            if method and self.weather.revoked and method not in OTHERWISE_OPEN:
                return web.json_response({"ok": False, "error": "token_revoked"})
            fault = self._take(method) if method and method != SOCKETS else None
            if method is None or fault is None:
                return await handler(request)
            self.met.append((method, fault.kind))
            self._announce()
            return await self._go_wrong(fault, request, handler)

        return meet

    def _take(self, method: str) -> Fault | None:
        for rule in self.rules:
            if fnmatch(method, rule.method):
                rule.count -= 1
                if rule.count <= 0:
                    self.rules.remove(rule)
                return rule
        return None

    async def _go_wrong(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        if fault.kind == "429":
            headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault.kind == "refusal":
            return web.json_response({"ok": False, "error": fault.error})
        if fault.kind == "500":
            return web.json_response({"ok": False, "error": "internal_error"}, status=500)
        if fault.kind == "html":
            return web.Response(text="<html><title>Server Error</title></html>", content_type="text/html", status=503)
        if fault.kind == "timeout":
            await self._released.wait()
            return web.Response(status=504)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return await handler(request)
        if fault.kind == "drip":
            return await self._drip(request, await handler(request))
        if fault.kind == "reset-after-delivery":
            await handler(request)
        return _broken_off(request)

    async def _drip(self, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        """Send an answer a byte at a time, until the caller loses patience or everything is to go right again."""
        whole = bytes(answer.body) if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""
        slowly = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
        slowly.content_length = len(whole)
        released = self._released
        try:
            await slowly.prepare(request)
            for byte in whole:
                await slowly.write(bytes([byte]))
                with suppress(TimeoutError):
                    await asyncio.wait_for(released.wait(), DRIP)
        except ConnectionError:
            pass
        return slowly


def _broken_off(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _method(request: web.Request) -> str | None:
    """Return what the app asks for: a method, a response URL, its connection; None where somebody else asks."""
    if request.path.startswith("/api/"):
        return request.path.removeprefix("/api/")
    if request.path.startswith("/link/"):
        return SOCKETS
    return RESPONSE if request.path.startswith("/response/") else None
