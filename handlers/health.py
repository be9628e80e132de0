"""Liveness and readiness: whether the process lives, and which part of it is ill, in a word each."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

import structlog
from aiohttp import web

from bot.ports.figures import Condition
from bot.ports.outage import StoreUnavailable
from bot.ports.store import Store

log = structlog.get_logger()

MOST_LAG = 5.0
"""Seconds that the event loop may be late before the process counts as hung."""
PROBE_EVERY = 5.0
"""Seconds between two writes; what is asked more often hears of the last one."""
PROBE_WITHIN = 5.0
"""Seconds."""
DISK_LOW = 200 * 1024 * 1024
DISK_FULL = 20 * 1024 * 1024
"""Bytes free. SQLite needs room for its journal before a commit."""


class Level(IntEnum):
    """How well a part is. What is ill is told and works around; without what is down nothing may come in."""

    WELL = 0
    ILL = 1
    DOWN = 2


@dataclass(frozen=True, slots=True)
class Part:
    """How one part is, and the word for it."""

    level: Level
    word: str


def well(word: str) -> Part:
    """Return a part that is as it should be."""
    return Part(Level.WELL, word)


def ill(word: str) -> Part:
    """Return a part that is not, while everything is still taken in and sent later."""
    return Part(Level.ILL, word)


def down(word: str) -> Part:
    """Return a part without which the bot is not ready."""
    return Part(Level.DOWN, word)


@dataclass(slots=True)
class Readiness:
    """Whether the bot is ready. `parts` tells of everything but the database.

    `outage` tells why the database could not be used of late, None while it can: on a nearly full disk a probe still
    finds its row's own place, and an act finds none.
    """

    store: Store
    clock: Callable[[], datetime]
    parts: Callable[[], Mapping[str, Part]]
    outage: Callable[[], str | None] = lambda: None
    _probe: asyncio.Task[tuple[bool, Condition | None]] | None = None
    _begun: float = 0.0
    _could_write: bool = field(default=True)
    _could_read: bool = field(default=True)

    async def look(self) -> Mapping[str, Part]:
        """Return how each part is; never raises."""
        return {**self.parts(), **await self._database()}

    async def alive(self) -> bool:
        """Return whether there is life to tell a monitor of: ready, and every loop at work."""
        parts = await self.look()
        loops = parts.get("loops")
        return worst(parts) is not Level.DOWN and loops is not None and loops.level is Level.WELL

    async def _database(self) -> Mapping[str, Part]:
        """Ask the last probe; begin a new one when that is old, and only when it has ended."""
        now = asyncio.get_running_loop().time()
        if self._probe is None or (self._probe.done() and now - self._begun >= PROBE_EVERY):
            self._begun = now
            self._probe = asyncio.create_task(self._write())
        try:
            async with asyncio.timeout(PROBE_WITHIN):
                writable, condition = await asyncio.shield(self._probe)
        except TimeoutError:
            return {"database": down("hangs")}
        usable = writable and self.outage() is None
        found = {"database": well("writable") if usable else down("unwritable")}
        return found if condition is None else {**found, **_judged(condition)}

    async def _write(self) -> tuple[bool, Condition | None]:
        """Write one row for real; where that fails, read at least what can be read."""
        stamp = self.clock().isoformat()
        try:
            await self.store.write(lambda tx: tx.remembered.set("readiness", stamp))
        except StoreUnavailable:  # the store itself says when that begins and ends
            return False, await self._condition()
        except Exception:
            if self._could_write:
                log.exception("database_not_writable")
            self._could_write = False
        else:
            if not self._could_write:
                log.info("database_writable_again")
            self._could_write = True
        condition = await self._condition()
        return self._could_write and condition is not None, condition

    async def _condition(self) -> Condition | None:
        """Read what else tells how the database is; what cannot be read cannot be written either."""
        condition: Condition | None = None
        try:
            condition = await self.store.read(lambda tx: tx.figures.condition())
        except StoreUnavailable:  # as above
            return None
        except Exception:
            if self._could_read:
                log.exception("database_not_readable")
        self._could_read = condition is not None
        return condition


def _judged(condition: Condition) -> Mapping[str, Part]:
    effects = well("delivered")
    if condition.unknown or condition.dead:
        effects = ill("unknown" if condition.unknown else "dead")
    return {
        "migrations": down("behind") if condition.steps_missing else well("current"),
        "audit": well("checked"),  # a store whose tail does not fit the chain is never opened
        "disk": _disk(condition.disk_free),
        "effects": effects,
        "inbox": ill("poison") if condition.poison else well("clean"),
    }


def _disk(free: int | None) -> Part:
    if free is None or free >= DISK_LOW:
        return well("free")
    return ill("low") if free >= DISK_FULL else down("full")


def worst(parts: Mapping[str, Part]) -> Level:
    """Return the level of the whole."""
    return max(part.level for part in parts.values())


WORDS = {Level.WELL: "ready", Level.ILL: "degraded", Level.DOWN: "not ready"}


def health_routes(readiness: Readiness, lag: Callable[[], float]) -> list[web.RouteDef]:
    """Return /healthz, which asks nothing but the event loop, and /readyz, which asks every part.

    Slack or a CI system being away is «degraded» and still ready: what comes in is stored, and sent when they return.
    """

    async def healthz(_request: web.Request) -> web.Response:
        late = lag() > MOST_LAG
        return web.json_response({"status": "late" if late else "alive"}, status=503 if late else 200)

    async def readyz(_request: web.Request) -> web.Response:
        parts = await readiness.look()
        level = worst(parts)
        body = {"status": WORDS[level], "parts": {name: part.word for name, part in parts.items()}}
        return web.json_response(body, status=503 if level is Level.DOWN else 200)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
