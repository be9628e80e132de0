"""One cell of the table: a call, one of its requests, and a fault there; and what came of it."""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.ports.slack import Gone
from bot.ports.trouble import GiveUp, TryLater, Unsure
from tests.faults.faults import Fault
from tests.faults.site import PATIENCE, Site, shown
from tests.faults.wire import Wire

IMPATIENT = 1.0
"""Seconds that a call waits which waits in vain."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a call.

    Attributes:
        how: «done» as where nothing fails, «later», «refused», «unsure», or what else was returned, in words.
        after: the seconds of «later».
        asked: how often the request arrived at which the fault was.
        elsewhere: how often anybody asked where a redirect led.
        again: every request that changes something and arrived more than once.
    """

    how: str
    after: float | None
    asked: int
    elsewhere: int
    again: tuple[str, ...]


class Names(AbstractResolver):
    """Knows this machine, until it knows nothing any more."""

    lost = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where a name leads."""
        if self.lost:
            raise OSError(None, f"no address is known of {host}")
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
            )
        ]

    async def close(self) -> None:
        """Close nothing."""


async def cell(site: Site, number: int, fault: Fault | None) -> Ended:
    """Make a call with a fault at one of its requests."""
    names = Names()
    act = None if fault is None else fault.act or _unreachable
    wire = Wire(site.script, act, number)
    if fault is not None:
        wire.unread, wire.closed, wire.kept, wire.ciphered = fault.unread, fault.closed, fault.kept, fault.ciphered
        wire.loses = names if fault.nameless else None
    patience = IMPATIENT if fault is not None and fault.slow else PATIENCE
    async with wire.open(), _session(names, patience) as session:
        url = wire.url
        if fault is not None and fault.nameless:
            url = url.replace("127.0.0.1", "ci.example")
        if fault is not None and fault.ciphered:
            url = url.replace("http", "https")
        ended = await site.call(url, session, patience)
        what = site.script[number][0].what
        changing = {site.script[one][0].what for one in range(len(site.script)) if site.changes(one)}
        return Ended(
            *_read(ended, site, wire.url, url),
            asked=sum(one.what == what for one in wire.asked[number:]),
            elsewhere=sum(one.target.startswith("/elsewhere") for one in wire.asked),
            again=tuple(sorted(f"{one}" for one in changing if wire.times(one) > 1)),
        )


def _session(names: Names, patience: float) -> ClientSession:
    return ClientSession(
        connector=TCPConnector(resolver=names, use_dns_cache=False),
        timeout=ClientTimeout(total=patience, connect=patience / 2),
    )


async def _unreachable(line: Any) -> None:
    line.reset()


def _read(ended: object, site: Site, url: str, asked: str) -> tuple[str, float | None]:
    match ended:
        case TryLater(after=after):
            return "later", after
        case Unsure():
            return "unsure", None
        case GiveUp() | Gone():
            return "refused", None
    words = shown(ended, asked).replace(url, "@")
    return ("done" if words == site.healthy_words else words), None


async def table(site: Site, numbers: Iterable[int], faults: Mapping[str, Fault]) -> dict[tuple[int, str], Ended]:
    """Make a call with each fault at each of some requests, a row at a time; all that hang, together and apart."""
    found: dict[tuple[int, str], Ended] = {}
    cells = [(number, name) for number in numbers for name in faults if not (number and faults[name].ciphered)]
    hang = [one for one in cells if faults[one[1]].slow]
    rows = [list(row) for _, row in groupby((one for one in cells if one not in hang), key=itemgetter(0))]
    for together in (*rows, hang):
        ended = await asyncio.gather(*(cell(site, number, faults[name]) for number, name in together))
        found |= dict(zip(together, ended, strict=True))
    return found
