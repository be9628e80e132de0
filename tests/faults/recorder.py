"""Stands between a client and a host that is well, and writes down every request with its answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.faults.wire import END, Answer, Asked, Exchange, read_request

HOP = {"content-length", "connection", "transfer-encoding", "date", "server", "keep-alive"}


@dataclass(slots=True)
class Recorder:
    """Passes on to `behind`, an address without a path."""

    behind: str
    script: list[Exchange] = field(default_factory=list)
    url: str = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Recorder"]:
        """Listen on a port of its own."""
        server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = await read_request(reader)
                answer = await self._passed_on(asked)
                self.script.append((asked, answer))
                writer.write(answer.sent())
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            writer.transport.abort()

    async def _passed_on(self, asked: Asked) -> Answer:
        there = urlsplit(self.behind)
        reader, writer = await asyncio.open_connection(there.hostname, there.port)
        headers = {**asked.headers, "connection": "close"}
        lines = [f"{asked.method} {asked.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join(lines).encode("latin-1") + END + asked.body)
        head, _, body = (await reader.read()).partition(END)
        writer.transport.abort()
        first, *rest = head.decode("latin-1").split("\r\n")
        told = [(name, value) for name, _, value in (line.partition(": ") for line in rest)]
        assert ("Transfer-Encoding", "chunked") not in told, "the stand-in's answers have a length"
        kept = tuple((name, value) for name, value in told if name.lower() not in HOP)
        return Answer(int(first.split(" ")[1]), kept, body)
