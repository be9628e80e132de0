"""What can go wrong with webhooks on their way, by event and count."""

from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase


class Fate(Enum):
    """What becomes of a webhook."""

    LOST = "lost"  # it never arrives; its log at GitHub knows nothing of it either
    TWICE = "twice"  # it arrives twice, under one GUID
    LATE = "late"  # it arrives `seconds` later
    HELD = "held"  # it waits until everything that is held is released, in any order


@dataclass(slots=True)
class Rule:
    """A fate for the next `count` webhooks of an event (a glob)."""

    fate: Fate
    event: str
    count: int
    seconds: float


@dataclass(slots=True)
class Weather:
    """The rules in force, the first that fits counts."""

    rules: list[Rule] = field(default_factory=list)

    def add(self, fate: Fate, event: str = "*", count: int = 1, *, seconds: float = 1.0) -> None:
        """Let something become of the next webhooks."""
        self.rules.append(Rule(fate, event, count, seconds))

    def clear(self) -> None:
        """Let every webhook arrive once and at once."""
        self.rules.clear()

    def next(self, event: str) -> Rule | None:
        """Return what becomes of a webhook, and count it."""
        for rule in self.rules:
            if rule.count > 0 and fnmatchcase(event, rule.event):
                rule.count -= 1
                return rule
        return None
