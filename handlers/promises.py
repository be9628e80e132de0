"""Lengths and times that a reason promises by `for` and `at`, which nothing keeps: a reason is only read."""

import re
from dataclasses import dataclass

from handlers.times import length_of

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_AMOUNTS = {name: float(number) for number, name in enumerate(_NUMBERS, 1)} | {
    "a": 1.0, "an": 1.0, "another": 1.0, "the next": 1.0, "half a": 0.5, "half an": 0.5, "a couple of": 2.0,
}  # fmt: skip
_MINUTES = {"s": 1 / 60, "m": 1.0, "h": 60.0, "d": 1440.0, "w": 10080.0}
_MOST = 9999  # what a length of time can be written with
_WORDS = "|".join(sorted((*_AMOUNTS, "a few", "several"), key=len, reverse=True)).replace(" ", r"\s+")
_LENGTH = re.compile(
    r"(?<![\w-])for\s+(?:(?:about|around|at\s+least|up\s+to|another|the\s+next|the\s+first)\s+)?(?P<length>"
    r"(?P<number>[0-9]{1,6}(?:\.[0-9]{1,2})?)\s*(?P<unit>minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|seconds?|secs?|s)"
    rf"|(?P<word>{_WORDS})\s+(?P<whole>minutes?|mins?|hours?|hrs?|days?|weeks?))(?![\w'\u2019-])",
    re.ASCII | re.IGNORECASE,
)
_DAY = r"(?:today|tomorrow|mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_TIME = re.compile(
    rf"(?<![\w-])at\s+(?:(?:{_DAY}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:\s+|t))?"
    r"(?:[0-9]{1,2}:[0-9]{2}(?:\s*[ap]m)?|[0-9]{1,2}\s*[ap]m|[0-9]{1,2}\s+o['\u2019]?clock|noon|midnight)(?![\w:%])",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a reason says by `for` or `at`, in its words; `length` is that of a `for` as it is typed elsewhere."""

    said: str
    length: str
    without: str
    """The reason without anything of the kind."""


def promised(reason: str) -> Promise | None:
    """Return what a reason promises, the length of time first; None for plain prose, like "for the sale"."""
    lasts = _LENGTH.search(reason)
    found = lasts or _TIME.search(reason)
    if found is None:
        return None
    without = reason
    while one := _LENGTH.search(without) or _TIME.search(without):
        before, after = without[: one.start()].rstrip(), without[one.end() :].lstrip()
        without = f"{before}{'' if after[:1] in ',.;:!?)' else ' '}{after}".strip(" ,;:")
    return Promise(" ".join(found.group().split()), _typed(lasts) if lasts else "", without)


def _typed(lasts: re.Match[str]) -> str:
    """Return a length of time as it is typed, like 2h; nothing where it cannot be."""
    said = lasts["length"].casefold()
    if length_of(said) is not None:
        return said
    amount = float(lasts["number"]) if lasts["number"] else _AMOUNTS.get(" ".join(lasts["word"].casefold().split()))
    if amount is None:  # "a few": nobody guesses how many
        return ""
    minutes = max(1, round(amount * _MINUTES[(lasts["unit"] or lasts["whole"])[0].casefold()]))
    for unit, size in (("d", 1440), ("h", 60), ("m", 1)):
        if minutes % size == 0 and minutes // size <= _MOST:
            return f"{minutes // size}{unit}"
    return ""
