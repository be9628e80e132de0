"""A GitHub App before the sandbox's API without sockets: what was sent, in order, and what is answered otherwise."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.trouble import TryLater, Unsure
from handlers.ci.github_app import Scope
from handlers.ci.github_app_assertion import asserting
from handlers.ci.github_app_sender import AppSender
from handlers.ci.github_app_tokens import InstallationTokens
from sandbox.github.forge import Forge
from sandbox.github.in_process import answer
from tests.factories import NOON

RIGHTS = (("actions", "read"), ("contents", "read"), ("deployments", "write"))
REPOS = ("acme/payments", "acme/docs", "beta/web")


@dataclass
class Host:
    """Implements Sends; `ours` is what our clock is ahead of the forge's."""

    forge: Forge
    now: Callable[[], datetime]
    sent: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    """Which token or assertion each call carried."""
    bodies: list[object] = field(default_factory=list)
    instead: deque[HttpReply | TryLater | Unsure | None] = field(default_factory=deque)
    """Answers in place of the API's, None where it answers itself."""
    gate: asyncio.Event | None = None
    """What each call waits for before it is answered."""

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.now

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        del etag
        self.sent.append(f"{request.method} {request.path}")
        self.bodies.append(request.body)
        headers = dict(request.headers)
        self.used.append(headers["Authorization"].removeprefix("Bearer "))
        if self.gate is not None:
            await self.gate.wait()
        if self.instead and (told := self.instead.popleft()) is not None:
            return told
        body = json.dumps(request.body).encode() if request.body is not None else b""
        path = f"{request.path}?{urlencode(request.query)}" if request.query else request.path
        status, said, content = answer(self.forge, request.method, path, headers=headers, body=body)
        return HttpReply(status, {name.lower(): value for name, value in said.items()}, content)


@dataclass
class World:
    """An App, installed at two owners, and its tokens."""

    time: datetime = NOON
    ahead: timedelta = timedelta()
    """How far our clock is ahead of GitHub's."""
    scopes: dict[str, Scope] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.forge = Forge(lambda: self.time, token="none")
        for name in REPOS:
            self.forge.create(name)
        rights = {"actions": "write", "contents": "read", "deployments": "write"}
        self.app = self.forge.apps.register("signoff", rights, owner="acme")
        self.acme = self.forge.apps.install("signoff", "acme")
        self.beta = self.forge.apps.install("signoff", "beta")
        self.host = Host(self.forge, lambda: self.time + self.ahead)
        for owner in ("acme", "beta"):
            self.scopes[owner] = Scope(frozenset(r for r in REPOS if r.startswith(owner)), RIGHTS)
        self.tokens = InstallationTokens(
            self.host,
            asserting(str(self.app.id), self.app.private_key.pem()),
            lambda repo: self.scopes[repo.split("/")[0]],
        )
        self.sender = AppSender(self.tokens)

    async def asks(self, repository: str = "acme/payments") -> HttpReply | TryLater | Unsure:
        return await self.sender.send(HttpRequest("GET", f"/repos/{repository}"))

    async def status(self, repository: str = "acme/payments") -> int | str:
        ended = await self.asks(repository)
        return ended.status if isinstance(ended, HttpReply) else ended.why

    def told(self) -> list[str]:
        """Return what was sent since the last look."""
        sent, self.host.sent = self.host.sent, []
        return [one.replace(f"/{self.acme.id}/", "/ACME/").replace(f"/{self.beta.id}/", "/BETA/") for one in sent]
