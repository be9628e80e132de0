"""THE composition root: database, webhooks, Slack, GitHub and the crew put together, started and stopped."""

import asyncio
import errno
import os
import random
import secrets
import string
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, web
from pydantic import SecretStr

from bot import VERSION
from bot.config.accounts import Account
from bot.config.environment import Settings
from bot.core.connections import Connection
from bot.core.policy import Policy
from bot.core.source import GithubSource, StandardSource
from bot.core.target import Command, DeployWebhook, GithubDeployment, GithubGate, GithubWorkflow
from bot.crew import Pace, World, muster
from bot.githubs import Workshop
from bot.ports.store import Store
from bot.redaction import Redactor
from bot.reload import Read, Reload
from bot.views.links import Links
from bot.vitals import Vitals, about
from handlers import control, control_socket, health
from handlers.bell import Bell
from handlers.ci import buildbot_webhook, github_webhook
from handlers.ci.buildbot_connection import buildbot_systems
from handlers.ci.command_executor import on_this_host
from handlers.ci.command_probe import CommandHealth
from handlers.ci.deploy_webhook import DeployWebhooks
from handlers.ci.standard_source import StandardReports
from handlers.ci.systems import Systems
from handlers.desk import Desk
from handlers.heartbeat import Heartbeat
from handlers.hint_queues import settle_queues
from handlers.http_connections import runner_of
from handlers.http_crowd import MOST_CONNECTIONS, MOST_SCRAPING
from handlers.http_refusals import Refusals
from handlers.metrics import metrics_routes
from handlers.probe import HttpHealth
from handlers.probes import Probes
from handlers.reconsider import reconsider
from handlers.slack.app import SlackConnection, SlackPace, slack_connection
from handlers.slack.arrival import Arrival
from handlers.slack.ingress import Ingress
from handlers.webhooks import LARGEST_BODY, Webhooks
from storage.ballast import lay
from storage.database import DatabaseLost, SqliteStore, open_store

log = structlog.get_logger()

GITHUBS = (GithubDeployment, GithubWorkflow, GithubGate)
"""What GitHub deploys."""
ALPHABET = string.ascii_lowercase + string.digits
STOP_WITHIN = 20.0
"""Seconds from SIGTERM to the end; whoever runs us kills us a little later."""
CLOSE_WITHIN = 1.0
"""Seconds for each server that is closed, to answer what it was asked."""
LEAST_DRAIN = 1.0


def now() -> datetime:
    """Return the present; the one place that reads the wall clock."""
    return datetime.now(UTC)  # noqa: TID251 - the clock that everything else is handed


