"""What can go wrong between a client and the API, by rule and count."""

from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase


class Fault(Enum):
    """Kinds of trouble."""

    RATE_LIMIT = "429"  # the secondary limit, with retry-after
    FORBIDDEN = "403"  # the primary limit: nothing remaining until the reset
    NOT_ALLOWED = "403, the token"  # it has no right to read this
    INTERNAL_ERROR = "500"
    SERVER_ERROR = "502"
    UNAVAILABLE = "503"
    HTML = "html"
    TIMEOUT = "timeout"  # the request was never handled, and nobody answers
    RESET_BEFORE = "reset before"  # the request was never handled
    RESET_AFTER = "reset after"  # handled, and its answer lost
    ERROR_AFTER = "502 after"  # handled, and yet the answer says that it was not
    EMPTY = "empty"  # handled; the answer is 200 with nothing in it
    SLOW = "slow"  # handled; the answer begins `seconds` later
    DRIP = "drip"  # handled; the answer's body takes `seconds`
    TRUNCATED = "truncated"  # handled; the connection breaks in the middle of the answer's body
    LATE = "late"  # the connection breaks at once; the request is handled `seconds` later


@dataclass(slots=True)
class Rule:
    """A fault for the next `count` requests of a method and path (a glob). `seconds` to wait, or until it lands."""

    fault: Fault
    method: str
    path: str
    count: int
    seconds: float


@dataclass(slots=True)
class Faults:
    """The rules in force, the first that fits counts."""

    rules: list[Rule] = field(default_factory=list)

    def add(self, fault: Fault, method: str = "*", path: str = "*", count: int = 1, *, seconds: float = 1.0) -> None:
        """Let the next requests fail."""
        self.rules.append(Rule(fault, method, path, count, seconds))

    def clear(self) -> None:
        """Let everything work again."""
        self.rules.clear()

    def next(self, method: str, path: str) -> Rule | None:
        """Return what happens to a request, and count it."""
        for rule in self.rules:
            if rule.count > 0 and fnmatchcase(method, rule.method) and fnmatchcase(path, rule.path):
                rule.count -= 1
                return rule
        return None
