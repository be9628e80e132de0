"""App Home through Bolt: what people do there is stored before it is acknowledged, and nothing else is believed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.views.home_settings import MUTE, TELL_ME
from handlers.slack import listeners_home
from handlers.slack.bolt import bolt_app
from handlers.slack.listeners import failed
from tests.unit.handlers.slack.home_bodies import opening, ticking
from tests.unit.handlers.slack.test_listeners import HOME, deliver, seen


@dataclass
class Book:
    """A door that writes down what happens."""

    happened: list[tuple[Any, ...]] = field(default_factory=list)
    broken: bool = False

    async def opened(self, slack: str, team: str | None, *, empty: bool) -> None:
        self._write("opened", slack, team, "empty" if empty else "shown")

    async def mute(self, slack: str, *, muted: bool) -> None:
        self._write("muted" if muted else "not muted", slack)

    def _write(self, *what: Any) -> None:
        if self.broken:
            raise OSError("disk full")
        self.happened.append(what)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
async def app(book: Book) -> AsyncIterator[AsyncApp]:
    async with ClientSession() as http:
        web = AsyncWebClient(token="xoxb-test", base_url="http://127.0.0.1:9/api/", session=http, retry_handlers=[])
        made = bolt_app(web, http, lambda: HOME)
        listeners_home.register(made, book)
        made.error(failed)
        yield made


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        (opening(), ("opened", "U0PRIYA", "T0ACME", "shown")),
        (opening(view=None), ("opened", "U0PRIYA", "T0ACME", "empty")),
        (ticking(TELL_ME), ("not muted", "U0PRIYA")),
        (ticking(), ("muted", "U0PRIYA")),
        (ticking("something else"), ("muted", "U0PRIYA")),
    ],
)
async def test_what_people_do_in_their_home_is_stored(
    app: AsyncApp, book: Book, body: dict[str, Any], stored: tuple[Any, ...]
) -> None:
    assert seen(await deliver(app, body)) == (200, "")
    assert book.happened == [stored]


@pytest.mark.parametrize("body", [opening(), ticking()])
async def test_what_could_not_be_stored_is_not_acknowledged(app: AsyncApp, book: Book, body: dict[str, Any]) -> None:
    book.broken = True
    with capture_logs() as logs:
        assert (await deliver(app, body)).status == 500
    assert [line["event"] for line in logs] == ["slack_request_failed"]


async def test_the_tab_of_messages_is_no_home(app: AsyncApp, book: Book) -> None:
    assert seen(await deliver(app, opening(tab="messages", view=None))) == (200, "")
    assert book.happened == []


@pytest.mark.parametrize(
    "body",
    [
        opening(user="<@U0EVIL>"),
        opening(tab=None),
        opening(view={"type": 3}),
        ticking(action="home:other"),
        ticking(view="modal"),
        ticking() | {"view": None},
        ticking() | {"actions": [{"type": "button", "action_id": MUTE, "value": "x", "block_id": "b"}]},
    ],
)
async def test_what_cannot_be_read_is_acknowledged_and_logged(app: AsyncApp, book: Book, body: dict[str, Any]) -> None:
    with capture_logs() as logs:
        assert seen(await deliver(app, body)) == (200, "")
    assert [line["event"] for line in logs] == ["slack_home_not_understood"]
    assert book.happened == []
