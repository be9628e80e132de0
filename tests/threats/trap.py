"""A server on this host that nobody has any business with, and the addresses that would lead there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Trap:
    """A server that nobody has any business with: it counts who comes, by name of the address that led there."""

    port: int = 0
    visitors: list[bytes] = field(default_factory=list)

    async def visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one line down and hang up."""
        self.visitors.append(await reader.readline())
        writer.close()

    def addresses(self) -> list[str]:
        """Return addresses that lead there, as an attacker would write them."""
        hosts = ("127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]", "localhost", "127.0.0.1.")
        users = ("api.github.com@127.0.0.1", "hooks.slack.com:443@127.0.0.1", "hooks_slack.com@127.0.0.1")
        return [f"http://{host}:{self.port}/{index}" for index, host in enumerate((*hosts, *users))]


@asynccontextmanager
async def trap() -> AsyncIterator[Trap]:
    """Listen; when it is over, nobody must have come."""
    here = Trap()
    server = await asyncio.start_server(here.visited, "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    yield here
    server.close()
    await server.wait_closed()
    assert here.visitors == []


def with_addresses(told: Any, there: Trap) -> Any:
    """Return a body whose every address leads into the trap, each in another way."""
    ways = there.addresses()
    count = iter(range(10_000))

    def led(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: led(one) for name, one in value.items()}
        if isinstance(value, list):
            return [led(one) for one in value]
        return ways[next(count) % len(ways)] if isinstance(value, str) and value.startswith("http") else value

    return led(told)
