"""A crowd before the real process: people who click and type, pipelines, strangers, slow clients, and faults around."""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientSession

from sandbox import server
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from sandbox.slack.app import from_manifest
from sandbox.slack.faults import Kind
from sandbox.slack.messages import Message
from sandbox.slack.workspace import Workspace
from tests.fuzz.senders import SENDERS
from tests.fuzz.world import post
from tests.processes.test_kills import free_port

MANIFEST = Path(__file__).parent.parent.parent / "manifest.yml"
SIGNING, GITHUB = "of-the-crowd", "github-of-the-crowd"
POLICY = """
slack: {announcements: C0RELEASES, operations: C0OPS}
people:
  - {name: priya, slack: U0PRIYA, github: "1001"}
groups:
  qa: {people: [priya]}
permissions: {request: [everyone], resolve: [qa], hold: [qa]}
services:
  payments:
    channel: C0PAYMENTS
    build: {github: {repository: acme/payments, branch: main, workflows: [build.yml]}, version_from: run_number}
    environments:
      production:
        mode: delivery
        newer_build: each-must-ship
        approvals: [{from: qa, count: 1}]
        lookup_window: 1s
        when_unknown: resend
        deploy: {github_deployment: {environment: production}}
  docs:
    channel: C0DOCS
    build: {github: {repository: acme/docs, branch: main, workflows: [build.yml]}, version_from: run_number}
    environments:
      production:
        mode: deployment
        announce: false
        lookup_window: 1s
        when_unknown: resend
        deploy: {github_workflow: {workflow: deploy.yml, inputs: {environment: production, version: "{version}"}}}
"""
OF_SLACK: tuple[tuple[Kind, dict[str, Any]], ...] = (
    ("429", {"retry_after": 1}),
    ("500", {}),
    ("html", {}),
    ("reset-before", {}),
    ("reset-after-delivery", {}),
    ("delay", {"seconds": 1.0}),
    ("refusal", {"error": "internal_error"}),
)
METHODS = ("chat.postMessage", "chat.update", "chat.postEphemeral", "response_url", "users.info", "views.publish")
OF_GITHUB = (Fault.SERVER_ERROR, Fault.RESET_BEFORE, Fault.RESET_AFTER, Fault.ERROR_AFTER, Fault.HTML, Fault.TRUNCATED)
LINES = ("status", "list", "why payments production", "history docs production 3", "help", "paymnets", "diff payments")
FIGURES = ("process_open_fds", "signoff_tasks", "process_resident_memory_bytes", "signoff_event_loop_lag_seconds")


