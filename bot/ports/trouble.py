"""How a call to the world ends when it does not end well."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TryLater:
    """It certainly did not happen; try again after so many seconds.

    `turn`: nothing was tried, it only has to wait for its turn, so it is tried just then.
    """

    after: float
    why: str
    turn: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """It may have happened: the answer was lost."""

    why: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It did not happen and never will; `reason` is told to people."""

    reason: str


Trouble = TryLater | Unsure | GiveUp
