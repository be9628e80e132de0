"""The network that fails: each mishap says to its caller, and does to the host, what it is named after."""

import asyncio
import random
from collections.abc import Awaitable
from functools import partial

import pytest

from sandbox.exchange import Reply
from simulation.network import BrokenConnectionError, Mishap, Network, NoConnectionError
from tests.unit.simulation.virtual import virtually

PATIENCE = 10.0
BUSY = Reply(429, b"busy")


class Host:
    """Counts what arrives, and when."""

    def __init__(self) -> None:
        self.arrived: list[float] = []

    def land(self) -> Reply | None:
        self.arrived.append(asyncio.get_running_loop().time())
        return Reply(200, b'{"id": 1}')


def a_network(seed: int = 1) -> Network:
    return Network(random.Random(seed), {Mishap.LIMITED: lambda _: BUSY, Mishap.FORBIDDEN: lambda _: BUSY})


async def ending(calling: Awaitable[Reply]) -> str:
    """Return how a call ended."""
    try:
        reply = await calling
    except (NoConnectionError, BrokenConnectionError, TimeoutError) as error:
        return type(error).__name__
    return f"{reply.status} {reply.body.decode()}"


@pytest.mark.parametrize(
    ("mishap", "ended", "arrived"),
    [
        (None, '200 {"id": 1}', 1),
        (Mishap.REFUSED, "NoConnectionError", 0),
        (Mishap.UNREACHABLE, "TimeoutError", 0),
        (Mishap.LOST_BEFORE, "BrokenConnectionError", 0),
        (Mishap.LOST_AFTER, "BrokenConnectionError", 1),
        (Mishap.CUT, "BrokenConnectionError", 1),
        (Mishap.LATE, "BrokenConnectionError", 1),
        (Mishap.SILENT, "TimeoutError", 0),
        (Mishap.ERROR, "500 <html><title>Unicorn!</title>password=correct-horse-battery</html>", 0),
        (Mishap.ERROR_AFTER, "500 <html><title>Unicorn!</title>password=correct-horse-battery</html>", 1),
        (Mishap.LIMITED, "429 busy", 0),
        (Mishap.FORBIDDEN, "429 busy", 0),
        (Mishap.HTML, "200 <html><title>Unicorn!</title>password=correct-horse-battery</html>", 0),
        (Mishap.TRUNCATED, '200 {"id', 1),
    ],
)
def test_each_mishap_is_what_it_is_named_after(mishap: Mishap | None, ended: str, arrived: int) -> None:
    async def story() -> tuple[str, int]:
        network, host = a_network(), Host()
        if mishap is not None:
            network.plan("POST */deployments", mishap)
        said = await ending(network.carry("POST /repos/a/b/deployments", host.land, PATIENCE))
        await asyncio.sleep(network.latest)
        return said, len(host.arrived)

    assert virtually(story) == (ended, arrived)


def test_whoever_tells_a_connection_apart_knows_that_nothing_arrived() -> None:
    async def story() -> tuple[str, float]:
        network, host = a_network(), Host()
        network.plan("*", Mishap.UNREACHABLE)
        said = await ending(network.carry("POST /", host.land, PATIENCE, PATIENCE / 2))
        return said, asyncio.get_running_loop().time()

    assert virtually(story) == ("NoConnectionError", 5.0)


def test_a_slow_answer_comes_before_or_after_the_callers_patience() -> None:
    async def story(seed: int) -> tuple[str, int]:
        network, host = a_network(seed), Host()
        network.plan("*", Mishap.SLOW)
        return await ending(network.carry("GET /", host.land, PATIENCE)), len(host.arrived)

    assert {virtually(partial(story, seed)) for seed in range(20)} == {
        ("TimeoutError", 1),
        ('200 {"id": 1}', 1),
    }


def test_a_late_request_lands_within_its_time_although_whoever_sent_it_has_died() -> None:
    async def story(seed: int) -> tuple[int, list[float], int]:
        network, host = a_network(seed), Host()
        network.plan("*", Mishap.LATE)
        calling = asyncio.ensure_future(network.carry("POST /", host.land, PATIENCE))
        await asyncio.sleep(0.001)
        calling.cancel()
        network.caller_died()
        under_way = network.under_way
        await asyncio.sleep(network.latest)
        return under_way, host.arrived, network.under_way

    stories = [virtually(partial(story, seed)) for seed in range(50)]
    assert {(before, len(landed), after) for before, landed, after in stories} == {(1, 1, 0)}
    moments = [landed[0] for _, landed, _ in stories]
    assert (min(moments) < 10, 100 < max(moments) < 120) == (True, True)


def test_what_has_left_lands_on_another_loop_that_goes_on_with_the_time() -> None:
    network, host = a_network(), Host()
    network.plan("*", Mishap.LATE)

    async def life() -> None:
        await ending(network.carry("POST /", host.land, PATIENCE))

    async def afterlife() -> list[float]:
        network.caller_died()
        await asyncio.sleep(network.latest)
        return host.arrived

    virtually(life)
    assert host.arrived == []
    assert len(virtually(afterlife)) == 1


def test_while_the_host_is_down_nothing_arrives_and_connections_break_at_once() -> None:
    async def story() -> list[str]:
        network, host = a_network(), Host()
        network.plan("GET /silent", Mishap.SILENT)
        waiting = asyncio.ensure_future(ending(network.carry("GET /silent", host.land, PATIENCE)))
        await asyncio.sleep(0.1)
        network.fall(3600)
        told = [await waiting, f"down: {network.down}"]
        told += [await ending(network.carry("GET /", host.land, PATIENCE, 5.0)) for _ in range(3)]
        told.append(f"{len(host.arrived)} arrived")
        await asyncio.sleep(3600)
        return [*told, f"down: {network.down}", await ending(network.carry("GET /", host.land, PATIENCE))]

    assert virtually(story) == [
        "BrokenConnectionError",
        "down: True",
        *["NoConnectionError"] * 3,
        "0 arrived",
        "down: False",
        '200 {"id": 1}',
    ]


def test_chance_keeps_to_its_odds_and_to_its_seed() -> None:
    async def story(seed: int) -> tuple[dict[Mishap, int], list[str], float]:
        network, host = a_network(seed), Host()
        network.odds.update({Mishap.LOST_AFTER: 0.2, Mishap.ERROR: 0.1})
        said = [await ending(network.carry("GET /", host.land, PATIENCE)) for _ in range(500)]
        network.calm()
        assert await ending(network.carry("GET /", host.land, PATIENCE)) == '200 {"id": 1}'
        return dict(network.met), said, asyncio.get_running_loop().time()

    first = virtually(lambda: story(7))
    assert first == virtually(lambda: story(7))
    assert first != virtually(lambda: story(8))
    assert 70 < first[0][Mishap.LOST_AFTER] < 130
    assert 30 < first[0][Mishap.ERROR] < 70


def test_a_host_that_hangs_up_without_a_word_is_a_broken_connection() -> None:
    async def story() -> str:
        return await ending(a_network().carry("GET /", lambda: None, PATIENCE))

    assert virtually(story) == "BrokenConnectionError"
