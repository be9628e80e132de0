"""The audit's hash chain: hash = SHA-256(previous hash, canonical JSON of the row without its hashes)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""The hash before the first row."""
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row exactly as it is stored: `at` and `data` are the very texts that were hashed."""

    seq: int
    at: str
    action: str
    actor: str | None
    surface: str | None
    lane: str | None
    release: int | None
    policy_hash: str
    data: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of the chain: its number and hash; 0 and GENESIS before the first."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(slots=True)
class Walk:
    """Follows the chain from the row before the first that is looked at."""

    seq: int = 0
    hash: str = GENESIS

    def step(self, row: AuditRow) -> str | None:
        """Go on to the next row; returns a sentence about the first thing that does not fit."""
        wanted = self.seq + 1
        if row.seq > wanted:
            return f"audit row {wanted} is missing"
        if row.seq < wanted:
            return f"audit row {row.seq} stands where row {wanted} should be"
        if row.prev_hash != self.hash or row.hash != chained(row):
            return f"audit row {wanted} does not fit the chain: it was altered"
        self.seq, self.hash = row.seq, row.hash
        return None


def canonical(data: Mapping[str, Any]) -> str:
    """Return the one JSON text of the data: keys sorted, no spaces, nothing escaped that need not be."""
    return _CANONICAL.encode(dict(data))


def chained(row: AuditRow) -> str:
    """Return the hash of a row, hex; of one whose data is not canonical, a hash that fits nothing."""
    data = data_of(row)
    if data is None:
        return ""
    text = canonical(
        {
            "seq": row.seq,
            "at": row.at,
            "action": row.action,
            "actor": row.actor,
            "surface": row.surface,
            "lane": row.lane,
            "release": row.release,
            "policy_hash": row.policy_hash,
            "data": data,
        }
    )
    return hashlib.sha256(row.prev_hash.encode() + text.encode()).hexdigest()


def data_of(row: AuditRow) -> dict[str, Any] | None:
    """Return a row's data, or None when its text is not the canonical one of an object."""
    try:
        data = json.loads(row.data)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and canonical(data) == row.data else None
