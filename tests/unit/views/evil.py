"""Hostile text, the same in every run: what strangers and colleagues may write into every field that they can reach."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

_ATOMS = (
    # what Slack takes for mentions, channels, dates and links
    "<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S0EVIL>", "<!subteam^S0EVIL|@cto>", "<@U0EVIL>",
    "<@W0EVIL|the boss>", "<#C0EVIL>", "<#C0EVIL|general>", "@channel", "@here", "#general",
    "<!date^666^{date_num}|never>", "<!date^666^{time}^https://evil.example|soon>", "<!unknown^x|label>",
    "<https://evil.example|Approve>", "<https://evil.example/?a=1&b=2>", "<http://evil.example|https://github.example>",
    "<https://github.example/forged|Approved by priya>", "<mailto:evil@evil.example|write>", "<tel:666|call>",
    "https://evil.example", "evil.example/x", "https://github.example.evil.example/acme/payments",
    "https://github.example@evil.example/", "https://g\u0456thub.example/acme", "https://github.example/a|b",
    "https://github.example/>|<!channel>", "https://github.example/\n<!channel>", "javascript:alert(1)",
    "<javascript:alert(1)|open>", "data:text/html,<script>alert(1)</script>", "[Approve](https://evil.example)",
    "![x](https://evil.example/x.png)",
    # escaped already, in part, and twice
    "&lt;!channel&gt;", "&amp;lt;@U0EVIL&amp;gt;", "&#60;!channel&#62;", "&", "&&&&", "&lt", "<", ">", "<<", "|", "^",
    # formatting, open and closed, over lines
    "*", "_", "~", "`", "```", "*bold*", "*bold", "_aside", "~gone", "`code", "```\ncode", "> quoted", ">>> quoted",
    "\u2022 Approved by everybody", ":white_check_mark:", ":+1::skin-tone-6:", "1. one\n2. two", "Approved by <@U0EVIL>",
    "*In the way:* nothing", "and 12 more",
    # characters that hide, turn around, pile up or break
    "\u202egnp.exe", "\u2066left\u2069", "\u200f", "\u200b\u200c\u200d", "\u2060", "\ufeff", "\u00ad", "\ufff9\ufffb",
    "\U000e0041\U000e0042", "e" + "\u0301" * 90, "\u0e49" * 40, "\ud800", "\udc00\ud800", "\x00", "\x07\x1b[31m",
    "\r\n", "\n\n\n", "\u2028", "\u2029", "\x85", "\x0b\x0c", "\t", "\ufffe", "\u3164", "\u2800",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ufdfd" * 8, "\u0430pprove", "p\u0430yments", "\uff1c!channel\uff1e",
    # long ones, and what other languages take for code
    "x" * 400, "Donaudampfschiff" * 40, "& " * 200, "<" * 300, "{version}", "{changes}", "{0}", "%s%n", "$(id)",
    "'; DROP TABLE releases; --", "=1+1", "-1", "R-42", "feat(x)!: y (#12)", "#12", "everyone", "", " ",
)  # fmt: skip
_BETWEEN = ("", " ", "\n", "*", "`", "|", "\u200d")
MANY = 1000
LONG = 100_000
_LONG_ONES = 20


def _strings() -> tuple[str, ...]:
    """Return every atom by itself, then combinations of two to five."""
    drawn = Random(5)
    found = list(_ATOMS)
    while len(found) < MANY:
        between = drawn.choice(_BETWEEN)
        found.append(between.join(drawn.choice(_ATOMS) for _ in range(drawn.randint(2, 5))))
    return tuple(found)


def long_strings(length: int = LONG) -> tuple[str, ...]:
    """Return twenty texts of that length: one atom over and over, and mixtures."""
    drawn = Random(7)
    found = []
    for index in range(_LONG_ONES):
        some = [drawn.choice([atom for atom in _ATOMS if atom]) for _ in range(1 if index % 2 else 40)]
        piece = drawn.choice(_BETWEEN).join(some)
        found.append((piece * (length // len(piece) + 1))[:length])
    return tuple(found)


STRINGS = _strings()


class Evil:
    """Hands out hostile text field by field, each string of the pool in its turn, and counts what was taken."""

    def __init__(self, pool: Sequence[str] = STRINGS, seed: int = 0) -> None:
        self.taken = 0
        self._pool = pool
        self._drawn = Random(seed)

    def __call__(self) -> str:
        """Return the next text."""
        self.taken += 1
        return self._pool[(self.taken - 1) % len(self._pool)]

    def some(self, make: Callable[[], T], most: int) -> tuple[T, ...]:
        """Return up to so many hostile things."""
        return tuple(make() for _ in range(self._drawn.randint(0, most)))

    def pick(self, several: Sequence[T]) -> T:
        """Return one of several harmless things: a state, a kind."""
        return self._drawn.choice(several)

    def maybe(self, thing: T) -> T | None:
        """Return it, or nothing."""
        return self._drawn.choice((thing, None))
