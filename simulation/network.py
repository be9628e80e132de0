"""A network that fails: by plan, by chance, or for a while; what is under way belongs to it and not to the caller.

All time is the running loop's. A request lands by a timer of the network, so it lands even when whoever sent it has
died meanwhile.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from typing import NoReturn

from sandbox.exchange import Reply

LEAKED = "password=correct-horse-battery"
"""What a broken host answers with, and nobody has to know."""
Land = Callable[[], Reply | None]
"""Hands the request to the host; None when the host hangs up without an answer."""


class Mishap(Enum):
    """What can go wrong with one request."""

    REFUSED = "refused"  # nobody listens: it certainly did not arrive
    UNREACHABLE = "unreachable"  # no connection comes about: the same, after waiting
    LOST_BEFORE = "lost before"  # the connection breaks, and it never arrives
    LOST_AFTER = "lost after"  # it is done, and the connection breaks before the answer
    CUT = "cut"  # the same, in the middle of the answer
    LATE = "late"  # the connection breaks, and it arrives later
    SILENT = "silent"  # it never arrives, and nobody answers
    SLOW = "slow"  # it is done, and the answer may come after the caller's patience
    ERROR = "error"  # 5xx, and nothing was done
    ERROR_AFTER = "error after"  # 5xx, although it was done
    LIMITED = "limited"  # 429 with Retry-After
    FORBIDDEN = "forbidden"  # a limit that is told with 403
    HTML = "html"  # somebody on the way answers with a page
    TRUNCATED = "truncated"  # it is done; the answer is half of its JSON


class NoConnectionError(Exception):
    """Nobody listens, or the way is closed: the request certainly did not arrive. `slowly`: after waiting for it."""

    def __init__(self, *, slowly: bool) -> None:
        super().__init__("nobody answers the door" if slowly else "nobody listens")
        self.slowly = slowly


class BrokenConnectionError(Exception):
    """The connection broke. `begun` says whether a part of the answer had come."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("the connection broke")
        self.begun = begun


@dataclass(frozen=True, slots=True)
class _Journey:
    """How one request fares, in seconds after it was sent; None for never."""

    lands: float | None
    ends: float | None
    breaks: bool = False
    instead: Reply | None = None


@dataclass(slots=True)
class _Landing:
    """A request that has left its sender, whether anybody waits for the answer or not."""

    what: str
    at: float
    land: Land
    timer: asyncio.TimerHandle | None = None
    landed: bool = False
    reply: Reply | None = None

    def now(self) -> None:
        """Arrive, once."""
        if not self.landed:
            self.landed = True
            self.reply = self.land()


