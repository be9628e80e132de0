"""The stage: a team, its pipeline and a bot under a clock that hardly goes on, ready to be photographed."""

import hashlib
import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic
from unittest.mock import patch

from playwright.async_api import Browser

from sandbox.github.records import Commit, Deployment, Status
from sandbox.slack.messages import Message
from tests.acceptance.desk import START, Clock, Desk, desk
from tests.pictures.camera import Camera, camera

SLOWLY = 4
"""How much slower the clock goes than time does: a scene takes seconds, and no picture of it shows any."""
ACCOUNTS = {"priya": 1001, "sam": 1002, "alex": 1003}
POLICY = """
slack: {announcements: C0RELEASES, operations: C0OPS}
people:
  - {name: priya, slack: U0PRIYA, github: "1001", email: priya@acme.example}
  - {name: sam, slack: U0SAM, github: "1002", email: sam@acme.example}
  - {name: alex, slack: U0ALEX, github: "1003", email: alex@acme.example}
groups:
  qa: {people: [priya]}
  sre: {people: [sam]}
permissions:
  request: [everyone]
  lock: [everyone]
  hold: [qa, sre]
  rollback: [qa, sre]
  hotfix: [qa, sre]
  override: [sre]
  mode: [sre]
  stop_all: [sre]
  quarantine: [sre]
  live: [sre]
  resolve: [sre]
services:
  payments:
    channel: C0PAYMENTS
    build:
      github: {repository: acme/payments, branch: main, workflows: [build.yml]}
      version_from: run_number
      migrations: [migrations/**]
    environments:
      production:
        mode: delivery
        approvals: [{from: qa, count: 1}, {from: sre, count: 1}]
        rollback: {approvals: []}
        hotfix: {approvals: [{from: sre, count: 1}], skip: [freeze]}
        deploy: {github_deployment: {environment: production}}
        lookup_window: 1s
  docs:
    channel: C0DOCS
    build:
      github: {repository: acme/docs, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      production:
        mode: deployment
        announce: false
        deploy: {github_deployment: {environment: production}}
"""


@dataclass(slots=True)
class SlowClock(Clock):
    """A clock that goes on, as it must, but not so far that a picture would tell."""

    ahead: float = 0.0

    def __call__(self) -> datetime:
        """Return the present."""
        return START + timedelta(seconds=self.ahead + (monotonic() - self.begun) / SLOWLY)

    def passes(self, seconds: float) -> None:
        """Let time pass at once."""
        self.ahead += seconds


@dataclass(slots=True)
class Scene:
    """Everything that a picture is made of."""

    here: Desk
    camera: Camera

    async def push(
        self, title: str, *, repo: str = "acme/payments", who: str = "alex", files: tuple[str, ...] = ()
    ) -> str:
        """Push a commit of somebody in the team."""
        return await self.here.forge.push(
            repo,
            title,
            name=who.title(),
            email=f"{who}@acme.example",
            login=who,
            login_id=ACCOUNTS[who],
            sha=sha(title),
            files=files,
        )

    async def waits(self, title: str, words: str = "Waiting for approval") -> Message:
        """Push a commit, and return the notice about it."""
        await self.push(title)
        return await self.here.card("payments", title if words == "" else words)

    async def approves(self, card: Message, *people: str) -> None:
        """Let people approve, one after the other."""
        for who in people or ("priya", "sam"):
            await self.here.clicks(who, card, "Approve")
            await self.here.thread(card, f"Approved by @{who}")

    async def ships(self, title: str) -> Message:
        """Push a commit, let it be approved and become live, and return its notice."""
        await self.push(title)
        card = await self.here.card("payments", title)
        await self.approves(card)
        await self.here.says(card, "Live: payments")
        return card

    async def fills(self, who: str, card: Message, button: str, values: dict[str, object]) -> None:
        """Click a button, fill its form in and send it."""
        await self.here.clicks(who, card, button)
        await self.here.until(lambda: self.here.workspace.modal(who))
        done = await self.here.running.driver.submit(who, values)  # type: ignore[arg-type]
        assert done.acknowledged
        assert self.here.workspace.modal(who) is None

    async def answer(self, name: str, who: str, line: str, words: str, where: str = "payments") -> None:
        """Type a command, and take a picture of the private answer that holds the words."""
        await self.here.types(who, line, where)
        await self.camera.private(name, who, words)


@asynccontextmanager
async def scene(browser: Browser, policy: str = POLICY) -> AsyncIterator[Scene]:
    """Set a workspace up in which one build of each service is live since yesterday."""
    random.seed(1)
    numbers = count(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        patch("bot.app.token", lambda length: _token(numbers, length)),
        patch("handlers.control_socket.name_of", lambda _user, _claimed: "signoff"),
    ):
        async with desk(Path(folder), policy, started=False, clock=SlowClock()) as here:
            live_since_yesterday(here)
            await here.start()
            async with camera(browser, here) as taken:
                yield Scene(here, taken)


def live_since_yesterday(here: Desk) -> None:
    """Let a build of each service have been deployed before the bot came."""
    yesterday = START.astimezone(UTC) - timedelta(days=1)
    for name, title in (("acme/payments", "Add refunds"), ("acme/docs", "Explain refunds")):
        repository = here.forge.repositories[name]
        commit = Commit(sha(title), title, "Sam", "sam@acme.example", "sam", 1002, yesterday)
        repository.commits.append(commit)
        run = here.forge.start_run(name, commit)
        run.created_at = run.updated_at = yesterday
        here.forge.finish_run(name, run)
        deployment = Deployment(here.forge.next_id(), commit.sha, "main", "deploy", "production", {}, "", yesterday)
        deployment.statuses.append(Status(here.forge.next_id(), "success", yesterday))
        repository.deployments.append(deployment)


def sha(title: str) -> str:
    """Return the hash of a commit, the same in every run."""
    return hashlib.sha1(title.encode(), usedforsecurity=False).hexdigest()


def _token(numbers: Iterator[int], length: int) -> str:
    return hashlib.sha256(str(next(numbers)).encode()).hexdigest()[:length]
