"""How a call of Slack's Web API ended: answered, refused for a reason, certainly not done, or lost.

The one place that reads slack_sdk's errors. Nothing here calls twice: slack_sdk would post twice after a dropped
connection if its default retry handlers were left in, and Slack has no idempotency key.
"""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.ports.trouble import GiveUp, TryLater, Unsure

SOON = 1.0
TOO_MANY_REQUESTS = 429
CONFLICT = 409
"""What apps.connections.open says to those who start at the same moment (node-slack-sdk issue 2094)."""
SERVER_ERROR = 500

RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
"""Slack uses both spellings."""
CREDENTIALS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
    }
)
"""What is wrong with the app's installation and not with the call: it heals, and nothing must be lost meanwhile."""
PASSING = frozenset({"request_timeout", "service_unavailable", "team_added_to_org"})
HALF_DONE = frozenset({"fatal_error", "internal_error"})
"""Slack: «It's possible some aspect of the operation succeeded before the error was raised.»"""

MENDABLE = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "not_in_channel",
        "posting_to_channel_denied",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    }
)
"""What is wrong with the channel and not with the message: the same message goes once somebody has mended that."""

INVITE = "Invite the bot to the channel with /invite"
LENGTH = "Please report it; the message is longer than Slack takes"
REMEDIES: Mapping[str, str] = {
    "channel_not_found": f"{INVITE}, or correct the channel's id in the policy",
    "not_in_channel": INVITE,
    "user_not_in_channel": INVITE,
    "is_archived": "Unarchive the channel or name another one in the policy",
    "is_inactive": "Unarchive the channel",
    "restricted_action": "Allow apps to post in this channel, or name another one in the policy",
    "message_not_found": "The message was deleted in Slack",
    "cant_update_message": "The message is not the bot's; it was posted with another token",
    "edit_window_closed": "The workspace forbids editing messages after some time; lift that for apps",
    "messages_tab_disabled": "Switch on the app's messages tab in its settings",
    "invalid_blocks": "Please report it; Slack does not take this message",
    "msg_too_long": LENGTH,
    "msg_blocks_too_long": LENGTH,
    "expired_trigger_id": "It took too long; please click again",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Slack answered, and said no. `error` is Slack's own name for why."""

    error: str

    @property
    def revoked(self) -> bool:
        """Whether it is the token that is refused, and not the call."""
        return self.error in CREDENTIALS

    def trouble(self, what: str) -> GiveUp | TryLater:
        """Return what it means for somebody who wanted `what`, in a sentence for people."""
        if self.revoked:
            return TryLater(60.0, f"Slack refuses the app's token ({self.error}); install the app again and restart")
        remedy = REMEDIES.get(self.error, "See https://docs.slack.dev/reference/methods for what it means")
        return GiveUp(f"Slack refused to {what} ({self.error}). {remedy}.", mendable=self.error in MENDABLE)


Answer = Mapping[str, Any]


async def ask(calling: Awaitable[AsyncSlackResponse]) -> Answer | Refused | TryLater | Unsure:
    """Await a call of the Web API once and say how it ended; never raises for what the network or Slack did."""
    try:
        answer = (await calling).data
    except SlackApiError as error:
        return _said_no(error.response)
    except (ClientConnectorError, ConnectionTimeoutError) as error:  # before the first byte
        return TryLater(SOON, f"Slack cannot be reached: {type(error).__name__}")
    except (ClientError, SlackClientError, TimeoutError, OSError, ValueError, AttributeError, RecursionError) as error:
        # AttributeError: slack_sdk asks a body of type text/plain for its "ok". RecursionError: json's, of what is deep
        return Unsure(f"Slack's answer was lost: {type(error).__name__}")
    return (
        answer if isinstance(answer, dict) and answer.get("ok") is True else Unsure("Slack's answer could not be read")
    )


def surely(ended: Answer | Refused | TryLater | Unsure) -> Answer | Refused | TryLater:
    """Return how a call ended that may be made again without harm: what was lost is tried later."""
    return TryLater(SOON, ended.why) if isinstance(ended, Unsure) else ended


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds that Slack asks to wait: 30 where the header says nothing readable, an hour at most."""
    said = headers.get("Retry-After", "")
    return min(3600.0, float(said)) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", said) else 30.0


def _said_no(response: Any) -> Refused | TryLater | Unsure:
    """Read the response of a SlackApiError: a slack_sdk response whose data may be anything, or aiohttp's own."""
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    return said_no(status, getattr(response, "headers", {}), getattr(response, "data", None))


def said_no(status: int, headers: Mapping[str, str], data: object) -> Refused | TryLater | Unsure:
    """Return what an answer means that is no yes, by its status, its headers, and its body as JSON if it is that."""
    named = data.get("error") if isinstance(data, dict) else None
    error = named if isinstance(named, str) else None
    if status in {TOO_MANY_REQUESTS, CONFLICT} or error in RATE_LIMITED:
        said = CONFLICT if status == CONFLICT else TOO_MANY_REQUESTS
        return TryLater(retry_after(headers), f"Slack asks to wait ({said})")
    if status >= SERVER_ERROR or error is None or error in HALF_DONE:
        return Unsure(f"Slack answered {status} without saying whether it was done")
    if error in PASSING:
        return TryLater(30.0, f"Slack is not available ({error})")
    return Refused(error if re.fullmatch(r"[a-zA-Z0-9_.-]{1,80}", error) else "an error without a name")
