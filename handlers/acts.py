"""What people do, as it is stored in the inbox: verified and parsed, not yet decided."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Act(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    slack: str | None = None
    """The Slack user whom Slack names as the actor; None on the command line."""
    team: str | None = None
    """The workspace that this user belongs to."""


class Click(_Act):
    """A button of a card. Nothing in it is believed but the handle, and that only from the card's own message."""

    kind: Literal["click"] = "click"
    handle: str
    channel: str
    ts: str
    response_url: str | None = None


class Rejection(_Act):
    """The reject modal, submitted."""

    kind: Literal["rejection"] = "rejection"
    handle: str
    reason: str


class Command(_Act):
    """An acting command, typed in Slack or on the command line. `words` is what follows the command's name."""

    kind: Literal["command"] = "command"
    words: str
    channel: str | None = None
    response_url: str | None = None
    person: str | None = None
    """On the command line: the person on whose behalf the operator acts."""
    host_user: str | None = None
    """On the command line: the operating system's user."""


Act = Annotated[Click | Rejection | Command, Field(discriminator="kind")]
ACT: TypeAdapter[Click | Rejection | Command] = TypeAdapter(Act)
