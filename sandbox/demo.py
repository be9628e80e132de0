"""The demo: a company, its page and the real bot, on this machine only, with one address to open."""

import asyncio
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from sandbox import server
from sandbox.clock import MovableClock
from sandbox.company import GITHUB_TOKEN, Company, company_in
from sandbox.github.forge import Forge
from sandbox.keeping import KeptError
from sandbox.scenarios import stage
from sandbox.scenarios.cast import GUIDE
from sandbox.scenarios.furniture import Furniture
from sandbox.scenarios.stage import Stage, StoryError

HISTORY = "One moment: Signoff goes through the last days of this company. That takes a few seconds."
SAID_WITHIN, LOOK_AGAIN = 3.0, 0.02
"""Seconds that the page's clock waits for what is being said, and between two looks at that."""
HURRY = 0.02
"""The part of its usual time that the pipeline takes while a story is played."""


class DemoError(Exception):
    """The demo cannot run; its text says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the bot is given: its policy file, its environment, a file for its log, the clock that the page moves."""

    policy: Path
    environment: Mapping[str, str]
    log: Path
    clock: MovableClock


class Bot(stage.Bot, Protocol):
    """The running bot."""

    @property
    def port(self) -> int:
        """Return the port on which it takes webhooks."""

    def wake(self) -> None:
        """Look at the clock again: it was moved."""

    async def died(self) -> str:
        """Return the reason when it has stopped by itself."""

    async def stop(self) -> None:
        """End it."""


Opens = Callable[[Place], Awaitable[Bot]]
"""Starts the bot and returns when it has looked at every pipeline; raises DemoError where it does not come up."""


@dataclass(slots=True)
class Demo:
    """A running page, and the bot once `play` has started it."""

    company: Company
    running: server.Running
    folder: Path
    keeping: asyncio.Task[None] | None
    bot: Bot | None = None

    @property
    def forge(self) -> Forge:
        """The pipeline."""
        return self.company.forge

    async def play(self, opens: Opens) -> None:
        """Start the bot, and go through the scenario's past where that was not done before.

        Raises:
            DemoError: the bot did not come up.
            StoryError: the past did not go as it is told; the demo goes on all the same.
        """
        bot = self.bot = await opens(self._place())
        self.forge.deliver_to(f"http://127.0.0.1:{bot.port}/webhooks/github")
        self.company.clock.on_move.append(bot.wake)
        self.company.clock.before_move = partial(_said, bot)
        if self.company.told:
            self.forge.resume()
            self.company.go_wrong()
            if self.company.faults.weather.cut:
                self.running.sockets.drop()
            return
        self.forge.pause = _hurry
        try:
            await self._tell(bot)
        finally:
            self.forge.pause = asyncio.sleep
            self.company.clock.reach(timedelta())
        self.company.told = True  # a story that was cut off is told anew, from its beginning
        self.company.save()

    async def _tell(self, bot: Bot) -> None:
        workspace, one = self.company.workspace, self.company
        told = workspace.post(next(iter(workspace.channels.values())), GUIDE, HISTORY)
        told_on = Stage(workspace, self.running.driver, one.forge, one.sites, one.clock, bot)
        await told_on.until(lambda: self.running.sockets.connections, "the bot was connected")
        await one.scenario.story(told_on)
        workspace.delete(told)

    def _place(self) -> Place:
        app = self.company.workspace.app
        environment = {
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_APP_TOKEN": app.app_token,
            "SLACK_API_URL": self.running.slack_api_url,
            "GITHUB_TOKEN": GITHUB_TOKEN,
            "GITHUB_WEBHOOK_SECRET": self.forge.webhook_secret,
            "GITHUB_API_URL": self.running.github_api_url,
            "SIGNOFF_DATABASE": f"sqlite:///{self.folder / 'signoff.db'}",
        }
        return Place(self.folder / "signoff.yml", environment, self.folder / "bot.log", self.company.clock)

    async def stop(self) -> None:
        """End the bot first, so that it sees no connection break, then everything else."""
        if self.bot is not None:
            await self.bot.stop()
        if self.keeping is not None:
            self.keeping.cancel()
            await asyncio.gather(self.keeping, return_exceptions=True)
        await self.forge.close()
        await self.running.stop()
        self.company.close()


