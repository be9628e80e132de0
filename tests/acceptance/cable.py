"""What lies between the bot and Slack: it carries bytes, or hangs, or is cut, and then nobody can even connect."""

import asyncio
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 65536


@dataclass(slots=True)
class Cable:
    """A door on a port of its own; what is said there goes on to the target."""

    target: str
    port: int = 0
    hangs: bool = False
    """Whether nothing that is said from now on arrives, while connections stay open."""
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The address to use in place of the target's."""
        return f"http://127.0.0.1:{self.port}"

    async def mend(self) -> None:
        """Let everything through, at the same address as before."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Refuse to connect, and drop every connection that there is."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._server = None

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = urlsplit(self.target)
        self._open.add(writer)
        try:
            onward_reader, onward = await asyncio.open_connection(there.hostname, there.port)
        except OSError:
            writer.transport.abort()
            return
        self._open.add(onward)
        try:
            await asyncio.gather(self._pump(reader, onward), self._pump(onward_reader, writer))
        finally:
            for end in (writer, onward):
                end.transport.abort()
                self._open.discard(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes one way until either side has gone, then end both."""
        try:
            while chunk := await reader.read(CHUNK):
                if not self.hangs:
                    writer.write(chunk)
                    await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort() if writer.transport.is_closing() else writer.close()
