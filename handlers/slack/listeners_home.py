"""App Home, to its door: who opened it and what they set there, stored first, acknowledged after."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Protocol

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.views.home_settings import MUTE, TELL_ME
from handlers.slack.payloads import NotUnderstood, SlackId, Text, not_understood

log = structlog.get_logger()


class Door(Protocol):
    """Where it is stored."""

    async def opened(self, slack: str, team: str | None, *, empty: bool) -> None:
        """Have somebody's home shown; `empty`: Slack has nothing to show there yet."""

    async def mute(self, slack: str, *, muted: bool) -> None:
        """Remember whether somebody wants no direct messages about their changes."""


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _View(_Payload):
    type: Text


class Opened(_Payload):
    """Somebody opened a tab of the app. Slack names what it shows there, where it shows something."""

    user: SlackId
    tab: Text
    view: _View | None = None


class _OpenedEvent(_Payload):
    team_id: SlackId | None = None
    event: Opened


class _Named(_Payload):
    id: SlackId


class _Option(_Payload):
    value: Text


class _Box(_Payload):
    action_id: Text
    selected_options: list[_Option]


class _Set(_Payload):
    """A setting in a home. Neither its private_metadata nor its state is looked at."""

    user: _Named
    view: _View
    actions: Annotated[list[_Box], Field(min_length=1)]


def opened(body: Mapping[str, Any]) -> tuple[Opened, str | None] | NotUnderstood:
    """Read an app_home_opened event: what was opened, and the workspace that Slack names."""
    try:
        told = _OpenedEvent.model_validate(body)
    except ValidationError as problem:
        return not_understood(problem)
    return told.event, told.team_id


def setting(body: Mapping[str, Any]) -> tuple[str, bool] | NotUnderstood:
    """Read a block_actions payload of the box in a home: who set it, and whether they want to be told nothing."""
    try:
        told = _Set.model_validate(body)
    except ValidationError as problem:
        return not_understood(problem)
    box = told.actions[0]
    if told.view.type != "home" or box.action_id != MUTE:
        return NotUnderstood("no setting of a home")
    return told.user.id, all(option.value != TELL_ME for option in box.selected_options)


def register(app: AsyncApp, door: Door) -> None:
    """Make the app hand over what happens in App Home."""

    async def home_opened(ack: AsyncAck, body: dict[str, Any]) -> None:
        read = opened(body)
        if isinstance(read, NotUnderstood):
            log.warning("slack_home_not_understood", why=read.why)
        elif read[0].tab == "home":
            await door.opened(read[0].user, read[1], empty=read[0].view is None)
        await ack()

    async def was_set(ack: AsyncAck, body: dict[str, Any]) -> None:
        read = setting(body)
        if isinstance(read, NotUnderstood):
            log.warning("slack_home_not_understood", why=read.why)
        else:
            await door.mute(read[0], muted=read[1])
        await ack()

    app.event("app_home_opened")(home_opened)
    app.action(re.compile("^home:"))(was_set)
