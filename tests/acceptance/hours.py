"""The bot's crew in virtual time, between the sandbox's Slack and GitHub in-process: for stories that take hours.

Sockets live on the wall clock, so nothing here has one: the crew, the database, the ports' own adapters and what they
say are the real ones; the connections are `simulation`'s.
"""

import asyncio
import itertools
import random
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.config.load import load_policy
from bot.core.policy import Policy
from bot.crew import Crew, Pace, World, muster
from bot.views.links import Links
from handlers.bell import Bell
from handlers.desk import Desk
from sandbox.github.forge import Forge
from sandbox.slack.messages import Message
from sandbox.slack.workspace import Workspace
from simulation.github import GithubWay, github_network
from simulation.life import AllWell
from simulation.people import Courier, People
from simulation.slack import SlackWay, slack_network
from simulation.webhooks import Webhooks, webhook_door
from storage.database import open_store

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
MEMORY = Path("/dev/shm")  # noqa: S108 - made by mkdtemp
"""Where there is such a thing, an hour of commits waits for no disk."""
PATIENCE = 3600.0
"""Virtual seconds."""
PACE = Pace(follow=timedelta(seconds=30))
"""Fewer questions than usual: an hour of them takes its time even where none passes."""
SERVICES = ("payments", "api", "docs")

POLICY = """
slack: {announcements: C0RELEASES, operations: C0OPS}
people:
  - {name: priya, slack: U0PRIYA, github: "1001"}
groups:
  qa: {people: [priya]}
permissions: {request: [everyone], resolve: [qa]}
services:
  payments:
    channel: C0PAYMENTS
    build:
      github: {repository: acme/payments, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      production:
        mode: delivery
        approvals: [{from: [qa], count: 1}]
        announce: false
        deploy: {github_deployment: {environment: production}}
  api:
    channel: C0API
    build:
      github: {repository: acme/api, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      production:
        mode: delivery
        approvals: [{from: [qa], count: 1}]
        announce: false
        deploy: {github_deployment: {environment: production}}
  docs:
    channel: C0DOCS
    build:
      github: {repository: acme/docs, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      production:
        mode: deployment
        announce: false
        deploy: {github_workflow: {workflow: deploy.yml, inputs: {environment: production, version: "{version}"}}}
"""


