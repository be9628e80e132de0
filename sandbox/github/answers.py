"""How the API answers: GitHub's headers, its errors, pages, ETags."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sandbox.exchange import Asked, Reply, json_reply

T = TypeVar("T")
MOST_A_PAGE = 100


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return JSON."""
    return json_reply(body, status, headers)


def refuse(status: int, message: str, headers: dict[str, str] | None = None, **more: Any) -> Reply:
    """Return an error as GitHub words it, with whatever else it tells."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return answer(body | more, status, headers)


def invalid(resource: str, field: str, code: str = "custom", message: str = "") -> Reply:
    """Return the error for a field that cannot be taken."""
    told = {"resource": resource, "code": code, "field": field} | ({"message": message} if message else {})
    return refuse(422, "Validation Failed", errors=[told])


def number_in(request: Asked, name: str) -> int:
    """Return a number from the path; 0, which nothing has, where there is none."""
    return _number(request.match[name], 0)


class UnreadableBodyError(Exception):
    """The body of a request is not a JSON object."""


class UnusableBodyError(Exception):
    """A field of a request's body is missing or of the wrong type; the text says which, in GitHub's words."""


_TYPES = {str: "a string", bool: "a boolean", int: "an integer", list: "an array", dict: "an object"}


def required(body: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """Return a field that must be there.

    Raises:
        UnusableBodyError: it is not, or it is of another type.
    """
    if name not in body:
        raise UnusableBodyError(f'"{name}" wasn\'t supplied.')
    found = optional(body, name, kind)
    if found is None:
        raise UnusableBodyError(f"For 'properties/{name}', nil is not {_TYPES[kind]}.")
    return found


def optional(body: Mapping[str, Any], name: str, kind: type[T]) -> T | None:
    """Return a field that may be missing or null.

    Raises:
        UnusableBodyError: it is of another type.
    """
    found = body.get(name)
    if found is None or (isinstance(found, kind) and (kind is bool or not isinstance(found, bool))):
        return found
    raise UnusableBodyError(f"For 'properties/{name}', {json.dumps(found)} is not {_TYPES[kind]}.")


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
    """Return the page that is asked for and the header that names the others."""
    size = min(MOST_A_PAGE, _number(request.query.get("per_page", ""), 30) or 30)
    page = _number(request.query.get("page", ""), 1) or 1
    last = max(1, -(-len(found) // size))
    others = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    if page == 1:
        del others["prev"], others["first"]
    if page >= last:
        del others["next"], others["last"]
    links = [f'<{request.url.update_query(page=str(number))}>; rel="{rel}"' for rel, number in others.items()]
    return found[(page - 1) * size : page * size], {"Link": ", ".join(links)} if links else {}


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