@dataclass(slots=True)
class Crowd:
    """Everybody around the process, and what they did. `done` counts acts by kind, `unheard` those not acknowledged."""

    folder: Path
    rng: random.Random
    workspace: Workspace
    forge: Forge
    running: server.Running
    port: int
    metrics: int
    process: asyncio.subprocess.Process | None = None
    done: Counter[str] = field(default_factory=Counter)
    unheard: list[str] = field(default_factory=list)
    clicked: set[str] = field(default_factory=set)
    lags: list[float] = field(default_factory=list)

    async def acts_for(self, seconds: float) -> None:
        """Let everybody act for so long, then mend what is broken."""
        each: tuple[tuple[float, Callable[[], Awaitable[None]]], ...] = (
            (1.2, self._push),
            (0.15, self._approve),
            (0.2, self._type),
            (0.5, self._visit),
            (0.05, self._stranger),
            (0.25, self._dawdle),
            (1.5, self._break),
            (1.0, self._measure),
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for every, act in each:
                    group.create_task(self._again(every, act))
        self.running.faults.clear()
        self.forge.faults.clear()

    async def figures(self) -> dict[str, float]:
        """Return what the process says of itself."""
        async with ClientSession() as http, http.get(f"http://127.0.0.1:{self.metrics}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        told = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(told[name]) for name in FIGURES}

    async def _again(self, every: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.shield(asyncio.ensure_future(act()))  # what was begun is not broken off by the end
            await asyncio.sleep(self.rng.uniform(0, 2 * every))

    async def _push(self) -> None:
        self.done["builds"] += 1
        await self.forge.push(self.rng.choice(("acme/payments", "acme/docs")), f"Change {self.done['builds']}")

    async def _approve(self) -> None:
        """Approve what waits, now and then with two clicks at once; somebody who may not clicks as well."""
        waiting = [one for one in self.workspace.channel("payments").messages[-30:] if self._waits(one)]
        new = self._new(waiting)
        clicks = [("priya", card) for card in new[:1] * self.rng.choice((1, 1, 2))]
        clicks += [("alex", card) for card in waiting[-1:] if self.rng.random() < 1 / 4]
        self.clicked |= {card.ts for who, card in clicks if who == "priya"}
        await asyncio.gather(*[self._heard("click", self.running.driver.click(*one, "Approve")) for one in clicks])

    async def approves_the_rest(self) -> None:
        """Approve what began to wait when everybody had gone, or a while before: one after another."""
        for card in self._new(self.workspace.channel("payments").messages):
            self.clicked.add(card.ts)
            await self._heard("click", self.running.driver.click("priya", card, "Approve"))

    def _new(self, messages: Iterable[Message]) -> list[Message]:
        """Return the cards that wait for an approval and have not been clicked on."""
        return [one for one in messages if one.ts not in self.clicked and self._waits(one)]

    def _waits(self, message: Message) -> bool:
        return any(button.action_id == "signoff:approve" for button in self.workspace.buttons(message))

    async def _type(self) -> None:
        line = f"/deploy {self.rng.choice((*LINES, 'approve R-1'))}"
        await self._heard("command", self.running.driver.command("alex", "payments", line))

    async def _visit(self) -> None:
        self.done["homes"] += 1
        if not await self.running.driver.open_home(self.rng.choice(("priya", "alex"))):
            self.unheard.append("home")

    async def _heard(self, what: str, acting: Awaitable[Any]) -> None:
        self.done[what] += 1
        if not (await acting).acknowledged:
            self.unheard.append(what)

    async def _stranger(self) -> None:
        """Send what nobody has signed, or what its signature does not fit."""
        sender = self.rng.choice(tuple(SENDERS.values()))
        sent = sender.make(self.rng, datetime.now(UTC), lambda text: text)  # noqa: TID251 - as any stranger
        answer = await post(self.port, sender.path, sent, self.rng, signed=self.rng.random() < 1 / 2)
        self.done["strangers"] += 1
        assert answer.status in {-1, 0, 400, 401, 404}, (answer, sent)

    async def _dawdle(self) -> None:
        """Open a connection and say half of something, or nothing; hang up after a while, or wait for the end."""
        self.done["slow clients"] += 1
        part = self.rng.choice(
            (b"", b"POST /web", b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        )
        _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(part)
        asyncio.get_running_loop().call_later(self.rng.uniform(0.1, 15), writer.close)

    async def _break(self) -> None:
        self.done["faults"] += 1
        if self.rng.random() < 1 / 2:
            kind, more = self.rng.choice(OF_SLACK)
            self.running.faults.add(self.rng.choice(METHODS), kind, count=self.rng.choice((1, 2)), **more)
        else:
            self.forge.faults.add(self.rng.choice(OF_GITHUB), self.rng.choice(("GET", "POST")))

    async def _measure(self) -> None:
        self.lags.append((await self.figures())["signoff_event_loop_lag_seconds"])

    async def start(self) -> None:
        """Start the process; return when it listens and its lanes are adopted."""
        environment = {
            "PATH": os.environ["PATH"],
            "SLACK_BOT_TOKEN": self.workspace.app.bot_token,
            "SLACK_SIGNING_SECRET": SIGNING,
            "SLACK_API_URL": self.running.slack_api_url,
            "GITHUB_TOKEN": GITHUB,
            "GITHUB_WEBHOOK_SECRET": self.forge.webhook_secret,
            "GITHUB_API_URL": self.running.github_api_url,
            "SIGNOFF_DATABASE": f"sqlite:///{self.folder / 'signoff.db'}",
        }
        (self.folder / "signoff.yml").write_text(POLICY)
        ports = ("--port", str(self.port), "--metrics-port", str(self.metrics))
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve", "--config", str(self.folder / "signoff.yml"), *ports),
                env=environment,
                stdout=log,
                stderr=log,
            )

    async def stop(self) -> int:
        """Ask the process to end, and return how it did."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        return await self.process.wait()


@asynccontextmanager
async def crowd(folder: Path, seed: int) -> AsyncIterator[Crowd]:
    """Set everything up but the process; end all of it afterwards."""

    def clock() -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - a real process has real time

    workspace = Workspace(clock, app=from_manifest(yaml.safe_load(MANIFEST.read_text())))
    workspace.rates.strict = False
    for known, name in (("U0PRIYA", "priya"), ("U0ALEX", "alex")):
        workspace.add_person(known, name)
    for known, name in (("C0PAYMENTS", "payments"), ("C0DOCS", "docs"), ("C0RELEASES", "releases"), ("C0OPS", "ops")):
        workspace.add_channel(known, name)
    forge = Forge(clock, token=GITHUB, auto=True, pause=lambda _seconds: asyncio.sleep(0.05))
    forge.create("acme/payments")
    forge.create("acme/docs")
    running = await server.start(workspace, github=forge, ack_within=15.0)  # a busy host is no slow bot
    forge.site = running.url
    here = Crowd(folder, random.Random(seed), workspace, forge, running, free_port(), free_port())
    address = f"http://127.0.0.1:{here.port}"
    forge.deliver_to(f"{address}/webhooks/github")
    running.deliver_to(f"{address}/slack/events", SIGNING)
    try:
        yield here
    finally:
        if here.process is not None and here.process.returncode is None:
            here.process.kill()
            await here.process.wait()
        await forge.close()
        await running.stop()
