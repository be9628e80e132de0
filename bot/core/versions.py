"""The version that people read: which of a commit's tags it is. Display only; nothing is decided by it."""

import re
from collections.abc import Iterable

from bot.core.globs import fits_whole

_TAG = re.compile(r"[!-~]{1,100}", re.ASCII)
_CHUNKS = re.compile(r"[0-9]+|[^0-9]+", re.ASCII)
_BEFORE = re.compile(r"(?<=[0-9])-", re.ASCII)
"""What follows such a dash makes a version one that comes before: 1.2.0-rc1 before 1.2.0 (semver.org, 11.3)."""

Chunks = list[tuple[bool, int, str]]


def highest_tag(tags: Iterable[str], glob: str) -> str | None:
    """Return the highest of the tags that a glob names, or None: by its numbers, in whatever order the tags come."""
    fitting = (tag for tag in tags if _TAG.fullmatch(tag) and fits_whole(glob, tag))
    return max(fitting, key=_place, default=None)


def _place(tag: str) -> tuple[Chunks, bool, Chunks, str]:
    final, *before = _BEFORE.split(tag, maxsplit=1)
    return (_chunks(final), not before, _chunks("".join(before)), tag)


def _chunks(text: str) -> Chunks:
    """Return text in pieces that compare as people count: 9 before 10."""
    return [(True, int(one), "") if one.isdecimal() else (False, 0, one) for one in _CHUNKS.findall(text)]
