"""What the page asks for over HTTP: what is to be seen, what changes, acts of people, faults."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from aiohttp import web

from sandbox.slack.driver import Driver
from sandbox.slack.faults import Faults
from sandbox.slack.page_acts import do
from sandbox.slack.snapshot import Window, snapshot

CLOSING = web.AppKey("closing", asyncio.Event)
"""Set when the server stops, so that streams end."""

RECONNECT = 500
"""Milliseconds after which a page whose stream broke asks again."""

REASONS = ("refresh_requested", "warning", "too_many_websockets", "link_disabled")
"""Why Slack ends connections, the usual first."""

Panel = Callable[[], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Control:
    """Answers /sandbox/... for the page; `panel` returns the pipeline's part of the page.

    `clock` tells of the clock that the page may move (`sandbox.clock`), None where it may not.
    """

    driver: Driver
    faults: Faults
    panel: Panel
    clock: Callable[[], dict[str, float] | None] = lambda: None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/sandbox/state", self.state),
            web.get("/sandbox/changes", self.changes),
            web.post("/sandbox/act/{act}", self.act),
            web.get("/sandbox/faults", self.show_faults),
            web.put("/sandbox/faults", self.set_faults),
            web.get("/sandbox/weather", self.show_weather),
            web.put("/sandbox/weather", self.set_weather),
            web.post("/sandbox/disconnect", self.disconnect),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Return what a person sees, all of it or what is in a window, and the pipeline."""
        try:
            person = self.driver.workspace.person(request.query.get("person") or self._anybody())
            window = _window(request.query)
        except LookupError as error:
            return web.json_response({"error": str(error)}, status=404)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        seen = snapshot(self.driver.workspace, self.driver.sockets, person, window)
        wrong = {"faults": self.faults.as_json(), "weather": asdict(self.faults.weather)}
        return web.json_response({**seen, **wrong, "pipeline": self.panel(), "clock": self.clock()})

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Send the number of the present revision whenever it grows, as server-sent events."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        revision = -1
        while not request.app[CLOSING].is_set():
            revision = await self.driver.workspace.changes.after(revision)
            try:
                await response.write(f"data: {revision}\nretry: {RECONNECT}\n\n".encode())
            except ConnectionError:
                break
        return response

    async def act(self, request: web.Request) -> web.Response:
        """Do what a person does, one of the acts of `page_acts.py`."""
        try:
            said = await do(self.driver, request.match_info["act"], await _body(request))
        except (LookupError, ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"ok": True, "said": said})

    async def show_faults(self, _request: web.Request) -> web.Response:
        """Return the faults in force."""
        return web.json_response(self.faults.as_json())

    async def set_faults(self, request: web.Request) -> web.Response:
        """Replace the faults in force by a list of them."""
        try:
            self.faults.replace(_asked().faults(await _json(request)))
        except ValueError as error:
            return _refused(error)
        return web.json_response(self.faults.as_json())

    async def show_weather(self, _request: web.Request) -> web.Response:
        """Return what is wrong until it is mended."""
        return web.json_response(asdict(self.faults.weather))

    async def set_weather(self, request: web.Request) -> web.Response:
        """Change what an object names; where the network is cut, the connections end without a word."""
        try:
            self.faults.weather.change(_asked().weather(await _json(request)))
        except ValueError as error:
            return _refused(error)
        if self.faults.weather.cut:
            self.driver.sockets.drop()
        self.driver.workspace.changes.announce()
        return await self.show_weather(request)

    async def disconnect(self, request: web.Request) -> web.Response:
        """End the app's connections with a reason."""
        try:
            reason = (await _body(request)).get("reason", REASONS[0])
        except (ValueError, TypeError) as error:
            return _refused(error)
        if reason not in REASONS:
            return _refused(ValueError(f"Slack ends connections for one of {', '.join(REASONS)}"))
        await self.driver.sockets.disconnect(reason)
        return web.json_response({"ok": True})

    def _anybody(self) -> str:
        people = self.driver.workspace.people.values()
        known = next((one.id for one in people if not one.is_bot and not one.deleted), None)
        return known or self.driver.workspace.app.bot_user


def _window(query: Mapping[str, str]) -> Window | None:
    """Return what of the workspace is asked for; None for all of it."""
    if "channel" not in query:
        return None
    seen = json.loads(query.get("seen") or "{}")
    if not isinstance(seen, dict) or not all(isinstance(one, str) for one in seen.values()):
        raise ValueError("seen is an object of message ids")
    last = min(max(int(query.get("last", "50")), 1), 10_000)
    return Window(query["channel"], last, query.get("thread", ""), seen, query.get("private_after"))


def _asked() -> ModuleType:
    return import_module("sandbox.slack.asked")


async def _json(request: web.Request) -> object:
    # only JSON: a form of another site could post here without asking the browser
    if request.content_type != "application/json":
        raise ValueError("JSON, please")
    return json.loads(await request.text())


def _refused(error: Exception) -> web.Response:
    """Return every problem, each with where it is."""
    said = str(error)
    problems = getattr(error, "errors", None)  # pydantic's own
    if callable(problems):
        said = "; ".join(f"{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in problems())
    return web.json_response({"error": said}, status=400)


async def _body(request: web.Request) -> dict[str, Any]:
    body = await _json(request)
    if not isinstance(body, dict):
        raise TypeError("an object, please")
    return body
