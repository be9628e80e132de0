"""What a scenario's story can do: go through time, push, click and type as people do, and wait for what is to be read.

A story is played through the real bot over its sockets, with the clock set back and moved forward.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from sandbox.clock import MovableClock
from sandbox.github.forge import Forge
from sandbox.scenarios.cast import GUIDE, ROBIN, Colleague
from sandbox.site import Sites
from sandbox.slack.driver import Driver
from sandbox.slack.messages import Message
from sandbox.slack.workspace import Workspace
from sandbox.slack.writing import typed

PATIENCE = 20.0
"""Seconds that a step of a story may take; it takes a tenth of one."""
MOMENT, TICK = 0.02, timedelta(seconds=1)
"""After so many seconds of waiting in a story, so much time has gone by in it."""
Found = TypeVar("Found")


class Bot(Protocol):
    """The running bot, as far as a story looks at it."""

    async def busy(self) -> bool:
        """Return whether it has something to say or to do that is due now, or in the next seconds."""

    def at_work(self) -> bool:
        """Return whether it is doing something this moment."""


class StoryError(Exception):
    """A story did not go on as it is told; its text says where it stopped."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a story acts on."""

    workspace: Workspace
    driver: Driver
    forge: Forge
    sites: Sites
    clock: MovableClock
    bot: Bot

    async def ago(self, **before: float) -> None:
        """Let time pass until it is so long before the present, such as `ago(days=2, hours=3)`, once all is said."""
        await self.rest()
        self.clock.reach(-timedelta(**before))

    async def rest(self) -> None:
        """Return when the bot has nothing left to say or to do."""
        await self._soon(self._rested, "the bot had said everything")

    async def _rested(self) -> bool:
        return not self.bot.at_work() and not await self.bot.busy()

    async def push(
        self, repo: str, title: str, by: Colleague = ROBIN, *, files: Sequence[str] = (), body: str = ""
    ) -> str:
        """Push a commit, whose build turns green; returns its hash."""
        return await self.forge.push(
            repo, title, name=by.real_name, login=by.name, login_id=by.github, files=files, body=body
        )

    def commit(self, repo: str, title: str, by: Colleague = ROBIN, *, files: Sequence[str] = (), body: str = "") -> str:
        """Make a commit that goes out with the next push; returns its hash."""
        return self.forge.commit(
            repo, title, name=by.real_name, login=by.name, login_id=by.github, files=list(files), body=body
        )

    async def reads(self, channel: str, *words: str) -> Message:
        """Return the newest message of a channel, a reply too, that has all the words now; waits until there is one."""
        place = self.workspace.channel(channel)

        def found() -> Message | None:
            seen = (one for one in reversed(place.posts) if not one.deleted)
            return next((one for one in seen if all(word in self.workspace.plain(one) for word in words)), None)

        return await self._until(found, f"#{channel} read {' and '.join(words)}")

    async def live(self, name: str, environment: str, version: str) -> None:
        """Wait until a version runs somewhere, and the bot was told so."""
        await self._until(lambda: self.sites.version(name, environment) == version or None, f"{name} {version} ran")
        await self.forge.settle()

    async def presses(self, who: Colleague, button: str, message: Message) -> None:
        """Press a button of a message, confirm where it asks for that, and see what comes of it."""
        await self.driver.click(who.slack, message, button)
        await self.rest()

    async def types(self, who: Colleague, channel: str, line: str) -> None:
        """Type a command, and see what comes of it."""
        await self.driver.command(who.slack, channel, line)
        await self.rest()

    async def until(self, found: Callable[[], object], what: str) -> None:
        """Wait until something is so."""
        await self._until(lambda: found() or None, what)

    async def welcome(self, channel: str, *lines: str) -> None:
        """Tell newcomers, as the sandbox, what this is and what to try, once all else is said."""
        await self.rest()
        text = "\n".join(lines)
        self.workspace.post(self.workspace.channel(channel), GUIDE, typed(self.workspace, text))

    async def _until(self, found: Callable[[], Found | None], what: str) -> Found:
        async def seen() -> Found | None:
            with suppress(TimeoutError):
                return await self.workspace.changes.until(found, MOMENT)
            return None

        return await self._soon(seen, what)

    async def _soon(self, found: Callable[[], Awaitable[Found | None]], what: str) -> Found:
        """Wait until something is so, and let a story's time go by faster than time does while nobody is at work.

        Slack takes one message a second, and days are to pass.
        """
        time = asyncio.get_running_loop().time
        begun = time()
        while not (so := await found()):
            if time() - begun > PATIENCE:
                raise StoryError(f"it waited for {PATIENCE:.0f} s until {what}")
            await asyncio.sleep(MOMENT)
            if not self.bot.at_work():
                self.clock.reach(min(self.clock.offset + TICK, timedelta()))
        return so
