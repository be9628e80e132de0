"""One Socket Mode connection, kept up: a fresh ticket each time, replaced before the old one goes, and listened for."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports.trouble import TryLater, Unsure
from handlers.slack import frames
from handlers.slack.calls import Refused, ask
from handlers.slack.frames import Envelope, Goodbye, Hello, Rubbish

log = structlog.get_logger()

STEADY = 10.0
"""Seconds after which a connection that ends was a good one."""
CLOSE_WITHIN = 2.0
OVER = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})
SAID = frozenset({WSMsgType.TEXT, WSMsgType.BINARY})


class Ended(Enum):
    """Why a connection is no longer the one to use, or why there is none."""

    REPLACED = "refresh_requested"
    CROWDED = "too_many_websockets"
    DISABLED = "link_disabled"
    DROPPED = "dropped"
    SILENT = "silent"
    REFUSED = "refused"


REASONS = {
    "warning": Ended.REPLACED,
    **{ended.value: ended for ended in (Ended.REPLACED, Ended.CROWDED, Ended.DISABLED)},
}
PAUSES = {Ended.CROWDED: (20.0, 300.0), Ended.REFUSED: (30.0, 300.0)}
"""The first and the longest pause, in seconds: trying soon would only make a storm of it."""
OTHER_PAUSES = (0.5, 30.0)


def backoff(ended: Ended, tries: int) -> float:
    """Return the seconds to wait before a try (from 1): doubling up to a limit, spread so that none coincide."""
    first, longest = PAUSES.get(ended, OTHER_PAUSES)
    limit: float = min(longest, first * 2 ** min(tries - 1, 10))
    return limit * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing


@dataclass(frozen=True, slots=True)
class Timing:
    """All that a connection waits for, in seconds."""

    ping_every: float = 5.0
    silent_after: float = 15.0
    """Without any frame, ping or pong: the connection is dead, whatever the system thinks of its TCP."""
    hello_within: float = 10.0
    linger: float = 10.0
    """For how long a connection that Slack will close is still read; Slack warns about 10 s before."""
    stagger: float = 1.0
    """Between the first tries of several connections: Slack answers 409 to tickets that are asked for at once."""
    pause: Callable[[Ended, int], float] = backoff


@dataclass(slots=True, eq=False)
class Line:
    """One WebSocket. `heard` is the loop's time of the last frame, ping or pong."""

    ws: ClientWebSocketResponse
    opened: float
    heard: float
    greeted: bool = False

    @property
    def up(self) -> bool:
        """Whether Slack has greeted it and it is open."""
        return self.greeted and not self.ws.closed

    async def send(self, text: str) -> bool:
        """Send a frame; False when it certainly did not go."""
        if self.ws.closed:
            return False
        try:
            await self.ws.send_str(text)
        except (ClientError, OSError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class _NoLine:
    ended: Ended
    after: float = 0.0


class Events:
    """What a link tells whoever holds it; nothing here waits."""

    def greeted(self, connections: int | None) -> None:
        """Slack has greeted the link's connection, and says how many the app has."""

    def failed(self) -> None:
        """A try has failed."""

    def envelope(self, line: Line, envelope: Envelope) -> None:
        """Slack delivers something, to be acknowledged on this line."""


@dataclass(slots=True)
class Link:
    """Keeps one connection up. `run` ends only when Slack says that Socket Mode is switched off."""

    number: int
    web: AsyncWebClient
    app_token: str = field(repr=False)
    http: ClientSession
    events: Events
    timing: Timing = Timing()
    state: str = "not started"
    failures: int = 0
    """How often in a row there came no connection of it, or none that Slack left alone."""
    line: Line | None = None
    lingering: dict[asyncio.Task[None], Line] = field(default_factory=dict)
    _said: object = None

    @property
    def up(self) -> bool:
        """Whether envelopes arrive over it."""
        return self.line is not None and self.line.up

    def lines(self) -> int:
        """Count what Slack may count as this link's connections."""
        held = [line for line in (self.line, *self.lingering.values()) if line is not None and not line.ws.closed]
        return len(held) + (self.state == "connecting")

    async def run(self) -> None:
        """Connect, listen, and connect again; what goes wrong is logged once and tried again."""
        clock = asyncio.get_running_loop().time
        tries = 0
        while True:
            self.state = "connecting"
            begun = clock()
            ended, after = await self._one_connection()
            log.info("slack_socket_ended", link=self.number, reason=ended.value)
            if ended is Ended.DISABLED:
                self.state = "disabled"
                return
            steady = clock() - begun >= STEADY
            tries = 1 if steady else tries + 1
            if steady and ended is Ended.REPLACED:
                continue
            self.state = "waiting"
            await asyncio.sleep(max(after, self.timing.pause(ended, tries)))

    async def close(self) -> None:
        """Close every connection of this link, after `run` was cancelled."""
        for task in list(self.lingering):
            task.cancel()
        await asyncio.gather(*self.lingering, return_exceptions=True)
        self.state = "closed" if self.state != "disabled" else self.state
        await self._drop(self.line)

    async def _one_connection(self) -> tuple[Ended, float]:
        opened = await self._open()
        if isinstance(opened, _NoLine):
            self.failures += 1
            self.events.failed()
            return opened.ended, opened.after
        self.line, self.state = opened, "open"
        ended = await self._watched(opened)
        if ended is Ended.REPLACED:
            self._aside(opened, self._linger(opened))
        elif ended is Ended.SILENT:  # its closing waits in vain for an answer
            self.line = None
            self._aside(opened, self._drop(opened))
        else:
            await self._drop(opened)
        if ended in {Ended.CROWDED, Ended.SILENT} or not opened.greeted:
            self.failures += 1
            self._trouble("slack_socket_lost", why=ended.value)
            self.events.failed()
        return ended, 0.0

    async def _open(self) -> Line | _NoLine:
        """Connect with a fresh ticket; a ticket that was refused once stays refused."""
        ended = await ask(self.web.apps_connections_open(app_token=self.app_token))
        if isinstance(ended, Refused):
            return self._refused(ended)
        if isinstance(ended, TryLater | Unsure):
            self._trouble("slack_ticket_refused", why=ended.why)
            return _NoLine(Ended.DROPPED, ended.after if isinstance(ended, TryLater) else 0.0)
        try:
            ws = await self.http.ws_connect(
                # autoping would hide pings and pongs, and with them whether the other side lives
                str(ended.get("url")),
                autoping=False,
                timeout=ClientWSTimeout(ws_close=CLOSE_WITHIN),
            )
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            # the error's own text names the URL, and with it the ticket
            self._trouble("slack_socket_refused", why=type(error).__name__, status=getattr(error, "status", None))
            return _NoLine(Ended.DROPPED)
        now = asyncio.get_running_loop().time()
        return Line(ws, now, now)

    def _refused(self, refused: Refused) -> _NoLine:
        if refused.error == Ended.DISABLED.value:
            return _NoLine(Ended.DISABLED)
        if refused.revoked:
            remedy = "Make a new app-level token, set SLACK_APP_TOKEN and restart; if it becomes valid, it is used."
            self._trouble("slack_app_token_refused", remedy=remedy, why=refused.error)
            return _NoLine(Ended.REFUSED)
        self._trouble("slack_ticket_refused", why=refused.error)
        return _NoLine(Ended.DROPPED)

    async def _watched(self, line: Line) -> Ended:
        """Listen, and ping meanwhile; a connection that says nothing any more is given up."""
        watch = asyncio.create_task(self._ping(line))
        try:
            ended = await self._listen(line)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        return Ended.SILENT if ended is Ended.DROPPED and self._silent(line) else ended

    async def _ping(self, line: Line) -> None:
        while not self._silent(line):
            await asyncio.sleep(self.timing.ping_every)
            try:
                await line.ws.ping()
            except (ClientError, OSError):
                return  # whoever listens sees it end
        await line.ws.close()  # ends the listening, too

    def _silent(self, line: Line) -> bool:
        return asyncio.get_running_loop().time() - line.heard >= self.timing.silent_after

    async def _listen(self, line: Line) -> Ended:
        clock = asyncio.get_running_loop().time
        while True:
            left = None if line.greeted else max(0.0, line.opened + self.timing.hello_within - clock())
            try:
                message = await line.ws.receive(timeout=left)
                if message.type is WSMsgType.PING:
                    await line.ws.pong(message.data)
            except (TimeoutError, ClientError, OSError):
                return Ended.DROPPED
            if message.type is WSMsgType.ERROR:
                # aiohttp has ended the connection: too large, no UTF-8; its text may tell what stood there
                code = getattr(message.data, "code", None)
                log.warning("slack_frame_not_read", link=self.number, why=getattr(code, "name", "not a frame"))
            if message.type in OVER:
                return Ended.DROPPED
            line.heard = clock()
            ended = self._take(line, message.data) if message.type in SAID else None
            if ended is not None:
                return ended

    def _take(self, line: Line, said: str | bytes) -> Ended | None:
        frame = frames.read(said) if isinstance(said, str) else Rubbish("no text")
        match frame:
            case Hello():
                self._greeted(line, frame)
            case Goodbye():
                return REASONS.get(frame.reason, Ended.DROPPED)
            case Envelope():
                self.events.envelope(line, frame)
            case Rubbish():
                log.warning("slack_frame_not_understood", link=self.number, why=frame.why)
        return None

    def _greeted(self, line: Line, hello: Hello) -> None:
        line.greeted = True
        self.state, self.failures, self._said = "connected", 0, None
        log.info("slack_connected", link=self.number, connections=hello.connections)
        self.events.greeted(hello.connections)

    async def _linger(self, line: Line) -> None:
        """Go on reading a connection that is being replaced, so that nothing falls between the two."""
        try:
            async with asyncio.timeout(self.timing.linger):
                while await self._listen(line) is Ended.REPLACED:
                    pass
        except TimeoutError:
            pass
        finally:
            await self._drop(line)

    def _aside(self, line: Line, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.lingering[task] = line
        task.add_done_callback(lambda done: self.lingering.pop(done, None))

    async def _drop(self, line: Line | None) -> None:
        if line is not None:
            await line.ws.close()
        if self.line is line:
            self.line = None

    def _trouble(self, event: str, **facts: Any) -> None:
        """Say what is wrong once, and not again at each try, until a connection stands or something else is wrong."""
        if (event, facts) != self._said:
            self._said = (event, facts)
            log.warning(event, link=self.number, **facts)
