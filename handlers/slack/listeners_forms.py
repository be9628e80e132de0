"""The forms that ask for a release: opened by a command, drawn anew at each choice, taken in when they are sent."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.core.policy import Kind
from bot.ports.trouble import Trouble
from bot.views.request_form import ENVIRONMENT, PREFIX, SERVICE, VERSION
from handlers.acts import Wish
from handlers.filled import Filled
from handlers.slack import garbled, payloads_forms
from handlers.slack.chat import Outdated
from handlers.slack.payloads import NotUnderstood, Typed

log = structlog.get_logger()

PATIENCE = 2.0
"""Seconds for opening a form or drawing it anew; Slack waits 3 for the acknowledgement."""


class Requests(Protocol):
    """What draws and checks the forms."""

    async def begin(self, words: str, slack: str, team: str | None, channel: str | None) -> dict[str, Any] | None:
        """Return the form for words that leave something open, or None."""

    async def redraw(self, filled: Filled) -> dict[str, Any]:
        """Return the form with what follows from what is picked."""

    async def check(self, filled: Filled) -> Wish | Mapping[str, str]:
        """Return what is to be stored, or what is wrong by field."""


class Desk(Protocol):
    """Where wishes go, and what draws their forms."""

    @property
    def requests(self) -> Requests:
        """What draws and checks the forms."""

    async def receive(self, act: Any, dedupe_key: str) -> bool:
        """Store an act durably, a Wish here; False when it was seen before. One door takes every kind."""


class Window(Protocol):
    """Where forms are shown."""

    async def open_form(self, trigger_id: str, view: dict[str, Any]) -> Trouble | None:
        """Open a form for whoever typed."""

    async def update_form(self, view_id: str, view: dict[str, Any], hash_: str | None) -> Trouble | Outdated | None:
        """Show a form anew; with a hash only where it is still the one that the hash is of."""


@dataclass(frozen=True, slots=True)
class FormListeners:
    """What is done with the forms that ask for a release."""

    desk: Desk
    window: Window

    async def begin(self, typed: Typed) -> bool:
        """Open a form for words that leave something open; False where there is none, or it did not open.

        Nothing is stored. The trigger lives 3 s, so this comes before all else.
        """
        said = typed.command
        form = await self.desk.requests.begin(said.words, typed.slack, said.team, said.channel)
        if form is None:
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                trouble = await self.window.open_form(typed.trigger, form)
        except TimeoutError:
            log.warning("slack_form_not_opened", trouble="Slack took too long")
            return False
        if trouble is not None:
            log.warning("slack_form_not_opened", trouble=repr(trouble))
        return trouble is None

    async def chosen(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Draw a form anew with what follows from a choice."""
        held = payloads_forms.held(body)
        if isinstance(held, NotUnderstood):
            log.warning("slack_form_not_understood", why=held.why)
        else:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._redraw(held)
            except TimeoutError:
                log.warning("slack_form_not_drawn", trouble="Slack took too long")
        await ack()

    async def submitted(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Store what a form asks for, or say at its fields what is wrong."""
        held = payloads_forms.held(body)
        if isinstance(held, NotUnderstood):
            log.warning("slack_form_not_understood", why=held.why)
            await ack(**garbled.form(body))
            return
        checked = await self.desk.requests.check(held.filled)
        if not isinstance(checked, Wish):
            await ack(response_action="errors", errors=_at_blocks(checked, held.blocks))
            return
        if not await self.desk.receive(checked, held.dedupe_key):
            log.info("slack_delivered_again", kind=checked.kind)
        await ack()

    async def _redraw(self, held: payloads_forms.Held) -> None:
        """Show the form that follows; where another choice came in between, once more with what is picked here.

        Slack sends all that is picked with each choice, so none is lost. What is sent in the end is what they see.
        """
        view = await self.desk.requests.redraw(held.filled)
        ended = await self.window.update_form(held.view, view, held.hash)
        if isinstance(ended, Outdated):
            view = await self.desk.requests.redraw(held.filled)
            ended = await self.window.update_form(held.view, view, None)
        if ended is not None:
            log.warning("slack_form_not_drawn", trouble=repr(ended))


def _at_blocks(wrong: Mapping[str, str], blocks: Mapping[str, str]) -> dict[str, str]:
    """Return errors by block; of a field that the form does not show yet at the service, which it always shows."""
    shown: dict[str, str] = {}
    for name, sentence in wrong.items():
        block = blocks.get(name, "service")
        shown[block] = f"{shown[block]} {sentence}" if block in shown else sentence
    return shown


def register(app: AsyncApp, listeners: FormListeners) -> None:
    """Make the app hand the forms' choices and submissions over."""

    async def chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await listeners.chosen(ack, body)

    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        await listeners.submitted(ack, body)

    app.action(re.compile(f"^({SERVICE}|{ENVIRONMENT}|{VERSION})$"))(chosen)
    app.view(re.compile(f"^{PREFIX}({'|'.join(kind.value for kind in Kind)})$"))(submitted)
