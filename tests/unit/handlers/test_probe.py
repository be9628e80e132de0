"""Probes over real sockets: what counts as well, and every answer that does not."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, ClientTimeout, web

from bot.core.verification import HttpProbe
from handlers import probe as probing
from handlers.probe import LARGEST_ANSWER, Health, HttpHealth, judge

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
VALUES = {"version": "42", "sha": "a" * 40}


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[tuple[HttpHealth, str]]:
    app = web.Application()
    app.router.add_get("/version", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with ClientSession() as http:
            yield HttpHealth(http), f"http://127.0.0.1:{runner.addresses[0][1]}/version"
    finally:
        await runner.cleanup()


def says(text: str, status: int = 200) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        del request
        return web.Response(text=text, status=status)

    return answer


async def test_the_status_alone_may_say_it() -> None:
    async with serving(says("", 204)) as (health, url):
        assert await health.look(HttpProbe(url, 204), VALUES) == Health(well=True, detail="the probe was answered 204")
        assert await health.look(HttpProbe(url), VALUES) == Health(
            well=False, detail="the probe was answered 204, not 200"
        )


async def test_a_value_in_the_answer_is_held_against_the_release() -> None:
    async with serving(says('{"build": {"version": "42"}}')) as (health, url):
        right = HttpProbe(url, path="build.version", equals="{version}")
        assert await health.look(right, VALUES) == Health(well=True, detail="build.version is 42")
        wrong = HttpProbe(url, path="build.version", equals="v{version}")
        assert await health.look(wrong, VALUES) == Health(well=False, detail="build.version is '42', not 'v42'")


async def test_the_whole_answer_may_be_held_against_the_release() -> None:
    async with serving(says(" v42\n")) as (health, url):
        right = HttpProbe(url, equals="v{version}")
        assert await health.look(right, VALUES) == Health(well=True, detail="the probe's answer is v42")
        wrong = HttpProbe(url, equals="{version}")
        assert await health.look(wrong, VALUES) == Health(well=False, detail="the probe's answer is 'v42', not '42'")


async def test_nothing_equals_what_nobody_reported() -> None:
    async with serving(says("{}")) as (health, url):
        for probe in (HttpProbe(url, path="digest", equals="{digest}"), HttpProbe(url, equals="{digest}")):
            seen = await health.look(probe, {**VALUES, "digest": ""})
            assert seen == Health(well=False, detail="nobody reported what {digest} stands for")


async def test_an_answer_of_the_wrong_status_is_not_read() -> None:
    async with serving(says("42", 500)) as (health, url):
        seen = await health.look(HttpProbe(url, equals="{version}"), VALUES)
    assert seen == Health(well=False, detail="the probe was answered 500, not 200")


async def test_of_an_answer_without_end_only_so_much_is_read() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        while sent < 64 * LARGEST_ANSWER:
            await answer.write(b"x" * 65536)
            sent += 65536
        return answer

    async with serving(endless) as (health, url):
        seen = await health.look(HttpProbe(url, equals="42"), VALUES)
    assert seen == Health(well=False, detail="the probe's answer is longer than 65536 bytes")
    assert sent < 64 * LARGEST_ANSWER


async def test_a_name_that_leads_nowhere_is_not_well() -> None:
    async with ClientSession() as http:
        seen = await HttpHealth(http).look(HttpProbe("https://no-such-host.invalid/version"), VALUES)
    assert seen in {
        Health(well=False, detail="the probe was not answered (ClientConnectorDNSError)"),
        Health(well=False, detail="the probe was not answered (ClientConnectorError)"),
    }


async def test_an_answer_that_is_no_http_is_not_well() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"hello\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, ClientSession() as http:
        seen = await HttpHealth(http).look(HttpProbe(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), VALUES)
    assert seen == Health(well=False, detail="the probe was not answered (ClientResponseError)")


async def test_t16_no_redirect_is_followed() -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        assert not request.query, "it was followed"
        raise web.HTTPFound(f"{request.url.with_query('again')}")

    async with serving(elsewhere) as (health, url):
        assert await health.look(HttpProbe(url), VALUES) == Health(
            well=False, detail="the probe was answered 302, not 200"
        )


async def test_nobody_at_home_is_not_well() -> None:
    async with serving(says("")) as (_, url):
        pass
    async with ClientSession() as http:
        seen = await HttpHealth(http).look(HttpProbe(url), VALUES)
    assert seen == Health(well=False, detail="the probe was not answered (ClientConnectorError)")


async def test_an_answer_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "WITHIN", ClientTimeout(total=0.05))

    async def never(request: web.Request) -> web.StreamResponse:
        del request
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(never) as (health, url):
        seen = await health.look(HttpProbe(url), VALUES)
    assert seen == Health(well=False, detail="the probe was not answered (TimeoutError)")


@pytest.mark.parametrize(
    ("body", "path", "wanted", "seen"),
    [
        (b"42", "version", "42", Health(well=False, detail="version is '', not '42'")),
        (b'{"version": 42}', "version", "42", Health(well=True, detail="version is 42")),
        (b'{"ok": true}', "ok", "true", Health(well=True, detail="ok is true")),
        (b'{"a": {"b": null}}', "a.b", "x", Health(well=False, detail="a.b is '', not 'x'")),
        (b'{"a": []}', "a.b", "x", Health(well=False, detail="a.b is '', not 'x'")),
        (b"<html>", "a", "x", Health(well=False, detail="the probe's answer is no JSON")),
        (b"\xff\xfe", "a", "x", Health(well=False, detail="the probe's answer is no JSON")),
        (b"[" * 60000, "a", "x", Health(well=False, detail="the probe's answer is no JSON")),
        (
            b" " * (LARGEST_ANSWER + 1),
            "a",
            "x",
            Health(well=False, detail="the probe's answer is longer than 65536 bytes"),
        ),
        (
            json.dumps({"a": "y" * 41}).encode(),
            "a",
            "x",
            Health(well=False, detail=f"a is '{'y' * 40}...', not 'x'"),
        ),
    ],
)
def test_each_answer_is_judged(body: bytes, path: str, wanted: str, seen: Health) -> None:
    assert judge(body, path, wanted) == seen
