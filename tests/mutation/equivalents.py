"""Mutants that nobody can tell from what is right, each with its reason. Names as `make mutation` prints them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant that changes nothing."""

    file: str
    where: str
    before: str
    after: str
    why: str
    nth: int = 0

    @property
    def name(self) -> tuple[str, str, str, str, int]:
        """What the mutant is called."""
        return self.file, self.where, self.before, self.after, self.nth


EQUIVALENTS: tuple[Equivalent, ...] = ()
