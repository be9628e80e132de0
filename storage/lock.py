"""One process owns the database: a lock on a file beside it, gone with the process however that ends."""

import fcntl
import os
from pathlib import Path

from storage.problems import DatabaseProblem


class Lock:
    """The lock of one database file. The file stays when the lock is given back: removing it would be a race."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(database.name + ".lock")
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock. Raises DatabaseProblem naming the process that has it, OSError if there can be no lock."""
        # What stands there as a link would lead the truncation below to a file of somebody else's choice.
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(file, 32, 0).decode("ascii", "replace").strip()
            os.close(file)
            who = f"process {holder}" if holder.isdigit() else "another process"
            raise DatabaseProblem(
                f"{self._database} is in use by {who}. One process owns the database: stop that one first."
            ) from error
        self._file = file
        os.fchmod(file, 0o600)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
