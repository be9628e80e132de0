"""What is wrong with a database file, in one sentence and its remedy, for the person who started Signoff."""

import errno
import sqlite3
from pathlib import Path
from typing import Self


class DatabaseProblem(Exception):  # noqa: N818 - it is read by people: a problem with a remedy, not a fault of ours
    """The database cannot be used; the message says why and what to do."""


class DatabaseLost(DatabaseProblem):
    """The running process has lost its database and must end; the message says why and what to do."""

    @classmethod
    def moved(cls, path: Path) -> Self:
        """Return the end of a process whose file was deleted or replaced under it."""
        return cls(
            f"{path} was deleted, moved or replaced while Signoff was running. Nothing was acknowledged since: put the "
            "file back or restore a backup, and start again."
        )


WHILE_IT_LASTS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk fails",
    sqlite3.SQLITE_READONLY: "the database may not be written",
    sqlite3.SQLITE_CANTOPEN: "no journal can be made beside the database",
    sqlite3.SQLITE_PERM: "the database may not be opened",
    sqlite3.SQLITE_BUSY: "another program holds the database",
    sqlite3.SQLITE_LOCKED: "another program holds the database",
}
"""What may be over in a moment, by SQLite's primary code."""
GONE = "no such table"
"""What SQLite says when the file was emptied under it: every table of ours is made at the start."""


def unavailable(error: sqlite3.Error, *, reading: bool) -> str | None:
    """Return why the database cannot be used now; None for an error of our own making, which is no outage."""
    code = _code(error)
    if reading and code == sqlite3.SQLITE_READONLY:  # an attempt to write in a transaction that only reads
        return None
    return WHILE_IT_LASTS.get(code)


def lost(error: sqlite3.Error, path: Path) -> DatabaseLost | None:
    """Return what ends the process, None for everything that does not."""
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_DBMOVED:
        return DatabaseLost.moved(path)
    if _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or str(error).startswith(GONE):
        return DatabaseLost(str(damaged(path, str(error))))
    return None


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the low byte is the primary code


def explained(error: sqlite3.Error | OSError, path: Path) -> DatabaseProblem:
    """Return what an error met while opening `path` means for the person who has to mend it."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _full(path)
    if isinstance(error, OSError):
        why = (error.strerror or str(error)).lower()
        return DatabaseProblem(
            f"{path} cannot be opened for writing ({why}). Give Signoff a file in a directory that it may write to."
        )
    code = _code(error)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return DatabaseProblem(f"{path} is locked by another program. Close it there and start again.")
    if code == sqlite3.SQLITE_NOTADB:
        return DatabaseProblem(f"{path} is not a database. Name another file, or move this one aside to begin afresh.")
    if code == sqlite3.SQLITE_CORRUPT:
        return damaged(path, str(error))
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return DatabaseProblem(
            f"{path} cannot be written ({error}). Give Signoff a file in a directory that it may write to."
        )
    if code == sqlite3.SQLITE_FULL:
        return _full(path)
    return DatabaseProblem(
        f"{path} cannot be used ({error}). Restore a backup, or move the file aside to begin afresh."
    )


def _full(path: Path) -> DatabaseProblem:
    return DatabaseProblem(f"The disk of {path} is full. Make room and start again.")


def damaged(path: Path, finding: str) -> DatabaseProblem:
    """Return the problem of a file that SQLite's own checks refuse."""
    return DatabaseProblem(f"{path} is damaged ({finding}). Restore a backup, or move the file aside to begin afresh.")
