"""Socket Mode: one WebSocket to Slack that is always replaced, each time with a fresh ticket.

slack_sdk's own client tries a refused ticket for ever, reconnects at once for every reason, even when the link was
disabled, closes the old connection before it opens the next, and keeps no reference to the tasks that run listeners.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType
from pydantic import BaseModel, ConfigDict, ValidationError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports.trouble import TryLater, Unsure
from handlers.slack.calls import Refused, ask

log = structlog.get_logger()

HEARTBEAT = 10.0
HELLO_WITHIN = 10.0
LINGER = 10.0
"""Seconds for which a connection that Slack will close is still read; Slack warns about 10 s before."""
STEADY = 10.0
"""Seconds after which a connection that ends was a good one."""
DRAIN = 5.0
ACKNOWLEDGED_WITHIN = 3.0
"""Seconds; Slack does not wait longer."""
LONGEST_PAUSE = 30.0
OK = 200
OVER = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})

Dispatch = Callable[[dict[str, Any]], Awaitable[BoltResponse]]


class Ended(Enum):
    """Why a connection is no longer the one to use."""

    REPLACED = "refresh_requested"
    CROWDED = "too_many_websockets"
    DISABLED = "link_disabled"
    DROPPED = "dropped"


REASONS = {"warning": Ended.REPLACED, **{ended.value: ended for ended in Ended}}


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    type: str
    envelope_id: str | None = None
    payload: dict[str, Any] | None = None
    reason: str | None = None
    num_connections: int | None = None


@dataclass(slots=True, eq=False)
class _Line:
    ws: ClientWebSocketResponse
    greeted: bool = False


def backoff(tries: int) -> float:
    """Return the seconds to wait before a try (from 1): doubling, at most 30, spread so that starts do not coincide."""
    longest: float = min(LONGEST_PAUSE, 0.5 * 2 ** min(tries - 1, 10))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing


@dataclass(slots=True)
class SocketMode:
    """Receives envelopes, dispatches each in a task of its own, and sends the acknowledgement that comes back."""

    web: AsyncWebClient
    app_token: str
    http: ClientSession
    dispatch: Dispatch
    pause: Callable[[int], float] = backoff
    _line: _Line | None = None
    _up: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: asyncio.Task[None] | None = None
    _lingering: set[asyncio.Task[None]] = field(default_factory=set)
    _answering: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def connected(self) -> bool:
        """Whether Slack has greeted the present connection and it is open."""
        return self._line is not None and self._line.greeted and not self._line.ws.closed

    async def start(self) -> None:
        """Begin to connect; what goes wrong is logged and tried again."""
        self._runner = asyncio.create_task(self._run(), name="slack socket")

    async def wait(self) -> None:
        """Wait for ever; raises should the code here fail. A disabled link is not connected again."""
        if self._runner is not None:
            await asyncio.shield(self._runner)
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Stop receiving, give running listeners 5 s to acknowledge, close every connection."""
        await _cancel([task for task in (self._runner, *self._lingering) if task is not None])
        if self._answering:
            await asyncio.wait(self._answering, timeout=DRAIN)
        await _cancel(list(self._answering))
        await self._drop(self._line)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        tries = 0
        while True:
            if tries:
                await asyncio.sleep(self.pause(tries))
            begun = clock()
            ended = await self._one_connection()
            log.info("slack_socket_ended", reason=ended.value)
            if ended is Ended.DISABLED:
                log.error("slack_link_disabled", remedy="Switch on Socket Mode in the app's settings, then restart.")
                return
            steady = clock() - begun >= STEADY
            tries = 1 if steady else tries + 1
            if steady and ended is Ended.REPLACED:
                tries = 0

    async def _one_connection(self) -> Ended:
        line = await self._open()
        if line is None:
            return Ended.DROPPED
        self._line = line
        self._up.set()
        try:
            ended = await self._listen(line)
        finally:
            self._up.clear()
        if ended is Ended.REPLACED:
            self._keep(self._linger(line), self._lingering)
        else:
            await self._drop(line)
        return ended

    async def _open(self) -> _Line | None:
        """Connect with a fresh ticket; a ticket that was refused once stays refused."""
        ended = await ask(self.web.apps_connections_open(app_token=self.app_token))
        if isinstance(ended, Refused | TryLater | Unsure):
            log.warning("slack_ticket_refused", why=ended.error if isinstance(ended, Refused) else ended.why)
            return None
        try:
            ws = await self.http.ws_connect(
                str(ended.get("url")), heartbeat=HEARTBEAT, timeout=ClientWSTimeout(ws_close=2.0)
            )
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            # the error's own text names the URL, and with it the ticket
            log.warning("slack_socket_refused", why=type(error).__name__, status=getattr(error, "status", None))
            return None
        return _Line(ws)

    async def _listen(self, line: _Line) -> Ended:
        while True:
            try:
                message = await line.ws.receive(timeout=None if line.greeted else HELLO_WITHIN)
            except TimeoutError:
                return Ended.DROPPED
            if message.type in OVER:
                return Ended.DROPPED
            ended = self._take(line, message.data) if message.type is WSMsgType.TEXT else None
            if ended is not None:
                return ended

    def _take(self, line: _Line, text: str) -> Ended | None:
        try:
            frame = _Frame.model_validate_json(text)
        except ValidationError as problem:
            log.warning("slack_frame_not_understood", problems=problem.error_count())
            return None
        if frame.type == "hello":
            line.greeted = True
            log.info("slack_connected", connections=frame.num_connections)
        elif frame.type == "disconnect":
            return REASONS.get(frame.reason or "", Ended.DROPPED)
        elif frame.envelope_id is not None and frame.payload is not None:
            self._keep(self._answer(line, frame.envelope_id, frame.payload), self._answering)
        return None

    async def _answer(self, line: _Line, envelope: str, payload: dict[str, Any]) -> None:
        try:
            response = await self.dispatch(payload)
        except Exception:
            log.exception("slack_envelope_failed", envelope=envelope)
            return
        if response.status != OK:
            log.warning("slack_envelope_not_acknowledged", envelope=envelope, status=response.status)
            return
        answer: dict[str, Any] = {"envelope_id": envelope}
        if response.body:
            kind = response.headers.get("content-type", [""])[0]
            is_json = kind.startswith("application/json")
            answer["payload"] = json.loads(response.body) if is_json else {"text": response.body}
        await self._send(line, json.dumps(answer), envelope)

    async def _send(self, line: _Line, text: str, envelope: str) -> None:
        """Acknowledge where the envelope came from, or, where that is closed, on the connection that follows it."""
        if await _sent(line, text):
            return
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                await self._up.wait()
        except TimeoutError:
            pass
        if self._line is None or not await _sent(self._line, text):
            log.warning("slack_acknowledgement_lost", envelope=envelope)

    async def _linger(self, line: _Line) -> None:
        """Go on reading a connection that is being replaced, so that nothing falls between the two."""
        try:
            async with asyncio.timeout(LINGER):
                while await self._listen(line) is Ended.REPLACED:
                    pass
        except TimeoutError:
            pass
        finally:
            await self._drop(line)

    async def _drop(self, line: _Line | None) -> None:
        if line is not None:
            await line.ws.close()
        if self._line is line:
            self._line = None

    def _keep(self, work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
        """Run it in a task that is referred to until it is done: the loop itself holds tasks weakly."""
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _sent(line: _Line, text: str) -> bool:
    if line.ws.closed:
        return False
    try:
        await line.ws.send_str(text)
    except (ClientError, OSError):
        return False
    return True


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
