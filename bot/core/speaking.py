"""How a lane speaks to people, as the policy says it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Cards(Enum):
    """Of which releases a lane posts notices."""

    FULL = "full"  # of every one
    QUIET = "quiet"  # where builds ship by themselves, only when something is the matter


@dataclass(frozen=True, slots=True)
class Announcement:
    """How what became live is announced.

    `template` is text with placeholders, None for our own words; with `edit` people read it first and post it.
    """

    template: str | None = None
    edit: bool = False


@dataclass(frozen=True, slots=True)
class Escalation:
    """Which group hears of it when approvals have been missing for `after`."""

    after: timedelta
    to: str
