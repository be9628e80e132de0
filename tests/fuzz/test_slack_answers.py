"""Mutated answers of Slack's Web API, over HTTP: each call says how it ended, and none fails on our side."""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from aiohttp import ClientSession, ClientTimeout
from structlog.testing import capture_logs

from bot.ports.slack import Gone, HomeDiffers, Message, SlackAccount
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.slack.bolt import web_client
from handlers.slack.chat import Outdated, SlackChat
from handlers.slack.directory import SlackDirectory, Workspace
from handlers.slack.introduction import try_app_token, who_we_are
from handlers.slack.problems import SlackProblem, SlackUnreachable
from tests.fuzz.mutate import broken
from tests.fuzz.spell import CONTENT_TYPES, JSON, in_bytes, in_json
from tests.seed import AGAIN, SEED

ANSWERS = int(os.environ.get("SIGNOFF_BODIES", "20000")) // 10
HOME = Workspace("T0ACME", "U0BOT", "B0BOT", "https://acme.slack.com/")
WORD = Message("Done.")
USER = {
    "id": "U0ALEX",
    "team_id": "T0ACME",
    "name": "alex",
    "deleted": False,
    "tz": "Europe/Berlin",
    "profile": {"real_name": "Alex", "display_name": "alex", "email": "alex@acme.example"},
    "is_admin": False,
    "is_restricted": False,
    "is_bot": False,
    "updated": 1605853634,
}
CHANNELS = [{"id": "C0PAY", "name": "payments", "is_archived": False}, {"id": "C0OPS", "name": "ops"}]
WE = {"url": HOME.url, "team": "Acme", "team_id": "T0ACME", "user_id": "U0BOT", "bot_id": "B0BOT"}
SAID: tuple[dict[str, Any], ...] = (
    {"ok": True, "channel": "C0PAY", "ts": "1.2", "message": {"text": "x", "blocks": [], "ts": "1.2"}},
    {"ok": True, "user": USER},
    {"ok": True, "users": ["U0ALEX", "U0SAM"]},
    {"ok": True, "channels": CHANNELS, "response_metadata": {"next_cursor": "dGVhbTpD"}},
    {"ok": True, "channels": CHANNELS, "response_metadata": {"next_cursor": ""}},
    {"ok": True, **WE},
    {"ok": True, "url": "wss://slack.example/link/?ticket=1"},
    {"ok": True, "view": {"id": "V1", "hash": "1.a"}},
    {"ok": False, "error": "channel_not_found", "response_metadata": {"messages": ["[ERROR] no such thing"]}},
    {"ok": False, "error": "ratelimited"},
)
STATUSES = (200,) * 12 + (201, 204, 302, 400, 403, 404, 409, 429, 500, 503)
OUTCOMES = (str, SlackAccount, Workspace, frozenset, GiveUp, TryLater, Unsure, Gone, Outdated, HomeDiffers, type(None))


@asynccontextmanager
async def odd_slack(rng: random.Random, sent: list[bytes]) -> AsyncIterator[str]:
    """Listen on a socket and answer whatever is asked with an answer to something, mutated."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
                await reader.readexactly(length)
                body = in_bytes(rng, in_json(rng, broken(rng, json.dumps(rng.choice(SAID)))))
                kind = rng.choice(CONTENT_TYPES) if rng.random() < 1 / 8 else f"{JSON}; charset=utf-8"
                status = rng.choice(STATUSES)
                extra = (
                    f"Retry-After: {rng.choice(('1', '-1', 'soon', '9' * 40, '1e3', ''))}\r\n" if status > 400 else ""
                )
                said = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
                sent[:] = [said.encode("latin-1"), body]
                writer.write(sent[0] + (b"" if status == 204 else body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


async def test_whatever_slack_answers_is_how_a_call_ended() -> None:
    rng, sent = random.Random(f"{SEED} answers"), list[bytes]()
    moments = iter(range(0, 10**9, 1000))
    async with odd_slack(rng, sent) as url, ClientSession(timeout=ClientTimeout(total=5)) as http:
        web = web_client(f"{url}api/", http, "xoxb-1")
        chat = SlackChat(web, http)
        directory = SlackDirectory(web, HOME, lambda: next(moments), sleep=lambda _seconds: asyncio.sleep(0))

        async def channel() -> str:
            directory.forget_channels()
            return await directory.channel_id("#payments")

        calls: tuple[Callable[[], Awaitable[Any]], ...] = (
            lambda: chat.post("C0PAY", WORD),
            lambda: chat.update("C0PAY", "1.2", WORD),
            lambda: chat.whisper("C0PAY", "U0ALEX", WORD),
            lambda: chat.respond(f"{url}actions/1", WORD),
            lambda: chat.publish_home("U0ALEX", cast("Any", {"type": "home", "blocks": []}), None),
            lambda: chat.open_form("1.2", {"type": "modal"}),
            lambda: chat.update_form("V1", {"type": "modal"}, "1.a"),
            lambda: directory.account("U0ALEX", "T0ACME"),
            lambda: directory.members("S0SRE"),
            channel,
            lambda: who_we_are(web),
            lambda: try_app_token(web, "xapp-1"),
        )
        with capture_logs():
            for number in range(ANSWERS):
                call = calls[number % len(calls)]
                try:
                    ended = await call()
                except (SlackProblem, SlackUnreachable):
                    continue
                except Exception as error:
                    raise AssertionError(f"call {number} ({number % len(calls)}) fails; {AGAIN}\n{sent}") from error
                assert isinstance(ended, OUTCOMES), f"call {number}: {ended!r}; {AGAIN}"