def token(length: int) -> str:
    """Return random lowercase letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


class NotListening(Exception):  # noqa: N818 - its text is told to people; it is no error of ours
    """An address cannot be listened on; the message says which, why, and which option names another."""


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
    metrics_port: int | None = None
    """None: no metrics are served. 0: any free port, told as `bound_metrics_port`."""
    heartbeat_address: SecretStr | None = None
    """Where the heartbeat goes that the policy asks for."""
    named_secret: Callable[[str], str | None] = field(default=lambda _name: None)
    """Returns the secret of a variable that the policy names, None where it is unset."""
    account: Callable[[Connection], Account | None] = field(default=lambda _connection: None)
    """Returns who we are on a connection that the policy names."""
    hide: Callable[[str], str] = field(default=partial(Redactor().text, lines=True))
    """Takes secrets out of what commands print."""
    restored: bool = False
    """Somebody says that the database is an old copy with which to go on."""
    read_policy: Read | None = None
    """Reads the policy's file once more, for whoever wants it in force without a restart."""
    bound_port: int = 0
    bound_metrics_port: int = 0
    vitals: Vitals = field(default_factory=lambda: Vitals(token(12)))
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _readiness: health.Readiness | None = None
    _store: SqliteStore | None = None
    _reload: Reload | None = None

    async def start(self) -> None:
        """Open the database, then the webhooks, then Slack; return when all is at work that does not wait for Slack.

        Raises:
            DatabaseProblem: the database cannot be used; the sentence says why and what to do.
            SlackProblem: Slack refuses a token; the sentence says which.
            NotListening: an address cannot be listened on; the sentence says why and what to choose.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        vitals = self.vitals
        store = await self._open_database()
        self._in_background(vitals.pulse.run())
        bell = Bell()
        door = self._slack_door(store)
        await self._open_http(store, bell, door)
        http = await self._stack.enter_async_context(
            ClientSession(timeout=ClientTimeout(total=10), cookie_jar=DummyCookieJar())
        )
        slack = vitals.slack = slack_connection(self.settings, self.clock, self.slack_pace, door, vitals.metrics)
        self._stack.push_async_callback(slack.close)
        arrival = Arrival(slack, store, self.policy)
        known = await arrival.first()
        chance = random.random  # noqa: S311 - spreads what is tried again, guards nothing
        desk = Desk(
            store, known.policy, self.clock, token, bell, chance, workspace=known.workspace, meter=vitals.metrics
        )
        desk.steady = asyncio.get_running_loop().time if self.clock is now else None  # a clock of its own has no other
        await store.write(lambda tx: settle_queues(tx, desk.policy, self.clock()))
        await reconsider(desk, VERSION)
        self._run(desk, arrival, self._world(desk, slack, http), self._heartbeat(http))
        vitals.started = True
        log.info("ready", port=self.bound_port, services=len(desk.policy.services), policy=desk.policy.hash[:12])

    async def _open_database(self) -> SqliteStore:
        """Open the database; what was under way at its last end is void, and looked up from now on."""
        path, vitals = self.settings.database_path, self.vitals
        store = self._store = await open_store(
            path, clock=self.clock, token=lambda: token(32), meter=vitals.metrics, restored=self.restored
        )
        self._stack.push_async_callback(store.close)
        said = {**about(), **store.facts, "policy": self.policy.hash[:12], "instance": vitals.instance}
        log.info("starting", ballast=lay(path), **said)
        voided, _ = await store.write(lambda tx: (tx.effects.void_leases(self.clock()), tx.replays.void()))
        log.info("database_opened", lost_attempts=voided)
        return store

    def _world(self, desk: Desk, slack: SlackConnection, http: ClientSession) -> World:
        """Return the ports to Slack and to everything that builds, deploys and tells of health."""
        meter = self.vitals.metrics
        github = Workshop(http, lambda: desk.policy, self.clock, meter).all(
            self.settings.github_api_url, self.settings.github_web_url, Account.of(self.settings), self.account
        )
        commands = on_this_host(self.settings.database_path, desk.policy, self.clock, self.hide)
        webhooks = DeployWebhooks(http, self.named_secret, self.clock, meter=meter)
        probes = Probes(HttpHealth(http), CommandHealth(commands.host, self.hide))
        user = (self.settings.buildbot_user or "", _secret(self.settings.buildbot_password))
        builds, forces, stops = buildbot_systems(http, self.settings.buildbot_url, user, self.clock, meter)
        systems = Systems(
            {GithubSource: github, StandardSource: StandardReports(), **builds},
            {**dict.fromkeys(GITHUBS, github), DeployWebhook: webhooks, Command: commands, **forces},
            {GithubSource: github},
            {GithubGate: github},
            {GithubWorkflow: github, Command: commands, **stops},
        )
        return World(
            slack.chat,
            slack.directory,
            source=systems,
            executor=systems,
            prober=probes,
            comparer=systems,
            gatekeeper=systems,
            stopper=systems,
        )

    def _slack_door(self, store: Store) -> Ingress | None:
        """Return the door for Slack's requests over HTTP; None for Socket Mode."""
        if self.settings.remark is not None:
            log.warning("settings", remark=self.settings.remark)
        if not self.settings.slack_over_http:
            return None
        secret = _secret(self.settings.slack_signing_secret)
        return Ingress(store, secret.encode(), self.clock, lambda: token(12), meter=self.vitals.metrics)

    async def _open_http(self, store: SqliteStore, bell: Bell, door: Ingress | None) -> None:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.add_routes(
            Webhooks(
                store,
                lambda: self.policy,
                self._secret_of,
                clock=self.clock,
                wake=bell.ring,
                request_id=lambda: token(12),
                meter=self.vitals.metrics,
            ).routes()
        )
        if door is not None:
            app.add_routes(door.routes())
        readiness = self._readiness = health.Readiness(store, self.clock, self.vitals.parts, lambda: store.outage)
        app.add_routes(health.health_routes(readiness, lambda: self.vitals.pulse.lag))
        self.bound_port = await self._listen(app, self.port, "--port")
        if self.metrics_port is not None:
            scraped = web.Application()
            scraped.add_routes(metrics_routes(self.vitals.metrics, store, self.clock))
            self.bound_metrics_port = await self._listen(
                scraped, self.metrics_port, "--metrics-port", most=MOST_SCRAPING
            )

    def _secret_of(self, name: str) -> str | None:
        """Return the secret that a variable holds: one of ours, or one that the policy names."""
        if name == github_webhook.SECRET:
            return _secret(self.settings.github_webhook_secret) or None
        if name == buildbot_webhook.SECRET:
            return _secret(self.settings.buildbot_webhook_secret) or None
        return self.named_secret(name)

    async def _listen(self, app: web.Application, port: int, option: str, *, most: int = MOST_CONNECTIONS) -> int:
        """Serve on a port of the one address until the stop; returns the port, which differs where it was 0."""
        refusals = Refusals(lambda: token(12), self.vitals.metrics)
        runner = runner_of(app, refusals, shutdown_timeout=CLOSE_WITHIN, most=most)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, self.host, port).start()
        except OSError as problem:
            raise NotListening(_not_listening(self.host, port, option, problem)) from None
        return int(runner.addresses[0][1])

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine until the stop."""
        task = asyncio.create_task(work)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        self._stack.push_async_callback(end)

    def _heartbeat(self, http: ClientSession) -> Heartbeat | None:
        """Return the heartbeat that the policy asks for."""
        wanted = self.policy.heartbeat
        if wanted is None or self.heartbeat_address is None or self._readiness is None:
            return None
        address = self.heartbeat_address.get_secret_value()
        return Heartbeat(http, address, wanted.every.total_seconds(), self._readiness.alive, self.vitals.metrics)

    def _run(self, desk: Desk, arrival: Arrival, world: World, heartbeat: Heartbeat | None) -> None:
        slack = arrival.slack
        crew = muster(desk, world, Links(self.settings.github_web_url, others=self.settings.other_web_urls), self.pace)
        crew.loops["slack"] = lambda: arrival.serve(desk, crew.reception)
        crew.loops["slack token"] = slack.mind
        if self.read_policy is not None:
            self._reload = Reload(self.read_policy, crew, arrival, self._place, self.hide)
        crew.loops["control"] = lambda: self._serve_control(control.Control(crew.reception, crew.host, self._reload))
        if heartbeat is not None:
            crew.loops["heartbeat"] = heartbeat.run
        self.vitals.crew = crew
        crew.start()

    def _place(self, policy: Policy) -> None:
        """Take another policy, for the door of webhooks."""
        self.policy = policy

    async def hang_up(self) -> None:
        """Read the policy again, as SIGHUP asks; what is wrong with it is told in the log and to operations."""
        if self._reload is not None:
            await self._reload(None)

    async def _serve_control(self, door: control.Control) -> None:
        runner = await control_socket.listen(door, control.socket_path(self.settings.database_path))
        try:
            await asyncio.Event().wait()
        finally:
            door.let_go()
            await runner.cleanup()

    async def lost(self) -> DatabaseLost:
        """Return when the database was taken away or found damaged, if ever: stop then, and say this."""
        if self._store is None:
            raise RuntimeError("not started")
        return await self._store.lost()

    @property
    def desk(self) -> Desk:
        """What the crew works on, once started."""
        if self.vitals.crew is None:
            raise RuntimeError("not started")
        return self.vitals.crew.desk

    @property
    def failures(self) -> list[str]:
        """Name every loop whose own code failed; tests hold it against empty."""
        return self.vitals.crew.failures if self.vitals.crew else []

    async def stop(self) -> None:
        """Say that we are not ready, stop listening, let what is under way finish, close everything, within 20 s.

        Clicks that are being stored are acknowledged first. What has not ended by then is looked up at the next start.
        """
        self.vitals.draining = True
        clock = asyncio.get_running_loop().time
        begun = clock()
        crew = self.vitals.crew
        log.info("stopping", under_way=len(crew.desk.under_way) if crew else 0)
        if crew is not None:
            await crew.stop()
            left = STOP_WITHIN - 3 * CLOSE_WITHIN - (clock() - begun)  # three servers are closed after it at most
            await crew.desk.drain(max(LEAST_DRAIN, left))
        await self._stack.aclose()
        log.info("stopped", seconds=round(clock() - begun, 3))


def _not_listening(host: str, port: int, option: str, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return (
            f"{host}:{port} is in use: another program listens there. End that, or choose another port with {option}."
        )
    known = problem.errno in errno.errorcode
    why = os.strerror(problem.errno or 0) if known else problem.strerror or str(problem)  # asyncio adds its own words
    return f"{host}:{port} cannot be listened on: {why}. Choose another address with --host or port with {option}."


def _secret(value: object) -> str:
    reveal = getattr(value, "get_secret_value", None)
    return str(reveal()) if reveal is not None else ""
