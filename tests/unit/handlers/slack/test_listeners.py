"""Bolt's listeners, driven through Bolt: stored before acknowledged, and nothing left unanswered."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.ports.slack import Message
from bot.ports.trouble import GiveUp, Trouble
from handlers.acts import Click, Command, Form
from handlers.slack.bolt import bolt_app
from handlers.slack.directory import Workspace
from handlers.slack.garbled import GARBLED
from handlers.slack.listeners import NO_FORM, NO_REASON, register
from handlers.slack.payloads import Typed
from tests.unit.handlers.slack.bodies import a_click, a_command, a_submission

HOME = Workspace("T0ACME", "U0BOT", "B0BOT", "https://acme.slack.com/")
FORM = {"type": "modal", "callback_id": "signoff:reject"}
STATUS = Message("Nothing waits.", ({"type": "section", "text": {"type": "mrkdwn", "text": "Nothing waits."}},))


@dataclass
class Book:
    """A desk and a window that write down what happens, in order."""

    happened: list[tuple[Any, ...]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    broken: bool = False
    form_is: dict[str, Any] | Message = field(default_factory=lambda: dict(FORM))
    window_trouble: Trouble | None = None
    wrong_is: Mapping[str, str] = field(default_factory=dict)

    async def receive(self, act: Click | Form | Command, dedupe_key: str) -> bool:
        if self.broken:
            raise OSError("disk full")
        self.happened.append(("stored", act.kind, dedupe_key))
        new = dedupe_key not in self.keys
        self.keys.add(dedupe_key)
        return new

    async def read(self, words: str, slack: str, team: str | None) -> Message | None:
        self.happened.append(("read", words, slack, team))
        return STATUS if words == "status" else None

    async def begin(self, typed: Typed) -> bool:
        if typed.command.words == "":
            self.happened.append(("begun", typed.trigger))
        return typed.command.words == ""

    def wrong(self, form: Form) -> Mapping[str, str]:
        self.happened += [("checked", form.at)] if form.at else []
        return self.wrong_is

    async def form(self, handle: str, slack: str | None, team: str | None) -> dict[str, Any] | Message:
        self.happened.append(("form", handle, slack, team))
        return self.form_is

    async def open_form(self, trigger_id: str, view: dict[str, Any]) -> Trouble | None:
        self.happened.append(("opened", trigger_id, view))
        return self.window_trouble

    async def respond(self, response_url: str, message: Message) -> Trouble | None:
        self.happened.append(("responded", response_url, message.text))
        return self.window_trouble

    async def whisper(self, channel: str, slack_user: str, message: Message) -> Trouble | None:
        self.happened.append(("whispered", channel, slack_user, message.text))
        return None


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
async def app(book: Book) -> AsyncIterator[AsyncApp]:
    async with ClientSession() as http:
        # nobody listens on this address: Bolt must not ask Slack anything
        web = AsyncWebClient(token="xoxb-test", base_url="http://127.0.0.1:9/api/", session=http, retry_handlers=[])
        made = bolt_app(web, http, lambda: HOME)
        register(made, book, "/deploy", book, book)
        yield made


async def deliver(app: AsyncApp, body: dict[str, Any]) -> BoltResponse:
    return await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))


def seen(response: BoltResponse) -> tuple[int, str]:
    return response.status, response.body


async def test_a_click_is_stored_then_acknowledged(app: AsyncApp, book: Book) -> None:
    assert seen(await deliver(app, a_click())) == (200, "")
    assert [(what, kind) for what, kind, _ in book.happened] == [("stored", "click")]


@pytest.mark.parametrize("body", [a_click(), a_submission(), a_command()])
async def test_what_could_not_be_stored_is_not_acknowledged(app: AsyncApp, book: Book, body: dict[str, Any]) -> None:
    book.broken = True
    with capture_logs() as logs:
        response = await deliver(app, body)
    assert response.status == 500
    assert [(line["event"], line["log_level"], str(line["exc_info"])) for line in logs] == [
        ("slack_request_failed", "error", "disk full")
    ]
    assert len(logs[0]["incident"]) == 8


async def test_the_acknowledgement_waits_for_the_commit(
    app: AsyncApp, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    committing, commit = asyncio.Event(), asyncio.Event()
    store = book.receive

    async def slow(act: Click | Form | Command, dedupe_key: str) -> bool:
        committing.set()
        await commit.wait()
        return await store(act, dedupe_key)

    monkeypatch.setattr(book, "receive", slow)
    answer = asyncio.create_task(deliver(app, a_click()))
    await committing.wait()
    # Bolt's default would have answered by now: it looks every 10 ms whether ack() was called
    assert await asyncio.wait({answer}, timeout=0.1) == (set(), {answer})
    commit.set()
    assert seen(await answer) == (200, "")
    assert len(book.happened) == 1


async def test_a_click_delivered_twice_has_one_key_and_is_acknowledged_twice(app: AsyncApp, book: Book) -> None:
    responses = [seen(await deliver(app, a_click())) for _ in range(2)]
    assert responses == [(200, "")] * 2
    assert len(book.happened) == 2
    assert len(book.keys) == 1


@pytest.mark.parametrize("action", ["signoff:reject", "signoff:changes"])
async def test_reject_and_changes_open_what_they_are_for_and_store_nothing(
    app: AsyncApp, book: Book, action: str
) -> None:
    assert seen(await deliver(app, a_click(action))) == (200, "")
    assert book.happened == [("form", "h4ndle", "U0PRIYA", "T0ACME"), ("opened", "111.222.aaa", FORM)]


async def test_a_reason_why_there_is_no_form_is_told_privately(app: AsyncApp, book: Book) -> None:
    book.form_is = Message("R-1 was superseded.")
    assert seen(await deliver(app, a_click("signoff:reject"))) == (200, "")
    assert book.happened == [
        ("form", "h4ndle", "U0PRIYA", "T0ACME"),
        ("responded", "https://hooks.slack.com/actions/T0ACME/1/xxx", "R-1 was superseded."),
    ]


async def test_a_form_that_slack_does_not_open_is_told(app: AsyncApp, book: Book) -> None:
    book.window_trouble = GiveUp("expired")
    assert seen(await deliver(app, a_click("signoff:reject"))) == (200, "")
    assert book.happened[2:] == [
        ("responded", "https://hooks.slack.com/actions/T0ACME/1/xxx", NO_FORM),
        ("whispered", "C0PAY", "U0PRIYA", NO_FORM),
    ]


async def test_the_form_is_stored_then_acknowledged(app: AsyncApp, book: Book) -> None:
    assert seen(await deliver(app, a_submission())) == (200, "")
    assert book.happened == [("stored", "form", "slack:view:V0FORM")]


@pytest.mark.parametrize("reason", [None, "   "])
async def test_a_form_without_reason_asks_for_it(app: AsyncApp, book: Book, reason: str | None) -> None:
    response = await deliver(app, a_submission(reason))
    assert seen(response) == (200, f'{{"response_action": "errors", "errors": {{"reason": "{NO_REASON}"}}}}')
    assert book.happened == []


async def test_what_is_wrong_in_a_form_is_told_at_its_field_and_nothing_is_stored(app: AsyncApp, book: Book) -> None:
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    book.wrong_is = {"at": "This time has passed already: please pick a later one."}
    sent = a_submission()
    moment = {"at": {"at": {"type": "datetimepicker", "selected_date_time": int(at.timestamp())}}}
    sent["view"] |= {"callback_id": "signoff:schedule", "state": {"values": moment}}
    assert seen(await deliver(app, sent)) == (
        200,
        '{"response_action": "errors", "errors": {"at": "This time has passed already: please pick a later one."}}',
    )
    assert book.happened == [("checked", at)]


async def test_a_reading_command_is_answered_at_once(app: AsyncApp, book: Book) -> None:
    status, body = seen(await deliver(app, a_command("status")))
    assert status == 200
    assert AsyncBoltRequest(mode="socket_mode", body=body).body == {
        "text": "Nothing waits.",
        "response_type": "ephemeral",
        "blocks": list(STATUS.blocks),
    }
    assert book.happened == [("read", "status", "U0PRIYA", "T0ACME")]


async def test_an_acting_command_is_stored_then_acknowledged_without_a_word(app: AsyncApp, book: Book) -> None:
    assert seen(await deliver(app, a_command("payments"))) == (200, "")
    assert book.happened == [
        ("read", "payments", "U0PRIYA", "T0ACME"),
        ("stored", "command", "slack:command:111.222.ccc"),
    ]


async def test_another_command_is_told_the_right_name(app: AsyncApp, book: Book) -> None:
    response = await deliver(app, a_command(command="/deploys"))
    assert seen(response) == (
        200,
        '{"text": "Signoff answers to `/deploy` here.", "response_type": "ephemeral"}',
    )
    assert book.happened == []


@pytest.mark.parametrize(
    "body",
    [
        a_click("someone:elses"),
        a_click("prefix-signoff:approve"),
        {**a_submission(), "view": {**a_submission()["view"], "callback_id": "other"}},
        {**a_submission(), "type": "view_closed"},
        {"type": "shortcut", "callback_id": "x", "user": {"id": "U0X"}, "team": {"id": "T0ACME"}},
        {"type": "event_callback", "team_id": "T0ACME", "event": {"type": "app_home_opened", "user": "U0X"}},
        {"type": "event_callback", "team_id": "T0ACME", "event": {"type": "message", "user": "U0X", "text": "x"}},
    ],
)
async def test_what_nobody_listens_to_is_acknowledged_and_does_nothing(
    app: AsyncApp, book: Book, body: dict[str, Any]
) -> None:
    assert seen(await deliver(app, body)) == (200, "")
    assert book.happened == []


async def test_a_button_that_cannot_be_read_is_acknowledged_and_does_nothing(app: AsyncApp, book: Book) -> None:
    with capture_logs() as logs:
        response = await deliver(app, a_click(message={"ts": "x"}))
    assert seen(response) == (200, "")
    assert [line["event"] for line in logs] == ["slack_click_not_understood"]
    assert book.happened == []


@pytest.mark.parametrize(("act", "field"), [("reject", "reason"), ("hold", "reason"), ("schedule", "at")])
async def test_a_form_that_cannot_be_read_says_so_at_a_field_that_it_has(
    app: AsyncApp, book: Book, act: str, field: str
) -> None:
    sent = a_submission()
    sent["view"] |= {"callback_id": f"signoff:{act}", "state": {"values": []}}
    assert seen(await deliver(app, sent)) == (
        200,
        f'{{"response_action": "errors", "errors": {{"{field}": "{GARBLED}"}}}}',
    )
    assert book.happened == []


async def test_a_command_that_cannot_be_read_says_so(app: AsyncApp, book: Book) -> None:
    response = await deliver(app, a_command(channel_id="#x"))
    assert seen(response) == (200, f'{{"text": "{GARBLED}", "response_type": "ephemeral"}}')
    assert book.happened == []


async def test_bolt_takes_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
    for name in names:
        monkeypatch.setenv(name, "from-the-environment")
    async with ClientSession() as http:
        web = AsyncWebClient(token="xoxb-test", session=http, retry_handlers=[])
        made = bolt_app(web, http, lambda: HOME)
    assert made.oauth_flow is None
    assert made.installation_store is None
    assert made.client.token is None


async def test_bolt_never_answers_for_a_listener_that_is_slow(app: AsyncApp) -> None:
    # by default it gives up on a listener after 3 s and would acknowledge as «nobody listens» what is not stored yet
    assert app.process_before_response


async def test_a_forged_http_request_is_refused(app: AsyncApp, book: Book) -> None:
    forged = AsyncBoltRequest(body="payload=%7B%7D", headers={"x-slack-signature": ["v0="]})
    assert (await app.async_dispatch(forged)).status == 401
    assert book.happened == []


async def test_a_command_that_opens_a_form_is_neither_answered_nor_stored(app: AsyncApp, book: Book) -> None:
    assert seen(await deliver(app, a_command(""))) == (200, "")
    assert book.happened == [("begun", "111.222.ccc")]
