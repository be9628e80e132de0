"""A message ready to be sent, or why it is not."""

from dataclasses import dataclass
from enum import Enum

from bot.ports.slack import Message


@dataclass(frozen=True, slots=True)
class Post:
    """A message ready to be sent: to a channel, or privately to one person.

    `unasked` says that it is told to a person who did nothing: only where their account is in use. `also` are the ids
    of further effects of which it tells.
    """

    message: Message
    channel: str | None
    thread: str | None = None
    slack: str | None = None
    response_url: str | None = None
    unasked: bool = False
    also: tuple[int, ...] = ()


class Waits(Enum):
    """Why a message cannot be sent yet."""

    FOR_THE_CARD = "its notice is not posted yet"
    OWN_FAULT = "our own code failed"
