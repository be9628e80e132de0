"""Socket Mode against a real WebSocket server: acknowledgements, replaced connections, refused tickets, a clean end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, WSMsgType
from slack_bolt.response import BoltResponse
from structlog.testing import capture_logs

from handlers.slack.garbled import GARBLED
from handlers.slack.link import Ended, Timing, backoff
from handlers.slack.socket import SocketMode
from tests.unit.handlers.slack.server import Line, Reply, SlackServer, no, slack_server

AT_ONCE = Timing(stagger=0.0, pause=lambda _ended, _tries: 0.0)


@dataclass
class Dispatcher:
    """Answers as a test says; may be held, to be in the middle of something."""

    response: BoltResponse = field(default_factory=lambda: BoltResponse(status=200, body=""))
    fails: bool = False
    held: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    got: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, payload: dict[str, Any]) -> BoltResponse:
        self.got.append(payload)
        self.begun.set()
        if self.held is not None:
            await self.held.wait()
        if self.fails:
            raise ValueError("a listener's own mistake")
        return self.response


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server() as running:
        yield running


@asynccontextmanager
async def running(
    server: SlackServer, dispatcher: Dispatcher, *, timing: Timing = AT_ONCE, connections: int = 1
) -> AsyncIterator[SocketMode]:
    async with ClientSession(timeout=ClientTimeout(total=5)) as http:
        socket = SocketMode(server.client(http), "xapp-test", http, dispatcher, timing, connections)
        await socket.start()
        try:
            yield socket
        finally:
            await socket.close()


def an_envelope(number: int = 1) -> dict[str, Any]:
    return {
        "envelope_id": f"e-{number}",
        "type": "interactive",
        "accepts_response_payload": False,
        "payload": {
            "type": "block_actions",
            "user": {"id": "U0ALEX"},
            "actions": [{"action_id": "signoff:approve"}],
            "number": number,
        },
    }


async def said(line: Line) -> dict[str, Any]:
    async with asyncio.timeout(5):
        return await line.said.get()


async def test_an_envelope_is_dispatched_and_acknowledged(server: SlackServer) -> None:
    dispatcher = Dispatcher()
    async with running(server, dispatcher) as socket:
        line = await server.line()
        await line.send(an_envelope())
        assert await said(line) == {"envelope_id": "e-1"}
        assert dispatcher.got == [an_envelope()["payload"]]
        assert socket.connected


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        ({"response_action": "errors", "errors": {"reason": "why?"}}, None),
        ("plain words", {"text": "plain words"}),
    ],
)
async def test_an_answer_travels_with_the_acknowledgement(server: SlackServer, body: Any, payload: Any) -> None:
    async with running(server, Dispatcher(BoltResponse(status=200, body=body))):
        line = await server.line()
        await line.send(an_envelope())
        assert await said(line) == {"envelope_id": "e-1", "payload": payload or body}


@pytest.mark.parametrize(
    "dispatcher", [Dispatcher(BoltResponse(status=500)), Dispatcher(fails=True)], ids=["refused", "raised"]
)
async def test_what_failed_is_not_acknowledged_and_the_next_one_is(server: SlackServer, dispatcher: Dispatcher) -> None:
    async with running(server, dispatcher):
        line = await server.line()
        await line.send(an_envelope(1))
        await dispatcher.begun.wait()
        dispatcher.response, dispatcher.fails = BoltResponse(status=200), False
        await line.send(an_envelope(2))
        assert await said(line) == {"envelope_id": "e-2"}
        assert line.said.empty()


async def test_envelopes_do_not_wait_for_each_other(server: SlackServer) -> None:
    dispatcher = Dispatcher(held=asyncio.Event())
    async with running(server, dispatcher):
        line = await server.line()
        await line.send(an_envelope(1))
        await dispatcher.begun.wait()
        held, dispatcher.held = dispatcher.held, None
        await line.send(an_envelope(2))
        assert await said(line) == {"envelope_id": "e-2"}
        assert held is not None
        held.set()
        assert await said(line) == {"envelope_id": "e-1"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no JSON, or too deep"),
        ("[]", "no object"),
        ("{", "no JSON, or too deep"),
        ('{"type": 7}', "no envelope_id"),
        ('{"type": "interactive", "payload": {}}', "no envelope_id"),
        ('{"type": "interactive", "envelope_id": 7, "payload": {}}', "an envelope_id that is none"),
        (f'{{"envelope_id": "e", "payload": {"[" * 5000}', "no JSON, or too deep"),
    ],
)
async def test_a_frame_that_means_nothing_is_ignored_and_said(server: SlackServer, text: str, why: str) -> None:
    dispatcher = Dispatcher()
    with capture_logs() as logs:
        async with running(server, dispatcher):
            line = await server.line()
            await line.ws.send_str(text)
            await line.ws.send_bytes(b"\x00")
            await line.send(an_envelope())
            assert await said(line) == {"envelope_id": "e-1"}
    assert [one["why"] for one in logs if one["event"] == "slack_frame_not_understood"] == [why, "no text"]
    assert dispatcher.got == [an_envelope()["payload"]]
    assert not any("exc_info" in one for one in logs)


UNREADABLE: tuple[tuple[dict[str, Any], dict[str, Any] | None], ...] = (
    ({}, None),
    ({"type": "interactive"}, None),
    ({"type": "interactive", "payload": "{}"}, None),
    ({"type": "interactive", "payload": [1]}, None),
    ({"type": ["interactive"], "payload": {}}, None),
    ({"payload": an_envelope()["payload"]}, None),
    ({"type": "interactive", "payload": {"type": "block_actions", "actions": 5}}, None),
    ({"type": "interactive", "payload": {**an_envelope()["payload"], "enterprise": 5}}, None),
    ({"type": "events_api", "payload": {"type": "event_callback", "event_id": "Ev1", "event": "x"}}, None),
    ({"type": "slash_commands", "payload": {"command": "/deploy"}}, {"text": GARBLED, "response_type": "ephemeral"}),
    ({"type": "slash_commands", "payload": [1]}, {"text": GARBLED, "response_type": "ephemeral"}),
    ({"type": "interactive", "payload": {"type": "view_submission"}}, None),
    *(
        (
            {"type": "interactive", "payload": {"type": "view_submission", "view": {"callback_id": form}}},
            {"response_action": "errors", "errors": {field: GARBLED}},
        )
        for form, field in (("signoff:reject", "reason"), ("signoff:schedule", "at"), ("form:release", "service"))
    ),
)
"""Envelopes that nobody can read, and what is said to whoever acted."""


@pytest.mark.parametrize(("envelope", "sorry"), UNREADABLE)
async def test_an_envelope_that_can_never_be_read_is_acknowledged_said_and_not_dispatched(
    server: SlackServer, envelope: dict[str, Any], sorry: dict[str, Any] | None
) -> None:
    dispatcher = Dispatcher()
    with capture_logs() as logs:
        async with running(server, dispatcher):
            line = await server.line()
            await line.send({**envelope, "envelope_id": "e-7"})
            assert await said(line) == {"envelope_id": "e-7"} | ({} if sorry is None else {"payload": sorry})
            await line.send(an_envelope())
            assert await said(line) == {"envelope_id": "e-1"}
    kind = envelope.get("type")
    assert [one for one in logs if one["event"] == "slack_envelope_not_understood"] == [
        {
            "event": "slack_envelope_not_understood",
            "log_level": "warning",
            "envelope": "e-7",
            "kind": kind if isinstance(kind, str) else "no name",
        }
    ]
    assert dispatcher.got == [an_envelope()["payload"]]
    assert not any("exc_info" in one for one in logs)


async def test_a_kind_of_envelope_that_nobody_follows_is_acknowledged(server: SlackServer) -> None:
    dispatcher = Dispatcher()
    with capture_logs() as logs:
        async with running(server, dispatcher):
            line = await server.line()
            await line.send({**an_envelope(), "type": "telepathy"})
            assert await said(line) == {"envelope_id": "e-1"}
    followed = {"event": "slack_request_not_followed", "log_level": "info", "kind": "telepathy"}
    assert [one for one in logs if one["event"] == followed["event"]] == [followed]
    assert dispatcher.got == []


@pytest.mark.parametrize(("what", "why"), [("too large", "MESSAGE_TOO_BIG"), ("no UTF-8", "INVALID_TEXT")])
async def test_a_frame_that_ends_its_connection_is_said_and_another_is_opened(
    server: SlackServer, what: str, why: str
) -> None:
    with capture_logs() as logs:
        async with running(server, Dispatcher()):
            line = await server.line()
            if what == "too large":
                with suppress(ConnectionError):  # it is hung up while it is sent
                    await line.ws.send_str('{"envelope_id": "e", "payload": "' + "a" * 2**24 + '"}')
            else:
                assert line.ws._writer is not None
                await line.ws._writer.send_frame(b"\xff", WSMsgType.TEXT)
            fresh = await server.line()
            await fresh.send(an_envelope())
            assert await said(fresh) == {"envelope_id": "e-1"}
    read = {"event": "slack_frame_not_read", "log_level": "warning", "link": 1, "why": why}
    assert [one for one in logs if one["event"] == read["event"]] == [read]
    assert not any("exc_info" in one for one in logs)


@pytest.mark.parametrize("odd", [{"num_connections": "two"}, {"num_connections": -1}, {"num_connections": []}])
async def test_a_greeting_greets_whatever_it_counts(server: SlackServer, odd: dict[str, Any]) -> None:
    async with running(server, Dispatcher()) as socket:
        async with asyncio.timeout(5):
            line = await server.lines.get()
        await line.send({"type": "hello", **odd})
        await line.send(an_envelope())
        assert await said(line) == {"envelope_id": "e-1"}
        assert socket.connected


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_a_connection_is_replaced_before_the_old_one_goes(server: SlackServer, reason: str) -> None:
    async with running(server, Dispatcher()) as socket:
        old = await server.line()
        await old.send({"type": "disconnect", "reason": reason})
        new = await server.line()
        assert (old.ticket, new.ticket) == ("1", "2")
        await old.send(an_envelope(1))  # what Slack still sends on the old one is answered there
        assert await said(old) == {"envelope_id": "e-1"}
        await new.send(an_envelope(2))
        assert await said(new) == {"envelope_id": "e-2"}
        assert socket.connected
        await old.ws.close()
        await new.send(an_envelope(3))
        assert await said(new) == {"envelope_id": "e-3"}


async def test_an_acknowledgement_goes_where_it_still_can(server: SlackServer) -> None:
    held = asyncio.Event()
    dispatcher = Dispatcher(held=held)
    async with running(server, dispatcher):
        old = await server.line()
        await old.send(an_envelope())
        await dispatcher.begun.wait()
        await old.ws.close()
        new = await server.line()
        held.set()
        assert await said(new) == {"envelope_id": "e-1"}


@pytest.mark.parametrize("how", ["close", "abort", "too_many_websockets"])
async def test_a_lost_connection_is_made_anew_with_a_fresh_ticket(server: SlackServer, how: str) -> None:
    async with running(server, Dispatcher()):
        old = await server.line()
        if how == "close":
            await old.ws.close()
        elif how == "abort":
            assert old.ws._req is not None
            assert old.ws._req.transport is not None
            old.ws._req.transport.abort()
        else:
            await old.send({"type": "disconnect", "reason": how})
        new = await server.line()
        assert new.ticket == "2"
        await new.send(an_envelope())
        assert await said(new) == {"envelope_id": "e-1"}
        async with asyncio.timeout(5):
            await old.closed.wait()


async def test_a_refused_handshake_is_tried_with_a_fresh_ticket_and_said_once_without_it(server: SlackServer) -> None:
    server.refuse_handshakes = 2
    with capture_logs() as logs:
        async with running(server, Dispatcher()):
            line = await server.line()
    assert (server.refused_tickets, line.ticket) == (["1", "2"], "3")
    refused = {
        "event": "slack_socket_refused",
        "log_level": "warning",
        "link": 1,
        "why": "WSServerHandshakeError",
        "status": 401,
    }
    assert [line for line in logs if line["event"] == "slack_socket_refused"] == [refused]
    assert "ticket=" not in repr(logs)


async def test_a_ticket_that_slack_does_not_give_is_asked_for_again(server: SlackServer) -> None:
    server.will("apps.connections.open", no("internal_error"), Reply("oops", 500), Reply({"ok": True}))
    async with running(server, Dispatcher()):
        assert (await server.line()).ticket == "1"
    assert len(server.asked) == 4


async def test_a_disabled_link_is_left_alone_and_said(server: SlackServer) -> None:
    with capture_logs() as logs:
        async with running(server, Dispatcher()) as socket:
            line = await server.line()
            await line.send({"type": "disconnect", "reason": "link_disabled"})
            async with asyncio.timeout(5):
                await line.closed.wait()
            assert socket._runner is not None
            await socket._runner
            assert not socket.connected
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["slack_link_disabled"]
    assert server.tickets == 1


async def test_it_is_connected_only_once_greeted_and_until_closed(server: SlackServer) -> None:
    states = []
    async with running(server, Dispatcher()) as socket:
        states.append(socket.connected)
        async with asyncio.timeout(5):
            line = await server.lines.get()
        await line.send(an_envelope(1))
        assert await said(line) == {"envelope_id": "e-1"}
        states.append(socket.connected)
        await line.send({"type": "hello", "num_connections": 1})
        await line.send(an_envelope(2))
        assert await said(line) == {"envelope_id": "e-2"}
        states.append(socket.connected)
    states.append(socket.connected)
    assert states == [False, False, True, False]


async def test_closing_lets_what_runs_acknowledge_and_takes_nothing_new(server: SlackServer) -> None:
    held = asyncio.Event()
    dispatcher = Dispatcher(held=held)
    async with running(server, dispatcher) as socket:
        line = await server.line()
        await line.send(an_envelope(1))
        await dispatcher.begun.wait()
        closing = asyncio.create_task(socket.close())
        assert socket._runner is not None
        await asyncio.wait({socket._runner})
        await line.send(an_envelope(2))
        assert await asyncio.wait({closing}, timeout=0.05) == (set(), {closing})
        held.set()
        async with asyncio.timeout(5):
            await closing
            await line.closed.wait()
    assert await said(line) == {"envelope_id": "e-1"}
    assert line.said.empty()
    assert [payload["number"] for payload in dispatcher.got] == [1]


async def test_closing_does_not_wait_for_ever(server: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.slack.socket.DRAIN", 0.05)
    dispatcher = Dispatcher(held=asyncio.Event())
    async with running(server, dispatcher) as socket:
        line = await server.line()
        await line.send(an_envelope())
        await dispatcher.begun.wait()
        async with asyncio.timeout(5):
            await socket.close()
    assert line.said.empty()


async def test_closing_before_anything_answers(server: SlackServer) -> None:
    server.will("apps.connections.open", Reply(how="hang"))
    async with running(server, Dispatcher()) as socket:
        async with asyncio.timeout(5):
            await socket.close()
        assert not socket.connected


@pytest.mark.parametrize(
    ("ended", "tries", "longest"),
    [
        (Ended.DROPPED, 1, 0.5),
        (Ended.DROPPED, 2, 1.0),
        (Ended.SILENT, 5, 8.0),
        (Ended.DROPPED, 7, 30.0),
        (Ended.REPLACED, 1000, 30.0),
        (Ended.CROWDED, 1, 20.0),
        (Ended.CROWDED, 1000, 300.0),
        (Ended.REFUSED, 1, 30.0),
        (Ended.REFUSED, 1000, 300.0),
    ],
)
def test_pauses_double_and_are_spread_and_are_long_where_haste_makes_it_worse(
    ended: Ended, tries: int, longest: float
) -> None:
    pauses = [backoff(ended, tries) for _ in range(50)]
    assert all(longest / 2 <= pause <= longest for pause in pauses)
    assert len(set(pauses)) > 1
