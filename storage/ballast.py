"""A file beside the database that only takes up room: whoever deletes it on a full disk has room to work at once."""

import contextlib
import os
import shutil
from pathlib import Path

SIZE = 4 * 1024 * 1024
ROOMY = 16 * SIZE
"""Bytes that must be free before it is made: on a disk that is nearly full it would do the harm it is there against."""


def ballast_path(database: Path) -> Path:
    """Return where the ballast of a database is."""
    return database.with_name(database.name + ".ballast")


def lay(database: Path) -> bool:
    """Make the ballast, for its owner only, unless it is there; returns whether it is.

    It is no condition of anything: where it cannot be made there is none.
    """
    path = ballast_path(database)
    if path.exists():
        return True
    if shutil.disk_usage(path.parent).free < ROOMY:
        return False
    part = path.with_name(path.name + ".part")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
            file.write(os.urandom(SIZE))  # what a file system cannot compress or leave out
        part.rename(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        return False
    return True
