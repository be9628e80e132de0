"""What a host can answer that is no answer, whatever was asked: a new one is met by every question of the loops."""

from collections.abc import Callable
from dataclasses import replace

from handlers.ci.sender import LARGEST_ANSWER
from sandbox.exchange import Reply
from simulation.network import BrokenConnectionError

PAGE = b"<html><body><h1>Unicorn!</h1></body></html>"


def said(body: bytes, status: int = 200, **headers: str) -> Callable[[Reply], Reply]:
    """Answer so, whatever was asked, under the ETag of the good answer."""
    return lambda good: Reply(status, body, {**good.headers, "Content-Type": "application/json", **headers})


def breaks(_good: Reply) -> Reply:
    """Begin to answer, and break off."""
    raise BrokenConnectionError(begun=True)


def drips(_good: Reply) -> Reply:
    """Answer for longer than anybody waits."""
    raise TimeoutError


NO_ANSWERS: dict[str, Callable[[Reply], Reply]] = {
    "a page": said(PAGE),
    "nothing": said(b""),
    "half of it": lambda good: replace(good, body=good.body[: len(good.body) // 2]),
    "null": said(b"null"),
    "a number": said(b"7"),
    "brackets without end": said(b"[" * 200_000),
    "objects without end": said(b'{"a":' * 200_000),
    "no UTF-8": said(b'{"total_count": 1, "workflow_runs": ["\xff"]}'),
    "an error with 200": said(b'{"message": "Server Error"}'),
    "more than is read": said(b" " * LARGEST_ANSWER + b"[]"),
    "a byte now and then": drips,
    "it breaks off": breaks,
    "moved": said(b'{"message": "Moved Permanently"}', 301, Location="http://127.0.0.1:1/repositories/7"),
    "elsewhere": said(b"", 302, Location="http://127.0.0.1:1/"),
    "not allowed": said(b'{"message": "Resource not accessible by personal access token"}', 403),
    "a bad gateway": said(PAGE, 502),
}
"""What is no answer at all."""
