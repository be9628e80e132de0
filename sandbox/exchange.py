"""A request and its answer apart from any server, so that the same methods answer over HTTP and in-process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `url` is where it was sent, `match` what its path says by the names of the route."""

    method: str
    url: URL
    headers: CIMultiDictProxy[str]
    body: bytes
    match: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path, unquoted."""
        return self.url.path

    @property
    def query(self) -> Mapping[str, str]:
        """The query; of a name that is given twice, the first."""
        return self.url.query

    @property
    def content_type(self) -> str:
        """The media type of the body, without its parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class Reply:
    """One answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return an answer in JSON."""
    return Reply(status, json.dumps(body).encode(), {"Content-Type": JSON, **(headers or {})})


def asked_in_process(
    base: str,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Asked:
    """Return a request that nobody sent; `path` is quoted as it would be in a request line."""
    url = URL(f"{base}{path}", encoded=True)
    return Asked(method, url.extend_query(query) if query else url, CIMultiDictProxy(CIMultiDict(headers or {})), body)


async def asked_over_http(request: web.Request) -> Asked:
    """Return what a client sent, with its whole body."""
    return Asked(request.method, request.url, request.headers, await request.read())


def over_http(reply: Reply) -> web.Response:
    """Return an answer as the server sends it."""
    return web.Response(status=reply.status, body=reply.body, headers=reply.headers)
