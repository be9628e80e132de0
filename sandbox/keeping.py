"""Keeps a sandbox over restarts: one file, written before anybody is answered, so that a kill loses nothing told."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.github.forge import Forge
from sandbox.slack.workspace import Workspace

if TYPE_CHECKING:
    from sandbox.slack.saved import Row, Rows

FORMAT = 1
"""Of everything that is kept; another one is refused."""
FILE = "sandbox.db"
ABOUT: "Row" = ("demo", "about")
PIPELINE: "Row" = ("pipeline", "github")


class KeptError(Exception):
    """A directory cannot be gone on with; its text says why and what to do."""


@dataclass(slots=True)
class Kept:
    """The file of one sandbox, locked until `close`. `about` is what whoever starts it wants to know again."""

    file: Path
    about: dict[str, Any] = field(default_factory=dict)
    _connection: sqlite3.Connection | None = None
    _rows: "Rows | None" = None
    _forge: Forge | None = None
    _forge_changed: bool = True
    _about_written: bytes = b""

    @classmethod
    def open(cls, folder: Path) -> "Kept":
        """Open the file of a folder, made where there is none.

        Raises:
            KeptError: another demo uses it, or it is no demo's, or one of another version.
        """
        file = folder / FILE
        if not file.exists() and folder.exists() and any(folder.iterdir()):
            raise KeptError(f"{folder} holds something else than a demo. Name an empty directory with --data.")
        folder.mkdir(parents=True, exist_ok=True)
        kept = cls(file)
        try:
            kept._open()
        except sqlite3.OperationalError as problem:
            kept.close()
            raise KeptError(
                f"{folder} is used by another demo ({problem}). End that, or name another with --data."
            ) from None
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError):
            kept.close()
            raise KeptError(f"{file} cannot be read. {_anew(folder)}") from None
        found = kept.about.get("format", FORMAT)
        if found != FORMAT:
            kept.close()
            raise KeptError(
                f"{folder} was written by another version of Signoff's demo (format {found}, this one writes {FORMAT})."
                f" {_anew(folder)}"
            )
        return kept

    def _open(self) -> None:
        connection = self._connection = sqlite3.connect(self.file, isolation_level=None, timeout=0)
        # a kill loses nothing without a sync; only a power cut would, and a demo may
        for said in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = OFF"):
            connection.execute(f"PRAGMA {said}")
        connection.execute("CREATE TABLE IF NOT EXISTS kept (kind TEXT, id TEXT, state BLOB, PRIMARY KEY (kind, id))")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        about = self._read().get(ABOUT)
        self.about = json.loads(about) if about else {}

    def _read(self) -> "Mapping[Row, bytes]":
        with closing(self._db.execute("SELECT kind, id, state FROM kept")) as found:
            return {(kind, known): state for kind, known, state in found}

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RuntimeError("closed")
        return self._connection

    def load(self, workspace: Workspace, forge: Forge) -> None:
        """Put what was kept into an empty workspace and an empty pipeline.

        Raises:
            KeptError: it is damaged, or of another version.
        """
        from sandbox.slack.saved import restore  # noqa: PLC0415 - pydantic takes its time, and most keep nothing

        rows = self._read()
        try:
            restore(workspace, rows)
            forge.load(json.loads(rows[PIPELINE]))
        except (ValueError, KeyError, TypeError) as problem:
            raise self.damaged(problem) from None

    def damaged(self, problem: Exception) -> KeptError:
        """Return what to say of a file that holds something impossible."""
        return KeptError(f"{self.file} cannot be gone on with: {problem}. {_anew(self.file.parent)}")

    def forget(self) -> None:
        """Forget everything: what was begun was never finished."""
        self._db.execute("DELETE FROM kept")
        self.about.clear()

    def follow(self, workspace: Workspace, forge: Forge) -> None:
        """From now on `save` writes these."""
        from sandbox.slack.saved import Rows  # noqa: PLC0415 - as said

        self._rows, self._forge = Rows(workspace), forge
        forge.on_change.append(self._stale)

    def save(self) -> None:
        """Write what changed, all of it or nothing."""
        if self._connection is None or self._rows is None or self._forge is None:
            return
        rows = list(self._rows.changed())
        if self._forge_changed:
            self._forge_changed = False
            rows.append((PIPELINE, json.dumps(self._forge.dump()).encode()))
        about = json.dumps({**self.about, "format": FORMAT}, sort_keys=True).encode()
        if about != self._about_written:
            self._about_written = about
            rows.append((ABOUT, about))
        if not rows:
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("REPLACE INTO kept VALUES (?, ?, ?)", [(*row, state) for row, state in rows])
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _stale(self) -> None:
        self._forge_changed = True


def _anew(folder: Path) -> str:
    return f"Delete {folder} to begin anew, or name another directory with --data."
