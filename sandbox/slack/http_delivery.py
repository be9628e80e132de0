"""Delivery over HTTP, as Slack does it where an app has a request URL: signed, form-encoded, events sent again."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.slack.socket_mode import REDELIVERED_AFTER
from sandbox.slack.weather import Weather
from sandbox.slack.workspace import Workspace

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it went out, to be looked at or sent once more as it is."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answered; status 0 when it did not, and `reason` is then Slack's word for it."""

    status: int
    text: str = ""
    reason: str = ""
    no_retry: bool = False


class HttpDelivery:
    """Sends what happens to the app's request URL. `sent` keeps every request.

    Args:
        workspace: whose clock stamps the requests.
        url: the app's request URL.
        signing_secret: what they are signed with.
        ack_within: real seconds that the app has for its answer.

    `pause` waits for so many seconds before an event is sent again. While `weather` has the network cut, nothing
    arrives.
    """

    def __init__(self, workspace: Workspace, url: str, signing_secret: str, *, ack_within: float = 3.0) -> None:
        self.workspace = workspace
        self.url = url
        self.signing_secret = signing_secret
        self.weather = Weather()
        self.pause: Callable[[float], Awaitable[None]] = asyncio.sleep
        self.sent: list[Sent] = []
        self._session = ClientSession(timeout=ClientTimeout(total=ack_within), headers={"User-Agent": AGENT})
        self._redelivering: set[asyncio.Task[None]] = set()

    async def deliver(self, kind: str, payload: dict[str, Any], *, accepts: bool = False) -> dict[str, Any] | None:
        """Send a command or an interaction; return what the app acknowledged it with, None where it did not in time."""
        fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        answer = await self.post(self._signed(urlencode(fields).encode(), FORM))
        if answer.status != 200:
            return None
        said = _parsed(answer.text) if accepts and answer.text else None
        return {} if said is None else {"payload": said}

    async def deliver_event(self, payload: dict[str, Any]) -> bool:
        """Send an event and return whether it was acknowledged; else it is sent again later, up to three times."""
        body = json.dumps(payload).encode()
        answer = await self.post(self._signed(body, JSON))
        if 200 <= answer.status < 300:
            return True
        task = asyncio.create_task(self._redeliver(body, answer))
        self._redelivering.add(task)
        task.add_done_callback(self._redelivering.discard)
        return False

    async def post(self, request: Sent) -> Answer:
        """Send a request as it is."""
        self.sent.append(request)
        if self.weather.cut:
            return Answer(0, reason="connection_failed")
        try:
            async with self._session.post(
                self.url, data=request.body, headers=request.headers, allow_redirects=False
            ) as response:
                text = await response.text()
                no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                return Answer(response.status, text, "http_error", no_retry)
        except TimeoutError:
            return Answer(0, reason="http_timeout")
        except (ClientError, OSError):
            return Answer(0, reason="connection_failed")

    async def close(self) -> None:
        """End everything that runs."""
        for task in list(self._redelivering):
            task.cancel()
        await asyncio.gather(*self._redelivering, return_exceptions=True)
        await self._session.close()

    def _signed(self, body: bytes, content_type: str, more: Mapping[str, str] | None = None) -> Sent:
        timestamp = str(int(self.workspace.clock().timestamp()))
        digest = hmac.new(
            self.signing_secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256
        ).hexdigest()
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        return Sent(body, headers | (dict(more) if more else {}))

    async def _redeliver(self, body: bytes, last: Answer) -> None:
        for attempt, wait in enumerate(REDELIVERED_AFTER, start=1):
            if last.no_retry:
                return
            await self.pause(wait)
            why = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": last.reason}
            last = await self.post(self._signed(body, JSON, why))
            if 200 <= last.status < 300:
                return


def _parsed(text: str) -> dict[str, Any]:
    """Return an answer as Socket Mode would carry it: plain text is what a command says."""
    try:
        said = json.loads(text)
    except ValueError:
        return {"text": text}
    return said if isinstance(said, dict) else {"text": text}
