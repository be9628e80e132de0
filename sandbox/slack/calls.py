"""A call of the Web API as the methods see it: its arguments, whichever way they came."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sandbox.exchange import Asked
from sandbox.slack.refusal import RefusalError


@dataclass(frozen=True, slots=True)
class Call:
    """Arguments of one call. `base_url` is where the sandbox was asked."""

    arguments: dict[str, Any]
    base_url: str = ""

    def text(self, name: str) -> str:
        """Return an argument that must be there."""
        value = self.arguments.get(name)
        if not isinstance(value, str) or not value:
            problem = f"missing required field: {name}"
            raise RefusalError(
                "invalid_arguments", response_metadata={"messages": [f"[ERROR] {problem} [json-pointer:/{name}]"]}
            )
        return value

    def optional(self, name: str) -> str | None:
        """Return an argument that may be missing or empty."""
        value = self.arguments.get(name)
        return str(value) if value else None

    def is_set(self, name: str) -> bool:
        """Whether a flag is set; slack_sdk sends 1, JSON sends true."""
        return str(self.arguments.get(name, "")).lower() in {"1", "true"}


def arguments(request: Asked) -> dict[str, Any]:
    """Return the arguments from the query, a form or a JSON body; the body wins."""
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(request.body)
        except ValueError:
            raise RefusalError("invalid_json") from None
        if not isinstance(body, dict):
            raise RefusalError("json_not_object")
        found |= {key: value for key, value in body.items() if value is not None}
    elif request.content_type == "application/x-www-form-urlencoded":
        found |= dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    return found


def token(request: Asked, found: dict[str, Any]) -> str:
    """Return the token, from the header or, as older clients send it, from the arguments."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    bearer = value.strip() if scheme.lower() == "bearer" else ""
    return bearer or str(found.pop("token", ""))
