"""A call of the bot, as the tests of faults make it: what it asks of a host that is well, and how to make it again."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web

import handlers.ci
from bot.ports.ci import HttpRequest
from bot.ports.trouble import GiveUp, TryLater, Unsure
from tests.faults.recorder import Recorder
from tests.faults.wire import Exchange

PATIENCE = 5.0
"""Seconds; nothing takes so long but what hangs on purpose."""
Call = Callable[[str, ClientSession, float], Awaitable[object]]
"""Makes the call at an address, with a session of the bot's kind, and so many seconds of patience."""


@dataclass(frozen=True, slots=True)
class Site:
    """One call, recorded."""

    name: str
    call: Call
    script: tuple[Exchange, ...]
    healthy: object
    """What it comes to where nothing fails."""
    host: str
    healthy_words: str

    def changes(self, number: int) -> bool:
        """Whether a request of it changes something there, so that it may happen once at most."""
        asked = self.script[number][0]
        path = asked.what[1]
        if self.host == "slack":
            return path.startswith("/response") or path.rpartition("/")[2].startswith(("chat.", "views."))
        return asked.method == "POST" and not path.endswith("/access_tokens")


def shown(ended: object, url: str) -> str:
    """Return what a call came to, the same at any address."""
    return repr(ended).replace(url, "@").replace(url.replace("http", "ws"), "@")


@dataclass(slots=True)
class Sites:
    """Records calls at one host that is well."""

    host: str
    behind: str
    found: list[Site] = field(default_factory=list)

    async def add(self, name: str, call: Call) -> None:
        """Make a call and write down what was asked and answered."""
        async with Recorder(self.behind).open() as recorder, ClientSession() as session:
            healthy = await call(recorder.url, session, PATIENCE)
        assert not isinstance(healthy, TryLater | Unsure | GiveUp), f"{name}: {healthy}"
        self.found.append(Site(name, call, tuple(recorder.script), healthy, self.host, shown(healthy, recorder.url)))


@asynccontextmanager
async def served(routes: list[web.RouteDef]) -> AsyncIterator[str]:
    """Serve these on loopback; gives the address."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def builders() -> Iterator[set[str]]:
    """Note which functions make requests for CI systems, as module:function."""
    noted: set[str] = set()

    def noting(*given: Any, **named: Any) -> HttpRequest:
        frame = sys._getframe(1)
        noted.add(f"{frame.f_globals['__name__'].rpartition('.')[2]}:{frame.f_code.co_qualname}")
        return HttpRequest(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith(f"{handlers.ci.__name__}.") and "HttpRequest" in vars(module):
                patch.setattr(module, "HttpRequest", noting)
        yield noted
