"""The people of the simulation: they press real buttons, and Slack hands what they do to the bot's own listeners."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from slack_bolt.async_app import AsyncAck

from handlers.slack import payloads
from handlers.slack.app import Desk
from handlers.slack.chat import SlackChat
from handlers.slack.listeners import FORM_ACTIONS, PREFIX, Listeners
from handlers.slack.listeners_forms import FormListeners
from handlers.slack.payloads import Clicked, NotUnderstood, Submitted, Typed
from sandbox.slack.driver import Driver, Interaction
from sandbox.slack.filled import Value
from sandbox.slack.messages import Message
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.workspace import Workspace

Spawn = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]
Read = Clicked | Submitted | Typed | NotUnderstood


@dataclass(slots=True)
class Delivery:
    """One delivery of what somebody did. `at` is the loop's time of arrival; `acknowledged` is what Slack knows.

    `forged` says what is wrong with it where nobody did it: nothing may follow from it.
    """

    at: float
    read: Read
    forged: str = ""
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Process:
    """The bot as Slack reaches it: its listeners, its command, and how a task of that process is begun."""

    listeners: Listeners
    command: str
    spawn: Spawn

    async def take(self, kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the app does with one payload; returns what it acknowledges with."""
        ack = AsyncAck()  # type: ignore[no-untyped-call]
        if kind == "slash_commands" and payload["command"] == self.command:
            await self.listeners.commanded(ack, payload)
        elif payload.get("type") == "block_actions" and payload["actions"][0]["action_id"].startswith(PREFIX):
            await self.listeners.clicked(ack, payload)
        elif payload.get("type") == "view_submission" and payload["view"]["callback_id"] in FORM_ACTIONS:
            await self.listeners.submitted(ack, payload)
        else:
            await ack()
        body = ack.response.body if ack.response else ""
        return cast("dict[str, Any]", json.loads(body)) if body.startswith("{") else {"text": body} if body else {}


@dataclass(slots=True)
class Courier:
    """Slack's way to the bot, in place of a WebSocket. It belongs to the world.

    Args:
        rng: decides what is left to chance.
        lost: how likely a delivery never arrives; Slack does not repeat what people do.
        twice: how likely it arrives once more, some seconds after.
        unheard: how likely the acknowledgement is lost on its way back.
        ack_within: seconds that Slack waits for an acknowledgement.
        latest: seconds within which a delivery arrives.
    """

    rng: random.Random
    lost: float = 0.0
    twice: float = 0.0
    unheard: float = 0.0
    ack_within: float = 3.0
    latest: float = 0.5
    process: Process | None = None
    log: list[Delivery] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    """What listeners raised; Slack's people saw an error."""
    carried: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Kind and payload of everything that somebody really did."""
    _again: set[asyncio.Future[Any]] = field(default_factory=set)

    def connect(self, desk: Desk, window: SlackChat, command: str, spawn: Spawn = asyncio.ensure_future) -> None:
        """Deliver to a process from now on; `process = None` is its death.

        Args:
            desk: where acts go; the bot's Reception.
            window: what says things at once; the bot's SlackChat.
            command: the slash command's name, with its slash.
            spawn: begins a task that dies with the process.
        """
        self.process = Process(Listeners(desk, window, FormListeners(desk, window)), command, spawn)

    async def deliver(
        self, kind: str, payload: dict[str, Any], *, accepts: bool = False, again: dict[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """Deliver what somebody did; returns the acknowledgement, or None when Slack heard of none in time."""
        del again  # events are delivered again by Slack; nothing else is
        self.carried.append((kind, payload))
        if self.rng.random() < self.twice:
            task = asyncio.ensure_future(self._once_more(kind, payload))
            self._again.add(task)
            task.add_done_callback(self._again.discard)
        answer = await self._deliver(kind, payload)
        if answer is None:
            return None
        return {"payload": answer} if accepts else {}

    async def _once_more(self, kind: str, payload: dict[str, Any]) -> None:
        await asyncio.sleep(self.rng.uniform(0.0, 10.0))
        await self._deliver(kind, payload)

    async def forge(self, kind: str, payload: dict[str, Any], what: str) -> None:
        """Deliver what nobody did; `what` says how it can be told."""
        await self._deliver(kind, payload, what)

    async def replay(self, kind: str, payload: dict[str, Any]) -> None:
        """Deliver what somebody did once more, however late."""
        await self._deliver(kind, payload)

    async def _deliver(self, kind: str, payload: dict[str, Any], forged: str = "") -> dict[str, Any] | None:
        await asyncio.sleep(self.rng.uniform(0.0, self.latest))
        process, lost = self.process, self.rng.random() < self.lost
        if process is None or lost:
            return None
        delivery = Delivery(asyncio.get_running_loop().time(), _read(kind, payload), forged)
        self.log.append(delivery)
        done: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        process.spawn(self._hand_over(process, kind, payload, done))
        try:
            answer = await asyncio.wait_for(done, self.ack_within)
        except TimeoutError:
            return None
        if self.rng.random() < self.unheard:
            return None
        delivery.acknowledged = answer.get("response_action") != "errors"  # which asks them to send it otherwise
        return answer

    async def _hand_over(
        self, process: Process, kind: str, payload: dict[str, Any], done: asyncio.Future[dict[str, Any]]
    ) -> None:
        try:
            answer = await process.take(kind, payload)
        except Exception as error:  # noqa: BLE001 - as Bolt does: what was not acknowledged, the person sees fail
            self.failures.append(error)
            return
        if not done.done():
            done.set_result(answer)


@dataclass(frozen=True, slots=True)
class People:
    """What people do in the workspace. Each act says whether Slack heard of an acknowledgement."""

    workspace: Workspace
    courier: Courier

    async def press(self, who: str, message: Message, button: str, *, version: int = -1) -> Interaction:
        """Press a button of a message by its words; an older version is what a stale client still shows.

        Raises:
            LookupError: there is no such button to be seen.
        """
        return await self._driver.click(who, message, button, version=version)

    async def reject(self, who: str, message: Message, reason: str) -> Interaction | None:
        """Press Reject, fill in the form and send it; None when no form came."""
        return await self.fill(who, message, "Reject", {"reason": reason})

    async def fill(
        self, who: str, message: Message, button: str, values: Mapping[str, Value], *, within: float = 10.0
    ) -> Interaction | None:
        """Press a button that opens a form, fill that in and send it; None when no form came."""
        open_before = len(self.workspace.modals(who))
        await self.press(who, message, button)
        try:
            await self.workspace.changed(lambda: len(self.workspace.modals(who)) > open_before, within)
        except TimeoutError:
            return None
        return await self._driver.submit(who, values)

    async def type(self, who: str, where: str, line: str) -> Interaction:
        """Type a slash command."""
        return await self._driver.command(who, where, line)

    async def again(self, interaction: Interaction) -> Interaction:
        """Have Slack deliver the same payload once more, however late."""
        return await self._driver.redeliver(interaction)

    @property
    def _driver(self) -> Driver:
        return Driver(self.workspace, cast("SocketMode", self.courier))


def _read(kind: str, payload: dict[str, Any]) -> Read:
    if kind == "slash_commands":
        return payloads.command(payload)
    return payloads.form(payload) if payload.get("type") == "view_submission" else payloads.click(payload)
