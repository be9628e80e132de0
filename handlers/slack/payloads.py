"""What Slack delivers, parsed at the door: the few fields we read, everything else ignored, nothing believed twice.

The actor is who Slack's own user object names. What cannot be read is a value, never an exception.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.views.modals import OPEN_ENDED
from handlers.acts import Click, Command, Form
from handlers.times import length_of

SlackId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,64}$")]
Ts = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}\.[0-9]{1,16}$")]
HandleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Text = Annotated[str, StringConstraints(max_length=10_000)]
FIELDS = ("reason", "at", "length")
"""What the forms of cards ask for, by the ids of their blocks: words, a moment, how long something lasts."""
MOST_SECONDS = 10**11
"""No calendar reaches further; Slack's own picker does not either."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A payload that is not what it should be. `why` names fields, never their values."""

    why: str


@dataclass(frozen=True, slots=True)
class Clicked:
    """A button of ours was clicked. `trigger` opens one form, within 3 s."""

    action: str
    click: Click
    trigger: str | None
    dedupe_key: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form of a card, sent. `empty` names the fields that it shows and that were left empty."""

    form: Form
    dedupe_key: str
    empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """The command, typed. `slack` is who typed it; `trigger` opens one form, within 3 s."""

    command: Command
    slack: str
    dedupe_key: str
    trigger: str = ""


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Team(_Payload):
    id: SlackId


class _User(_Payload):
    id: SlackId
    team_id: SlackId | None = None


class _Message(_Payload):
    ts: Ts


class _Container(_Payload):
    channel_id: SlackId | None = None
    message_ts: Ts | None = None


class _Button(_Payload):
    action_id: Text
    block_id: Text = ""
    action_ts: Text = ""
    value: HandleId


class _Acted(_Payload):
    user: _User
    team: _Team | None = None

    @property
    def home(self) -> str | None:
        """The workspace that the actor belongs to; for somebody from a shared channel it is not the channel's."""
        return self.user.team_id or (self.team.id if self.team else None)


class _BlockActions(_Acted):
    actions: Annotated[list[_Button], Field(min_length=1)]
    channel: _Team | None = None
    message: _Message | None = None
    container: _Container = _Container()
    trigger_id: Text | None = None
    response_url: Text | None = None


class _Option(_Payload):
    value: Annotated[str, StringConstraints(max_length=150)]


class _Input(_Payload):
    value: Text | None = None
    selected_date_time: Annotated[int, Field(ge=0, le=MOST_SECONDS)] | None = None
    selected_option: _Option | None = None


class _State(_Payload):
    values: Mapping[str, Mapping[str, _Input]]


class _View(_Payload):
    id: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    private_metadata: HandleId
    state: _State


class _ViewSubmission(_Acted):
    view: _View


class _SlashCommand(_Payload):
    user_id: SlackId
    team_id: SlackId | None = None
    channel_id: SlackId | None = None
    text: Text = ""
    response_url: Text | None = None
    trigger_id: Text = ""


def click(body: Mapping[str, Any]) -> Clicked | NotUnderstood:
    """Read a block_actions payload of one of our buttons, which sits in a message."""
    try:
        acted = _BlockActions.model_validate(body)
    except ValidationError as problem:
        return not_understood(problem)
    button = acted.actions[0]
    channel = acted.channel.id if acted.channel else acted.container.channel_id
    ts = acted.message.ts if acted.message else acted.container.message_ts
    if channel is None or ts is None:
        return NotUnderstood("the button is not in a message")
    handed = Click(
        slack=acted.user.id,
        team=acted.home,
        handle=button.value,
        channel=channel,
        ts=ts,
        response_url=acted.response_url,
    )
    same = [acted.home, acted.user.id, channel, ts, button.action_id, button.block_id, button.action_ts]
    return Clicked(button.action_id, handed, acted.trigger_id, f"slack:click:{_digest(same)}")


def form(body: Mapping[str, Any]) -> Submitted | NotUnderstood:
    """Read a view_submission payload of a form that a card's button opened; a field is known by its block."""
    try:
        sent = _ViewSubmission.model_validate(body)
    except ValidationError as problem:
        return not_understood(problem)
    fields = {block: next(iter(inputs.values()), _Input()) for block, inputs in sent.view.state.values.items()}
    reason, at, length = (fields.get(name, _Input()) for name in FIELDS)
    lasts = length.selected_option.value if length.selected_option else OPEN_ENDED
    if lasts != OPEN_ENDED and length_of(lasts) is None:
        return NotUnderstood("view.state.values.length: not a length of time")
    handed = Form(
        slack=sent.user.id,
        team=sent.home,
        handle=sent.view.private_metadata,
        reason=(reason.value or "").strip(),
        at=None if at.selected_date_time is None else datetime.fromtimestamp(at.selected_date_time, UTC),
        length=length_of(lasts),
    )
    given = {"reason": bool(handed.reason), "at": handed.at is not None, "length": length.selected_option is not None}
    empty = tuple(name for name in FIELDS if name in fields and not given[name])
    return Submitted(handed, f"slack:view:{sent.view.id}", empty)


def command(body: Mapping[str, Any]) -> Typed | NotUnderstood:
    """Read a slash command's payload."""
    try:
        typed = _SlashCommand.model_validate(body)
    except ValidationError as problem:
        return not_understood(problem)
    handed = Command(
        slack=typed.user_id,
        team=typed.team_id,
        words=typed.text,
        channel=typed.channel_id,
        response_url=typed.response_url,
    )
    return Typed(handed, typed.user_id, f"slack:command:{typed.trigger_id or _digest(body)}", typed.trigger_id)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def not_understood(problem: ValidationError) -> NotUnderstood:
    """Return why a payload could not be read: which fields, and never what stands in them."""
    wrong = problem.errors(include_url=False, include_context=False, include_input=False)
    return NotUnderstood("; ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in wrong[:5]))
