"""Works that run beside each other, each under a key of its own: one that hangs keeps no other waiting."""

import asyncio
from collections.abc import Coroutine, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

import structlog

from bot.ports.outage import StoreUnavailable
from handlers.bell import Bell

log = structlog.get_logger()
K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class Apart(Generic[K]):
    """Begins works and lets go of them when they end; then the bell rings.

    Attributes:
        bell: rung whenever a work has ended, so that whoever began it looks again.
        kept: where works are held that a stop lets end; None: they are cancelled with whoever began them.
    """

    bell: Bell
    kept: set[asyncio.Task[Any]] | None = None
    _tasks: dict[K, asyncio.Task[None]] = field(default_factory=dict)
    _failed: list[BaseException] = field(default_factory=list)
    _over: bool = False

    @property
    def keys(self) -> tuple[K, ...]:
        """Return what is under way."""
        return tuple(self._tasks)

    @property
    def over(self) -> bool:
        """Whether whoever began them has stopped: what has not really begun by now had better not."""
        return self._over

    def begin(self, key: K, work: Coroutine[Any, Any, None]) -> None:
        """Begin a work whose key is not under way."""
        if key in self._tasks:
            work.close()
            raise ValueError(f"{key} is under way already")
        self._over = False
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[key] = task
        if self.kept is not None:
            self.kept.add(task)
        task.add_done_callback(partial(self._ended, key))

    def fail(self) -> None:
        """Raise what a work has failed with since, if one has: it is whoever began it whose code has failed."""
        if self._failed:
            raise self._failed.pop(0)

    async def end(self) -> None:
        """Cancel what is under way, unless a stop lets it end; what fails from now on is told in the log."""
        left = () if self.kept is not None else tuple(self._tasks.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self._over = True
        while self._failed:
            _log(self._failed.pop())

    def _ended(self, key: K, task: asyncio.Task[None]) -> None:
        del self._tasks[key]
        if self.kept is not None:
            self.kept.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            if self._over:
                _log(error)
            else:
                self._failed.append(error)
        self.bell.ring()


def _log(error: BaseException) -> None:
    """Tell of work that failed while its loop was stopped; an outage is told by the store."""
    if not isinstance(error, StoreUnavailable):
        log.error("work_failed_while_stopping", exc_info=error)
