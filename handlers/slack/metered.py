"""Slack's Web API client that counts its calls: the one place through which slack_sdk sends each of them."""

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.ports.meter import SILENT, Counted, Meter, Timed
from handlers.slack.calls import TOO_MANY_REQUESTS, retry_after

API = "slack"


class MeteredWebClient(AsyncWebClient):
    """Counts each call by its method and the status of its answer; `meter` may be set at any time."""

    meter: Meter = SILENT

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        """Call once, as slack_sdk does, and count how it ended: a status, or `lost` without an answer."""
        try:
            answer = await super().api_call(api_method, **given)
        except SlackApiError as error:
            self._count(api_method, error.response)
            raise
        except Exception:  # whatever it was: calls.py reads it
            self.meter.count(Counted.API_REQUESTS, API, api_method, "lost")
            raise
        self.meter.count(Counted.API_REQUESTS, API, api_method, str(answer.status_code))
        return answer

    async def _send(self, http_verb: str, api_url: str, req_args: dict[str, Any]) -> AsyncSlackResponse:
        """Send once, and only there: aiohttp would follow a redirect, and make a call a second time that way."""
        return await super()._send(http_verb, api_url, {**req_args, "allow_redirects": False})

    def _count(self, api_method: str, response: Any) -> None:
        status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
        self.meter.count(Counted.API_REQUESTS, API, api_method, str(status or "lost"))
        if status == TOO_MANY_REQUESTS:
            self.meter.took(Timed.RETRY_AFTER, retry_after(getattr(response, "headers", {})), API)
