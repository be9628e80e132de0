"""What can go wrong between a client and the API, by rule and count."""

from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase


class Fault(Enum):
    """Kinds of trouble."""

    RATE_LIMIT = "429"
    SERVER_ERROR = "500"
    HTML = "html"
    RESET_BEFORE = "reset before"  # the request was never handled
    RESET_AFTER = "reset after"  # handled, and its answer lost


@dataclass(slots=True)
class Rule:
    """A fault for the next `count` requests of a method and path (a glob)."""

    fault: Fault
    method: str
    path: str
    count: int


@dataclass(slots=True)
class Faults:
    """The rules in force, the first that fits counts."""

    rules: list[Rule] = field(default_factory=list)

    def add(self, fault: Fault, method: str = "*", path: str = "*", count: int = 1) -> None:
        """Let the next requests fail."""
        self.rules.append(Rule(fault, method, path, count))

    def next(self, method: str, path: str) -> Fault | None:
        """Return what happens to a request, and count it."""
        for rule in self.rules:
            if rule.count > 0 and fnmatchcase(method, rule.method) and fnmatchcase(path, rule.path):
                rule.count -= 1
                return rule.fault
        return None
