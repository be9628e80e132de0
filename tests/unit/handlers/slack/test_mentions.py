"""Mentions of the bot: which are read, what words they hold, and that they are stored before they are acknowledged."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from handlers.acts import Mention
from handlers.slack.bolt import bolt_app
from handlers.slack.directory import Workspace
from handlers.slack.listeners import failed
from handlers.slack.listeners_mentions import register
from handlers.slack.payloads import NotUnderstood
from handlers.slack.payloads_mentions import Mentioned, NotForUs, mention, words_after

HOME = Workspace("T0ACME", "U0BOT", "B0BOT", "https://acme.slack.com/")


def a_mention(text: str = "<@U0BOT> status payments", **changed: Any) -> dict[str, Any]:
    """Return the event of a mention; None as a value leaves a field of the message out."""
    message = {
        "type": "app_mention",
        "user": "U0PRIYA",
        "text": text,
        "ts": "1605853634.000400",
        "team": "T0ACME",
        "channel": "C0PAY",
        "event_ts": "1605853634.000400",
        "blocks": [{"type": "rich_text", "elements": []}],
        **changed,
    }
    return {
        "token": "ignored",
        "team_id": "T0ACME",
        "api_app_id": "A0SIGNOFF",
        "event": {name: value for name, value in message.items() if value is not None},
        "type": "event_callback",
        "event_id": "Ev0123",
        "event_time": 1605853634,
        "authorizations": [{"team_id": "T0ACME", "user_id": "U0BOT", "is_bot": True}],
        "is_ext_shared_channel": False,
    }


READ = Mention(
    slack="U0PRIYA", team="T0ACME", words="status payments", channel="C0PAY", ts="1605853634.000400", thread=None
)


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (a_mention(), READ),
        (a_mention(thread_ts="1605853000.000100"), READ.model_copy(update={"thread": "1605853000.000100"})),
        (a_mention(user_team="T0ELSE"), READ.model_copy(update={"team": "T0ELSE"})),
        (a_mention(team=None), READ),
        (a_mention() | {"is_ext_shared_channel": True}, READ.model_copy(update={"shared": True})),
    ],
)
def test_a_mention_is_read(body: dict[str, Any], read: Mention) -> None:
    assert mention(body, "U0BOT") == Mentioned(read, "slack:event:Ev0123")


@pytest.mark.parametrize(
    "body",
    [
        a_mention(bot_id="B0ELSE"),
        a_mention(subtype="bot_message", user=None),
        a_mention(edited={"user": "U0PRIYA", "ts": "1605853635.000000"}),
        a_mention(user=None),
    ],
)
def test_bots_and_edited_messages_ask_for_no_answer(body: dict[str, Any]) -> None:
    assert isinstance(mention(body, "U0BOT"), NotForUs)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "event_id: missing; event: missing"),
        (a_mention(ts="now"), "event.ts: string_pattern_mismatch"),
        (a_mention(user="<!channel>"), "event.user: string_pattern_mismatch"),
        (a_mention(channel=7), "event.channel: string_type"),
        (a_mention() | {"event_id": ""}, "event_id: string_pattern_mismatch"),
    ],
)
def test_what_is_no_mention(body: dict[str, Any], why: str) -> None:
    assert mention(body, "U0BOT") == NotUnderstood(why)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@U0BOT> status payments", "status payments"),
        ("  <@U0BOT|signoff>: status payments? ", "status payments"),
        ("Hey <@U0SAM>, <@U0BOT>, why payments!", "why payments"),
        ("<@U0BOT>\n\n  list\nthank you", "list"),
        ("<@U0BOT> approve R-42 <@U0BOT> list", "approve R-42 <@U0BOT> list"),
        ("thank you <@U0BOT>", ""),
        ("<@U0BOT>", ""),
        ("<@U0SAM> list", ""),
        ("", ""),
        ("<@U0BOT> " + "x" * 5000, "x" * 1000),
    ],
)
def test_the_words_are_those_after_the_mention(text: str, words: str) -> None:
    assert words_after(text, "U0BOT") == words


def test_before_slack_has_told_who_we_are_the_first_mention_is_ours() -> None:
    assert words_after("<@U0ANY> list", None) == "list"


@dataclass
class Book:
    """A desk that writes down what it is handed."""

    stored: list[Mention] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    broken: bool = False

    async def receive(self, act: Mention, dedupe_key: str) -> bool:
        if self.broken:
            raise OSError("disk full")
        self.stored.append(act)
        new = dedupe_key not in self.keys
        self.keys.add(dedupe_key)
        return new


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
async def app(book: Book) -> AsyncIterator[AsyncApp]:
    async with ClientSession() as http:
        # nobody listens on this address: Bolt must not ask Slack anything
        web = AsyncWebClient(token="xoxb-test", base_url="http://127.0.0.1:9/api/", session=http, retry_handlers=[])
        made = bolt_app(web, http, lambda: HOME)
        register(made, book)
        made.error(failed)
        yield made


async def deliver(app: AsyncApp, body: dict[str, Any]) -> tuple[int, list[str]]:
    with capture_logs() as logs:
        response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    return response.status, [line["event"] for line in logs]


async def test_a_mention_is_stored_then_acknowledged(app: AsyncApp, book: Book) -> None:
    assert await deliver(app, a_mention("<@U0SAM>, ask <@U0BOT> status payments")) == (200, [])
    assert book.stored == [READ]


async def test_the_same_event_again_is_acknowledged_and_said(app: AsyncApp, book: Book) -> None:
    assert await deliver(app, a_mention()) == (200, [])
    assert await deliver(app, a_mention()) == (200, ["slack_delivered_again"])
    assert book.keys == {"slack:event:Ev0123"}


async def test_what_could_not_be_stored_is_not_acknowledged_so_slack_sends_it_again(app: AsyncApp, book: Book) -> None:
    book.broken = True
    assert await deliver(app, a_mention()) == (500, ["slack_request_failed"])


async def test_what_is_no_mention_for_us_is_acknowledged_and_forgotten(app: AsyncApp, book: Book) -> None:
    assert await deliver(app, a_mention(bot_id="B0ELSE")) == (200, [])
    assert await deliver(app, a_mention(ts="now")) == (200, ["slack_mention_not_understood"])
    assert await deliver(app, a_mention(user="U0BOT")) == (200, [])
    assert book.stored == []
