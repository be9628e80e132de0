"""The points of a told story: between any two changes of the world the process can end.

What a process knows dies with it, so a crash matters only by what the world has come to: what was committed, requests
that left or landed, deliveries, acknowledgements. Each such change is a numbered point, and the process dies right
after it, before anything else happens. The loop takes one step at a time, so that no two changes share one.
"""

import heapq
import random
from collections.abc import Callable
from typing import Any

from simulation.life import Earth
from simulation.loop import Stuck, VirtualLoop

MOST_STEPS = 200_000
"""More than any story takes: whoever goes on spins."""
CHANGES = ("commit", "delivered", "acknowledged", "heard")
READS = {"users.info", "usergroups.users.list", "conversations.info", "conversations.members", "chat.getPermalink"}


class PointedLoop(VirtualLoop):
    """Takes one step at a time, in an order that is the same each time, and counts its points.

    Args:
        dies: whether the process ends at the point of this number; asked once for each, in order.
        every: number also the requests that only read. They change nothing where they land, so that a crash there is
            one at the point before, some moments later.
    """

    def __init__(self, dies: Callable[[int], bool], *, every: bool = False) -> None:
        super().__init__(random.Random(0))
        self.earth: Earth | None = None
        self.points: list[str] = []
        """What changed at each point; the first is number 1."""
        self.deaths: list[int] = []
        """The points at which a process ended."""
        self._dies = dies
        self._every = every
        self._world = (0,) * len(CHANGES)
        self._read = [0, 0, 0]

    def _run_once(self) -> None:
        ready: Any = self._ready  # type: ignore[attr-defined]
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Stuck
        self._look()
        if not ready:
            ready.append(self._next_timer())
        ready.rotate(-self.rng.randrange(len(ready)))
        handle = ready.popleft()
        if not handle._cancelled and not self._is_dead(handle):
            handle._run()

    def _next_timer(self) -> Any:
        """Let time pass until something is due, and return that."""
        scheduled: Any = self._scheduled  # type: ignore[attr-defined]
        while scheduled:
            handle = heapq.heappop(scheduled)
            handle._scheduled = False
            if not handle._cancelled:
                self.now = max(self.now, handle._when)
                return handle
        raise Stuck

    def _look(self) -> None:
        """Number what has changed, and let the process end there if it is to."""
        if self.earth is None or not self.earth.lives:
            return
        life = self.earth.lives[-1]
        for what in self._news(self.earth):
            self.points.append(what)
            if life.process.alive and self._dies(len(self.points)):
                self.deaths.append(len(self.points))
                life.end()

    def _news(self, earth: Earth) -> list[str]:
        """Return what has changed since the last look; of one step that is one thing."""
        news = []
        for place, network in enumerate(earth.networks):
            new = network.passed[self._read[place] :]
            self._read[place] += len(new)
            news += [f"{what} {how}" for what, how in new if self._every or not is_read(what)]
        world = _come_to(earth)
        if world != self._world:
            news += [name for name, now, then in zip(CHANGES, world, self._world, strict=True) if now != then]
            self._world = world
        return news


def _come_to(earth: Earth) -> tuple[int, ...]:
    """Return what changes without a request: rows, what was delivered, acknowledged, or reported and heard."""
    return (
        earth.disk.connection.total_changes,
        len(earth.courier.log),
        sum(one.acknowledged for one in earth.courier.log),
        sum(one.heard for one in earth.deployer.reports),
    )


def is_read(what: str) -> bool:
    """Whether a request changes nothing where it lands."""
    return what.startswith("GET ") or what in READS
