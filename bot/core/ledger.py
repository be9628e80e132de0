"""An exported chain: JSON lines, one for each row, and the head in the last; it can be checked without a database.

A row's line is its canonical JSON with both hashes: without `hash` and `prev_hash` it is the text that was hashed.
"""

import json
from dataclasses import dataclass, field, fields
from typing import Any

from bot.core.chain import AuditRow, Head, Walk, canonical, data_of

FIELDS = frozenset(one.name for one in fields(AuditRow))


@dataclass(frozen=True, slots=True)
class Closing:
    """What the last line says: where the export begins and ends, and how many rows the database has ever numbered."""

    first: int
    head: Head
    written: int


def row_line(row: AuditRow) -> bytes:
    """Return the line of a row. Data that was altered into something else than an object stays a text."""
    data = data_of(row)
    known = {name: getattr(row, name) for name in FIELDS}
    return _line(known | {"data": row.data if data is None else data})


def closing_line(closing: Closing) -> bytes:
    """Return the last line."""
    return _line({"head": _spelt(closing)})


def read_line(line: bytes) -> AuditRow | Closing | None:
    """Return what a line says; None for one that no export holds, to the byte."""
    try:
        known = json.loads(line)
        if not isinstance(known, dict) or _line(known) != line:
            return None
    except (ValueError, RecursionError):
        return None
    return _closing(known) if known.keys() == {"head"} else _row(known)


@dataclass(slots=True)
class Checker:
    """Reads an exported chain line by line. `against` is a head that was noted once, if one is to be compared."""

    against: Head | None = None
    lines: int = 0
    rows: int = 0
    walk: Walk = field(default_factory=Walk)
    """Where the chain has been followed to."""
    closing: Closing | None = None
    problem: str | None = None
    """A sentence about the first thing that does not fit."""

    def read(self, line: bytes) -> AuditRow | None:
        """Take the next line, with its line break; returns its row, whatever may be wrong with it."""
        self.lines += 1
        known = read_line(line)
        if known is None:
            self._found(f"line {self.lines} is not as it was exported: it was altered")
        elif self.closing is not None:
            self._found(f"line {self.lines} stands behind the head")
        elif isinstance(known, AuditRow):
            self._step(known)
            return known
        else:
            self.closing = known
        return None

    def end(self) -> str | None:
        """Return what is wrong with the whole, if anything."""
        if self.problem is None:
            self.problem = self._unclosed() or self._unlike_the_note()
        return self.problem

    def _step(self, row: AuditRow) -> None:
        self.rows += 1
        if self.problem is not None:
            return
        if self.rows == 1 and row.seq > 1:
            self.walk = Walk(row.seq - 1, row.prev_hash)  # what came before is not in this export
            self._compare(Head(self.walk.seq, self.walk.hash))
        self._found(self.walk.step(row))
        self._compare(Head(row.seq, row.hash))

    def _compare(self, reached: Head) -> None:
        if self.against is not None and reached.seq == self.against.seq and reached.hash != self.against.hash:
            self._found(f"audit row {reached.seq} is not the one that was noted: the chain was written anew")

    def _unclosed(self) -> str | None:
        closing = self.closing
        if closing is None:
            return "the export ends without its head: its end is missing"
        if self.walk.seq - self.rows + 1 != closing.first:
            return f"the export does not begin with audit row {closing.first}, as its head says"
        if self.walk.seq != closing.head.seq:
            return f"the export does not end with audit row {closing.head.seq}, as its head says"
        if self.walk.hash != closing.head.hash:
            return "the head is not the hash of the last row: it was altered"
        if closing.written != closing.head.seq:
            return f"audit row {closing.head.seq + 1} is missing"
        return None

    def _unlike_the_note(self) -> str | None:
        noted, closing = self.against, self.closing
        if noted is None or closing is None:
            return None
        if noted.seq > closing.head.seq:
            return f"audit row {closing.head.seq + 1} is missing: row {noted.seq} was noted, so the end was cut off"
        if noted.seq < closing.first - 1:
            return f"row {noted.seq} cannot be compared: the export begins with row {closing.first}"
        return None

    def _found(self, problem: str | None) -> None:
        self.problem = self.problem or problem


def _line(known: dict[str, Any]) -> bytes:
    return canonical(known).encode() + b"\n"


def _spelt(closing: Closing) -> dict[str, Any]:
    return {
        "first": closing.first,
        "seq": closing.head.seq,
        "hash": closing.head.hash,
        "written": closing.written,
    }


def _closing(known: dict[str, Any]) -> Closing | None:
    match known["head"]:
        case {"first": int(first), "seq": int(seq), "hash": str(of), "written": int(written), **rest} if not rest:
            return Closing(first, Head(seq, of), written)
        case _:
            return None


def _row(known: dict[str, Any]) -> AuditRow | None:
    texts = isinstance(known.get("prev_hash"), str) and isinstance(known.get("hash"), str)
    if known.keys() != FIELDS or not texts or not isinstance(known["seq"], int):
        return None
    data = known["data"]
    row = AuditRow(**(known | {"data": canonical(data) if isinstance(data, dict) else str(data)}))
    return row if isinstance(data, dict) or data_of(row) is None else None  # else one row would have two lines
