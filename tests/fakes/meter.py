"""A meter that remembers what it was told, and takes only what the real one takes."""

from collections import Counter
from dataclasses import dataclass, field

from bot.ports.meter import Counted, Timed


@dataclass
class FakeMeter:
    """`counts` by thing and labels; `times` as they came."""

    counts: Counter[tuple[Counted | str, ...]] = field(default_factory=Counter)
    times: list[tuple[Timed, float, tuple[str, ...]]] = field(default_factory=list)

    def count(self, what: Counted, *labels: str) -> None:
        """Count one; ValueError for labels that the thing does not have."""
        if len(labels) != len(what.labels):
            raise ValueError(f"{what.title} has the labels {what.labels}")
        self.counts[(what, *labels)] += 1

    def took(self, what: Timed, seconds: float, *labels: str) -> None:
        """Note how long something took; ValueError for labels that the thing does not have."""
        if len(labels) != len(what.labels):
            raise ValueError(f"{what.title} has the labels {what.labels}")
        self.times.append((what, seconds, labels))
