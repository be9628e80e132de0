"""When to try again: exponential, capped. Callers that need jitter have it from who asked them to wait."""

from datetime import timedelta

LONGEST = 300


def pause(tries: int) -> timedelta:
    """Return how long to wait after so many tries (from 1): 1 s, 2 s, 4 s ... 5 min."""
    seconds: int = 2 ** min(max(tries - 1, 0), 16)
    return timedelta(seconds=min(LONGEST, seconds))
