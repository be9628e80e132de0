"""Socket Mode: two connections to Slack, kept up apart from each other, so that replacing one leaves no gap.

slack_sdk's own client tries a refused ticket for ever, reconnects at once for every reason, even when the link was
disabled, closes the old connection before it opens the next, and keeps no reference to the tasks that run listeners.
Slack sends an envelope over any one connection; one that comes twice is stored once, by its key in the inbox.
"""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from aiohttp import ClientSession
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack import delivered, garbled
from handlers.slack.delivered import Act, Event, Malformed
from handlers.slack.frames import Envelope
from handlers.slack.link import Events, Line, Link, Timing

log = structlog.get_logger()

CONNECTIONS = 2
DRAIN = 3.5
"""Seconds that a stop waits for listeners: Slack itself waits 3 for their acknowledgements."""
ACKNOWLEDGED_WITHIN = 3.0
"""Seconds; Slack does not wait longer."""
ENOUGH_FAILURES = 3
"""Tries after which a connection is not merely late but missing."""
OK = 200
KIND = re.compile(r"[a-z_]{1,40}")

Dispatch = Callable[[dict[str, Any]], Awaitable[BoltResponse]]


@dataclass(slots=True)
class SocketMode(Events):
    """Receives envelopes, dispatches each in a task of its own, and sends the acknowledgement that comes back."""

    web: AsyncWebClient
    app_token: str = field(repr=False)
    http: ClientSession
    dispatch: Dispatch
    timing: Timing = field(default_factory=Timing)
    connections: int = CONNECTIONS
    _links: list[Link] = field(default_factory=list)
    _up: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: asyncio.Task[None] | None = None
    _answering: set[asyncio.Task[None]] = field(default_factory=set)
    _missing: bool = False
    _ghosts: int = 0

    @property
    def connected(self) -> bool:
        """Whether Slack has greeted a connection that is open now."""
        return any(link.up for link in self._links)

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return, for people: how many connections stand; of each its state and the seconds since it was heard."""
        now = asyncio.get_running_loop().time()
        known = [(link.state, link.line) for link in self._links]
        each = [
            {"state": state, "heard": None if line is None else round(now - line.heard, 1)} for state, line in known
        ]
        return {"connected": sum(link.up for link in self._links), "connections": each}

    async def start(self) -> None:
        """Begin to connect; what goes wrong is logged and tried again."""
        self._links = [
            Link(number, self.web, self.app_token, self.http, self, self.timing)
            for number in range(1, self.connections + 1)
        ]
        self._runner = asyncio.create_task(self._run(), name="slack sockets")

    async def wait(self) -> None:
        """Wait for ever; raises should the code here fail. A disabled link is not connected again."""
        if self._runner is not None:
            await asyncio.shield(self._runner)
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Stop receiving, give running listeners 3.5 s to acknowledge, close every connection."""
        await _cancel([self._runner] if self._runner is not None else [])
        if self._answering:
            await asyncio.wait(self._answering, timeout=DRAIN)
        await _cancel(list(self._answering))
        await self._close_links()

    async def _run(self) -> None:
        """Keep every connection up until one ends: Slack has switched the link off, or our own code failed."""
        tasks = [asyncio.create_task(self._keep_up(link), name=f"slack socket {link.number}") for link in self._links]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel(tasks)
        for task in ended:
            task.result()
        log.error("slack_link_disabled", remedy="Switch on Socket Mode in the app's settings, then restart.")
        for link in self._links:
            link.state = "disabled"
        await self._close_links()

    async def _keep_up(self, link: Link) -> None:
        spread = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
        await asyncio.sleep((link.number - 1) * self.timing.stagger * spread)
        await link.run()

    async def _close_links(self) -> None:
        await asyncio.gather(*[link.close() for link in self._links])

    def greeted(self, connections: int | None) -> None:
        """Notice who waits to acknowledge, whether all connections stand, and those that are not ours."""
        self._up.set()
        if self._missing and all(link.up for link in self._links):
            self._missing = False
            log.info("slack_all_connections_stand", connections=len(self._links))
        ours = sum(link.lines() for link in self._links)
        ghosts = max(0, (connections or 0) - ours)
        if ghosts > self._ghosts:
            remedy = "If no other process uses this app token, Slack sends some clicks nowhere until they time out."
            log.warning("slack_ghost_connections", counted_by_slack=connections, ours=ours, remedy=remedy)
        self._ghosts = ghosts

    def failed(self) -> None:
        """Say once that the bot works with fewer connections than it wants."""
        missing = [link for link in self._links if link.failures >= ENOUGH_FAILURES]
        if self.connected and missing and not self._missing:
            self._missing = True
            remedy = "The bot works on; a click may be lost while Slack replaces the connection that is left."
            log.warning("slack_connection_missing", missing=len(missing), of=len(self._links), remedy=remedy)

    def envelope(self, line: Line, envelope: Envelope) -> None:
        """Work it off in a task that is referred to until it is done: the loop itself holds tasks weakly."""
        self._keep(self._answer(line, envelope))

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, line: Line, envelope: Envelope) -> None:
        answer: dict[str, Any] = {"envelope_id": envelope.id}
        said = await self._said(envelope)
        if said is None:
            return
        if said:
            answer["payload"] = said
        if not await self._acknowledged(line, json.dumps(answer)):
            log.warning("slack_acknowledgement_lost", envelope=envelope.id)

    async def _said(self, envelope: Envelope) -> dict[str, Any] | None:
        """Have an envelope worked off and return what goes with its acknowledgement; None where it gets none.

        What can never be read is acknowledged, too, or Slack would send it again; whoever acted is told, where Slack
        has a place for it.
        """
        read = delivered.enveloped(envelope.kind, envelope.payload)
        if isinstance(read, Malformed):
            log.warning("slack_envelope_not_understood", envelope=envelope.id, kind=_named(envelope.kind))
            return garbled.command() if envelope.kind == "slash_commands" else garbled.form(envelope.payload)
        if not isinstance(read, Act | Event):
            log.info("slack_request_not_followed", kind=_named(envelope.kind))
            return {}
        try:
            response = await self.dispatch(read.body)
        except Exception:
            log.exception("slack_envelope_failed", envelope=envelope.id)
            return None
        if response.status != OK:
            log.warning("slack_envelope_not_acknowledged", envelope=envelope.id, status=response.status)
            return None
        if not response.body:
            return {}
        kind = response.headers.get("content-type", [""])[0]
        as_json = kind.startswith("application/json")
        return cast("dict[str, Any]", json.loads(response.body)) if as_json else {"text": response.body}

    async def _acknowledged(self, line: Line, text: str) -> bool:
        """Acknowledge where the envelope came from, or, where that is closed, on any other, or the next one."""
        if await line.send(text):
            return True
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                while True:
                    self._up.clear()
                    for link in self._links:
                        if link.line is not None and link.line.up and await link.line.send(text):
                            return True
                    await self._up.wait()
        except TimeoutError:
            return False


def _named(kind: object) -> str:
    """Return the kind that is written on an envelope, for the log: a few characters at most, and only of a name."""
    return kind if isinstance(kind, str) and KIND.fullmatch(kind) else "no name"


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
