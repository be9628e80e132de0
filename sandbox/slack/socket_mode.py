"""Socket Mode: tickets, connections, and envelopes that wait to be acknowledged."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from aiohttp import WSMsgType, web

from sandbox.slack.refusal import RefusalError
from sandbox.slack.workspace import Workspace

MOST_CONNECTIONS = 10
HOST = "applink-sandbox"
REDELIVERED_AFTER = (0.0, 60.0, 300.0)
"""Seconds before each redelivery of an event: at once, after a minute, after five."""


class SocketMode:
    """Every open connection of the app, and what was sent over them.

    `ack_within` is in real seconds, since the one who must answer lives in real time. `sent` keeps every envelope.
    What Slack was seen to do may be asked for: `most` connections and no more, `ghosts` that it counts besides,
    each envelope `doubled`, over every connection at once.
    """

    def __init__(self, workspace: Workspace, *, ack_within: float = 3.0) -> None:
        self.workspace = workspace
        self.ack_within = ack_within
        self.redelivered_after: Sequence[float] = REDELIVERED_AFTER
        self.enabled = True
        self.most = MOST_CONNECTIONS
        self.ghosts = 0
        self.doubled = False
        self.sent: list[dict[str, Any]] = []
        self.connections: list[web.WebSocketResponse] = []
        self._numbers = itertools.count(1)
        self._turn = itertools.count()
        self._tickets: set[str] = set()
        self._transports: dict[web.WebSocketResponse, asyncio.Transport] = {}
        self._muted: list[asyncio.Transport] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._redelivering: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """Return the route of the connections."""
        return [web.get("/link/", self.connect)]

    def ticket_url(self, base_url: str) -> str:
        """Return an address that connects once."""
        if not self.enabled:
            raise RefusalError("link_disabled")
        ticket = f"{next(self._numbers):08x}"
        self._tickets.add(ticket)
        return f"ws{base_url.removeprefix('http')}/link/?ticket={ticket}&app_id={self.workspace.app.app_id}"

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Greet a connection and read its acknowledgements until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPUnauthorized(text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections.append(socket)
        if request.transport is not None:
            self._transports[socket] = request.transport
        if len(self.connections) > self.most:
            await self._hang_up(socket, "too_many_websockets")
            return socket
        await socket.send_json(self._hello())
        self.workspace.changes.announce()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._forget(socket)
        return socket

    async def deliver(
        self, kind: str, payload: dict[str, Any], *, accepts: bool = False, again: dict[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """Send one envelope and return its acknowledgement, or None when nobody acknowledged in time."""
        envelope = again or {
            "envelope_id": str(UUID(int=next(self._numbers))),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": accepts,
        }
        self.sent.append(envelope)
        known = envelope["envelope_id"]
        answer = self._waiting[known] = asyncio.get_running_loop().create_future()
        try:
            if not await self._send(envelope):
                return None
            return await asyncio.wait_for(answer, self.ack_within)
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(known, None)

    async def deliver_event(self, payload: dict[str, Any]) -> bool:
        """Send an event and return whether it was acknowledged; else it is sent again later, up to three times."""
        first = self._event_envelope(payload)
        if await self.deliver("events_api", payload, again=first) is not None:
            return True
        task = asyncio.create_task(self._redeliver(first))
        self._redelivering.add(task)
        task.add_done_callback(self._redelivering.discard)
        return False

    async def disconnect_one(self, socket: web.WebSocketResponse, reason: str) -> None:
        """End one connection, as Slack replaces them: one after another."""
        await self._hang_up(socket, reason)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """End every connection as Slack does: `warning` only announces it, all other reasons hang up."""
        if reason == "link_disabled":
            self.enabled = False
        for socket in list(self.connections):
            await self._hang_up(socket, reason)

    def mute(self) -> None:
        """Let every connection hang: nothing is read any more, no ping answered, and nobody is told."""
        for socket in list(self.connections):
            transport = self._transports.get(socket)
            self._forget(socket)
            if transport is not None:
                transport.pause_reading()
                self._muted.append(transport)

    def drop(self) -> None:
        """Cut every connection without a word, as a broken network does."""
        for socket in list(self.connections):
            transport = self._transports.get(socket)
            self._forget(socket)
            if transport is not None:
                transport.abort()

    async def close(self) -> None:
        """End everything that runs."""
        for task in list(self._redelivering):
            task.cancel()
        await asyncio.gather(*self._redelivering, return_exceptions=True)
        for transport in self._muted:
            transport.abort()
        for socket in list(self.connections):
            await socket.close()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections) + self.ghosts,
            "connection_info": {"app_id": self.workspace.app.app_id},
            "debug_info": {"host": HOST, "build_number": 1, "approximate_connection_time": 18060},
        }

    def _event_envelope(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {
            "envelope_id": str(UUID(int=next(self._numbers))),
            "type": "events_api",
            "payload": payload,
            "accepts_response_payload": False,
            "retry_attempt": 0,
            "retry_reason": "",
        }

    async def _redeliver(self, first: dict[str, Any]) -> None:
        for attempt, wait in enumerate(self.redelivered_after, start=1):
            await asyncio.sleep(wait)
            envelope = {**first, "retry_attempt": attempt, "retry_reason": "timeout"}
            if await self.deliver("events_api", first["payload"], again=envelope) is not None:
                return

    async def _send(self, envelope: dict[str, Any]) -> bool:
        """Send to one of the open connections, each in its turn, or to all; False when none of them took it."""
        alive = [socket for socket in self.connections if not socket.closed]
        if not alive:
            return False
        chosen = alive if self.doubled else [alive[next(self._turn) % len(alive)]]
        sent = False
        for socket in chosen:
            try:
                await socket.send_json(envelope)
            except ConnectionError:
                continue
            sent = True
        return sent

    async def _hang_up(self, socket: web.WebSocketResponse, reason: str) -> None:
        frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}}
        await socket.send_json(frame)
        if reason != "warning":
            self._forget(socket)
            await socket.close()

    def _acknowledge(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
        if waiting and not waiting.done():
            waiting.set_result(answer)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        self._transports.pop(socket, None)
        if socket in self.connections:
            self.connections.remove(socket)
            self.workspace.changes.announce()
