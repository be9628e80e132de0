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


EQUIVALENTS = (
    Equivalent(
        "calendar",
        "<module>",
        "_MOST_WINDOWS = 64",
        "_MOST_WINDOWS = 65",
        "Windows that touch are one, so a month holds 31 of a freeze at most.",
    ),
    Equivalent(
        "calendar",
        "next_begin",
        "windows(one, at, 2)",
        "windows(one, at, 3)",
        "Only one window can hold a moment, so the second is later already, and the third later still.",
    ),
    Equivalent(
        "calendar",
        "_window_at",
        "windows(freeze, now, 1)",
        "windows(freeze, now, 2)",
        "Only one window can hold a moment: the second begins after it and is never chosen.",
    ),
    Equivalent(
        "calendar",
        "_moment",
        "fold=0",
        "fold=1",
        "Two local times without a zone are compared without `fold`.",
    ),
    Equivalent(
        "calendar",
        "_moment",
        "late - early > _A_SECOND",
        "late - early >= _A_SECOND",
        "One step more in halving what is cut to the second afterwards.",
    ),
    Equivalent(
        "calendar",
        "_moment",
        "(late - early) / 2",
        "(late - early) / 3",
        "A search by thirds ends at the same moment.",
    ),
    Equivalent(
        "superseding",
        "<module>",
        "{Kind.RELEASE: 0, Kind.HOTFIX: 1, Kind.ROLLBACK: 2}",
        "{Kind.RELEASE: 0, Kind.HOTFIX: 1, Kind.ROLLBACK: 3}",
        "Only their order is asked for.",
    ),
    Equivalent(
        "superseding",
        "overtake",
        "by is None or older.number < by.number or older.origin is Origin.PIPELINE",
        "by is None or older.number <= by.number or older.origin is Origin.PIPELINE",
        "What made the build live is live itself and never among those that are open.",
    ),
    Equivalent(
        "approvals",
        "_assign.seat",
        "return False",
        "return None",
        "It is asked only whether it is true.",
    ),
    Equivalent(
        "holding",
        "switch",
        "reasons or written is None or here is None",
        "reasons or here is None",
        "A lane that the file does not name is a reason already; the type checker does not know.",
    ),
    Equivalent(
        "holding",
        "switch",
        "reasons or written is None or here is None",
        "reasons or written is None",
        "A lane that the file does not name is a reason already; the type checker does not know.",
    ),
)
