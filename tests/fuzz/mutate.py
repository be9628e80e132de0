"""Breaks values: types swapped, parts lost, moved, doubled or nested, texts and numbers of every ill kind. By seed."""

import json
import random
from collections.abc import Callable
from typing import Any

LONGEST = 20_000
"""Characters of a very long text; whole bodies of the largest size are sent by the tests of each door."""
TEXTS = (
    *("", " ", "\x00", "a\x00b", "\n", "\r\nX-Injected: 1", "\ud800", "\udfff\ud800", "\u202eevil", "\ufeff", "\x7f"),
    *(
        "null",
        "true",
        "0",
        "-1",
        "1e9",
        "NaN",
        "[]",
        "{}",
        "0x10",
        "\N{ARABIC-INDIC DIGIT THREE}",
        "\N{FULLWIDTH DIGIT ONE}",
        "\N{LATIN SMALL LETTER LONG S}",
        "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}",
        "🦊" * 3,
        "e\u0301",
        "\U0010ffff",
    ),
    *("<!channel>", "<@U0ADMIN>", "<https://evil.example|approve>", "&lt;", "*bold*", "`", "```", ":skull:"),
    *("../../etc/passwd", "/", "\\", "%00", "%s%n", "{version}", "{0.__class__}", "${jndi:x}", "'; DROP TABLE lanes--"),
    *("__proto__", "constructor", "self", "R-1", "R-0", "R-99999999999999999999", "signoff:", "signoff:approve"),
    *("2026-02-30T25:61:61Z", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00Z", "2026-11-21T10:00:00", "now"),
    *("a" * 64, "0" * 40, "F" * 40, "sha256:" + "g" * 64, "refs/heads/main", "build.yml@refs/heads/x", "@", "=" * 9),
)
NUMBERS = (
    *(0, -0.0, 1, -1, 2, 255, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**40),
    *(0.5, 1e-320, 1e308, 1.0000000000000002, 4.9e-324),
)
"""Those that every JSON parser reads; others are spelt by `spell`."""
Container = dict[str, Any] | list[Any]
Slot = tuple[Container, Any]


def slots(value: Any) -> list[Slot]:
    """Return every place in a value: what holds it, and under which key or index."""
    found: list[Slot] = []
    rest: list[Any] = [value]
    while rest:
        holder = rest.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            found.append((holder, key))
            rest.append(holder[key])
    return found


def odd(rng: random.Random) -> Any:
    """Return a value that hardly anybody expects."""
    kind = rng.randrange(8)
    if kind < 3:
        return rng.choice(TEXTS)
    if kind < 5:
        return rng.choice(NUMBERS)
    return rng.choice((None, True, False, [], {}, [None], [[]], {"": ""}, {"id": None}, [{}], {"a": {"b": {"c": []}}}))


def nested(rng: random.Random, value: Any) -> Any:
    """Return a value deep inside lists or objects."""
    for _ in range(rng.choice((1, 2, 9, 60, 150, 250))):
        value = [value] if rng.random() < 0.5 else {"id": value}
    return value


def swapped(rng: random.Random, value: Any) -> Any:
    """Return the same in another type."""
    if isinstance(value, bool) or value is None:
        return rng.choice((str(value), int(value or 0), [value], {"value": value}))
    if isinstance(value, int | float):
        return rng.choice((str(value), float(value), [value], bool(value), -value, value + 2**53))
    if isinstance(value, str):
        return rng.choice(
            (list(value[:50]), [value], {"name": value}, len(value), value.encode("utf-8", "surrogatepass").hex(), None)
        )
    if isinstance(value, list):
        return rng.choice((dict(enumerate(map(str, value[:20]))), json.dumps(value), None, value[:1] * 50, [value]))
    return rng.choice((list(value.values()), json.dumps(value), [value], None, dict(list(value.items())[::2])))


def garbled(rng: random.Random, value: Any) -> Any:
    """Return a text with something wrong inside; anything else becomes such a text."""
    text = value if isinstance(value, str) else str(value)[:200]
    place, odd_one = rng.randrange(len(text) + 1), rng.choice(TEXTS)
    return rng.choice(
        (
            text[:place] + odd_one + text[place:],
            text[:place],
            text[place:] + text[:place],
            text.upper(),
            text.swapcase() + " ",
            text + "\n",
            text[:place] + (text[place : place + 1] or "x") * _many(rng) + text[place:],
        )
    )


def _many(rng: random.Random) -> int:
    return LONGEST if rng.random() < 1 / 32 else rng.choice((2, 40, 400))


def _replace(make: Callable[[random.Random, Any], Any]) -> Callable[[random.Random, Slot, list[Slot]], None]:
    def change(rng: random.Random, at: Slot, _others: list[Slot]) -> None:
        holder, key = at
        holder[key] = make(rng, holder[key])

    return change


def _delete(_rng: random.Random, at: Slot, _others: list[Slot]) -> None:
    holder, key = at
    del holder[key]


def _rename(rng: random.Random, at: Slot, _others: list[Slot]) -> None:
    holder, key = at
    if isinstance(holder, dict):
        holder[garbled(rng, key)] = holder.pop(key)
    else:
        holder.insert(key, odd(rng))


def _double(rng: random.Random, at: Slot, _others: list[Slot]) -> None:
    holder, key = at
    if isinstance(holder, list):
        holder.extend([holder[key]] * rng.choice((1, 1, 2, 2, 2, 60)))
    else:
        holder[rng.choice(("id", "type", "user", "payload", "command", "value", "name", ""))] = holder[key]


def _transplant(rng: random.Random, at: Slot, others: list[Slot]) -> None:
    holder, key = at
    other, place = rng.choice(others)
    holder[key] = json.loads(json.dumps(other[place])) if place in other or isinstance(other, list) else None


def _empty(_rng: random.Random, at: Slot, _others: list[Slot]) -> None:
    holder, key = at
    holder[key] = type(holder[key])() if holder[key] is not None else []


CHANGES: tuple[Callable[[random.Random, Slot, list[Slot]], None], ...] = (
    _replace(lambda rng, _value: odd(rng)),
    _replace(lambda rng, _value: odd(rng)),
    _replace(swapped),
    _replace(garbled),
    _replace(garbled),
    _replace(nested),
    _delete,
    _delete,
    _rename,
    _double,
    _transplant,
    _empty,
)


def broken(rng: random.Random, text: str) -> Any:
    """Return what a JSON text holds, with one to three things wrong; one time in eight with nothing wrong.

    Args:
        rng: what is drawn from.
        text: of an object that holds something.
    """
    value = json.loads(text)
    if rng.random() < 1 / 8:
        return value
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places = slots(value)
        if places:
            rng.choice(CHANGES)(rng, rng.choice(places), places)
    return value
