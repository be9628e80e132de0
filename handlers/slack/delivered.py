"""What stands in a request that Slack signed, or in an envelope: parsed here once, so that Bolt's parser never sees it.

Bolt loses a command whose form holds the word "payload" anywhere (slack_bolt.request.internals.parse_body); here a
command is a command because of its field of that name. Of events and interactions only what Bolt's matchers index is
checked; the rest is read by `payloads`, the same way for every transport.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import from_json
from slack_bolt.async_app import AsyncBoltRequest

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 50
"""Fields of a form; a command has about fifteen."""

Short = Annotated[str, StringConstraints(max_length=255)]


@dataclass(frozen=True, slots=True)
class Act:
    """A command or an interaction, to be dispatched."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """An event, to be dispatched unless its id was seen: Slack sends it again when it hears nothing."""

    id: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Challenge:
    """Slack tries the address out and wants its words back."""

    words: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Well formed and of no interest: Slack looks at our certificate, or tells what nobody follows."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not what Slack sends."""


Delivered = Act | Event | Challenge | Nothing | Malformed


class _Typed(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Named(_Typed):
    id: Short


class _Action(_Typed):
    action_id: Short


class _Form(_Typed):
    callback_id: Short = ""


class _View(_Form):
    type: Short


class _Clicked(_Typed):
    user: _Named
    actions: Annotated[list[_Action], Field(min_length=1, max_length=100)]


class _Viewed(_Typed):
    user: _Named
    view: _View


class _Typing(_Typed):
    command: Annotated[str, StringConstraints(pattern=r"^/[^\s]{1,31}$")]
    user_id: Short


class _Happened(_Typed):
    type: Short


class _EventCallback(_Typed):
    event_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,64}$")]
    event: _Happened


class _UrlVerification(_Typed):
    challenge: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,255}$")]


class _Kind(_Typed):
    type: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")]


_SHAPES: Mapping[str, type[_Typed]] = {"block_actions": _Clicked, "view_submission": _Viewed, "view_closed": _Viewed}
"""What Bolt's matchers index, by the kind of interaction; of every other kind it is the callback id."""


def read(content_type: str, body: bytes) -> Delivered:
    """Return what a body holds; the charset that its header names is ignored, Slack writes UTF-8.

    Never raises, and goes no deeper than the JSON parser's own limit of 200 levels.
    """
    try:
        if content_type == JSON:
            return _told(_object(body))
        if content_type == FORM:
            return _filled_in(body)
    except ValueError:  # not UTF-8, not JSON, too deep, too many fields, not of the shape: pydantic's too is one
        return Malformed()
    return Malformed()


def enveloped(kind: Any, payload: Any) -> Delivered:
    """Return what an envelope of Socket Mode holds, by the kind that Slack writes on it. Never raises.

    Args:
        kind: `events_api`, `interactive` or `slash_commands`; of any other, nobody follows it.
        payload: what the JSON parser made of it.
    """
    if not isinstance(kind, str) or not isinstance(payload, dict):
        return Malformed()
    reader = _KINDS.get(kind)
    try:
        return Nothing() if reader is None else reader(payload)
    except ValueError:
        return Malformed()


def _told(body: dict[str, Any]) -> Delivered:
    """Read what comes as JSON: events, and the trial of the address."""
    body.pop("command", None)  # whatever holds one Bolt takes for a command (payload_utils.is_slash_command)
    kind = _Kind.model_validate(body).type
    if kind == "url_verification":
        return Challenge(_UrlVerification.model_validate(body).challenge)
    if kind == "event_callback":
        event = _EventCallback.model_validate(body)
        return Event(event.event_id, body) if _readable(body) else Malformed()
    return Nothing()


def _filled_in(body: bytes) -> Delivered:
    """Read what comes as a form: a command's fields, or an interaction in the field `payload`."""
    pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    form = dict(pairs)
    if len(form) != len(pairs):
        return Malformed()
    if "command" in form:
        return _typed(form)
    if "payload" in form:
        return _interaction(_object(form["payload"].encode()))
    return Nothing() if form.get("ssl_check") == "1" else Malformed()


def _typed(body: dict[str, Any]) -> Delivered:
    _Typing.model_validate(body)
    return Act(body) if _readable(body) else Malformed()


def _interaction(body: dict[str, Any]) -> Delivered:
    body.pop("command", None)  # as above: no interaction is one
    _SHAPES.get(_Kind.model_validate(body).type, _Form).model_validate(body)
    return Act(body) if _readable(body) else Malformed()


def _object(text: bytes) -> dict[str, Any]:
    parsed = from_json(text, allow_inf_nan=False)
    if not isinstance(parsed, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for all that a stranger may do
    return parsed


def _readable(body: dict[str, Any]) -> bool:
    """Return whether Bolt can read ids from it: it takes them wherever it finds them and looks at no types."""
    try:
        AsyncBoltRequest(mode="socket_mode", body=body)
    except (TypeError, AttributeError, LookupError, ValueError):
        return False
    return isinstance(body.get("event", {}), dict)  # slack_bolt.middleware.ignoring_self_events looks into it


_KINDS: Mapping[str, Callable[[dict[str, Any]], Delivered]] = {
    "events_api": _told,
    "interactive": _interaction,
    "slash_commands": _typed,
}
"""What reads an envelope, by the kind that Slack writes on it."""
