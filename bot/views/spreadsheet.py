"""The audit chain as CSV, for people with a spreadsheet. What proves anything is the export in JSON lines.

A cell that a spreadsheet would take for a formula is prefixed with an apostrophe (https://owasp.org/www-community/attacks/CSV_Injection).
The last row begins with `# head`: a comment with as many cells as every other, so that no reader stumbles over it.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, fields

from bot.core.chain import AuditRow
from bot.core.ledger import Closing

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = tuple(field.name for field in fields(AuditRow))


def titles() -> str:
    """Return the first line, the names of the columns."""
    return _line(COLUMNS)


def row(known: AuditRow) -> str:
    """Return the line of a row."""
    return _line(astuple(known))


def head(closing: Closing) -> str:
    """Return the last line: the number of the last row, and its hash in the column of hashes."""
    told = {"seq": f"# head {closing.head.seq}", "hash": closing.head.hash}
    return _line(told.get(column, "") for column in COLUMNS)


def _line(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_safe(cell) for cell in cells])
    return written.getvalue()


def _safe(cell: object) -> object:
    """Return a cell that nothing computes."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
