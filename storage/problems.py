"""What is wrong with a database file, in one sentence and its remedy, for the person who started Signoff."""

import sqlite3
from pathlib import Path


class DatabaseProblem(Exception):  # noqa: N818 - it is read by people: a problem with a remedy, not a fault of ours
    """The database cannot be used; the message says why and what to do."""


def explained(error: sqlite3.Error | OSError, path: Path) -> DatabaseProblem:
    """Return what an error met while opening `path` means for the person who has to mend it."""
    if isinstance(error, OSError):
        why = (error.strerror or str(error)).lower()
        return DatabaseProblem(
            f"{path} cannot be opened for writing ({why}). Give Signoff a file in a directory that it may write to."
        )
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the low byte is the primary code
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
        return DatabaseProblem(f"The disk of {path} is full. Make room and start again.")
    return DatabaseProblem(
        f"{path} cannot be used ({error}). Restore a backup, or move the file aside to begin afresh."
    )


def damaged(path: Path, finding: str) -> DatabaseProblem:
    """Return the problem of a file that SQLite's own checks refuse."""
    return DatabaseProblem(f"{path} is damaged ({finding}). Restore a backup, or move the file aside to begin afresh.")
