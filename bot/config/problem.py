"""What is wrong with a policy file, and where."""

from dataclasses import dataclass

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
