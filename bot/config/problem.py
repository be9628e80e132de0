"""What is wrong with a policy file, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

CLOSE = 70
"""How similar two words must be, of 100, to ask "Did you mean"."""
LONGEST = 60
"""Characters of a quotation."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: the file, its line (counted from 1) and a sentence that says what to write instead."""

    file: str
    line: int
    sentence: str

    @property
    def line_of_text(self) -> str:
        """Return it as one line for a terminal, in the form that editors can jump to."""
        return f"{self.file}:{self.line}: {self.sentence}"

    def __str__(self) -> str:
        """Return the same line."""
        return self.line_of_text


def quoted(text: str) -> str:
    """Return what somebody wrote as a sentence may hold it: short, in one line, nothing a terminal would act on."""
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    plain = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in short)
    return f"`{plain}`"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant, if one is close enough."""
    found = process.extractOne(name[:100], sorted(known), scorer=fuzz.ratio, score_cutoff=CLOSE)
    return found[0] if found else None
