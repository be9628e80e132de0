"""How a call to the world ends when it does not end well."""

from dataclasses import dataclass, field


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
    """It did not happen and never will by itself; `reason` is told to people.

    `mendable`: somebody may change that, so what people wait for is tried again now and then.
    """

    reason: str
    mendable: bool = field(default=False, compare=False)


Trouble = TryLater | Unsure | GiveUp
