"""The API without a server: no sockets, no threads, no wall clock; the same routes as over HTTP."""

from collections.abc import Mapping

from multidict import CIMultiDict

from sandbox.exchange import asked_in_process
from sandbox.github.forge import Forge
from sandbox.github.rest import Rest, Silence, Slowly

BASE = "https://api.github.com"
CLIENT = "in-process"
"""Every client over HTTP names itself; GitHub takes none that does not."""


class NoAnswerError(Exception):
    """A fault that is in force took the answer; `broken` says whether the connection broke or nobody ever answers."""

    def __init__(self, *, broken: bool) -> None:
        super().__init__("the connection broke" if broken else "nobody answers")
        self.broken = broken


def answer(
    forge: Forge,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    base: str = BASE,
) -> tuple[int, dict[str, str], bytes]:
    """Answer one request at once: status, headers, body.

    Args:
        forge: what is asked; the faults in force there count here too.
        method: in capitals.
        path: quoted as in a request line, from /repos on.
        query: of each name one value.
        headers: whatever their case.
        body: as it would be sent.
        base: the address that links in answers begin with.

    Raises:
        NoAnswerError: a fault took the answer, before the request was handled or after; also one that only made it
            slow, as nobody waits here.
    """
    told = CIMultiDict(headers or {})
    told.setdefault("User-Agent", CLIENT)
    reply = Rest(forge).meet(asked_in_process(base, method, path, query=query, headers=told, body=body))
    if isinstance(reply, Slowly):
        raise NoAnswerError(broken=reply.cut)
    if isinstance(reply, Silence):
        raise NoAnswerError(broken=reply.broken)
    return reply.status, reply.headers, reply.body
