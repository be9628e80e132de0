"""Slack: posting, and who people are."""

from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.inputs import Account
from bot.ports.trouble import Trouble, TryLater


@dataclass(frozen=True, slots=True)
class Message:
    """What people read: `text` is a full sentence for notifications and screen readers; `blocks` are Block Kit."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class HomeDiffers:
    """Slack has another version of somebody's App Home than the one that was named: nothing was published."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A message of ours that can never be edited again: somebody deleted it, or it is out of our reach.

    Nothing was changed; `why` is a sentence for people.
    """

    why: str


class Chat(Protocol):
    """Posting in Slack. Nothing here retries: retries are rows."""

    async def post(
        self, channel: str, message: Message, *, thread: str | None = None, place: str | None = None
    ) -> str | Trouble:
        """Post to a channel id (or a person's id for a direct message) and return the message's ts.

        `place` names the message while it has to wait for its turn outside threads: with it, it keeps its place before
        whatever comes later. In each thread one waits at a time.
        """

    async def update(self, channel: str, ts: str, message: Message) -> Trouble | Gone | None:
        """Replace a message of ours."""

    async def whisper(self, channel: str, slack_user: str, message: Message) -> Trouble | None:
        """Tell one person privately in a channel; falls back to a direct message where they are not in it."""

    async def respond(self, response_url: str, message: Message) -> Trouble | None:
        """Tell one person privately through the URL of what they did; refused for a host that is not Slack's."""

    async def publish_home(
        self, slack_user: str, view: dict[str, Any], known: str | None
    ) -> str | HomeDiffers | Trouble:
        """Publish somebody's App Home over the version of the hash `known`, or over any; return the new one's hash."""


@dataclass(frozen=True, slots=True)
class SlackAccount:
    """What the directory says of a Slack user."""

    slack: str
    account: Account
    name: str
    tz: str | None = None


class Directory(Protocol):
    """Who people are. Facts at most a minute old."""

    async def account(self, slack_user: str, team: str | None) -> SlackAccount | TryLater:
        """Return what kind of account it is."""

    async def members(self, usergroup: str) -> frozenset[str] | TryLater:
        """Return the Slack ids of the members of a user group; empty when there is no such group."""
