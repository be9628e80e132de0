"""The stand-in's state as JSON and back, for a demo that is to remember."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from sandbox.github.records import Repository

FORMAT = 1
_REPOSITORIES = TypeAdapter(list[Repository])


def dump(newest_id: int, repositories: Mapping[str, Repository]) -> dict[str, Any]:
    """Return everything, as JSON takes it."""
    kept = _REPOSITORIES.dump_python(list(repositories.values()), mode="json")
    return {"format": FORMAT, "ids": newest_id, "repositories": kept}


def load(state: Mapping[str, Any]) -> tuple[int, dict[str, Repository]]:
    """Return the newest id and the repositories.

    Raises:
        ValueError: it was not written by this version, or it is damaged.
    """
    if state.get("format") != FORMAT:
        raise ValueError("the saved pipeline is not of this version")
    repositories = _REPOSITORIES.validate_python(state["repositories"])
    return int(state["ids"]), {one.full_name: one for one in repositories}
