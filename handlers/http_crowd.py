"""How many connections stand at once: beyond that, whoever has been here for longest without a request is cut off.

Each takes a file of the process, of which a host commonly allows 1,024; with none left, nobody could be called either.
"""

from aiohttp import web

MOST_CONNECTIONS = 700
MOST_SCRAPING = 50
"""At the port for the metrics alone: both ports together leave files for everything else."""


class Crowd:
    """The connections of a server, longest first."""

    def __init__(self, most: int = MOST_CONNECTIONS) -> None:
        self._most = most
        self._standing: dict[web.RequestHandler, None] = {}

    def came(self, connection: web.RequestHandler) -> None:
        """Let one more stand, for which another may have to go."""
        if len(self._standing) >= self._most:
            self._cut_off()
        self._standing[connection] = None

    def went(self, connection: web.RequestHandler) -> None:
        """Forget one."""
        self._standing.pop(connection, None)

    def _cut_off(self) -> None:
        idle = (one for one in self._standing if one._current_request is None)  # noqa: SLF001 - aiohttp tells it nowhere else
        one = next(idle, None) or next(iter(self._standing))
        self.went(one)
        if one.transport is not None:
            one.transport.abort()
