"""Slack's door on a socket: a real database, the real Bolt app, and a desk that keeps what it receives."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientSession, web
from pydantic import SecretStr

from bot.ports.slack import Message
from bot.ports.store import Store, Transaction
from handlers.acts import Click, Command, Form
from handlers.http_connections import runner_of
from handlers.http_refusals import Refusals
from handlers.slack.app import slack_connection
from handlers.slack.ingress import Ingress
from storage.database import SqliteStore, open_store
from tests.fakes.requests import NoRequests
from tests.unit.handlers.slack.signing import FORM, SECRET, signed

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """A Slack that nobody answers for: what is tested needs no call."""

    slack_api_url: str = "http://127.0.0.1:9/api/"
    slack_bot_token: SecretStr | None = field(default_factory=lambda: SecretStr("xoxb-test"))
    slack_app_token: SecretStr | None = field(default_factory=lambda: SecretStr("xapp-test"))


@dataclass
class Box:
    """A desk that keeps what it receives; `wait` is for while somebody is at it, `failing` is raised."""

    received: list[Click | Form | Command] = field(default_factory=list)
    requests: NoRequests = field(default_factory=NoRequests)
    homes: list[tuple[Any, ...]] = field(default_factory=list)
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    failing: Exception | None = None

    async def receive(self, act: Click | Form | Command, dedupe_key: str) -> bool:
        del dedupe_key
        self.busy.set()
        await self.free.wait()
        if self.failing is not None:
            raise self.failing
        self.received.append(act)
        return True

    async def read(self, words: str, slack: str, team: str | None) -> Message | None:
        del slack, team
        return Message(f"You said {words}.") if words.startswith("status") else None

    def wrong(self, form: Form) -> dict[str, str]:
        del form
        return {}

    async def form(self, handle: str, slack: str | None, team: str | None) -> dict[str, Any] | Message:
        del slack, team
        return {"type": "modal", "private_metadata": handle}

    async def opened(self, slack: str, team: str | None, *, empty: bool) -> None:
        self.homes.append((slack, team, empty))

    async def mute(self, slack: str, *, muted: bool) -> None:
        self.homes.append((slack, muted))


@dataclass
class Breakable:
    """A store that can be made to fail."""

    store: SqliteStore
    broken: Exception | None = None

    async def write(self, work: Callable[[Transaction], T]) -> T:
        if self.broken is not None:
            raise self.broken
        return await self.store.write(work)

    async def read(self, query: Callable[[Transaction], T]) -> T:
        return await self.store.read(query)


Answer = tuple[int, str, str]
"""Status, content type, body."""


@dataclass
class Door:
    """What a test says to the door and sees of it. `now` is its clock."""

    ingress: Ingress
    store: Breakable
    box: Box
    now: list[datetime]
    port: int
    serving: asyncio.Task[None]

    async def post(self, body: Any, headers: Mapping[str, str] | list[tuple[str, str]], method: str = "POST") -> Answer:
        async with (
            ClientSession() as session,
            session.request(
                method, f"http://127.0.0.1:{self.port}/slack/events", data=body, headers=headers
            ) as response,
        ):
            return response.status, response.content_type, await response.text()

    async def send(self, body: bytes, content_type: str = FORM, secret: str = SECRET) -> Answer:
        """Send it as Slack does, signed now."""
        return await self.post(body, signed(body, self.now[0].timestamp(), content_type, secret))

    async def raw(self, sent: bytes) -> Answer:
        """Send bytes as they are; read up to the end of the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        head, _, told = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        kind = next((line for line in head.decode().split("\r\n") if line.lower().startswith("content-type")), ": ;")
        return int(head.split()[1]), kind.partition(": ")[2].partition(";")[0], told.decode()

    def outcomes(self) -> dict[str, int]:
        """Return how often each outcome was."""
        return {outcome.value: times for outcome, times in self.ingress.counts.items()}


def refused(status: int, words: str) -> Answer:
    """Return a refusal."""
    return status, "application/json", json.dumps({"error": words, "request_id": "req1"})


@asynccontextmanager
async def slack_door(folder: Path, *, body_within: float = 5.0, headers_within: float = 10.0) -> AsyncIterator[Door]:
    """Open the door."""
    opened = await open_store(folder / "signoff.db", clock=lambda: NOON, token=lambda: "handle")
    store, box, now = Breakable(opened), Box(), [NOON]
    box.free.set()
    standing: Store = store
    ingress = Ingress(standing, SECRET.encode(), lambda: now[0], lambda: "req1", body_within)
    app = web.Application()
    app.add_routes(ingress.routes())
    runner = runner_of(app, Refusals(lambda: "req1"), headers_within, linger=0.02)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack = slack_connection(Settings(), lambda: now[0])
    serving = asyncio.create_task(ingress.serve(slack.dispatcher(box, "/deploy", box)))
    await asyncio.sleep(0)
    try:
        yield Door(ingress, store, box, now, runner.addresses[0][1], serving)
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await runner.cleanup()
        await slack.close()
        await opened.close()
