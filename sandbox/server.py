"""Starts the sandbox: Slack's API, Socket Mode, the page, and the demo GitHub beside them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from aiohttp.typedefs import Middleware

from sandbox.clock import MovableClock, clock_routes
from sandbox.slack.control import CLOSING, Control
from sandbox.slack.driver import Driver
from sandbox.slack.faults import Faults, Handler
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.response_url import Responses
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.web_api import WebApi
from sandbox.slack.workspace import Workspace

PAGE = Path(__file__).parent / "page"
LARGEST_BODY = 4 * 1024 * 1024
CLOSE_WITHIN = 1.0
NOTHING_FROM_ELSEWHERE = "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
KEPT_HERE = {
    "Content-Security-Policy": NOTHING_FROM_ELSEWHERE,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The page's headers: it fetches nothing from elsewhere, is in no frame, and tells nobody where it is."""


class GithubSandbox(Protocol):
    """The demo GitHub, as far as the server knows it. Its routes start with a slash and are put below /github."""

    on_change: list[Callable[[], None]]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of its API."""

    def snapshot(self) -> dict[str, Any]:
        """Return repositories with recent commits, runs and deployments, for the page."""

    async def act(self, name: str, arguments: dict[str, Any]) -> None:
        """Do what a person does there, such as pushing a commit."""


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answers at `url`, and the means to drive it."""

    url: str
    workspace: Workspace
    driver: Driver
    sockets: SocketMode
    faults: Faults
    runner: web.AppRunner

    @property
    def slack_api_url(self) -> str:
        """Return the base URL for slack_sdk."""
        return f"{self.url}/api/"

    @property
    def github_api_url(self) -> str:
        """Return the base URL of the demo GitHub's API."""
        return f"{self.url}/github"

    def deliver_to(self, url: str, signing_secret: str) -> HttpDelivery:
        """Send what happens from now on to the app's request URL, signed, instead of over its sockets."""
        delivery = self.driver.transport
        if not isinstance(delivery, HttpDelivery):
            delivery = HttpDelivery(self.workspace, url, signing_secret, ack_within=self.sockets.ack_within)
            delivery.weather = self.faults.weather
            self.driver.transport = delivery
        delivery.url, delivery.signing_secret = url, signing_secret
        return delivery

    async def stop(self) -> None:
        """End every connection and stop listening."""
        self.faults.let_go()
        await self.driver.transport.close()
        await self.sockets.close()
        await self.runner.cleanup()


async def start(
    workspace: Workspace,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    github: GithubSandbox | None = None,
    ack_within: float = 3.0,
    clock: MovableClock | None = None,
    more: Sequence[web.RouteDef] = (),
    before_answer: Callable[[], None] | None = None,
    faults: Faults | None = None,
) -> Running:
    """Serve a workspace; port 0 takes a free one. A clock that is given can be moved forward from the page.

    `faults` is what goes wrong from the beginning. `before_answer` is called when something was changed and before
    whoever did so hears of it.
    """
    sockets, faults = SocketMode(workspace, ack_within=ack_within), faults or Faults(workspace.changes.announce)
    driver = Driver(workspace, sockets, faults.weather)
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[faults.middleware(), _told_after(before_answer)])
    app[CLOSING] = asyncio.Event()
    app.on_shutdown.append(_wake_streams(workspace))
    app.add_routes(WebApi(workspace, sockets).routes())
    app.add_routes(sockets.routes())
    app.add_routes(Responses(workspace).routes())
    panel = github.snapshot if github else lambda: None
    app.add_routes(Control(driver, faults, panel, clock.as_json if clock else lambda: None).routes())
    if clock is not None:
        clock.on_move.append(workspace.changes.announce)
        app.add_routes(clock_routes(clock))
    if github is not None:
        github.on_change.append(workspace.changes.announce)
        app.add_routes(_github_routes(github))
    app.add_routes(more)
    app.add_routes([web.get("/", _index), web.get("/archives/{channel}/{message}", _index), web.static("/page", PAGE)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_WITHIN)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    workspace.url = f"http://{host}:{runner.addresses[0][1]}"
    return Running(workspace.url, workspace, driver, sockets, faults, runner)


def _github_routes(github: GithubSandbox) -> list[web.RouteDef]:
    async def act(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.json_response({"error": "JSON, please"}, status=400)
        body: Mapping[str, Any] = await request.json()
        try:
            await github.act(request.match_info["name"], dict(body))
        except (LookupError, ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"ok": True})

    below = [web.RouteDef(one.method, f"/github{one.path}", one.handler, one.kwargs) for one in github.routes()]
    return [*below, web.post("/sandbox/github/{name}", act)]


def _told_after(before_answer: Callable[[], None] | None) -> Middleware:
    @web.middleware
    async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if before_answer is not None and request.method not in {"GET", "HEAD"}:
            before_answer()
        return answer

    return meet


def _wake_streams(workspace: Workspace) -> Any:
    async def wake(app: web.Application) -> None:
        app[CLOSING].set()
        workspace.changes.announce()

    return wake


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html", headers=KEPT_HERE)
