"""The parts of App Home, each within its share of Slack's limits: what does not fit is counted, and told how to see."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.views import limits
from bot.views.blocks import Block, header, section

BLOCKS = 100
"""Of a whole home. The parts' shares are: 10 for what stands around them, 25 for what waits, 60 for the board."""
WEIGHT = 250_000
"""Of a whole view, in characters of JSON."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much a part may take: its items' blocks, and their texts as characters of JSON."""

    blocks: int
    weight: int


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands under it, item by item. `more` is the sentence that tells how to see the rest."""

    name: str
    heading: str
    items: tuple[str, ...]
    more: str


def item(lines: Sequence[str]) -> str:
    """Return lines that belong together as the text of one section; those that do not fit are counted."""
    return "\n".join(limits.fold(lines, limits.SECTION))


def blocks(part: Part, share: Share, revision: int) -> tuple[Block, ...]:
    """Return a part as blocks, at most two more than its share: one section an item, or as few as they take.

    Args:
        part: the heading and the items; each of these is as long as a section may be.
        share: what its items may take.
        revision: of the home; part of the blocks' ids.
    """
    kept = _kept(part.items, share.weight)
    left = len(part.items) - kept
    shown = part.items[:kept] if kept <= share.blocks else limits.packed(part.items[:kept])
    if left:
        shown = (*shown, f"And {left} more. {part.more}")
    titled = header(part.heading, f"home:{part.name}:r{revision}")
    return (titled, *(section(one, f"home:{part.name}-{index}:r{revision}") for index, one in enumerate(shown)))


def _kept(items: Sequence[str], weight: int) -> int:
    """Return how many items weigh no more than that together."""
    for index, one in enumerate(items):
        weight -= len(json.dumps(one))
        if weight < 0:
            return index
    return len(items)