async def start(opens: Opens, folder: Path, *, port: int = 0, scenario: str | None = None, keep: bool = False) -> Demo:
    """Open the page, start the bot and go through the scenario's past; returns when all that is done.

    Raises:
        DemoError: the folder cannot be gone on with, the port is taken, or the bot did not come up.
        StoryError: the past did not go as it is told.
    """
    demo = await open_page(folder, port=port, scenario=scenario, keep=keep)
    try:
        await demo.play(opens)
    except BaseException:
        await demo.stop()
        raise
    return demo


async def open_page(folder: Path, *, port: int = 0, scenario: str | None = None, keep: bool = False) -> Demo:
    """Open the page of a company, which is kept in the folder where `keep` says so; the bot comes with `Demo.play`.

    Raises:
        DemoError: the folder cannot be gone on with, or the port is taken.
    """
    try:
        company = company_in(folder, scenario, keep=keep)
    except KeptError as problem:
        raise DemoError(str(problem)) from None
    before = company.url
    running = await _listen(company, port)
    company.moved_to(running.url)
    if not company.told:
        company.scenario.furnish(Furniture(company.forge, company.clock))
    _lay_policy(folder / "signoff.yml", company, before)
    company.save()
    return Demo(company, running, folder, asyncio.create_task(company.keep()) if keep else None)


async def _listen(company: Company, port: int) -> server.Running:
    """Serve the page on the port that is asked for, else on that of last time, else on any."""
    last = urlsplit(company.url).port or 0
    for wanted in (port,) if port else (last, 0):
        try:
            return await server.start(
                company.workspace,
                port=wanted,
                github=company.forge,
                clock=company.clock,
                more=company.sites.routes(),
                before_answer=company.save,
                faults=company.faults,
            )
        except OSError as problem:
            why = problem.strerror
    company.close()
    raise DemoError(f"Port {port} cannot be used: {why}. Choose another with --port.")


def _lay_policy(file: Path, company: Company, before: str) -> None:
    """Write the scenario's policy, or leave the one that is there, in which somebody may have tried things."""
    if not company.told:
        file.write_text(company.scenario.policy(company.clock() - company.clock.offset, company.url), "utf-8")
    elif before != company.url:
        file.write_text(file.read_text("utf-8").replace(before, company.url), "utf-8")


def run(opens: Opens, *, port: int, browser: bool, scenario: str | None = None, data: Path | None = None) -> int:
    """Run the demo until Ctrl-C; returns the exit code."""
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="signoff-demo-")))
        return asyncio.run(_until_told(opens, folder, port, scenario, keep=data is not None, browser=browser))


async def _until_told(opens: Opens, folder: Path, port: int, scenario: str | None, *, keep: bool, browser: bool) -> int:
    told = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, told.set)
    try:
        demo = await open_page(folder, port=port, scenario=scenario, keep=keep)
    except DemoError as problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"\n  Signoff's demo is at {demo.running.url}\n  Ctrl-C stops it.\n", flush=True)
    if browser:
        webbrowser.open(demo.running.url)
    living = asyncio.create_task(_live(demo, opens))
    stopping = asyncio.create_task(told.wait())
    await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
    ended = living.done() and not told.is_set()
    if ended:
        print(living.result(), file=sys.stderr)
    for task in (living, stopping):
        task.cancel()
    await asyncio.gather(living, stopping, return_exceptions=True)
    await demo.stop()
    return 1 if ended else 0


async def _live(demo: Demo, opens: Opens) -> str:
    """Go through the past, then wait; returns why the bot is not there any more."""
    try:
        await demo.play(opens)
    except DemoError as problem:
        return str(problem)
    except StoryError as problem:
        print(f"This scenario is not as it should be: {problem}.", file=sys.stderr)
    print("  Everything is ready.\n", flush=True)
    return f"The bot stopped by itself: {await demo.bot.died()}" if demo.bot else "The bot did not come up."


async def _said(bot: Bot) -> None:
    """Let the bot say what it is about to say: hours later it would be too late for that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SAID_WITHIN):
            while bot.at_work() or await bot.busy():  # noqa: ASYNC110 - the bot has no event for its rest
                await asyncio.sleep(LOOK_AGAIN)


async def _hurry(seconds: float) -> None:
    await asyncio.sleep(seconds * HURRY)
