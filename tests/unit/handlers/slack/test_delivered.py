"""Whatever stands in a signed body, reading it never raises, and what is read never makes Bolt fail."""

import asyncio
import copy
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from slack_bolt.response import BoltResponse

from bot.ports.slack import Message
from handlers.acts import Click, Command, Form
from handlers.slack.app import SlackConnection, slack_connection
from handlers.slack.delivered import Act, Challenge, Event, Malformed, Nothing, read
from tests.factories import NOON
from tests.fakes.requests import NoRequests
from tests.unit.handlers.slack.bodies import a_click, a_command, a_submission
from tests.unit.handlers.slack.home_bodies import opening, ticking
from tests.unit.handlers.slack.signing import FORM, JSON, command, event, interaction
from tests.unit.handlers.slack.test_forms import a_choice, a_form

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "x", "\x00", [], [[]], [None], {}, {"id": 1}, {"type": []}, [{}]]
)


@dataclass
class Box:
    """A desk that takes everything."""

    received: list[Click | Form | Command] = field(default_factory=list)
    requests: NoRequests = field(default_factory=NoRequests)

    async def receive(self, act: Click | Form | Command, dedupe_key: str) -> bool:
        del dedupe_key
        self.received.append(act)
        return True

    async def read(self, words: str, slack: str, team: str | None) -> Message | None:
        del slack, team
        return Message(words) if len(words) % 2 else None

    def wrong(self, form: Form) -> dict[str, str]:
        del form
        return {}

    async def form(self, handle: str, slack: str | None, team: str | None) -> dict[str, Any] | Message:
        assert all(re.fullmatch("[A-Z0-9]{1,64}", one or "U") for one in (slack, team))
        return Message(handle)

    async def opened(self, slack: str, team: str | None, *, empty: bool) -> None:
        assert all(re.fullmatch("[A-Z0-9]{1,64}", one) for one in (slack, team or "T"))
        assert isinstance(empty, bool)

    async def mute(self, slack: str, *, muted: bool) -> None:
        assert re.fullmatch("[A-Z0-9]{1,64}", slack)
        assert isinstance(muted, bool)


@dataclass(frozen=True)
class Settings:
    """A Slack that nobody answers for."""

    slack_api_url: str = "http://127.0.0.1:9/api/"
    slack_bot_token: SecretStr | None = field(default_factory=lambda: SecretStr("xoxb-test"))
    slack_app_token: SecretStr | None = field(default_factory=lambda: SecretStr("xapp-test"))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the path of everything in a payload."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from places(one, (*path, key))


@st.composite
def mutated(draw: st.DrawFn, *payloads: dict[str, Any]) -> dict[str, Any]:
    """Return a payload of which up to three parts are odd, or gone, or which has odd parts that Slack never sends."""
    payload: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(payloads)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([*places(payload), *((name,) for name in FOREIGN)]))
        where: Any = payload
        for step in path[:-1]:
            where = where[step]
        if draw(st.booleans()) and path[-1] in (where if isinstance(where, dict) else range(len(where))):
            del where[path[-1]]
        else:
            where[path[-1]] = copy.deepcopy(draw(ODD))
        if not payload:
            break
    return payload


FOREIGN = ("authorizations", "event", "enterprise", "function_data", "response_urls", "thread_ts", "message", "item")


@dataclass
class Listening:
    """The real listeners, on a loop of their own."""

    runner: asyncio.Runner
    dispatch: Callable[[dict[str, Any]], Awaitable[BoltResponse]]

    def take(self, *payloads: dict[str, Any]) -> set[int]:
        """Hand payloads to the listeners, and return their statuses."""

        async def all_of_them() -> set[int]:
            return {(await self.dispatch(payload)).status for payload in payloads}

        return self.runner.run(all_of_them())


@pytest.fixture(scope="module")
def listening() -> Iterator[Listening]:
    async def connected() -> SlackConnection:
        return slack_connection(Settings(), lambda: NOON)

    with asyncio.Runner() as runner:
        slack = runner.run(connected())
        yield Listening(runner, slack.dispatcher(Box(), "/deploy", Box()))
        runner.run(slack.close())


@settings(max_examples=150)
@given(st.lists(mutated(a_click(), a_submission(), ticking(), a_form(), a_choice()), min_size=1, max_size=5))
def test_an_odd_interaction_is_malformed_or_taken(listening: Listening, payloads: list[dict[str, Any]]) -> None:
    found = [read(FORM, interaction(payload)) for payload in payloads]
    acts = [one.body for one in found if isinstance(one, Act)]
    assert {type(one) for one in found} <= {Act, Malformed}
    assert listening.take(*acts) <= {200}


@settings(max_examples=150)
@given(st.lists(mutated(event(), event(event=a_click()), opening()), min_size=1, max_size=5))
def test_an_odd_event_is_malformed_or_taken_or_nothing(listening: Listening, payloads: list[dict[str, Any]]) -> None:
    found = [read(JSON, json.dumps(payload).encode()) for payload in payloads]
    assert {type(one) for one in found} <= {Event, Malformed, Nothing}
    assert listening.take(*[one.body for one in found if isinstance(one, Event)]) <= {200}


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from([*a_command(), *FOREIGN, "view", "user"]), st.text(max_size=20)))
def test_odd_fields_of_a_command_are_malformed_or_taken(listening: Listening, fields: dict[str, str]) -> None:
    found = read(FORM, command(a_command() | fields))
    assert isinstance(found, Act | Malformed)
    if isinstance(found, Act):
        assert listening.take(found.body) == {200}


@given(st.sampled_from([FORM, JSON, "text/plain"]), st.binary())
def test_no_bytes_make_it_raise(kind: str, body: bytes) -> None:
    assert isinstance(read(kind, body), Malformed | Nothing | Act | Event | Challenge)
    assert isinstance(read(kind, b"payload=" + body), Malformed)


@pytest.mark.parametrize("payload", [a_click(), a_submission()])
def test_what_slack_sends_is_handed_on_as_it_is(payload: dict[str, Any]) -> None:
    assert read(FORM, interaction(payload)) == Act(payload)
    assert read(FORM, command(a_command())) == Act(a_command())
    assert read(JSON, json.dumps(event()).encode()) == Event("Ev0001", event())


@pytest.mark.parametrize("named", ["/deploy", [], {"id": 1}, None])
def test_only_a_form_holds_a_command(listening: Listening, named: Any) -> None:
    """Bolt takes whatever has such a key for one, and fails where it is no text."""
    click, happened = (
        read(FORM, interaction(a_click(command=named))),
        read(JSON, json.dumps(event(command=named)).encode()),
    )
    assert (click, happened) == (Act(a_click()), Event("Ev0001", event()))
    assert listening.take(a_click(), event()) == {200}
