"""The port of the audit: a chain that only grows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.chain import AuditRow, Head


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the chain, before it is chained."""

    at: datetime
    action: str
    actor: str | None
    surface: str | None
    lane: str | None
    release: int | None
    policy_hash: str
    data: Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some rows of the chain, and where it ends as of the same moment."""

    rows: tuple[AuditRow, ...]
    head: Head
    written: int
    """The greatest number ever given to a row: more than the head's when the end of the chain was deleted."""


class Audit(Protocol):
    """The hash chain."""

    def append(self, entry: AuditEntry) -> None:
        """Chain a row to the head, in the transaction of what it describes."""

    def head(self) -> Head:
        """Return the last row's number and hash."""

    def page(self, after: int, most: int) -> AuditPage:
        """Return the rows that follow a number, in order, at most so many, exactly as they are stored."""

    def first_since(self, at: datetime, after: int, most: int) -> int | None:
        """Return the number of the first row from a moment on, among the `most` rows that follow `after`."""

    def verify(self) -> int:
        """Check the whole chain and return its length; raises ValueError naming the first row that does not fit."""
