"""Where an export goes: standard output, or a new file that only its owner reads."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.core.ledger import Checker
from bot.views import spreadsheet


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """Open where to write; OSError when there is such a file already, or a link to one, or no room."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(output, flags, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


class Writer:
    """Checks each line of the chain and writes it on, as it is or as CSV."""

    def __init__(self, file: BinaryIO, form: str) -> None:
        self._file = file
        self._csv = form == "csv"
        self.checker = Checker()
        if self._csv:
            self._file.write(spreadsheet.titles().encode())

    def take(self, line: bytes) -> None:
        """Write one line on."""
        known = self.checker.read(line)
        if not self._csv:
            self._file.write(line)
        elif known is not None:
            self._file.write(spreadsheet.row(known).encode())
        elif self.checker.closing is not None:
            self._file.write(spreadsheet.head(self.checker.closing).encode())
