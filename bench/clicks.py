"""A click stored durably and acknowledged, against Bolt's bare dispatch of the same click, one at a time, in turn."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bench.figures import Figure, figure
from bench.intake import policy
from bot.views.links import Links
from handlers.bell import Bell
from handlers.desk import Desk
from handlers.reception import Reception
from handlers.slack.bolt import bolt_app
from handlers.slack.chat import SlackChat
from handlers.slack.directory import Workspace
from handlers.slack.listeners import register
from handlers.slack.listeners_forms import FormListeners
from storage.database import open_store

ROUNDS = 5
CLICKS = 200


def now() -> datetime:
    """Return the present."""
    return datetime.now(UTC)  # noqa: TID251 - a benchmark has the real clock


def click(number: int) -> dict[str, Any]:
    """Return the payload of a click on Approve."""
    return {
        "type": "block_actions",
        "user": {"id": "U0PRIYA", "team_id": "T0"},
        "team": {"id": "T0", "domain": "acme"},
        "channel": {"id": "C0PAYMENTS", "name": "payments"},
        "container": {"type": "message", "message_ts": "1.000100", "channel_id": "C0PAYMENTS", "is_ephemeral": False},
        "message": {"ts": "1.000100", "text": "R-1"},
        "trigger_id": f"1.2.{number}",
        "response_url": "https://hooks.slack.com/actions/T0/1/x",
        "actions": [
            {
                "type": "button",
                "action_id": "signoff:approve",
                "block_id": "b:1",
                "value": "0" * 32,
                "action_ts": f"1763719200.{number:06d}",
            }
        ],
    }


async def median_ms(app: AsyncApp, numbers: Any) -> float:
    """Return the median of the milliseconds from a click's arrival to its acknowledgement."""
    taken = []
    for _ in range(CLICKS):
        request = AsyncBoltRequest(mode="socket_mode", body=click(next(numbers)))
        begun = perf_counter()
        answer = await app.async_dispatch(request)
        taken.append((perf_counter() - begun) * 1000)
        assert answer.status == 200, answer.body
    return median(taken)


async def measure(folder: Path) -> list[Figure]:
    """Return the ratio of the medians."""
    store = await open_store(folder / "clicks.db", clock=now, token=lambda: "0" * 32)
    async with ClientSession() as http:
        web = AsyncWebClient(token="xoxb-bench", session=http, retry_handlers=[])
        home = Workspace(team="T0", bot_user="U0BOT", bot="B0BOT", url="https://acme.slack.com/")
        bare = bolt_app(web, http, lambda: home)

        @bare.action("signoff:approve")
        async def acknowledge(ack: AsyncAck) -> None:
            await ack()

        stored = bolt_app(web, http, lambda: home)
        desk = Desk(store, policy(), now, lambda length: "0" * length, Bell(), chance=lambda: 1.0)
        reception = Reception(desk, Links("https://github.com"))
        window = SlackChat(web, http)
        register(stored, reception, "/deploy", window, FormListeners(reception, window))
        numbers = count(1)
        ratios = []
        for _ in range(ROUNDS + 1):
            plain = await median_ms(bare, numbers)
            ratios.append(await median_ms(stored, numbers) / plain)
    await store.close()
    return [figure("click stored and acknowledged / Bolt's bare dispatch, one at a time", ratios[1:], "x time")]