@dataclass(slots=True)
class Network:
    """The way to one host.

    Args:
        rng: decides everything that is left to chance; nothing else here is random.
        limits: the host's own words when it is asked too often: LIMITED and, where it knows such, FORBIDDEN.
        odds: how likely each mishap is, per request; what is left of 1 goes well.
        latency: shortest and longest seconds there, and again back; more than 0.
        latest: a request that lands late does so at most so many seconds after it was sent.
    """

    rng: random.Random
    limits: Mapping[Mishap, Callable[[random.Random], Reply]]
    odds: dict[Mishap, float] = field(default_factory=dict)
    latency: tuple[float, float] = (0.005, 0.3)
    latest: float = 120.0
    met: Counter[Mishap] = field(default_factory=Counter)
    """How often each mishap has happened."""
    passed: list[tuple[str, str]] = field(default_factory=list)
    """Of each request that lands at some time, its name and that it was «sent», later that it «landed»."""
    _planned: list[tuple[str, Mishap]] = field(default_factory=list)
    _down_until: float = -1.0
    _under_way: dict[int, _Landing] = field(default_factory=dict)
    _sent: int = 0
    _cut: asyncio.Event = field(default_factory=asyncio.Event)

    # -- what happens to it ------------------------------------------------------------------------------------------

    def plan(self, what: str, *mishaps: Mishap) -> None:
        """Let the next requests of a name (a glob) go wrong in these ways, in this order."""
        self._planned.extend((what, mishap) for mishap in mishaps)

    def fall(self, seconds: float) -> None:
        """Be down for so long from now: connections break at once, though what has left may still land."""
        self._down_until = asyncio.get_running_loop().time() + seconds
        cut, self._cut = self._cut, asyncio.Event()
        cut.set()

    def calm(self) -> None:
        """Let everything go well from now on; what has left still lands."""
        self._planned.clear()
        self.odds.clear()
        self._down_until = -1.0

    @property
    def down(self) -> bool:
        """Whether the host cannot be reached now."""
        return asyncio.get_running_loop().time() < self._down_until

    @property
    def under_way(self) -> int:
        """How many requests have left their sender and will land later."""
        return len(self._under_way)

    def caller_died(self) -> None:
        """Let go of everybody who waits, without a word; what has left lands all the same.

        On the running loop, which may be another one as long as it goes on with the time of the one before.
        """
        self._cut = asyncio.Event()
        for number, landing in self._under_way.items():
            if landing.timer is not None:
                landing.timer.cancel()
            self._arm(number, landing)

    # -- what it does ------------------------------------------------------------------------------------------------

    async def carry(self, what: str, land: Land, patience: float, connect: float | None = None) -> Reply:
        """Carry one request there and its answer back.

        Args:
            what: a name for plans, such as «POST /repos/acme/payments/deployments».
            land: hands it to the host, in no time.
            patience: seconds until the caller hangs up.
            connect: seconds that the caller waits for a connection, where it tells that apart.

        Raises:
            NoConnectionError: it certainly did not arrive.
            BrokenConnectionError: it may have arrived, or may still do so.
            TimeoutError: the same, after `patience` seconds.
        """
        mishap = self._next(what)
        if mishap is not None:
            self.met[mishap] += 1
        if mishap is Mishap.REFUSED or mishap is Mishap.UNREACHABLE:
            await self._no_connection(mishap is Mishap.UNREACHABLE, patience, connect)
        journey = self._journey(mishap, patience)
        landing = self._send(what, journey.lands, land) if journey.lands is not None else None
        await self._wait(journey, patience)
        if journey.instead is not None:
            return journey.instead
        if journey.breaks or landing is None:
            raise BrokenConnectionError(begun=mishap is Mishap.CUT)
        landing.now()  # it has, unless two timers of one moment ran the other way round
        if landing.reply is None:
            raise BrokenConnectionError(begun=False)
        return _halved(landing.reply) if mishap is Mishap.TRUNCATED else landing.reply

    async def _no_connection(self, slowly: bool, patience: float, connect: float | None) -> NoReturn:
        await asyncio.sleep((connect or patience) if slowly else self.latency[0])
        if slowly and connect is None:
            raise TimeoutError
        raise NoConnectionError(slowly=slowly)

    def _send(self, what: str, seconds: float, land: Land) -> _Landing:
        landing = _Landing(what, asyncio.get_running_loop().time() + seconds, land)
        self.passed.append((what, "sent"))
        self._sent += 1
        self._under_way[self._sent] = landing
        self._arm(self._sent, landing)
        return landing

    def _arm(self, number: int, landing: _Landing) -> None:
        landing.timer = asyncio.get_running_loop().call_at(landing.at, self._arrive, number)

    def _arrive(self, number: int) -> None:
        landing = self._under_way.pop(number)
        landing.now()
        self.passed.append((landing.what, "landed"))

    async def _wait(self, journey: _Journey, patience: float) -> None:
        """Wait until the answer is there or the connection breaks, at most for the caller's patience."""
        cut = self._cut
        ends = patience if journey.ends is None else min(journey.ends, patience)
        try:
            async with asyncio.timeout(ends):
                await cut.wait()
        except TimeoutError:
            if journey.ends is None or journey.ends > patience:
                raise
            return
        raise BrokenConnectionError(begun=False)

    def _journey(self, mishap: Mishap | None, patience: float) -> _Journey:
        there = self.rng.uniform(*self.latency)
        ends = there + self.rng.uniform(*self.latency)
        match mishap:
            case Mishap.LOST_BEFORE:
                return _Journey(None, ends, breaks=True)
            case Mishap.LOST_AFTER | Mishap.CUT:
                return _Journey(there, ends, breaks=True)
            case Mishap.LATE:
                return _Journey(self.rng.uniform(there, self.latest), ends, breaks=True)
            case Mishap.SILENT:
                return _Journey(None, None)
            case Mishap.SLOW:
                return _Journey(there, there + self.rng.uniform(1.0, 2 * patience))
            case Mishap.ERROR | Mishap.ERROR_AFTER:
                lands = there if mishap is Mishap.ERROR_AFTER else None
                return _Journey(lands, ends, instead=_page(self.rng.choice((500, 502, 503))))
            case Mishap.LIMITED | Mishap.FORBIDDEN:
                return _Journey(None, ends, instead=self.limits[mishap](self.rng))
            case Mishap.HTML:
                return _Journey(None, ends, instead=_page(200))
            case _:
                return _Journey(there, ends)

    def _next(self, what: str) -> Mishap | None:
        for place, (pattern, mishap) in enumerate(self._planned):
            if fnmatchcase(what, pattern):
                del self._planned[place]
                return mishap
        if self.down:
            return self.rng.choice((Mishap.REFUSED, Mishap.UNREACHABLE))
        left = self.rng.random()
        for mishap, odds in self.odds.items():
            left -= odds
            if left < 0:
                return mishap
        return None


def _page(status: int) -> Reply:
    return Reply(
        status, f"<html><title>Unicorn!</title>{LEAKED}</html>".encode(), {"Content-Type": "text/html; charset=utf-8"}
    )


def _halved(reply: Reply) -> Reply:
    return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
