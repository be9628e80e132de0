"""What people do in the workspace, for tests and for the page: type, click, choose, fill in, send, close."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.slack import envelopes
from sandbox.slack.directory import Channel, Person
from sandbox.slack.finding import Target, element_of, option_of, typed_values, wrong_values
from sandbox.slack.messages import Message
from sandbox.slack.modal_answer import take_answer
from sandbox.slack.modals import Modal
from sandbox.slack.refusal import RefusalError
from sandbox.slack.response_url import respond
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.workspace import SLACKBOT, Workspace

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

    def __init__(self, workspace: Workspace, sockets: SocketMode) -> None:
        self.workspace = workspace
        self.sockets = sockets
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
        """Write a message as a person; the app hears of it where it subscribed to that."""
        person, channel = self.workspace.person(who), self.workspace.channel(where)
        message = self.workspace.post(channel, person.id, text, thread_ts=thread.ts if thread else None)
        event = {"user": person.id, "text": text, "ts": message.ts, "channel": channel.id, "event_ts": message.ts}
        if f"<@{self.workspace.app.bot_user}>" in text:
            await self.event({"type": "app_mention", **event})
        kind = "im" if channel.person else "groups" if channel.private else "channels"
        if f"message.{kind}" in self.workspace.app.events and channel.is_member:
            await self.transport.deliver_event(envelopes.event_callback(self.workspace, {"type": "message", **event}))
        return message

    async def event(self, event: dict[str, Any]) -> bool:
        """Tell the app of an event, if it subscribed; return whether it acknowledged."""
        if event["type"] not in self.workspace.app.events:
            return False
        return await self.transport.deliver_event(envelopes.event_callback(self.workspace, event))

    async def click(self, who: Somebody, where: Target, button: str, *, version: int = -1) -> Interaction:
        """Click a button by its words, label or action id; an older `version` is what a stale client still shows."""
        block, element = element_of(where, button, {"button"}, version)
        action = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "text": element["text"],
            "type": "button",
        }
        for optional in ("value", "style"):
            if optional in element:
                action[optional] = element[optional]
        return await self._act(self.workspace.person(who), where, action, version)

    async def choose(self, who: Somebody, where: Target, select: str, option: str) -> Interaction:
        """Choose an option of a select or an overflow menu, both by their words or ids."""
        block, element = element_of(where, select, {"static_select", "overflow"})
        chosen = option_of(element, option)
        state = {"type": element["type"], "selected_option": chosen}
        action = {**state, "action_id": element["action_id"], "block_id": block["block_id"]}
        if isinstance(where, Modal) and element["type"] == "static_select":
            where.values.setdefault(block["block_id"], {})[element["action_id"]] = state
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Interaction("interactive", {}, sent=False)
        values = {block["block_id"]: {element["action_id"]: state}} if element["type"] == "static_select" else {}
        return await self._act(self.workspace.person(who), where, action, values=values)

    async def submit(self, who: Somebody, values: Mapping[str, str] | None = None) -> Interaction:
        """Fill in and send the topmost modal; `values` are by label, block id or action id."""
        person = self.workspace.person(who)
        modal = self._open_modal(person)
        typed_values(modal, values or {})
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
        """Close the topmost modal; the app hears of it where the view asked for that."""
        person = self.workspace.person(who)
        modal = self._open_modal(person)
        self.workspace.modals(person).remove(modal)
        self.workspace.changes.announce()
        if modal.view.get("notify_on_close"):
            payload = envelopes.view_closed(self.workspace, person, modal, cleared=False)
            await self._send("interactive", payload)

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
        if isinstance(where, Modal):
            payload = envelopes.modal_action(self.workspace, person, where, action, trigger)
            done = await self._send("interactive", payload)
            if not done.acknowledged:
                where.trouble = "The app did not respond. Please try again."
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
        answer = await self.transport.deliver(kind, payload, accepts=accepts)
        if answer is None:
            return Interaction(kind, payload)
        return Interaction(kind, payload, acknowledged=True, answer=answer.get("payload") if accepts else None)

    def _slackbot(self, person: Person, channel: Channel, text: str) -> None:
        self.workspace.post(channel, SLACKBOT, text, visible_to=person.id)
