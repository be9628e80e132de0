"""Two connections to Slack at once: no gap, no storm, nothing said twice, and a dead one is noticed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout
from structlog.testing import capture_logs
from structlog.typing import EventDict

from handlers.slack.link import Ended, Timing
from handlers.slack.socket import SocketMode
from tests.integration.test_slack_socket import Dispatcher, an_envelope, said
from tests.unit.handlers.slack.server import Line, Reply, SlackServer, no, slack_server


class Pauses:
    """Lets a test see for what a link pauses, and let it go on; at first nothing waits."""

    def __init__(self) -> None:
        self.asked: list[tuple[Ended, int]] = []
        self.seconds = 0.0

    def __call__(self, ended: Ended, tries: int) -> float:
        self.asked.append((ended, tries))
        return self.seconds


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server() as running:
        running.counted = 2
        yield running


@asynccontextmanager
async def running(server: SlackServer, dispatcher: Dispatcher, **timing: Any) -> AsyncIterator[SocketMode]:
    known = Timing(**{"stagger": 0.01, "pause": Pauses(), **timing})
    async with ClientSession(timeout=ClientTimeout(total=5)) as http:
        socket = SocketMode(server.client(http), "xapp-test", http, dispatcher, known)
        await socket.start()
        try:
            yield socket
        finally:
            await socket.close()


async def until(predicate: Callable[[], object]) -> None:
    """Let everything else go on until something is so."""
    async with asyncio.timeout(5):
        while not predicate():  # noqa: ASYNC110 - the client's own state; no event tells of it
            await asyncio.sleep(0)


def states(socket: SocketMode) -> tuple[int, list[str]]:
    """Return how many connections stand, and the state of each."""
    return socket.facts["connected"], [one["state"] for one in socket.facts["connections"]]


def told(logs: list[EventDict], event: str) -> list[EventDict]:
    """Return what was said of something."""
    return [line for line in logs if line["event"] == event]


async def test_envelopes_arrive_on_both_and_each_is_answered_where_it_came_from(server: SlackServer) -> None:
    async with running(server, Dispatcher()) as socket:
        first, second = await server.line(), await server.line()
        for number, line in enumerate((first, second, first), 1):
            await line.send(an_envelope(number))
            assert await said(line) == {"envelope_id": f"e-{number}"}
        assert states(socket) == (2, ["connected", "connected"])
        heard = [one["heard"] for one in socket.facts["connections"]]
        assert all(0 <= age < 5 for age in heard)
    assert states(socket) == (0, ["closed", "closed"])


async def test_each_has_a_ticket_of_its_own_and_the_second_asks_later(server: SlackServer) -> None:
    async with running(server, Dispatcher(), stagger=30.0) as socket:
        assert (await server.line()).ticket == "1"
        await until(lambda: socket.connected)
        assert server.tickets == 1
        assert states(socket) == (1, ["connected", "not started"])
    async with running(server, Dispatcher()):
        assert {(await server.line()).ticket, (await server.line()).ticket} == {"2", "3"}


async def test_the_same_envelope_on_both_is_acknowledged_on_both(server: SlackServer) -> None:
    dispatcher = Dispatcher()
    async with running(server, dispatcher):
        for line in (await server.line(), await server.line()):
            await line.send(an_envelope())
            assert await said(line) == {"envelope_id": "e-1"}
    assert dispatcher.got == [an_envelope()["payload"]] * 2  # the inbox knows it by its key


async def test_while_one_is_replaced_or_lost_the_other_goes_on(server: SlackServer) -> None:
    pauses = Pauses()
    async with running(server, Dispatcher(), pause=pauses) as socket:
        first, second = await server.line(), await server.line()
        await until(lambda: states(socket)[0] == 2)
        pauses.seconds = 30.0
        await first.ws.close()
        await until(lambda: states(socket) == (1, ["waiting", "connected"]))
        assert socket.connected
        await second.send(an_envelope(2))
        assert await said(second) == {"envelope_id": "e-2"}
    assert pauses.asked == [(Ended.DROPPED, 1)]


async def test_an_acknowledgement_goes_out_on_the_other_one_at_once(server: SlackServer) -> None:
    held = asyncio.Event()
    dispatcher, pauses = Dispatcher(held=held), Pauses()
    async with running(server, dispatcher, pause=pauses) as socket:
        first, second = await server.line(), await server.line()
        await until(lambda: states(socket)[0] == 2)
        pauses.seconds = 30.0
        await first.send(an_envelope())
        await dispatcher.begun.wait()
        await first.ws.close()
        await until(lambda: states(socket)[0] == 1)
        held.set()
        assert await said(second) == {"envelope_id": "e-1"}


async def test_a_link_that_is_switched_off_stops_both_and_says_so_once(server: SlackServer) -> None:
    with capture_logs() as logs:
        async with running(server, Dispatcher()) as socket:
            lines = [await server.line(), await server.line()]
            await lines[0].send({"type": "disconnect", "reason": "link_disabled"})
            async with asyncio.timeout(5):
                for line in lines:
                    await line.closed.wait()
            assert not socket.connected
            await until(lambda: states(socket) == (0, ["disabled", "disabled"]))
    assert [line for line in logs if line["log_level"] == "error"] == [
        {
            "event": "slack_link_disabled",
            "log_level": "error",
            "remedy": "Switch on Socket Mode in the app's settings, then restart.",
        }
    ]
    assert server.tickets == 2


async def test_too_many_connections_make_no_storm(server: SlackServer) -> None:
    pauses = Pauses()
    async with running(server, Dispatcher(), pause=pauses) as socket:
        one = await server.line()
        for _ in range(5):
            crowd = await server.line()
            await crowd.send({"type": "disconnect", "reason": "too_many_websockets"})
        await server.line()
        await until(lambda: states(socket)[0] == 2)
        await one.send(an_envelope())
        assert await said(one) == {"envelope_id": "e-1"}
    assert [tries for ended, tries in pauses.asked if ended is Ended.CROWDED] == [1, 2, 3, 4, 5]
    assert {ended for ended, _ in pauses.asked} == {Ended.CROWDED}


async def test_a_missing_one_is_said_once_and_so_is_its_return(server: SlackServer) -> None:
    with capture_logs() as logs:
        async with running(server, Dispatcher()) as socket:
            await server.line()
            server.refuse_handshakes = 6
            await server.line()
            await until(lambda: states(socket)[0] == 2)
    missing = {
        "event": "slack_connection_missing",
        "log_level": "warning",
        "missing": 1,
        "of": 2,
        "remedy": "The bot works on; a click may be lost while Slack replaces the connection that is left.",
    }
    assert told(logs, "slack_connection_missing") == [missing]
    assert [line["connections"] for line in told(logs, "slack_all_connections_stand")] == [2]


@pytest.mark.parametrize("status", [429, 409])
async def test_it_waits_as_long_as_slack_says_for_a_ticket(
    server: SlackServer, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    asleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        await asleep(0 if seconds > 1 else seconds)

    monkeypatch.setattr("handlers.slack.link.asyncio.sleep", sleep)
    server.will("apps.connections.open", Reply({"ok": False, "error": "conflict"}, status, {"Retry-After": "17"}))
    async with running(server, Dispatcher()):
        await server.line()
        assert 17.0 in waited


async def test_a_revoked_app_token_is_said_once_and_heals_by_itself(server: SlackServer) -> None:
    pauses = Pauses()
    server.will("apps.connections.open", *[no("token_revoked")] * 6)
    with capture_logs() as logs:
        async with running(server, Dispatcher(), pause=pauses, stagger=0.0) as socket:
            await server.line()
            await server.line()
            await until(lambda: states(socket)[0] == 2)
    assert {ended for ended, _ in pauses.asked} == {Ended.REFUSED}
    assert len(pauses.asked) == 6
    assert sorted((line["link"], line["why"]) for line in told(logs, "slack_app_token_refused")) == [
        (1, "token_revoked"),
        (2, "token_revoked"),
    ]


async def test_a_connection_that_says_nothing_any_more_is_made_anew(server: SlackServer) -> None:
    server.deaf = True
    with capture_logs() as logs:
        async with running(server, Dispatcher(), ping_every=0.02, silent_after=0.5):
            silent = [await server.line(), await server.line()]
            server.deaf = False
            fresh = [await server.line(), await server.line()]
            assert sorted(line.ticket for line in fresh) == ["3", "4"]
            await fresh[0].send(an_envelope())
            assert await said(fresh[0]) == {"envelope_id": "e-1"}
            async with asyncio.timeout(5):
                for line in silent:
                    await line.closed.wait()
    assert [line["why"] for line in told(logs, "slack_socket_lost")] == ["silent", "silent"]


async def test_one_that_answers_pings_or_only_pings_is_kept(server: SlackServer) -> None:
    async with running(server, Dispatcher(), ping_every=0.01, silent_after=0.5):
        lines = [await server.line(), await server.line()]
        await asyncio.sleep(0.7)  # the time passes that a silent one does not survive
        server.deaf = True
        for line in lines:
            await line.send(an_envelope())
            assert await said(line) == {"envelope_id": "e-1"}
    assert server.tickets == 2


async def test_a_ping_of_slack_is_answered(server: SlackServer) -> None:
    async with running(server, Dispatcher(), ping_every=30.0) as socket:
        line: Line = await server.line()
        await line.ws.ping(b"from applink")
        await line.send(an_envelope())
        assert await said(line) == {"envelope_id": "e-1"}
        assert socket.connected


async def test_a_connection_without_a_greeting_is_given_up(server: SlackServer) -> None:
    with capture_logs() as logs:
        async with running(server, Dispatcher(), hello_within=0.05) as socket:
            async with asyncio.timeout(5):
                await server.lines.get()
                await server.lines.get()
            await server.line()
            assert socket.connected or server.tickets > 2
    assert told(logs, "slack_socket_lost")[0]["why"] == "dropped"


async def test_connections_that_are_not_ours_are_named(server: SlackServer) -> None:
    server.counted = 5
    with capture_logs() as logs:
        async with running(server, Dispatcher(), stagger=0.0) as socket:
            await server.line()
            await server.line()
            await until(lambda: states(socket)[0] == 2)
    ghosts = told(logs, "slack_ghost_connections")
    assert [(line["counted_by_slack"], line["ours"]) for line in ghosts] == [(5, 2)]
    assert ghosts[0]["remedy"] == (
        "If no other process uses this app token, Slack sends some clicks nowhere until they time out."
    )
