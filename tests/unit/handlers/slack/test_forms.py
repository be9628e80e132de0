"""Forms that ask for a release, through a real Bolt app: opened at a word, drawn anew, stored before acknowledged."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.policy import Kind
from bot.ports.trouble import GiveUp, Trouble
from handlers.acts import Command, Wish
from handlers.filled import Filled
from handlers.slack.bolt import bolt_app
from handlers.slack.chat import Outdated
from handlers.slack.directory import Workspace
from handlers.slack.garbled import GARBLED
from handlers.slack.listeners_forms import FormListeners, register
from handlers.slack.payloads import NotUnderstood, Typed
from handlers.slack.payloads_forms import Held, held

HOME = Workspace("T0ACME", "U0BOT", "B0BOT", "https://acme.slack.com/")
SHA = "9f3c2ab" + "0" * 33
TWO = int(datetime(2026, 11, 21, 14, 0, tzinfo=UTC).timestamp())
FILLED = Filled(
    Kind.RELEASE,
    "U0PRIYA",
    "T0ACME",
    "payments",
    "production",
    SHA,
    datetime(2026, 11, 21, 14, 0, tzinfo=UTC),
    "",
    "C0PAY",
)
WISH = Wish(slack="U0PRIYA", team="T0ACME", service="payments", version=SHA, environment="production", channel="C0PAY")
TYPED = Typed(Command(slack="U0PRIYA", team="T0ACME", words="payments", channel="C0PAY"), "U0PRIYA", "k", "1.2.3")


def option(value: str) -> dict[str, Any]:
    """Return the state of a select."""
    shown = {"text": {"type": "plain_text", "text": "some words", "emoji": False}, "value": value}
    return {"type": "static_select", "selected_option": shown}


def values(**changed: Any) -> dict[str, Any]:
    """Return the state of a form of which everything is picked."""
    return {
        "service": {"form:service": option("payments")},
        "environment:payments": {"form:environment": option("production")},
        "version:payments:production": {"form:version": option(SHA)},
        "when": {"form:when": {"type": "datetimepicker", "selected_date_time": TWO}},
        **changed,
    }


def a_form(kind: str = "view_submission", view: Mapping[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """Return a form as Slack hands it back."""
    shown = {
        "id": "V0FORM",
        "type": "modal",
        "blocks": [],
        "private_metadata": "C0PAY",
        "callback_id": "form:release",
        "state": {"values": values()},
        "hash": "1596530361.3wRYuk3R",
        **(view or {}),
    }
    return {
        "type": kind,
        "team": {"id": "T0ACME", "domain": "acme"},
        "user": {"id": "U0PRIYA", "name": "priya", "team_id": "T0ACME"},
        "trigger_id": "111.222.bbb",
        "view": shown,
        **changed,
    }


def a_choice(action: str = "form:environment", **changed: Any) -> dict[str, Any]:
    """Return a choice in a form."""
    done = {"action_id": action, "block_id": "environment:payments", "action_ts": "1.2", **option("production")}
    return a_form("block_actions", container={"type": "view", "view_id": "V0FORM"}, actions=[done], **changed)


@dataclass
class Book:
    """Desk, requests and window in one, that write down what happens, in order."""

    happened: list[tuple[Any, ...]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    form: dict[str, Any] | None = field(default_factory=lambda: {"drawn": 0})
    checked: Wish | Mapping[str, str] = WISH
    troubles: list[Trouble | Outdated | None] = field(default_factory=list)
    broken: bool = False
    slow: bool = False

    @property
    def requests(self) -> "Book":
        return self

    async def begin(self, words: str, slack: str, team: str | None, channel: str | None) -> dict[str, Any] | None:
        self.happened.append(("begun", words, slack, team, channel))
        return self.form

    async def redraw(self, filled: Filled) -> dict[str, Any]:
        self.happened.append(("drawn", filled))
        return {"drawn": len(self.happened)}

    async def check(self, filled: Filled) -> Wish | Mapping[str, str]:
        self.happened.append(("checked", filled))
        return self.checked

    async def receive(self, act: Wish, dedupe_key: str) -> bool:
        if self.broken:
            raise OSError("disk full")
        self.happened.append(("stored", act, dedupe_key))
        new = dedupe_key not in self.keys
        self.keys.add(dedupe_key)
        return new

    async def open_form(self, trigger_id: str, view: dict[str, Any]) -> Trouble | None:
        self.happened.append(("opened", trigger_id, view))
        trouble = await self._next()
        assert not isinstance(trouble, Outdated)
        return trouble

    async def update_form(self, view_id: str, view: dict[str, Any], hash_: str | None) -> Trouble | Outdated | None:
        self.happened.append(("updated", view_id, view, hash_))
        return await self._next()

    async def _next(self) -> Trouble | Outdated | None:
        if self.slow:
            await asyncio.Event().wait()
        return self.troubles.pop(0) if self.troubles else None


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
async def app(book: Book) -> AsyncIterator[AsyncApp]:
    async with ClientSession() as http:
        # nobody listens on this address: Bolt must not ask Slack anything
        web = AsyncWebClient(token="xoxb-test", base_url="http://127.0.0.1:9/api/", session=http, retry_handlers=[])
        made = bolt_app(web, http, lambda: HOME)
        register(made, FormListeners(book, book))
        yield made


async def dispatched(app: AsyncApp, payload: dict[str, Any]) -> tuple[int, Any]:
    """Return status and body of the answer."""
    answer = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
    return answer.status, json.loads(answer.body) if answer.body else None


def test_a_form_is_read_by_its_elements_whatever_its_blocks_are_called() -> None:
    assert held(a_form()) == Held(
        FILLED,
        "V0FORM",
        "1596530361.3wRYuk3R",
        {
            "service": "service",
            "environment": "environment:payments",
            "version": "version:payments:production",
            "when": "when",
        },
        "slack:view:V0FORM",
    )


def test_what_is_not_picked_is_none_and_a_reason_has_no_spaces_around_it() -> None:
    state = {
        "service": {"form:service": {"type": "static_select", "selected_option": None}},
        "when": {"form:when": {"type": "datetimepicker", "selected_date_time": None}},
        "reason": {"form:reason": {"type": "plain_text_input", "value": "  broken \n"}},
        "other": {"somebody:else": option("x" * 150)},
    }
    state["version:payments:"] = {"form:version": {"type": "static_select", "selected_option": None}}
    read = held(a_form(view={"state": {"values": state}, "callback_id": "form:rollback", "private_metadata": ""}))
    assert isinstance(read, Held)
    assert read.filled == Filled(Kind.ROLLBACK, "U0PRIYA", "T0ACME", reason="broken", undecided=True)
    outsider = a_form(user={"id": "U0PRIYA"}, team=None, view={"state": {"values": {}}})
    assert held(outsider) == Held(
        Filled(Kind.RELEASE, "U0PRIYA", channel="C0PAY"), "V0FORM", "1596530361.3wRYuk3R", {}, "slack:view:V0FORM"
    )


@pytest.mark.parametrize(
    ("view", "why"),
    [
        ({"callback_id": "form:everything"}, "view.callback_id: string_pattern_mismatch"),
        ({"private_metadata": "<!channel>"}, "view.private_metadata: string_pattern_mismatch"),
        ({"hash": ""}, "view.hash: string_too_short"),
        ({"state": {"values": values(service={"form:service": option("../etc")})}}, "service: string_pattern_mismatch"),
        ({"state": {"values": values(service={"form:service": option("pay\n")})}}, "service: string_pattern_mismatch"),
        ({"state": {"values": values(v={"form:version": option("HEAD")})}}, "version: string_pattern_mismatch"),
        (
            {"state": {"values": values(when={"form:when": {"selected_date_time": 10**12}})}},
            "view.state.values.when.form:when.selected_date_time: less_than_equal",
        ),
        (
            {"state": {"values": values(reason={"form:reason": {"value": "x" * 2001}})}},
            "view.state.values.reason.form:reason.value: string_too_long",
        ),
        ({"state": {"values": {f"b{n}": {} for n in range(101)}}}, "view.state.values: too_long"),
    ],
)
def test_what_no_form_of_ours_holds_is_not_understood(view: dict[str, Any], why: str) -> None:
    assert held(a_form(view=view)) == NotUnderstood(why)


async def test_words_that_leave_something_open_open_the_form(book: Book) -> None:
    assert await FormListeners(book, book).begin(TYPED)
    assert book.happened == [("begun", "payments", "U0PRIYA", "T0ACME", "C0PAY"), ("opened", "1.2.3", {"drawn": 0})]


async def test_other_words_open_none(book: Book) -> None:
    book.form = None
    assert not await FormListeners(book, book).begin(TYPED)
    assert [what for what, *_ in book.happened] == ["begun"]


async def test_a_form_that_does_not_open_leaves_the_words_to_be_answered(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.troubles = [GiveUp("expired")]
    assert not await FormListeners(book, book).begin(TYPED)
    monkeypatch.setattr("handlers.slack.listeners_forms.PATIENCE", 0.01)
    book.slow = True
    assert not await FormListeners(book, book).begin(TYPED)


@pytest.mark.parametrize("action", ["form:service", "form:environment", "form:version"])
async def test_a_choice_draws_the_form_anew_over_the_one_it_was_made_in(app: AsyncApp, book: Book, action: str) -> None:
    assert await dispatched(app, a_choice(action)) == (200, None)
    assert book.happened == [("drawn", FILLED), ("updated", "V0FORM", {"drawn": 1}, "1596530361.3wRYuk3R")]


async def test_a_choice_in_a_form_that_was_drawn_since_is_drawn_anew_once_more(app: AsyncApp, book: Book) -> None:
    book.troubles = [Outdated()]
    assert await dispatched(app, a_choice()) == (200, None)
    assert book.happened == [
        ("drawn", FILLED),
        ("updated", "V0FORM", {"drawn": 1}, "1596530361.3wRYuk3R"),
        ("drawn", FILLED),
        ("updated", "V0FORM", {"drawn": 3}, None),
    ]


async def test_a_form_that_cannot_be_drawn_is_acknowledged_all_the_same(
    app: AsyncApp, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.troubles = [GiveUp("not_found")]
    assert await dispatched(app, a_choice()) == (200, None)
    monkeypatch.setattr("handlers.slack.listeners_forms.PATIENCE", 0.01)
    book.slow = True
    assert await dispatched(app, a_choice()) == (200, None)
    assert await dispatched(app, a_choice(view={"hash": ""})) == (200, None)
    assert [what for what, *_ in book.happened] == ["drawn", "updated", "drawn", "updated"]


async def test_a_form_is_checked_and_stored_before_it_is_acknowledged(app: AsyncApp, book: Book) -> None:
    assert await dispatched(app, a_form()) == (200, None)
    assert book.happened == [("checked", FILLED), ("stored", WISH, "slack:view:V0FORM")]
    assert await dispatched(app, a_form()) == (200, None)
    assert len(book.keys) == 1


async def test_a_form_that_cannot_be_stored_is_not_acknowledged(app: AsyncApp, book: Book) -> None:
    book.broken = True
    assert (await dispatched(app, a_form()))[0] == 500


async def test_errors_stand_at_their_blocks_and_what_is_not_shown_yet_at_the_service(app: AsyncApp, book: Book) -> None:
    book.checked = {"version": "Please choose a version.", "when": "Too late.", "reason": "Why?", "service": "Which?"}
    assert await dispatched(app, a_form()) == (
        200,
        {
            "response_action": "errors",
            "errors": {
                "version:payments:production": "Please choose a version.",
                "when": "Too late.",
                "service": "Why? Which?",
            },
        },
    )
    assert [what for what, *_ in book.happened] == ["checked"]


async def test_a_garbled_form_is_said_to_be_that(app: AsyncApp, book: Book) -> None:
    assert await dispatched(app, a_form(view={"hash": ""})) == (
        200,
        {"response_action": "errors", "errors": {"service": GARBLED}},
    )
    assert book.happened == []
