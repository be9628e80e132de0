"""What people do, as it is stored in the inbox: verified and parsed, not yet decided."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from bot.core.policy import Kind
from bot.redaction import without_secrets

Said = Annotated[str, AfterValidator(without_secrets)]
"""What people wrote, at whatever door: a token or a key in it is stored by none."""


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


class Form(_Act):
    """A form that a button of a card opened, filled in and sent. What is asked of it depends on the button."""

    kind: Literal["form", "rejection"] = "form"
    """As `rejection` versions before this one stored the only form that they had."""
    handle: str
    """The handle of the button that opened it."""
    reason: Said = ""
    at: AwareDatetime | None = None
    """The moment that was picked, in UTC."""
    length: timedelta | None = None
    """For how long it shall last, where that was asked and is not open-ended."""


class Command(_Act):
    """An acting command, typed in Slack or on the command line. `words` is what follows the command's name."""

    kind: Literal["command"] = "command"
    words: Said
    channel: str | None = None
    response_url: str | None = None
    person: str | None = None
    """On the command line: the person on whose behalf the operator acts."""
    host_user: str | None = None
    """On the command line: the operating system's user."""


class Wish(_Act):
    """The form that asks for a release, filled in and sent: decided exactly like the words that ask for one."""

    kind: Literal["wish"] = "wish"
    way: Kind = Kind.RELEASE
    service: str
    version: str
    """The build's commit, which names exactly one."""
    environment: str
    at: AwareDatetime | None = None
    """The moment that was picked, in UTC; it does not ship before."""
    reason: Said = ""
    """Why it goes back, or the fast path."""
    channel: str | None = None
    """Where the command was typed that opened the form."""


class Mention(_Act):
    """The bot, mentioned in a message. It is answered and never acts."""

    kind: Literal["mention"] = "mention"
    words: Said
    """What follows the mention."""
    channel: str
    ts: str
    thread: str | None = None
    """The first message of the thread that it stands in, if any."""
    shared: bool = False
    """Whether people of other workspaces read the channel."""


Act = Annotated[Click | Form | Wish | Command | Mention, Field(discriminator="kind")]
ACT: TypeAdapter[Click | Form | Wish | Command | Mention] = TypeAdapter(Act)
