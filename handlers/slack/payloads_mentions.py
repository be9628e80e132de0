"""A mention of the bot, parsed at the door: who, where, and the words after it; the rest is ignored.

People write it in a message for everybody. So nothing of it is believed, and a message that was edited, or that a bot
wrote, is none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from handlers.acts import Mention
from handlers.slack.payloads import NotUnderstood, SlackId, Ts, not_understood

EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,64}$")]
LONGEST = 1_000
"""Characters of what is said that are looked at; a longer line is no command."""
_MENTION = re.compile(r"<@([A-Z0-9]{1,64})(?:\|[^<>]{0,200})?>", re.ASCII)
_ABOUT = " \t:,;.!?-\u2013\u2014"
"""What people put before and after what they say to somebody."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """The bot, mentioned by a person."""

    mention: Mention
    dedupe_key: str


class NotForUs:
    """A mention that nobody expects an answer to: of a bot, or in a message that was edited."""


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Message(_Payload):
    user: SlackId | None = None
    text: str = ""
    ts: Ts
    channel: SlackId
    thread_ts: Ts | None = None
    team: SlackId | None = None
    user_team: SlackId | None = None
    bot_id: str | None = None
    subtype: str | None = None
    edited: Any = None


class _Event(_Payload):
    event_id: EventId
    team_id: SlackId | None = None
    is_ext_shared_channel: bool = False
    event: _Message = Field()


def mention(body: Mapping[str, Any], bot_user: str | None) -> Mentioned | NotForUs | NotUnderstood:
    """Read an app_mention event; `bot_user` is our own account, where that is known."""
    try:
        told = _Event.model_validate(body)
    except ValidationError as problem:
        return not_understood(problem)
    message = told.event
    if message.user is None or message.bot_id or message.subtype or message.edited:
        return NotForUs()
    handed = Mention(
        slack=message.user,
        team=message.user_team or message.team or told.team_id,
        words=words_after(message.text, bot_user),
        channel=message.channel,
        ts=message.ts,
        thread=message.thread_ts,
        shared=told.is_ext_shared_channel,
    )
    return Mentioned(handed, f"slack:event:{told.event_id}")


def words_after(text: str, bot_user: str | None) -> str:
    """Return the words that follow the first mention of the bot, up to the end of their line."""
    ours = (found for found in _MENTION.finditer(text) if bot_user in {None, found[1]})
    first = next(ours, None)
    said = text[first.end() :] if first else ""
    lines = (line.strip(_ABOUT) for line in said.splitlines())
    return next((line for line in lines if line), "")[:LONGEST]
