"""The hash chain: hash = SHA-256(previous hash, canonical JSON of the row without its hashes)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from bot.ports.store import AuditEntry
from storage.rows import Row
from storage.times import to_text

GENESIS = "0" * 64
"""The hash before the first row."""
CHAINED = ("seq", "at", "action", "actor", "surface", "lane", "release", "policy_hash")


class SqliteAudit:
    """The Audit port within one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entry: AuditEntry) -> None:
        """Chain a row to the head. TypeError for data other than text and whole numbers."""
        if not all(isinstance(value, str | int | None) for value in entry.data.values()):
            raise TypeError("audit data is text and whole numbers: a float has no canonical form")
        last, head = self._head()
        row: Row = {
            "seq": last + 1,
            "at": to_text(entry.at),
            "action": entry.action,
            "actor": entry.actor,
            "surface": entry.surface,
            "lane": entry.lane,
            "release": entry.release,
            "policy_hash": entry.policy_hash,
            "data": canonical(entry.data),
            "prev_hash": head,
        }
        self._database.execute(
            "INSERT INTO audit (seq, at, action, actor, surface, lane, release, policy_hash, data, prev_hash, hash) "
            "VALUES (:seq, :at, :action, :actor, :surface, :lane, :release, :policy_hash, :data, :prev_hash, :hash)",
            row | {"hash": chained(row)},
        )

    def verify(self) -> int:
        """Check the whole chain and return its length; ValueError names the first row that does not fit."""
        return self._check(0, GENESIS)

    def verify_tail(self, count: int) -> int:
        """Check the last rows only and return how long the chain is."""
        last, _ = self._head()
        start = max(last - count, 0)
        row = self._database.execute("SELECT hash FROM audit WHERE seq = ?", [start]).fetchone()
        return self._check(start, GENESIS if row is None else row[0])

    def _head(self) -> tuple[int, str]:
        row = self._database.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        return (0, GENESIS) if row is None else (row[0], row[1])

    def _check(self, seq: int, previous: str) -> int:
        for row in self._database.query("SELECT * FROM audit WHERE seq > ? ORDER BY seq", [seq]):
            seq += 1
            if row["seq"] != seq:
                raise ValueError(f"audit row {seq} is missing")
            if row["prev_hash"] != previous or row["hash"] != chained(row):
                raise ValueError(f"audit row {seq} does not fit the chain: it was altered")
            previous = row["hash"]
        ever = self._database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
        if ever is not None and ever[0] != seq:
            raise ValueError(f"audit row {seq + 1} is missing")
        return seq


def canonical(data: Mapping[str, Any]) -> str:
    """Return the one JSON text of the data: keys sorted, no spaces, nothing escaped that need not be."""
    return json.dumps(dict(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chained(row: Row) -> str:
    """Return the hash of a row of the table, hex; of one whose data is not canonical, a hash that fits nothing."""
    try:
        data = json.loads(row["data"])
    except ValueError:
        return ""
    if not isinstance(data, dict) or canonical(data) != row["data"]:
        return ""
    text = canonical({name: row[name] for name in CHAINED} | {"data": data})
    return hashlib.sha256(row["prev_hash"].encode() + text.encode()).hexdigest()
