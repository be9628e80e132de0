"""Before a database is used: its checks, its audit's end, its tables, and whether it is the present one."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from storage import installation
from storage.audit import SqliteAudit
from storage.durability import examine
from storage.installation import Marker
from storage.migrations import migrate, missing, recognise
from storage.problems import DatabaseProblem
from storage.restored import distrust
from storage.transactions import roll_back

TAIL = 1_000
"""How many audit rows are checked at every start; `signoff audit verify` checks them all."""


@dataclass(frozen=True, slots=True)
class Present:
    """What a start brings along. `restored`: somebody says that this copy is the one to go on with."""

    now: datetime
    restored: bool = False


def prepare(database: Database, path: Path, present: Present) -> Marker:
    """Check, migrate and begin an epoch in one transaction: what is refused or fails leaves the file as it was.

    Raises:
        DatabaseProblem: the file is damaged, altered, of another program or version, or an old copy.
        sqlite3.Error: it cannot be used.
    """
    examine(database.conn, path)
    recognise(database, path)
    database.conn.execute("BEGIN IMMEDIATE")
    try:
        marker = _begin(database, path, present)
        database.conn.execute("COMMIT")
    except ValueError as error:
        raise DatabaseProblem(f"{path}: {error}. Restore a backup, and find out who changed it.") from error
    finally:
        roll_back(database.conn)
    installation.write_marker(path, marker)
    return marker


def _begin(database: Database, path: Path, present: Present) -> Marker:
    audit = SqliteAudit(database)
    if _has_audit(database.conn):
        audit.verify_tail(TAIL)
    if missing(database):
        migrate(database, path)
        examine(database.conn, path)
    marker = installation.begin(database, path, secrets.token_hex(8), audit.head().seq, restored=present.restored)
    if present.restored:
        distrust(database, present.now)
    return marker


def _has_audit(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'audit'").fetchone() is not None
