"""Where told stories play: people who do what they mean to do until it is done, and nothing that is left to chance."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from sandbox.slack.driver import Interaction
from sandbox.slack.filled import Value
from sandbox.slack.messages import Message
from simulation.life import Earth
from simulation.story import Story, shows

PATIENCE = 900.0
"""Seconds that anybody waits for anything: longer than a lost request is looked up for, and than any pause."""
REST_WITHIN = 1800.0
TRIES = 10
"""How often somebody types what the bot does not acknowledge: as long as any life takes to begin."""
CHANNELS = ("C0PAYMENTS", "C0DOCS")


@dataclass(slots=True)
class Stage:
    """A world in which all goes well but for what a story says, and for the crashes.

    Args:
        earth: the world.
        gap: says after how many seconds the next life begins when one has ended.
        counts: whether what happens now is this story's own; else another one tells it, too, and tries its points.
    """

    earth: Earth
    gap: Callable[[], float]
    counts: bool = True
    trace: list[str] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Write a line of the trace."""
        self.trace.append(f"{self.earth.loop.now:9.3f} {what}")

    async def play(self, told: Callable[["Stage"], Awaitable[None]]) -> None:
        """Let a story be told, and all come to rest.

        Raises:
            AssertionError: what somebody waits for never happens, or rest never comes.
        """
        story = Story(self.earth, random.Random(0))
        story.furnish()
        self.earth.deployer.breaks = 0.0
        self._live()
        self._tasks.append(asyncio.ensure_future(self._operator()))
        await self.until(self._adopted, "every lane adopted")  # what was built before is nobody's to ship
        await told(self)
        try:
            await self.until(lambda: not (story.unrest() or self._asked()), "rest", REST_WITHIN, every=5.0)
        except AssertionError:
            raise AssertionError(f"no rest: {story.unrest() or self._asked()}") from None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ending(self) -> list[str]:
        """Return what became of each release, what was begun of it, and what was announced."""
        rows = self.earth.disk.connection.execute(
            "SELECT number, key, state, json_extract(build, '$.title') FROM releases ORDER BY number"
        )
        begun = [one.key for one in self.earth.landed()]
        return [
            *(f"R-{n} {title}: {state}, begun {begun.count(key)} times" for n, key, state, title in rows),
            *(f"announced: {said}" for said in self._announced()),
        ]

    def _announced(self) -> list[str]:
        """Return the first line of each announcement."""
        messages = self.earth.workspace.channel("C0RELEASES").messages
        return [message.text.splitlines()[0] for message in messages if not message.is_reply]

    def _adopted(self) -> bool:
        execute = self.earth.disk.connection.execute
        (adopted,) = execute("SELECT count(*) FROM lanes WHERE adopted_at IS NOT NULL").fetchone()
        return bool(adopted == sum(len(service.lanes) for service in self.earth.policy.services))

    # -- lives -------------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        life = self.earth.live()
        self.note(f"life {life.process.number} begins")
        self._tasks.append(asyncio.ensure_future(self._bury(life.process.died)))

    async def _bury(self, died: asyncio.Event) -> None:
        await died.wait()
        self.note("it died")
        await asyncio.sleep(self.gap())
        self._live()

    # -- what people do ----------------------------------------------------------------------------------------------

    async def push(self, repository: str, title: str) -> str:
        """Push a commit, which is built by itself; returns its hash."""
        self.note(f"pushes {title}")
        return await self.earth.forge.push(repository, title)

    async def until(
        self, happened: Callable[[], object], what: str, within: float = PATIENCE, every: float = 1.0
    ) -> None:
        """Wait for something to be seen."""
        loop = asyncio.get_running_loop()
        by = loop.time() + within
        while not happened():
            if loop.time() > by:
                raise AssertionError(f"nobody ever saw {what}")
            await asyncio.sleep(every)

    async def presses(self, who: str, button: str, of: str, values: Mapping[str, Value] | None = None) -> None:
        """Press a button as soon as it is to be seen, and again while Slack shows an error and the button.

        Args:
            who: whose click it is.
            button: its words.
            of: words of the message's text.
            values: what the form that opens is filled in with; None: none opens.
        """
        await self.until(lambda: self.seen(button, of), f"{button} of {of}")
        while (message := self.seen(button, of)) is not None:
            self.note(f"{who} presses {button} of {message.text[:40]!r}")
            done: Interaction | None
            if values is None:
                done = await self.earth.people.press(who, message, button)
            else:
                done = await self.earth.people.fill(who, message, button, values)
            if done is not None and done.acknowledged:
                return
            await asyncio.sleep(20.0)

    async def types(self, who: str, line: str) -> None:
        """Type a command, and again while Slack shows an error."""
        self.note(f"{who} types {line}")
        for _ in range(TRIES):
            if (await self.earth.people.type(who, "payments", line)).acknowledged:
                return
            await asyncio.sleep(20.0)

    def seen(self, button: str, of: str, channels: tuple[str, ...] = CHANNELS) -> Message | None:
        """Return the newest message whose words are these and that has such a button."""
        there = [m for c in channels for m in self.earth.workspace.channel(c).messages if of in m.text]
        return next((m for m in reversed(there) if shows(m, button, -1)), None)

    async def lives(self, title: str) -> None:
        """Wait until the last release of a change is live."""
        query = "SELECT state FROM releases WHERE json_extract(build, '$.title') = ? ORDER BY number DESC LIMIT 1"
        execute = self.earth.disk.connection.execute
        await self.until(lambda: execute(query, (title,)).fetchone() == ("live",), f"{title} live")

    async def _operator(self) -> None:
        """Answer what operations are asked: a question truthfully, once nothing is under way; a letter by its matter.

        A lost deploy that never arrived is tried again, and so is an announcement that nobody can see.
        """
        while True:
            await asyncio.sleep(15.0)
            if any(network.under_way for network in self.earth.networks):
                continue
            asked = self._asked()
            if asked is not None and shows(asked, "It did run", -1):
                ran = any(one.key in str(asked.blocks) for one in self.earth.landed())
                await self._answers(asked, "It did run" if ran else "Try again")
            elif asked is not None:
                is_there = len(self._announced()) == self._once_live()
                await self._answers(asked, "Abandon" if is_there else "Try again")

    def _asked(self) -> Message | None:
        """Return what operations are asked and nobody has answered, if anything.

        Where an answer of Slack was lost, a copy of it may stand there for ever; whoever clicks that is told so.
        """
        rows = self.earth.disk.connection.execute("SELECT ts FROM cards WHERE channel = 'C0OPS'")
        kept = {ts for (ts,) in rows}
        there = [message for message in self.earth.workspace.channel("C0OPS").messages if message.ts in kept]
        return next((message for message in there if shows(message, "Abandon", -1)), None)

    def _once_live(self) -> int:
        """Return how many releases are or were live, each of which is announced."""
        query = "SELECT count(*) FROM audit WHERE action = 'live'"
        (number,) = self.earth.disk.connection.execute(query).fetchone()
        return int(number)

    async def _answers(self, message: Message, button: str) -> None:
        self.note(f"U0SAM answers {button} to {message.text[:60]!r}")
        await self.earth.people.press("U0SAM", message, button)
