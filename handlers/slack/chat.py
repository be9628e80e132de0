"""Posting in Slack: the port Chat over the Web API, and the one window that opens forms."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientResponse, ClientSession, ConnectionTimeoutError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.ports.slack import Gone, HomeDiffers, Message
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.slack.calls import (
    SERVER_ERROR,
    SOON,
    Refused,
    ask,
    said_no,
)
from handlers.slack.pacing import Pacing

HOOKS = URL("https://hooks.slack.com")
NOT_THERE = frozenset({"user_not_in_channel", "channel_not_found", "not_in_channel", "is_archived"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
ANOTHER_VERSION = "hash_conflict"
USED_TRIGGER = "exchanged_trigger_id"
"""Slack delivered the same click twice, over two connections (bolt-js issue 2487): its form is open already."""
DRAWN_SINCE = "hash_conflict"
SUCCESS, REDIRECT, TIMED_OUT = 200, 300, 408
BODY_AT_MOST = 4096


@dataclass(frozen=True, slots=True)
class Outdated:
    """The form is not any more the one that was meant: it has been drawn anew since. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class SlackChat:
    """Chat over Slack's Web API. `web` must have no retry handlers; `http` is the shared session."""

    web: AsyncWebClient
    http: ClientSession
    pacing: Pacing = field(default_factory=lambda: Pacing(monotonic, every=0.0))

    async def post(
        self, channel: str, message: Message, *, thread: str | None = None, place: str | None = None
    ) -> str | Trouble:
        """Post to a channel, or to a person by their id, without unfurling links; return the message's ts."""
        wait = self.pacing.post(channel, thread or place)
        if wait > 0:
            return TryLater(wait, "a channel gets one message a second", turn=True)
        ended = await ask(
            self.web.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks or None,
                thread_ts=thread,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        if isinstance(ended, Refused):
            return ended.trouble(f"post in {channel}")
        if isinstance(ended, TryLater | Unsure):
            return ended
        ts = ended.get("ts")
        return ts if isinstance(ts, str) else Unsure("Slack said ok without naming the message")

    async def update(self, channel: str, ts: str, message: Message) -> Trouble | Gone | None:
        """Replace a message of ours; one whose answer was lost may still arrive, after a later one."""
        wait = self.pacing.edit()
        if wait > 0:
            return TryLater(wait, "Slack takes so many edits a minute", turn=True)
        # blocks are always given: Slack keeps the old ones, buttons included, when neither text nor blocks come
        ended = await ask(self.web.chat_update(channel=channel, ts=ts, text=message.text, blocks=message.blocks))
        if isinstance(ended, Refused):
            refused = ended.trouble(f"edit a message in {channel}")
            return Gone(refused.reason) if ended.error in GONE and isinstance(refused, GiveUp) else refused
        return ended if isinstance(ended, TryLater | Unsure) else None

    async def whisper(self, channel: str, slack_user: str, message: Message) -> Trouble | None:
        """Tell one person privately in a channel, or in a direct message where that is not possible."""
        if channel != slack_user:
            ended = await ask(
                self.web.chat_postEphemeral(
                    channel=channel, user=slack_user, text=message.text, blocks=message.blocks or None
                )
            )
            if isinstance(ended, Refused) and ended.error not in NOT_THERE:
                return ended.trouble(f"tell somebody privately in {channel}")
            if not isinstance(ended, Refused):
                return ended if isinstance(ended, TryLater | Unsure) else None
        posted = await self.post(slack_user, message)
        return None if isinstance(posted, str) else posted

    async def respond(self, response_url: str, message: Message) -> Trouble | None:
        """Tell one person privately through the URL of what they did; only Slack's own hosts are ever asked."""
        url = self._trusted(response_url)
        if url is None:
            return GiveUp("The response_url is not on Slack's host, so nothing was sent there.")
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": message.text,
            "blocks": list(message.blocks),
        }
        try:
            async with self.http.post(url, json=body, allow_redirects=False) as response:
                return await _answered(response)
        except (ClientConnectorError, ConnectionTimeoutError) as error:  # before the first byte
            return TryLater(SOON, f"Slack cannot be reached: {type(error).__name__}")
        except (ClientError, TimeoutError, OSError) as error:
            return Unsure(f"Slack's answer was lost: {type(error).__name__}")

    async def publish_home(
        self, slack_user: str, view: dict[str, Any], known: str | None
    ) -> str | HomeDiffers | Trouble:
        """Publish somebody's App Home over the version of the hash `known`, or over any; return the new one's hash.

        A publication whose answer was lost and that comes late finds another version there, if it named one.
        """
        ended = await ask(self.web.views_publish(user_id=slack_user, view=view, hash=known))
        if isinstance(ended, Refused):
            return HomeDiffers() if ended.error == ANOTHER_VERSION else ended.trouble("show an App Home")
        if isinstance(ended, TryLater | Unsure):
            return ended
        shown = ended.get("view")
        version = shown.get("hash") if isinstance(shown, Mapping) else None
        return version if isinstance(version, str) else Unsure("Slack said ok without naming the version")

    async def open_form(self, trigger_id: str, view: dict[str, Any]) -> Trouble | None:
        """Open a form for whoever clicked; a trigger lives 3 s and opens one form, however often its click arrives."""
        ended = await ask(self.web.views_open(trigger_id=trigger_id, view=view))
        if isinstance(ended, Refused) and ended.error == USED_TRIGGER:
            return None
        if isinstance(ended, Refused):
            return ended.trouble("open the form")
        return ended if isinstance(ended, TryLater | Unsure) else None

    async def update_form(self, view_id: str, view: dict[str, Any], hash_: str | None) -> Trouble | Outdated | None:
        """Show an open form anew; with a hash only where it is still the one that the hash is of."""
        ended = await ask(self.web.views_update(view_id=view_id, view=view, hash=hash_))
        if isinstance(ended, Refused) and ended.error == DRAWN_SINCE:
            return Outdated()
        if isinstance(ended, Refused):
            return ended.trouble("show the form anew")
        return ended if isinstance(ended, TryLater | Unsure) else None

    def _trusted(self, response_url: str) -> URL | None:
        """Return the URL as it will be asked, parsed by the same library, if it is on one of Slack's hosts."""
        try:
            url = URL(response_url)
            clean = url.absolute and url.user is None and url.password is None
            allowed = {HOOKS.origin(), URL(self.web.base_url).origin()}
            return url if clean and url.origin() in allowed else None
        except ValueError:
            return None


async def _answered(response: ClientResponse) -> Trouble | None:
    body = await response.content.read(BODY_AT_MOST)
    said = _json(body)
    if SUCCESS <= response.status < REDIRECT and not (isinstance(said, dict) and said.get("ok") is False):
        return None
    ended = said_no(response.status, response.headers, said)
    if isinstance(ended, TryLater) or (isinstance(ended, Unsure) and not _is_refusal(response.status)):
        return ended
    return GiveUp(f"The response_url no longer works ({response.status}): it lives 30 minutes, for 5 answers.")


def _is_refusal(status: int) -> bool:
    """Whether a status alone says that nothing was taken; it is answered in plain words, mostly."""
    return REDIRECT <= status < SERVER_ERROR and status != TIMED_OUT


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
