"""Lengths of time as people say them."""

from datetime import timedelta

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def span(length: timedelta) -> str:
    """Return a length of time in words, by its two greatest units: 1 hour 30 minutes. Fractions are left out."""
    left = max(0, int(length.total_seconds()))
    parts = []
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "0 seconds"
