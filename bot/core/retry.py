"""When to try again: exponential, capped, with full jitter, so that what failed together does not return together."""

from datetime import timedelta

LONGEST = 300
GIVE_UP_AFTER = timedelta(hours=24)
"""How long something is tried by itself, from when it was first wanted or from when a person had it tried again."""


def pause(tries: int, chance: float) -> timedelta:
    """Return how long to wait after so many tries (from 1): a part of 1 s, 2 s, 4 s ... 5 min.

    `chance` is that part, 0 to 1, drawn anew for each pause
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, «full jitter»).
    """
    longest: int = 2 ** min(max(tries - 1, 0), 16)
    return timedelta(seconds=min(LONGEST, longest) * chance)