@dataclass(slots=True)
class Hours:
    """Everything that a story says and sees. Time is the running loop's."""

    folder: Path
    policy: Policy
    workspace: Workspace
    github: GithubWay
    slack: SlackWay
    webhooks: Webhooks
    people: People
    crew: Crew | None = None
    _tokens: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _desk: Desk | None = None

    @property
    def forge(self) -> Forge:
        """The pipeline."""
        return self.github.forge

    # -- what happens ------------------------------------------------------------------------------------------------

    async def push(self, service: str, title: str) -> str:
        """Push a commit, whose build succeeds by itself within some seconds."""
        return await self.forge.push(f"acme/{service}", title)

    async def approves(self, card: Message, who: str = "priya") -> None:
        """Click Approve; the bot must acknowledge."""
        done = await self.people.press(who, card, "Approve")
        assert done.acknowledged

    async def passes(self, *, minutes: float = 0.0, seconds: float = 0.0) -> None:
        """Let time pass for everybody."""
        await asyncio.sleep(60 * minutes + seconds)

    # -- what is to be seen ------------------------------------------------------------------------------------------

    async def card(self, service: str, words: str) -> Message:
        """Wait for a message in a service's channel whose text holds the words."""
        channel = self.workspace.channel(service)
        return await self.until(lambda: [m for m in channel.messages if words in self.workspace.plain(m)][-1:])

    async def until(self, predicate: Callable[[], list[Message]]) -> Message:
        """Wait until something is to be seen in Slack, for an hour at most, and return it."""
        return (await self.workspace.changed(predicate, PATIENCE))[-1]

    async def says(self, message: Message, words: str) -> None:
        """Wait until a message holds the words."""
        await self.until(lambda: [message] if words in self.workspace.plain(message) else [])

    def posts(self, channel: str) -> list[str]:
        """Return the first lines of everything in a channel, oldest first."""
        return [self._known(m).splitlines()[0] for m in self.workspace.channel(channel).messages]

    def thread(self, message: Message) -> list[str]:
        """Return the lines below a message."""
        return [self._known(line) for line in self.workspace.thread(message)]

    def landed(self) -> dict[str, list[float]]:
        """Return when each deploy really started, in minutes since the beginning, by the commit's title."""
        titles = {c.sha: c.title for repo in self.forge.repositories.values() for c in repo.commits}
        moments: dict[str, list[float]] = {}
        for one in self.forge.landed():
            moments.setdefault(titles[one.sha], []).append(round((one.at - START).total_seconds() / 60, 1))
        return moments

    def _known(self, message: Message) -> str:
        text = self.workspace.plain(message)
        for repository in self.forge.repositories.values():
            for commit in repository.commits:
                text = text.replace(commit.sha[:7], f"[{commit.title}]")
        return re.sub(r"(R-[0-9]+)-[a-z0-9]{8}", r"\1-KEY", text)

    # -- what happens to the bot -------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the bot."""
        clock = self.workspace.clock
        store = await open_store(self.folder / "signoff.db", clock=clock, token=lambda: self._token(32))
        await store.write(lambda tx: tx.effects.void_leases(clock()))
        bell, chance = Bell(), random.Random(1).random
        desk = Desk(store, self.policy, clock, self._token, bell, chance, workspace=f"{self.workspace.url}/")
        github, (chat, directory) = self.github.connect(clock), self.slack.connect(clock)
        world = World(chat, directory, github, github, AllWell(), github)
        self.crew = muster(desk, world, Links(self.forge.site), PACE)
        self._desk = desk
        self.people.courier.connect(self.crew.reception, chat, self.policy.command)
        self.webhooks.door = webhook_door(store, lambda: self.policy, self.forge.webhook_secret, clock, bell.ring)
        self.crew.start()

    async def stop(self) -> None:
        """Stop the bot; nothing of it may have failed by itself."""
        if self.crew is None or self._desk is None:
            return
        crew, self.crew = self.crew, None
        self.people.courier.process = self.webhooks.door = None
        await crew.stop()
        await self._desk.drain(15.0)
        await self._desk.store.close()  # type: ignore[attr-defined]
        assert (crew.failures, self.people.courier.failures) == ([], [])

    def _token(self, length: int) -> str:
        return f"{next(self._tokens)}".rjust(length, "x")


@asynccontextmanager
async def hours(policy: str = POLICY, *, seed: int = 1) -> AsyncIterator[Hours]:
    """Set everything up, start the bot, and end it all; the bot must have been well to the end."""
    loop, rng = asyncio.get_running_loop(), random.Random(seed)
    begun = loop.time()
    workspace = Workspace(lambda: START + timedelta(seconds=loop.time() - begun))
    workspace.add_person("U0PRIYA", "priya")
    for name in (*SERVICES, "releases", "ops"):
        workspace.add_channel(f"C0{name.upper()}", name)
    forge = Forge(workspace.clock, token="t0ken", auto=True)
    for service in SERVICES:
        forge.create(f"acme/{service}")
    loaded = load_policy(policy, file="signoff.yml", webhooks=True)
    assert isinstance(loaded, Policy), loaded
    here = Hours(
        Path(tempfile.mkdtemp(prefix="signoff-hours-", dir=MEMORY if MEMORY.is_dir() else None)),
        loaded,
        workspace,
        GithubWay(forge, github_network(rng)),
        SlackWay(workspace, slack_network(rng)),
        Webhooks(forge, rng),
        People(workspace, Courier(rng)),
    )
    try:
        await here.start()
        yield here
        await here.stop()
    finally:
        if here.crew is not None:
            await here.crew.stop()
        await forge.close()
        shutil.rmtree(here.folder)
