"""docs/rules.md as data: its chapters, each with the keys that its heading names and the examples that it holds."""

import re
from dataclasses import dataclass
from pathlib import Path

RULES = Path(__file__).parents[2] / "docs" / "rules.md"
_HEADING = re.compile(r"### (?P<title>.+)", re.ASCII)
_KEY = re.compile(r"`([a-z_.]+)`", re.ASCII)


@dataclass(frozen=True)
class Example:
    """A fenced block of rules.md: under which heading it stands, and its lines."""

    heading: str
    number: int
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return what the example's test is called."""
        return self.heading if self.number == 1 else f"{self.heading} ({self.number})"


@dataclass(frozen=True)
class RulesFile:
    """The whole file: the policy that every example begins with, the headings in their order, and the examples."""

    policy: str
    headings: tuple[str, ...]
    examples: tuple[Example, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return every policy key that a heading names."""
        return tuple(key for heading in self.headings for key in _KEY.findall(heading))


def read_rules(text: str) -> RulesFile:
    """Return the file's headings and examples; a fence that is not closed ends with the file."""
    headings: list[str] = []
    blocks: list[tuple[str, str, list[str]]] = []
    fence: str | None = None
    for line in text.splitlines():
        if line.startswith("```"):
            fence = line[3:] if fence is None else None
            if fence is not None:
                blocks.append((fence, headings[-1] if headings else "", []))
        elif fence is not None:
            blocks[-1][2].append(line)
        elif found := _HEADING.fullmatch(line):
            headings.append(found["title"])
    policies = ["\n".join(lines) for kind, _, lines in blocks if kind == "yaml"]
    return RulesFile(policies[0] if policies else "", tuple(headings), _examples(blocks))


def _examples(blocks: list[tuple[str, str, list[str]]]) -> tuple[Example, ...]:
    found: list[Example] = []
    for kind, heading, lines in blocks:
        if kind == "rules":
            before = sum(one.heading == heading for one in found)
            found.append(Example(heading, before + 1, tuple(line for line in lines if line.strip())))
    return tuple(found)
