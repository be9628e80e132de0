"""The real process between a small Slack and the stand-in for GitHub, on loopback; it can be killed at any moment."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from sandbox.github.forge import Forge
from tests.processes.nursery import Life, Nursery
from tests.processes.slack import Posted, SmallSlack

PATIENCE = 40.0
"""Seconds after which a wait fails; nothing waits that long unless something is broken."""

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
        approvals: [{from: qa, count: 1}]
        deploy: {github_deployment: {environment: production}}
        lookup_window: 1s
        when_unknown: resend
"""


@dataclass(slots=True)
class World:
    """Everything around the bot, and the bot's process."""

    folder: Path
    slack: SmallSlack
    forge: Forge
    news: asyncio.Condition
    url: str = ""
    process: asyncio.subprocess.Process | Life | None = None
    environ: dict[str, str] = field(default_factory=dict)
    """What the environment says besides, or otherwise."""
    nursery: Nursery | None = None
    """Who starts the process, where its imports are not to be paid for each time."""

    async def until(self, what: str, found: Callable[[], object], within: float = PATIENCE) -> None:
        """Wait until something is so; fails with what was waited for."""
        try:
            async with asyncio.timeout(within):
                while not found():
                    await self.news_or(0.1)
        except TimeoutError:
            said = "\n".join(post.text.splitlines()[0] for post in self.slack.posts)
            raise AssertionError(f"waited in vain until {what}; Slack reads:\n{said}") from None

    async def news_or(self, seconds: float) -> None:
        """Wait for news from Slack or GitHub, or so long: what the process writes to its own file makes none."""
        try:
            async with asyncio.timeout(seconds), self.news:
                await self.news.wait()
        except TimeoutError:
            return

    async def start(self) -> None:
        """Start the bot on the same database."""
        environment = {
            "PATH": os.environ["PATH"],
            "SLACK_BOT_TOKEN": "xoxb-small",
            "SLACK_APP_TOKEN": "xapp-small",
            "SLACK_API_URL": f"{self.url}/api/",
            "GITHUB_TOKEN": "github-small",
            "GITHUB_WEBHOOK_SECRET": self.forge.webhook_secret,
            "GITHUB_API_URL": f"{self.url}/github",
            "SIGNOFF_DATABASE": f"sqlite:///{self.folder / 'signoff.db'}",
        } | self.environ
        config, log = self.folder / "signoff.yml", self.folder / "bot.log"
        arguments = ["serve", "--config", str(config), "--port", str(self.port)]
        if self.nursery is not None:
            self.process = await self.nursery.start(arguments, environment, log)
            return
        with log.open("ab") as said:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", *arguments, env=environment, stdout=said, stderr=said
            )

    async def kill(self) -> None:
        """Kill -9, at once."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
        if self.process is not None:
            await self.process.wait()

    @property
    def port(self) -> int:
        """The port of the bot's webhooks."""
        return int(self.forge.hooks.url.rsplit(":", 1)[1].split("/")[0]) if self.forge.hooks.url else 0

    def notice(self, title: str) -> Posted | None:
        """Return the newest notice about a commit, with its buttons, if there is one."""
        fits = [post for post in self.slack.posts if post.thread is None and title in str(post.versions[0])]
        return next((post for post in reversed(fits) if post.channel == "C0PAYMENTS"), None)


@asynccontextmanager
async def world(folder: Path, port: int) -> AsyncIterator[World]:
    """Set up everything but the bot itself; end it and its process afterwards."""
    news = asyncio.Condition()
    tasks: set[asyncio.Task[None]] = set()

    async def tell() -> None:
        async with news:
            news.notify_all()

    def changed() -> None:
        task = asyncio.get_running_loop().create_task(tell())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    forge = Forge(lambda: datetime.now(UTC), token="github-small", auto=True)  # noqa: TID251 - real processes, real time
    forge.pause = _soon
    forge.on_change.append(changed)
    forge.create("acme/payments")
    forge.deliver_to(f"http://127.0.0.1:{port}/webhooks/github")
    here = World(folder, SmallSlack(changed), forge, news)
    app, github = web.Application(), web.Application()
    app.add_routes(here.slack.routes())
    github.add_routes(forge.routes())
    app.add_subapp("/github", github)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here.url = here.slack.url = forge.site = f"http://127.0.0.1:{runner.addresses[0][1]}"
    (folder / "signoff.yml").write_text(POLICY)
    try:
        yield here
    finally:
        await here.kill()
        await forge.close()
        await runner.cleanup()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _soon(seconds: float) -> None:
    """Pause for a twentieth of what the demo would."""
    await asyncio.sleep(seconds / 20)
