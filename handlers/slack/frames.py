"""What stands in a frame of a Socket Mode connection, parsed at the door: a value whatever it is, never an exception.

Slack's SDK takes any JSON for a frame of Slack's. Here what names an envelope is an envelope, however wrong the rest of
it: it can be acknowledged, so that Slack does not send again what can never be read.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import from_json


@dataclass(frozen=True, slots=True)
class Hello:
    """Slack greets a connection. `connections`: how many the app has, where Slack says so."""

    connections: int | None


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Slack is about to close a connection, for a reason that it names, or names none that is one."""

    reason: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Something to be acknowledged by its id; of `kind` and `payload` nothing is known yet, not even their types."""

    id: str
    kind: Any
    payload: Any


@dataclass(frozen=True, slots=True)
class Rubbish:
    """Nothing that Slack sends. `why` names what is wrong, never what stands there."""

    why: str


Frame = Hello | Goodbye | Envelope | Rubbish


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="ignore")

    envelope_id: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
    type: Any = None
    payload: Any = None


class _Hello(BaseModel):
    model_config = ConfigDict(extra="ignore")

    num_connections: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


def read(text: str) -> Frame:
    """Return what a frame says. Goes no deeper than the JSON parser's own limit of 200 levels."""
    try:
        said = from_json(text, allow_inf_nan=False)
    except ValueError:
        return Rubbish("no JSON, or too deep")
    if not isinstance(said, dict):
        return Rubbish("no object")
    if said.get("type") == "hello":
        return _hello(said)
    if said.get("type") == "disconnect":
        return Goodbye(reason if isinstance(reason := said.get("reason"), str) else "")
    try:
        envelope = _Envelope.model_validate(said)
    except ValidationError:
        return Rubbish("no envelope_id" if "envelope_id" not in said else "an envelope_id that is none")
    return Envelope(envelope.envelope_id, envelope.type, envelope.payload)


def _hello(said: dict[str, Any]) -> Hello:
    try:
        return Hello(_Hello.model_validate(said).num_connections)
    except ValidationError:
        return Hello(None)
