"""What people do in the workspace, for tests and for the page: write, click, put in, send, close, open the Home tab."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from sandbox.slack import envelopes
from sandbox.slack.directory import PAIR, Channel, Person
from sandbox.slack.filled import Value
from sandbox.slack.finding import Target, element_of, fill_in, wrong_values
from sandbox.slack.messages import Block, Message
from sandbox.slack.modal_answer import take_answer
from sandbox.slack.refusal import RefusalError
from sandbox.slack.response_url import respond
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.using import KEPT, action_of, known_ids, put_in, suggested
from sandbox.slack.views import Home, Modal, View
from sandbox.slack.weather import Weather
from sandbox.slack.workspace import SLACKBOT, Workspace
from sandbox.slack.writing import typed

MOST_IN_DIRECT = 9
"""Somebody and eight others."""
TOLD = {"im": "im", "mpim": "mpim", "private_channel": "groups", "public_channel": "channels"}
"""What the event of a message is called, by the kind of place."""
Somebody = str | Person
Somewhere = str | Channel


@dataclass(frozen=True, slots=True)
class Interaction:
    """What was sent to the app and what came back. `sent` is false where Slack's client itself refused."""

    kind: str
    payload: dict[str, Any]
    acknowledged: bool = False
    sent: bool = True
    answer: dict[str, Any] | None = None

    @property
    def trigger_id(self) -> str:
        """Return the trigger id that came with it."""
        return str(self.payload.get("trigger_id", ""))

    @property
    def response_url(self) -> str:
        """Return the response URL that came with it."""
        return str(self.payload.get("response_url", ""))


class Transport(Protocol):
    """How what happens reaches the app."""

    async def deliver(self, kind: str, payload: dict[str, Any], *, accepts: bool = False) -> dict[str, Any] | None:
        """Send a command or an interaction; its answer has a `payload` where the app said something, or is None."""

    async def deliver_event(self, payload: dict[str, Any]) -> bool:
        """Send an event and return whether it was acknowledged."""

    async def close(self) -> None:
        """End everything that runs."""


