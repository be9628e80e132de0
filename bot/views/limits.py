"""Slack's limits, kept by construction: whole lines are left out and counted, nothing is cut in the middle."""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate

SECTION = 3000
HEADER = 150
BUTTON = 75
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
MODAL_TITLE = 24
BLOCKS = 50
TEXT = 4000
"""chat.update refuses longer text, chat.postMessage only cuts it far later."""
LISTING = 12_000
"""Answers to reading commands are never updated and may be longer; the command line prints their text."""
_ROOM_FOR_MORE = len("\nand 999999 more")


def fold(lines: Sequence[str], limit: int) -> tuple[str, ...]:
    """Return as many whole lines as fit into `limit` characters, and how many more there are."""
    if _length(lines) <= limit:
        return tuple(lines)
    ends = list(accumulate(len(line) + 1 for line in lines))
    kept = bisect(ends, limit - _ROOM_FOR_MORE)
    return (*lines[:kept], f"and {len(lines) - kept} more")


def few(items: Sequence[str], most: int) -> str:
    """Return a list in a sentence: the first few and how many more."""
    if len(items) <= most:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most} more"


def packed(lines: Sequence[str], limit: int = SECTION) -> tuple[str, ...]:
    """Return the lines in pieces, each as long as a section may be; a line that is longer than one is folded away."""
    pieces: list[str] = []
    piece: list[str] = []
    for line in lines:
        if piece and _length([*piece, line]) > limit:
            pieces.append("\n".join(fold(piece, limit)))
            piece = []
        piece.append(line)
    if piece:
        pieces.append("\n".join(fold(piece, limit)))
    return tuple(pieces)


def _length(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines) - 1
