"""Runs schedules by seed: the same seed is the same story, to the last step."""

import asyncio
import hashlib
import logging
import random
from collections.abc import Coroutine, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from simulation.doors import Doors
from simulation.life import Earth
from simulation.loop import VirtualLoop, bury
from simulation.oracle import INVARIANTS
from simulation.policies import policy
from simulation.story import Story

POLICY = policy()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one schedule."""

    seed: int
    violation: str | None
    crashes: int
    deploys: int
    seconds: float
    trace: tuple[str, ...]
    tried: frozenset[str] = frozenset()
    """What attackers tried in it, and which upheavals there were."""

    @property
    def sentence(self) -> str:
        """Return what came of it, for people."""
        kept = self.violation or "every promise kept"
        happened = f"{self.deploys} deploys, {self.crashes} crashes, {self.seconds:.0f} s of virtual time"
        return f"seed {self.seed}: {happened}: {kept}"

    @property
    def digest(self) -> str:
        """Return what tells two courses of events apart."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()


def run(seed: int) -> Outcome:
    """Run one schedule and hold every invariant against it."""
    rng = random.Random(seed)
    loop = VirtualLoop(random.Random(rng.random()))
    asyncio.set_event_loop(loop)
    problems: list[str] = []
    loop.set_exception_handler(lambda _loop, what: problems.append(str(what.get("exception") or what["message"])))
    told: list[Story] = []
    doors = Doors()

    async def main() -> None:
        earth = Earth(loop, random.Random(rng.random()), POLICY, doors=doors)
        told.append(Story(earth, random.Random(rng.random())))
        await told[0].tell()

    with quiet(doors):
        violation = _violation(loop, main(), told, problems)
        earth = told[0].earth
        deploys = len(earth.landed())
        for life in earth.lives:
            life.process.die()
        bury(loop, [life.process for life in earth.lives])
        asyncio.set_event_loop(None)
    return Outcome(seed, violation, told[0].crashes, deploys, loop.now, tuple(told[0].trace), frozenset(earth.tried))


def _violation(
    loop: VirtualLoop, course: Coroutine[Any, Any, None], told: list[Story], problems: list[str]
) -> str | None:
    """Let the story take its course; return the first promise that was not kept."""
    try:
        loop.run_until_complete(course)
        for invariant in INVARIANTS:
            invariant(told[0].earth)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{type(problem).__name__}: {problem}"
    return f"a task died: {problems}" if problems else None


@contextmanager
def quiet(doors: Doors) -> Iterator[None]:
    """Let the bot's log lines go nowhere, but for what its doors caught."""
    before = structlog.get_config()
    structlog.configure(
        processors=[doors, _drop],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)


def _drop(_logger: Any, _method: str, _event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    raise structlog.DropEvent
