"""A call to the API, which is a request and who sends it, and a route: a path, its handler, the right that it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sandbox.exchange import Asked, Reply
from sandbox.github.access import EVERYTHING, Grant
from sandbox.github.records import Repository


@dataclass(frozen=True, slots=True)
class Call(Asked):
    """A request of somebody who is known. `base` is what stands before the path that it names, `site` and all."""

    caller: Grant = EVERYTHING
    base: str = ""


Handler = Callable[[Call, Repository], Reply]


class Route(NamedTuple):
    """A method and a path below a repository. GET needs the right to read, everything else to write."""

    method: str
    path: str
    handler: Handler
    permission: str

    @property
    def level(self) -> str:
        """What right it needs."""
        return "read" if self.method == "GET" else "write"
