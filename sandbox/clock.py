"""A clock that can be moved forward, so that what takes hours in a release can be seen at once."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web

FURTHEST = timedelta(days=60)
"""At one go: nothing that the desk waits for takes longer, and a typing error is to harm nobody."""


class MovableClock:
    """The wall clock, with an offset that only grows. Call it for the present, which is aware and in UTC.

    `on_move` is told after each move: whoever sleeps until a moment is to look again. `before_move` is awaited before
    the page moves it.
    """

    def __init__(self, wall: Callable[[], datetime], offset: timedelta = timedelta()) -> None:
        self.offset = offset
        self.on_move: list[Callable[[], None]] = []
        self.before_move: Callable[[], Awaitable[None]] | None = None
        self._wall = wall

    def __call__(self) -> datetime:
        """Return the present."""
        return self._wall() + self.offset

    def forward(self, by: timedelta) -> None:
        """Move the present.

        Raises:
            ValueError: backwards, or too far at one go.
        """
        if not timedelta() < by <= FURTHEST:
            raise ValueError(f"the clock moves forward only, by at most {FURTHEST.days} days at one go")
        self.offset += by
        self._moved()

    def set_back(self, by: timedelta) -> None:
        """Begin so long ago; only before anybody has looked at the clock."""
        self.offset -= by

    def reach(self, offset: timedelta) -> None:
        """Move forward until the present is so far from the wall clock's; nothing happens where it is there."""
        if offset > self.offset:
            self.offset = offset
            self._moved()

    def as_json(self) -> dict[str, float]:
        """Return the present and the offset, in seconds since 1970 and in seconds."""
        return {"now": self().timestamp(), "offset_seconds": self.offset.total_seconds()}

    def _moved(self) -> None:
        for listener in self.on_move:
            listener()


def clock_routes(clock: MovableClock) -> list[web.RouteDef]:
    """Return the control of a clock: GET tells it, POST {"forward_seconds": N} moves it."""

    async def tell(_request: web.Request) -> web.Response:
        return web.json_response(clock.as_json())

    async def move(request: web.Request) -> web.Response:
        # only JSON: a form of another site could post here without asking the browser
        if request.content_type != "application/json":
            return web.json_response({"error": "JSON, please"}, status=400)
        try:
            by = _asked(await request.json())
            if clock.before_move is not None:
                await clock.before_move()
            clock.forward(by)
        except (ValueError, TypeError, LookupError, OverflowError) as problem:
            return web.json_response({"error": str(problem)}, status=400)
        await asyncio.sleep(0)  # whoever was woken begins before the page asks what there is to be seen
        return web.json_response(clock.as_json())

    return [web.get("/sandbox/clock", tell), web.post("/sandbox/clock", move)]


def _asked(body: object) -> timedelta:
    seconds = body.get("forward_seconds") if isinstance(body, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise TypeError('{"forward_seconds": N}, please')
    return timedelta(seconds=seconds)
