"""A host on loopback that says again what was recorded, byte for byte, and fails at one of the requests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlsplit

from tests.faults.handshake import switched

END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def what(self) -> tuple[str, str]:
        """Return method and path."""
        return self.method, urlsplit(self.target).path


@dataclass(frozen=True, slots=True)
class Answer:
    """A healthy answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def sent(self, *, ends: bool = False, **other: str) -> bytes:
        """Return it as it is sent; `ends`: no further request is heard on the connection. Other headers replace."""
        named = {name.replace("_", "-"): value for name, value in other.items()}
        kept = [(name, value) for name, value in self.headers if name.lower() not in named]
        length = [] if self.status in {101, 204, 304} else [("Content-Length", str(len(self.body)))]
        closing = [("Connection", "close")] if ends else []
        lines = [f"{name}: {value}" for name, value in (*kept, *named.items(), *length, *closing)]
        return "\r\n".join([f"HTTP/1.1 {self.status} So", *lines]).encode() + END + self.body


Exchange = tuple[Asked, Answer]


@dataclass(slots=True)
class Line:
    """The connection on which the fault happens: who asked what, and what would have been said."""

    asked: Asked
    answer: Answer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    over: asyncio.Event
    """Set when the test is."""
    elsewhere: str
    """An address at which nobody should ask."""

    def reset(self) -> None:
        """End it with an RST."""
        self.writer.transport.abort()

    async def says(self, data: bytes) -> None:
        """Send bytes, as long as somebody reads them."""
        self.writer.write(data)
        await self.writer.drain()


Act = Callable[[Line], Awaitable[None]]


class Losing(Protocol):
    """Something that is lost."""

    lost: bool


@dataclass(slots=True)
class Wire:
    """Listens on a port of its own. `act` is what happens at the request numbered `at`, from 0; None: all is well."""

    script: Sequence[Exchange]
    act: Act | None
    at: int
    unread: bool = False
    """Whether the connection for that request is reset before anything is read."""
    closed: bool = False
    """Whether nobody listens any more when that request is made."""
    kept: bool = False
    """Whether that request comes over a connection on which others were answered, if there were any."""
    ciphered: str = ""
    """Whether it is asked by TLS, and what it does then: «hangs» or «plain»."""
    loses: "Losing | None" = None
    """What loses the host's name before that request."""
    asked: list[Asked] = field(default_factory=list)
    turned_away: int = 0
    url: str = ""
    _server: asyncio.Server | None = None
    _said: set[int] = field(default_factory=set)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _handling: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Wire"]:
        """Listen; what hangs is let go at the end."""
        self._server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        if self.closed and self.at == 0:
            self._server.close()
        if self.loses is not None and self.at == 0:
            self.loses.lost = True
        try:
            yield self
        finally:
            self._over.set()
            self._server.close()
            for task in self._handling:
                task.cancel()
            await asyncio.gather(*self._handling, return_exceptions=True)

    def times(self, what: tuple[str, str]) -> int:
        """Return how often something was asked."""
        return sum(one.what == what for one in self.asked)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handling.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the last one: the test is over, and asyncio's streams would complain of it
        finally:
            writer.transport.abort()
            self._handling.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.unread and len(self.asked) == self.at and not self.turned_away:
            self.turned_away += 1
            return
        if self.ciphered:
            await (self._over.wait() if self.ciphered == "hangs" else reader.read(1))
            writer.write(b"HTTP/1.1 400 This is no TLS" + END)
            return
        while True:
            asked = await read_request(reader)
            number = len(self.asked)
            self.asked.append(asked)
            answer = self._answer(asked)
            if self.act is not None and number == self.at and not self.unread:
                await self.act(Line(asked, answer, reader, writer, self._over, f"{self.url}/elsewhere"))
                return
            last = number + 1 == self.at and not self.kept
            if last and self.closed and self._server is not None:
                self._server.close()
            if last and self.loses is not None:
                self.loses.lost = True
            writer.write(switched(asked.headers) if answer.status == 101 else answer.sent(ends=last))
            await writer.drain()
            if last or answer.status == 101:
                await reader.read()
                return

    @property
    def _name(self) -> str:
        """Host and port, as what is answered calls this place."""
        place = self.url.removeprefix("http://")
        return place.replace("127.0.0.1", "ci.example") if self.loses is not None else place

    def _answer(self, asked: Asked) -> Answer:
        """Return what was said to the like, each once and the last one again; to anything else, that it is not there."""
        known = [number for number, (before, _) in enumerate(self.script) if before.what == asked.what]
        fresh = next((number for number in known if number not in self._said), known[-1] if known else None)
        if fresh is None:
            return Answer(404, (("Content-Type", "application/json"),), b"{}")
        self._said.add(fresh)
        answer = self.script[fresh][1]
        return replace(answer, body=answer.body.replace(b"@wire@", self._name.encode()))


async def read_request(reader: asyncio.StreamReader) -> Asked:
    """Read one request; raises IncompleteReadError where the other side has gone."""
    head = (await reader.readuntil(END)).decode("latin-1")
    first, *lines = head[: -len(END)].split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


def paths(script: Iterable[Exchange]) -> list[tuple[str, str]]:
    """Return what was asked, in order."""
    return [asked.what for asked, _ in script]
