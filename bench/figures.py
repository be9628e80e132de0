"""How figures are taken and printed: interleaved rounds, medians, spread beside them."""

import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: a name, its median and its spread over the rounds."""

    name: str
    median: float
    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        """Return it as a line of the report."""
        return f"{self.name:<68} {self.median:9.2f} {self.unit:<6} ({self.low:.2f} to {self.high:.2f})"


def figure(name: str, values: Sequence[float], unit: str) -> Figure:
    """Return the median of some rounds with their spread."""
    return Figure(name, statistics.median(values), min(values), max(values), unit)


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Return the seconds that a piece of work takes."""
    begun = perf_counter()
    await work()
    return perf_counter() - begun
