"""An event loop in virtual time whose order of steps is decided by a seed, and in which a process can die at any step.

Works on CPython's BaseEventLoop, 3.11 to 3.14: `_ready`, `_scheduled` and `_selector` are private there. A dead
process is not cancelled: its tasks are never run again, as after a SIGKILL, so that no `finally` of theirs helps.
"""

import asyncio
import contextlib
import heapq
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")


class _NoSelector:
    """Nothing is ever read from outside."""

    def select(self, _timeout: float | None) -> list[Any]:
        """Return that nothing happened."""
        return []

    def close(self) -> None:
        """Nothing to close."""


class Process:
    """What dies together: every task that was begun by one of its tasks."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.alive = True
        self.tasks: list[asyncio.Task[Any]] = []
        self.died = asyncio.Event()

    def die(self) -> None:
        """End at once; nothing of it runs again."""
        if self.alive:
            self.alive = False
            self.died.set()


class Killed(BaseException):
    """The process ended here: nothing of it may catch this and go on."""


class Stuck(Exception):  # noqa: N818 - a finding, not an error
    """Nothing is left to do, and the story is not at its end."""


class OneThread(asyncio.BaseEventLoop):
    """A loop of virtual time, which has no other threads."""

    def run_in_executor(self, _executor: Executor | None, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """Do it at once, in this thread: another has no place in the order, and time must not jump while it works."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits, as an executor does
            done.set_exception(error)
        return done


class VirtualLoop(OneThread):
    """Runs what is ready in an order drawn from `rng`; when nothing is, time jumps to the next timer."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._selector = _NoSelector()
        self._clock_resolution = 1e-9
        self.rng = rng
        self.now = 0.0
        self.steps = 0
        self.owners: dict[int, Process] = {}
        self.dying: tuple[Process, int] | None = None
        """The process that dies, and at which step of the loop."""
        self.set_task_factory(self._make)

    def time(self) -> float:
        """Return the seconds since the beginning of the story."""
        return self.now

    def spawn(self, process: Process, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin a task that dies with a process."""
        task = asyncio.Task(work, loop=self)
        self._own(process, task)
        return task

    def _make(
        self, _loop: asyncio.AbstractEventLoop, work: Any, context: Context | None = None, **_more: Any
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=self, context=context)
        parent = asyncio.current_task(self)
        owner = self.owners.get(id(parent)) if parent is not None else None
        if owner is not None and "/sandbox/" not in work.cr_code.co_filename:  # what has landed belongs to the world
            self._own(owner, task)
        return task

    def _own(self, process: Process, task: asyncio.Task[Any]) -> None:
        process.tasks.append(task)  # referred to for ever: another task must not get its id
        self.owners[id(task)] = process

    def _is_dead(self, handle: asyncio.Handle) -> bool:
        task = getattr(handle._callback, "__self__", None)  # type: ignore[attr-defined]
        owner = self.owners.get(id(task)) if isinstance(task, asyncio.Task) else None
        return owner is not None and not owner.alive

    def _run_once(self) -> None:
        ready: Any = self._ready  # type: ignore[attr-defined]
        scheduled: Any = self._scheduled  # type: ignore[attr-defined]
        self.steps += 1
        if self.dying is not None and self.steps >= self.dying[1]:
            self.dying[0].die()
            self.dying = None
        items = [handle for handle in ready if not self._is_dead(handle)]
        self.rng.shuffle(items)
        ready.clear()
        ready.extend(items)
        if not ready:
            while scheduled and scheduled[0]._cancelled:
                heapq.heappop(scheduled)._scheduled = False
            if not scheduled:
                raise Stuck
            self.now = max(self.now, scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]

    def _process_events(self, _events: Any) -> None:
        """Nothing comes from outside."""

    def _write_to_self(self) -> None:
        """Nobody is in another thread."""


def bury(loop: VirtualLoop, processes: list[Process]) -> None:
    """Close the coroutines of the dead, whose network and database answer nothing any more."""
    for process in processes:
        for task in process.tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            with contextlib.suppress(RuntimeError):
                task.get_coro().close()
    loop.close()
