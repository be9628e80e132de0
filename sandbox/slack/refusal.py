"""Slack's way of saying no: an error code, and what comes with it."""

from collections.abc import Mapping
from typing import Any


class RefusalError(Exception):
    """A call that Slack refuses. `error` is Slack's own code."""

    def __init__(self, error: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = dict(headers or {})
        self.more = more

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON that Slack answers with."""
        return {"ok": False, "error": self.error, **self.more}


def invalid(error: str, problems: list[str]) -> RefusalError:
    """Return the refusal of blocks or a view, which tells every problem with a JSON pointer."""
    return RefusalError(error, errors=problems, response_metadata={"messages": [f"[ERROR] {one}" for one in problems]})
