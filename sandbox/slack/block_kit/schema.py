"""Small checks that compose: each yields what is wrong with a value, in Slack's words, with a JSON pointer."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def at(problem: str, pointer: str) -> str:
    """Return a problem with the place where it is."""
    return f"{problem} [json-pointer:{pointer}]"


def string(most: int, least: int = 0) -> Check:
    """A string of so many characters."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield at("must be a string", pointer)
        elif len(value) > most:
            yield at(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            yield at(f"must be more than {least - 1} characters", pointer)

    return check


def boolean(value: Any, pointer: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield at("must be a boolean", pointer)


def number(least: int, most: int) -> Check:
    """A whole number between two others."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield at("must be an integer", pointer)
        elif not least <= value <= most:
            yield at(f"must be between {least} and {most}", pointer)

    return check


def one_of(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield at(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def array(item: Check, least: int, most: int) -> Check:
    """A list of so many."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield at("must be an array", pointer)
            return
        if len(value) > most:
            yield at(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            yield at(f"no fewer than {least} items allowed", pointer)
        for index, one in enumerate(value):
            yield from item(one, f"{pointer}/{index}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these keys and no others, since Slack refuses what it does not know."""
    known = {**required, **(optional or {})}

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield at("must be an object", pointer)
            return
        for key in required.keys() - value.keys():
            yield at(f"missing required field: {key}", pointer)
        for key, one in value.items():
            if key == "type" and "type" not in known:
                continue
            if key not in known:
                yield at(f"invalid additional property: {key}", pointer)
            else:
                yield from known[key](one, f"{pointer}/{key}")

    return check


def tagged(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of several shapes it has."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield at("must be an object", pointer)
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in kinds:
            yield at(f"unsupported type: {kind}", f"{pointer}/type")
            return
        yield from kinds[kind](value, pointer)

    return check


def both(first: Check, second: Check) -> Check:
    """Two checks; the second only where the first found nothing, so that it may rely on the shape."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        found = list(first(value, pointer))
        yield from found or second(value, pointer)

    return check
