"""How any story is told: its loop in force, in silence, to its end; held against every promise, and then buried."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import structlog

from simulation.doors import Doors
from simulation.life import Earth
from simulation.loop import VirtualLoop, bury
from simulation.oracle import INVARIANTS


class InAWorld(Protocol):
    """A story that has begun."""

    @property
    def earth(self) -> Earth:
        """The world in which it happens."""


@contextmanager
def told(
    loop: VirtualLoop, work: Coroutine[Any, Any, None], begun: Sequence[InAWorld], doors: Doors
) -> Iterator[str | None]:
    """Tell a story, and yield the first promise that was not kept, while its world still stands; then bury its lives.

    Args:
        loop: the story's own.
        work: tells it; its first step puts the story into `begun`.
        begun: the story, as soon as it has a world.
        doors: hear what the bot logs meanwhile.
    """
    asyncio.set_event_loop(loop)
    problems: list[str] = []
    loop.set_exception_handler(lambda _loop, what: problems.append(str(what.get("exception") or what["message"])))
    with _quiet(doors):
        yield _violation(loop, work, begun, problems)
        processes = [life.process for life in begun[0].earth.lives]
        for process in processes:
            process.die()
        bury(loop, processes)
        asyncio.set_event_loop(None)


def _violation(
    loop: VirtualLoop, work: Coroutine[Any, Any, None], begun: Sequence[InAWorld], problems: list[str]
) -> str | None:
    try:
        loop.run_until_complete(work)
        for invariant in INVARIANTS:
            invariant(begun[0].earth)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{type(problem).__name__}: {problem}"
    return f"a task died: {problems}" if problems else None


@contextmanager
def _quiet(doors: Doors) -> Iterator[None]:
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
