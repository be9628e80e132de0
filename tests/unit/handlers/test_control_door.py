"""The door of the command line: who may come in, how much they may say, and what a bot that breaks off looks like."""

import asyncio
import os
import pwd
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, UnixConnector
from inline_snapshot import snapshot

from handlers import control_client, control_socket, ledger
from handlers.control import Control, Reply, Verdict, Words, socket_path
from handlers.control_client import ControlProblem, ask, export, reload
from handlers.control_peer import may_connect, name_of
from handlers.control_socket import listen, unusable
from tests.fakes.world import World

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
async def door(world: World, tmp_path: Path) -> AsyncIterator[Path]:
    """A socket that is listened on."""
    path = socket_path(tmp_path / "signoff.db")
    runner = await listen(Control(world.reception, world.acts), path)
    yield path
    await runner.cleanup()


async def acts(world: World, path: Path, words: Words) -> Reply | None:
    """Say words over the socket while the bot works."""
    asked = asyncio.create_task(ask(path, words))
    while not asked.done():
        await world.settle()
        await asyncio.sleep(0)
    return asked.result()


def test_only_the_bots_own_user_and_root_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1001)
    assert [may_connect(user) for user in (1001, 0, 1002, None)] == [True, True, False, True]


def test_a_user_is_named_by_the_kernel_and_a_claim_is_marked_as_one() -> None:
    assert name_of(0, "mallory") == "root"
    assert name_of(4_000_000, "mallory") == "uid 4000000"
    assert name_of(None, "mallory") == "mallory (claimed)"
    assert name_of(None, None) is None


@pytest.mark.parametrize(("told", "expected"), [(True, ME), (False, "mallory (claimed)")])
async def test_what_the_client_claims_is_not_what_is_audited(
    world: World, door: Path, monkeypatch: pytest.MonkeyPatch, told: bool, expected: str
) -> None:
    if not told:
        monkeypatch.delattr(socket, "SO_PEERCRED")
    reply = await acts(world, door, Words(words="approve R-9", person="priya", host_user="mallory"))
    assert reply == Reply(text="There is no release R-9. `signoff list` shows what is open.", verdict=Verdict.NOT_DONE)
    assert await world.sql("SELECT actor, json_extract(data, '$.host_user') FROM audit") == [("priya", expected)]


async def test_another_user_is_turned_away(world: World, door: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_socket, "user_of", lambda _request: 4_000_000)
    refused = Reply(text="Only the user whom the bot runs as may speak to it here.", verdict=Verdict.NOT_DONE)
    assert await ask(door, Words(words="approve R-1", person="priya")) == refused
    async with export(door, 1) as parts:
        assert parts is not None, "somebody listens"
        with pytest.raises(ControlProblem, match=r"^Only the user whom the bot runs as may speak to it here\.$"):
            await anext(parts)
    assert await world.sql("SELECT count(*) FROM inbox") == [(0,)]


async def test_a_client_that_sends_too_slowly_is_let_go(door: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_socket, "BODY_WITHIN", 0.01)
    reader, writer = await asyncio.open_unix_connection(str(door))
    writer.write(b"POST /words HTTP/1.1\r\nHost: signoff\r\nContent-Length: 20\r\n\r\n{")
    answer = await reader.readuntil(b"}")
    writer.close()
    assert answer.splitlines()[0] == b"HTTP/1.1 400 Bad Request"
    assert b"That was not understood: the body did not arrive whole and in time." in answer


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"words": null}',
        b'{"words": "list", "more": 1}',
        b'{"words": "list", "person": ["priya"]}',
        b'{"words": "' + b"x" * 9_000 + b'"}',
        b'{"words": "\xff"}',
        b"[" * 60_000,
    ],
)
async def test_malformed_input_is_answered_with_a_sentence(world: World, door: Path, body: bytes) -> None:
    async with (
        ClientSession(connector=UnixConnector(str(door))) as session,
        session.post("http://signoff/words", data=body) as response,
    ):
        assert response.status == 400
        assert await response.json() == snapshot(
            {
                "text": "That was not understood: it is not what `signoff` sends. Use the same version on both ends.",
                "verdict": "not understood",
            }
        )
    assert await world.sql("SELECT count(*) FROM inbox") == [(0,)]


