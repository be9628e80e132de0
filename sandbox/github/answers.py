"""How the API answers: GitHub's headers, its errors, pages, ETags."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from sandbox.exchange import Asked, Reply, json_reply

T = TypeVar("T")
MOST_A_PAGE = 100


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return JSON."""
    return json_reply(body, status, headers)


def refuse(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Return an error as GitHub words it."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return answer(body, status, headers)


def number_in(request: Asked, name: str) -> int:
    """Return a number from the path; 0, which nothing has, where there is none."""
    return _number(request.match[name], 0)


class UnreadableBodyError(Exception):
    """The body of a request is not a JSON object."""


def json_in(request: Asked) -> dict[str, Any]:
    """Return the body.

    Raises:
        UnreadableBodyError: it is not a JSON object.
    """
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise UnreadableBodyError
    return body


def page_of(request: Asked, found: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
    """Return the page that is asked for and the header that names the next one."""
    size = min(MOST_A_PAGE, _number(request.query.get("per_page", ""), 30) or 30)
    page = _number(request.query.get("page", ""), 1) or 1
    more = len(found) > page * size
    link = f'<{request.url.update_query(page=str(page + 1))}>; rel="next"'
    return found[(page - 1) * size : page * size], {"Link": link} if more else {}


def conditional(request: Asked, answered: Reply) -> Reply:
    """Answer 304 to whoever has it already."""
    if request.method != "GET" or answered.status != 200:
        return answered
    etag = f'W/"{hashlib.sha256(answered.body).hexdigest()}"'
    known = [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]
    if etag in known:
        return Reply(304, headers={"ETag": etag})
    answered.headers["ETag"] = etag
    return answered


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else otherwise