class Driver:
    """Acts as any person. Each act returns when the app has acknowledged it, or did not in time.

    What happens goes over `transport`: the app's sockets, until somebody names a request URL.
    """

    def __init__(self, workspace: Workspace, sockets: SocketMode, weather: Weather | None = None) -> None:
        self.workspace = workspace
        self.sockets = sockets
        self.weather = weather or Weather()
        self.transport: Transport = sockets

    async def command(self, who: Somebody, where: Somewhere, line: str) -> Interaction:
        """Type a slash command, such as `/deploy status`."""
        person, channel = self.workspace.person(who), self.workspace.channel(where)
        name, _, text = line.strip().partition(" ")
        if name not in {one.command for one in self.workspace.app.commands}:
            self._slackbot(person, channel, f"{name} is not a valid command.")
            return Interaction("slash_commands", {}, sent=False)
        given = self.workspace.one_shots.response(person.id, channel.id)
        urls = (f"{self.workspace.url}/response/{given.id}", self.workspace.one_shots.trigger(person.id))
        payload = envelopes.slash_command(self.workspace, person, channel, name, text.strip(), urls)
        done = await self._send("slash_commands", payload, accepts=True)
        if not done.acknowledged:
            self._slackbot(person, channel, f"{name} failed because the app did not respond.")
        elif done.answer:
            try:
                respond(self.workspace, given, done.answer)
            except RefusalError as refusal:
                self._slackbot(person, channel, f'{name} failed with the error "{refusal.error}"')
        return done

    async def say(self, who: Somebody, where: Somewhere, text: str, *, thread: Message | None = None) -> Message:
        """Write a message as a person; the app hears of it where it subscribed to that and is there.

        What a person types as @name and #channel is a mention, which `text` may also hold as Slack writes it.
        """
        person, channel = self.workspace.person(who), self.workspace.channel(where)
        if channel.person and self.workspace.app.messages_read_only:
            raise LookupError(f"{self.workspace.app.name} takes no messages here")
        text = typed(self.workspace, text)
        message = self.workspace.post(channel, person.id, text, thread_ts=thread.ts if thread else None)
        # Slack dispatches no app_mention in direct messages, and none where the app is not
        if f"<@{self.workspace.app.bot_user}>" in text and channel.is_member and channel.kind != "im":
            await self.event(envelopes.written(self.workspace, message, "app_mention"))
        if f"message.{TOLD[channel.kind]}" in self.workspace.app.events and channel.is_member:
            event = envelopes.written(self.workspace, message, "message")
            await self._tell(event)
        return message

    def open_direct(self, who: Somebody, others: Collection[Somebody]) -> Channel:
        """Open the direct message of a person with others, up to eight; the app hears of it only where it is one.

        Raises:
            LookupError: nobody else is named, too many are, or somebody has left.
        """
        everybody = [self.workspace.person(one) for one in (who, *others)]
        if gone := [one.name for one in everybody if one.deleted]:
            raise LookupError(f"{', '.join(gone)} left the workspace")
        ids = {one.id for one in everybody}
        if not PAIR <= len(ids) <= MOST_IN_DIRECT:
            raise LookupError(f"a direct message is between {PAIR} and {MOST_IN_DIRECT} people")
        return self.workspace.direct_between(ids)

    async def mention(self, who: Somebody, where: Somewhere, text: str, *, thread: Message | None = None) -> Message:
        """Write a message that begins with the app's name, such as `status payments`."""
        return await self.say(who, where, f"<@{self.workspace.app.bot_user}> {text}", thread=thread)

    async def event(self, event: dict[str, Any]) -> bool:
        """Tell the app of an event, if it subscribed; return whether it acknowledged."""
        if event["type"] not in self.workspace.app.events:
            return False
        return await self._tell(event)

    async def open_home(self, who: Somebody, tab: str = "home") -> bool:
        """Open the app's `home` or `messages` tab; return whether the app heard of it and acknowledged."""
        if tab == "home" and not self.workspace.app.home_tab:
            raise LookupError(f"{self.workspace.app.name} has no Home tab")
        return await self.event(envelopes.home_opened(self.workspace, self.workspace.person(who), tab))

    async def click(
        self, who: Somebody, where: Target, button: str, *, version: int = -1, block: str | None = None
    ) -> Interaction:
        """Click a button by its words, label or action id; an older `version` is what a stale client still shows."""
        place, element = element_of(where, button, {"button"}, version=version, block=block)
        return await self._act(self.workspace.person(who), where, action_of(place, element), version)

    async def put(
        self, who: Somebody, where: Target, name: str, value: Value, *, block: str | None = None
    ) -> Interaction:
        """Put a value into anything but a button: by its words, label or action id, in the block of an id where given.

        The value is the words or the value of an option, several of them, a name, a day, a time, a moment, a text.
        """
        place, element = element_of(where, name, KEPT, block=block)
        person = self.workspace.person(who)
        if element["type"] == "external_select" and isinstance(value, str) and value:
            options = await self.options(person, where, name, value, block=block)
            element = {**element, "options": options}
        state = put_in(self.workspace, where, place, element, value)
        if place["type"] == "input" and not place.get("dispatch_action"):
            return Interaction("interactive", {}, sent=False)
        values = {place["block_id"]: {element["action_id"]: state}} if element["type"] != "overflow" else {}
        return await self._act(person, where, action_of(place, element, state), values=values)

    async def choose(
        self, who: Somebody, where: Target, select: str, option: str, *, block: str | None = None
    ) -> Interaction:
        """Choose an option of a menu, an overflow menu or radio buttons, both by their words or ids."""
        return await self.put(who, where, select, option, block=block)

    async def tick(
        self, who: Somebody, where: Target, boxes: str, options: Collection[str], *, block: str | None = None
    ) -> Interaction:
        """Leave exactly these options of check boxes or of a menu of many ticked."""
        return await self.put(who, where, boxes, list(options), block=block)

    async def pick(
        self, who: Somebody, where: Target, picker: str, at: str | int | datetime, *, block: str | None = None
    ) -> Interaction:
        """Pick a day (2026-11-21), a time (09:30) or a moment (aware, or in seconds since 1970)."""
        return await self.put(who, where, picker, at, block=block)

    async def options(
        self, who: Somebody, where: Target, select: str, typed_so_far: str = "", *, block: str | None = None
    ) -> list[Block]:
        """Ask the app what a menu offers whose options it has itself; nothing when it did not answer as it must."""
        place, element = element_of(where, select, {"external_select"}, block=block)
        ids = (place["block_id"], element["action_id"])
        payload = envelopes.suggestion(self.workspace, self.workspace.person(who), where, ids, typed_so_far)
        return suggested((await self._send("interactive", payload, accepts=True)).answer)

    async def submit(self, who: Somebody, values: Mapping[str, Value] | None = None) -> Interaction:
        """Fill in and send the topmost modal; `values` are by label, block id or action id."""
        person = self.workspace.person(who)
        modal = self._open_modal(person)
        fill_in(modal, values or {}, partial(known_ids, self.workspace))
        modal.errors, modal.trouble = wrong_values(modal), ""
        if modal.errors:
            self.workspace.changes.announce()
            return Interaction("interactive", {}, sent=False)
        payload = envelopes.view_submission(self.workspace, person, modal, self.workspace.one_shots.trigger(person.id))
        done = await self._send("interactive", payload, accepts=True)
        if done.acknowledged:
            take_answer(self.workspace, modal, done.answer or {})
        else:
            modal.trouble = "The app did not respond. Please try again."
            self.workspace.changes.announce()
        return done

    async def close_modal(self, who: Somebody) -> None:
        """Close the topmost modal, or all where it says so; the app hears of each whose view asked for that."""
        person = self.workspace.person(who)
        modal = self._open_modal(person)
        stack, all_of_them = self.workspace.modals(person), bool(modal.view.get("clear_on_close"))
        closed = [*reversed(stack)] if all_of_them else [modal]
        for one in closed:
            stack.remove(one)
        self.workspace.changes.announce()
        for one in closed:
            if one.view.get("notify_on_close"):
                payload = envelopes.view_closed(self.workspace, person, one, cleared=all_of_them)
                await self._send("interactive", payload)

    def home(self, who: Somebody) -> Home:
        """Return a person's Home tab.

        Raises:
            LookupError: the app has not published it.
        """
        home = self.workspace.home(who)
        if home is None:
            raise LookupError(f"nothing was published for {self.workspace.person(who).name}")
        return home

    async def redeliver(self, interaction: Interaction) -> Interaction:
        """Deliver the same payload once more, as Slack has been seen to do."""
        return await self._send(interaction.kind, interaction.payload)

    def _open_modal(self, person: Person) -> Modal:
        modal = self.workspace.modal(person)
        if modal is None:
            raise LookupError(f"no modal is open in front of {person.name}:\n{self.workspace.transcript()}")
        return modal

    async def _act(
        self, person: Person, where: Target, action: dict[str, Any], version: int = -1, values: Any = None
    ) -> Interaction:
        trigger = self.workspace.one_shots.trigger(person.id)
        if isinstance(where, View):
            payload = envelopes.view_action(self.workspace, person, where, action, trigger)
            done = await self._send("interactive", payload)
            where.trouble = "" if done.acknowledged else "The app did not respond. Please try again."
            self.workspace.changes.announce()
            return done
        given = self.workspace.one_shots.response(person.id, where.channel, where.ts, where.thread_ts)
        urls = (f"{self.workspace.url}/response/{given.id}", trigger)
        payload = envelopes.message_action(self.workspace, person, where, action, urls, version, values)
        done = await self._send("interactive", payload)
        if not done.acknowledged:
            self._slackbot(person, self.workspace.channel(where.channel), f"{self.workspace.app.name} did not respond.")
        return done

    async def _send(self, kind: str, payload: dict[str, Any], *, accepts: bool = False) -> Interaction:
        await self._under_way()
        answer = await self.transport.deliver(kind, payload, accepts=accepts)
        if self.weather.doubled:
            await self.transport.deliver(kind, payload, accepts=accepts)
        if answer is None:
            return Interaction(kind, payload)
        return Interaction(kind, payload, acknowledged=True, answer=answer.get("payload") if accepts else None)

    async def _tell(self, event: dict[str, Any]) -> bool:
        payload = envelopes.event_callback(self.workspace, event)
        await self._under_way()
        heard = await self.transport.deliver_event(payload)
        return await self.transport.deliver_event(payload) and heard if self.weather.doubled else heard

    async def _under_way(self) -> None:
        if self.weather.late:
            await asyncio.sleep(self.weather.late)

    def _slackbot(self, person: Person, channel: Channel, text: str) -> None:
        self.workspace.post(channel, SLACKBOT, text, visible_to=person.id)