async def test_our_own_fault_is_a_sentence_too(world: World, door: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_self: object, _asked: Words) -> Reply:
        raise ZeroDivisionError

    monkeypatch.setattr(Control, "answer", fails)
    assert await ask(door, Words(words="list")) == Reply(
        text="Something went wrong on the bot's side; its log says what, under `control_failed`.",
        verdict=Verdict.NOT_DONE,
    )
    assert world.desk.under_way == set()


async def test_a_bot_that_ends_before_it_answers_leaves_a_doubt_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "s"

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_unix_server(hang_up, str(path))
    async with server:
        assert await ask(path, Words(words="approve R-1", person="priya")) == snapshot(
            Reply(
                text="The bot ended before it answered, so it is not certain that this counted. `signoff list` shows what is open.",
                verdict=Verdict.NOT_DONE,
            )
        )
        with pytest.raises(ControlProblem) as broke_off:
            async with export(path, 1):
                pass
    assert str(broke_off.value) == snapshot("The bot ended before it had told everything. Ask again once it runs.")
    assert await ask(path, Words(words="list")) is None, "nobody listens any more: a stale socket"


async def exported(path: Path) -> bytes:
    """Return the whole export."""
    async with export(path, 1) as parts:
        assert parts is not None, "somebody listens"
        return b"".join([part async for part in parts])


async def test_a_bot_that_is_silent_has_not_ended(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_client, "MOST_WAIT", -4.95)
    monkeypatch.setattr(control_client, "PART_WITHIN", 0.05)
    at_last = asyncio.Event()

    async def waits(_asked: object) -> Reply:
        await at_last.wait()
        return Reply(text="At last.")

    async def stops_short(_store: object, _since: object) -> AsyncIterator[bytes]:
        yield b"{}\n"
        await at_last.wait()

    monkeypatch.setattr(Control, "answer", lambda _self, asked: waits(asked))
    monkeypatch.setattr(ledger, "lines", stops_short)
    path = socket_path(tmp_path / "signoff.db")
    runner = await listen(Control(world.reception, world.acts, waits), path)
    assert await ask(path, Words(words="approve R-1", person="priya")) == snapshot(
        Reply(
            text="The bot has not answered so far, so it is not certain that this counted. `signoff list` shows what is open, and the bot's log what keeps it.",
            verdict=Verdict.NOT_DONE,
        )
    )
    assert await reload(path) == snapshot(
        Reply(
            text="The bot has not answered so far, so it is not certain which policy is in force. Its log says so, under `policy_changed` or `policy_refused`.",
            verdict=Verdict.NOT_DONE,
        )
    )
    with pytest.raises(ControlProblem) as silent:
        await exported(path)
    assert str(silent.value) == snapshot(
        "The bot fell silent before it had told everything. Ask again; its log says what keeps it."
    )
    at_last.set()
    await runner.cleanup()


async def test_a_socket_of_another_user_is_told_from_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forbidden(*_arguments: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_unix_connection", forbidden)
    with pytest.raises(ControlProblem) as problem:
        await ask(tmp_path / "s", Words(words="list"))
    assert str(problem.value).replace(str(tmp_path), "FOLDER") == snapshot(
        "FOLDER/s belongs to another user. Run this as the user whom the bot runs as, for example with sudo -u."
    )


def test_a_path_that_the_kernel_does_not_take_is_told_beforehand(tmp_path: Path) -> None:
    fits, long = Path("/" + "a" * 106), Path("/" + "a" * 107)
    assert unusable(fits) is None
    assert unusable(Path("/" + "é" * 54)) is not None, "bytes count, not letters"
    sentence = unusable(long)
    assert sentence is not None
    assert sentence.replace("a" * 107, "LONG") == snapshot(
        "The command line's socket would be /LONG: 108 bytes, and the kernel takes 107. Put the database under a shorter path, or name it relative to its directory and start Signoff there."
    )
    with socket.socket(socket.AF_UNIX) as one, pytest.raises(OSError, match="too long"):
        one.bind(str(long))
    longest = tmp_path / ("b" * (106 - len(bytes(tmp_path))))
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(longest))
