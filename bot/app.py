"""THE composition root: database, webhooks, Slack, GitHub and the crew put together, started and stopped."""

import asyncio
import random
import secrets
import string
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from aiohttp import ClientSession, ClientTimeout, web

from bot.config.environment import Settings
from bot.core.inputs import TimePassed
from bot.core.policy import Policy
from bot.crew import Crew, Pace, World, muster
from bot.ports.store import Store
from bot.views.links import Links
from handlers import control, health
from handlers.bell import Bell
from handlers.ci.github_connection import Github
from handlers.ci.sender import Sender
from handlers.desk import Desk
from handlers.slack.app import SlackConnection, SlackPace, slack_connection
from handlers.slack.arrival import Arrival
from handlers.webhooks import LARGEST_BODY, webhook_routes
from storage.database import open_store

log = structlog.get_logger()

ALPHABET = string.ascii_lowercase + string.digits
DRAIN = 15.0
"""Seconds that a stop waits for calls under way: longer than any call may take."""


def now() -> datetime:
    """Return the present; the one place that reads the wall clock."""
    return datetime.now(UTC)  # noqa: TID251 - the clock that everything else is handed


def token(length: int) -> str:
    """Return random lowercase letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@dataclass(slots=True)
class Signoff:
    """The whole bot, running."""

    settings: Settings
    policy: Policy
    host: str
    port: int
    clock: Callable[[], datetime] = now
    pace: Pace = field(default_factory=Pace)
    slack_pace: SlackPace = field(default_factory=SlackPace)
    started: bool = False
    bound_port: int = 0
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _slack: SlackConnection | None = None
    _crew: Crew | None = None

    async def start(self) -> None:
        """Open the database, then the webhooks, then Slack; return when all is at work that does not wait for Slack.

        Raises:
            DatabaseProblem: the database cannot be used; the sentence says why and what to do.
            SlackProblem: Slack refuses a token; the sentence says which.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        store = await open_store(self.settings.database_path, clock=self.clock, token=lambda: token(32))
        self._stack.push_async_callback(store.close)
        voided = await store.write(lambda tx: tx.effects.void_leases(self.clock()))
        log.info("database_opened", lost_attempts=voided, **store.facts)
        bell = Bell()
        await self._open_http(store, bell)
        http = await self._stack.enter_async_context(ClientSession(timeout=ClientTimeout(total=10)))
        slack = self._slack = slack_connection(self.settings, self.clock, self.slack_pace)
        self._stack.push_async_callback(slack.close)
        arrival = Arrival(slack, store, self.policy)
        known = await arrival.first()
        chance = random.random  # noqa: S311 - spreads what is tried again, guards nothing
        desk = Desk(store, known.policy, self.clock, token, bell, chance=chance, workspace=known.workspace)
        sender = Sender(http, self.settings.github_api_url, _secret(self.settings.github_token), self.clock)
        for lane in await store.read(lambda tx: {release.lane for release in tx.lanes.unfinished()}):
            await desk.submit(lane, TimePassed())  # the policy may have changed meanwhile: what is unblocked starts
        self._run(desk, arrival, Github(sender, self.settings.github_web_url))
        self.started = True
        log.info("ready", port=self.bound_port, services=len(desk.policy.services), policy=desk.policy.hash[:12])

    async def _open_http(self, store: Store, bell: Bell) -> None:
        app = web.Application(client_max_size=LARGEST_BODY)
        github_secret = _secret(self.settings.github_webhook_secret)
        known = {"github": github_secret} if github_secret else {}
        app.add_routes(
            webhook_routes(
                store, lambda: self.policy, known, clock=self.clock, wake=bell.ring, request_id=lambda: token(12)
            )
        )
        app.add_routes(health.health_routes(store, self.parts))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, self.host, self.port)
        await site.start()
        self.bound_port = int(runner.addresses[0][1])

    def _run(self, desk: Desk, arrival: Arrival, github: Github) -> None:
        slack = arrival.slack
        world = World(slack.chat, slack.directory, source=github, executor=github)
        crew = muster(desk, world, Links(self.settings.github_web_url), self.pace)
        crew.loops["slack"] = lambda: arrival.serve(desk, crew.reception)
        crew.loops["slack token"] = slack.mind
        crew.loops["control"] = lambda: self._serve_control(control.Control(crew.reception, crew.acts))
        self._crew = crew
        crew.start()

    async def _serve_control(self, door: control.Control) -> None:
        runner = await control.listen(door, control.socket_path(self.settings.database_path))
        try:
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    @property
    def failures(self) -> list[str]:
        """Name every loop whose own code failed; tests hold it against empty."""
        return self._crew.failures if self._crew else []

    def parts(self) -> dict[str, bool]:
        """Return each part and whether it is well, for /readyz."""
        return {
            "started": self.started,
            "slack": self._slack is not None and self._slack.well,
            "github": self._crew is not None and all(watch.well for watch in self._crew.watches),
        }

    async def stop(self) -> None:
        """Stop listening, let what is being written finish, close everything."""
        if self._crew is not None:
            await self._crew.stop()
            await self._crew.desk.drain(DRAIN)
        await self._stack.aclose()


def _secret(value: object) -> str:
    reveal = getattr(value, "get_secret_value", None)
    return str(reveal()) if reveal is not None else ""
