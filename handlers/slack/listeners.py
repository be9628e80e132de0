"""What Slack delivers, to the desk: stored first, acknowledged after.

Bolt answers Slack when a listener has returned (process_before_response), so nothing that was acknowledged is lost with
the process. A listener that raises leaves the request unacknowledged, and Slack shows the person an error. Each request
has one listener at most: Bolt would go on to the next one that matches.
"""

import asyncio
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot.ports.outage import StoreUnavailable
from bot.ports.slack import Message
from bot.ports.trouble import Trouble
from bot.views.buttons import CHANGES, FORMS
from handlers.acts import Click, Command, Form
from handlers.slack import garbled, payloads
from handlers.slack.payloads import Clicked, NotUnderstood, Submitted, Typed

log = structlog.get_logger()

PREFIX = "signoff:"
FORM_ACTIONS = frozenset(f"{PREFIX}{act}" for act in (*FORMS, CHANGES))
"""The buttons that open a form, and what the forms are called; every other button acts."""
PATIENCE = 2.0
"""Seconds for telling somebody why there is no form; Slack waits 3 for the acknowledgement."""
NO_REASON = "Please say why, so that others can go on from there."
LACKING: Mapping[str, str] = {
    "reason": NO_REASON,
    "at": "Please pick a day and a time.",
    "length": "Please choose how long it shall last.",
}
"""What is said below a field that was left empty."""
NO_FORM = "The form did not open, and nothing was done. Please click again, or use the command, which can do it too."


class Desk(Protocol):
    """Where acts go, and where answers come from."""

    async def receive(self, act: Click | Form | Command, dedupe_key: str) -> bool:
        """Store an act durably; False when it was seen before."""

    async def read(self, words: str, slack: str, team: str | None) -> Message | None:
        """Answer words that only read or mean nothing; None when they act."""

    async def form(self, handle: str, slack: str | None, team: str | None) -> dict[str, Any] | Message:
        """Return the form for a button, or a sentence why there is none."""

    def wrong(self, form: Form) -> Mapping[str, str]:
        """Return what is wrong in a form that was sent, as far as that is known at once, by field."""


class Window(Protocol):
    """What is said at once, without being stored."""

    async def open_form(self, trigger_id: str, view: dict[str, Any]) -> Trouble | None:
        """Open a form for whoever clicked."""

    async def respond(self, response_url: str, message: Message) -> Trouble | None:
        """Tell whoever acted privately, through the URL of what they did."""

    async def whisper(self, channel: str, slack_user: str, message: Message) -> Trouble | None:
        """Tell one person privately in a channel."""


class Forms(Protocol):
    """What a command opens that leaves something open."""

    async def begin(self, typed: Typed) -> bool:
        """Open a form for words that leave something open; False where there is none, or it did not open."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """What each kind of request does."""

    desk: Desk
    window: Window
    forms: Forms

    async def clicked(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Take a click in, or open the form that the button is for."""
        read = payloads.click(body)
        if isinstance(read, NotUnderstood):
            log.warning("slack_click_not_understood", why=read.why)
        else:
            await (self._open_form(read) if read.action in FORM_ACTIONS else self._receive(read))
        await ack()

    async def submitted(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Take a form in, or ask for what it lacks."""
        read = payloads.form(body)
        if isinstance(read, NotUnderstood):
            log.warning("slack_form_not_understood", why=read.why)
            await ack(**garbled.form(body))
        elif read.empty:
            await ack(response_action="errors", errors={field: LACKING[field] for field in read.empty})
        elif wrong := self.desk.wrong(read.form):
            await ack(response_action="errors", errors=dict(wrong))
        else:
            await self._receive(read)
            await ack()

    async def commanded(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Open a form for a command that asks for one; answer one that reads; take one that acts in."""
        read = payloads.command(body)
        if isinstance(read, NotUnderstood):
            log.warning("slack_command_not_understood", why=read.why)
            await ack(**garbled.command())
            return
        if await self.forms.begin(read):
            await ack()
            return
        answer = await self.desk.read(read.command.words, read.slack, read.command.team)
        if answer is not None:
            await ack(text=answer.text, blocks=answer.blocks, response_type="ephemeral")
            return
        await self._receive(read)
        await ack()

    async def _receive(self, read: Clicked | Submitted | Typed) -> None:
        act = read.click if isinstance(read, Clicked) else read.form if isinstance(read, Submitted) else read.command
        if not await self.desk.receive(act, read.dedupe_key):
            log.info("slack_delivered_again", kind=act.kind)

    async def _open_form(self, clicked: Clicked) -> None:
        """Open the form before anything else: its trigger lives 3 s. Stores nothing."""
        form = await self.desk.form(clicked.click.handle, clicked.click.slack, clicked.click.team)
        if isinstance(form, Message):
            await self._tell(clicked.click, form)
            return
        trouble = await self.window.open_form(clicked.trigger or "", form)
        if trouble is not None:
            log.warning("slack_form_not_opened", trouble=repr(trouble))
            await self._tell(clicked.click, Message(NO_FORM))

    async def _tell(self, click: Click, message: Message) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                trouble: Trouble | None = None
                if click.response_url is not None:
                    trouble = await self.window.respond(click.response_url, message)
                if (click.response_url is None or trouble is not None) and click.slack is not None:
                    trouble = await self.window.whisper(click.channel, click.slack, message)
        except TimeoutError:
            log.warning("slack_answer_not_sent", why="Slack took too long")
            return
        if trouble is not None:
            log.warning("slack_answer_not_sent", why=repr(trouble))


def register(app: AsyncApp, desk: Desk, command: str, window: Window, forms: Forms) -> None:
    """Make the app hand everything that Slack delivers to the desk.

    Args:
        app: a Bolt app with process_before_response and raise_error_for_unhandled_request.
        desk: stores acts and answers questions.
        command: the slash command's name, with its slash.
        window: opens forms and says why there is none.
        forms: opens those that a command asks for.
    """
    listeners = Listeners(desk, window, forms)

    async def clicked(ack: AsyncAck, body: dict[str, Any]) -> None:
        await listeners.clicked(ack, body)

    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        await listeners.submitted(ack, body)

    async def commanded(ack: AsyncAck, body: dict[str, Any]) -> None:
        await listeners.commanded(ack, body)

    async def other_command(ack: AsyncAck) -> None:
        await ack(text=f"Signoff answers to `{command}` here.", response_type="ephemeral")

    app.action(re.compile(f"^{PREFIX}"))(clicked)
    app.view(re.compile(f"^{PREFIX}({'|'.join(sorted(FORMS))})$"))(submitted)
    app.command(command)(commanded)
    app.command(re.compile(f"^(?!{re.escape(command)}$)"))(other_command)
    app.error(failed)


async def failed(error: Exception) -> BoltResponse | None:
    """Acknowledge what nobody listens to, so that Slack neither complains nor sends it again; log everything else.

    Returns None for a failure: Bolt's answer stays 500, and the request stays unacknowledged.
    """
    if isinstance(error, BoltUnhandledRequestError):
        log.info("slack_request_not_followed", kind=str(error.body.get("type"))[:40])
        return BoltResponse(status=200, body="")
    if isinstance(error, StoreUnavailable):
        log.warning("slack_request_not_stored", why=str(error))
        return None
    log.error("slack_request_failed", incident=secrets.token_hex(4), exc_info=error)
    return None
