"""Times as they stand in the database: UTC, fixed width, so that they sort as text."""

from datetime import UTC, datetime


def to_text(at: datetime) -> str:
    """Return a time as `2026-11-21T10:00:00.000000Z`; ValueError for one without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def from_text(text: str) -> datetime:
    """Return the time that `to_text` wrote, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def maybe_text(at: datetime | None) -> str | None:
    """Return a time as text, None for None."""
    return None if at is None else to_text(at)


def maybe_time(text: str | None) -> datetime | None:
    """Return a time from its text, None for None."""
    return None if text is None else from_text(text)
