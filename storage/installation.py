"""Which database this is and how often it was opened, in it and in a file beside it: an old copy is known for one.

The marker beside the database is written anew at each start and stop, and no backup of the database takes it back. A
database that is behind its marker would repeat what was done since; it is refused until somebody says that they know.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from storage.problems import DatabaseProblem

ID = re.compile(r"[0-9A-Za-z]{0,64}", re.ASCII)
KNOWINGLY = (
    "Start with `signoff serve --restored` if it is the copy that you mean to go on with: every deploy is looked up "
    "before anything is triggered, and what is live is looked at anew."
)


@dataclass(frozen=True, slots=True)
class Marker:
    """What stands beside a database."""

    installation: str
    epoch: int
    """Grows with each start."""
    audit: int
    """The last audit row at the last start or stop."""


def marker_path(database: Path) -> Path:
    """Return where the marker of a database is."""
    return database.with_name(database.name + ".epoch")


def read_marker(database: Path) -> Marker | None:
    """Return the marker, None where there is none. DatabaseProblem for one that cannot be read."""
    path = marker_path(database)
    try:
        found = json.loads(path.read_bytes())
        marker = Marker(**found)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise DatabaseProblem(f"{path} is not what Signoff wrote beside its database. {KNOWINGLY}") from error
    if not (_whole(marker.epoch) and _whole(marker.audit) and ID.fullmatch(str(marker.installation))):
        raise DatabaseProblem(f"{path} is not what Signoff wrote beside its database. {KNOWINGLY}")
    return marker


def write_marker(database: Path, marker: Marker) -> None:
    """Put a marker in place of the old one, whole and durable, for its owner only."""
    path = marker_path(database)
    part = path.with_name(path.name + ".part")
    text = json.dumps({"installation": marker.installation, "epoch": marker.epoch, "audit": marker.audit})
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def stored(database: Database) -> tuple[str, int] | None:
    """Return what the database itself says: its id and how often it was opened."""
    row = database.execute("SELECT id, epoch FROM installation").fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


def begin(database: Database, path: Path, fresh_id: str, audit: int, *, restored: bool) -> Marker:
    """Raise the epoch within the caller's transaction; returns the marker to be written once that is committed.

    Args:
        database: whose tables are up to date.
        path: its file.
        fresh_id: for a database that was never opened before.
        audit: the number of its last audit row.
        restored: somebody says that this copy is the one to go on with.

    Raises:
        DatabaseProblem: the copy is older than the marker, or not the marker's; says what to do.
    """
    known = stored(database)
    marker = None if restored and not _readable(path) else read_marker(path)
    if not restored:
        _judge(path, marker, known, audit)
    installation = known[0] if known else marker.installation if marker else fresh_id
    epoch = max(known[1] if known else 0, marker.epoch if marker else 0) + 1
    if marker is None and known is None:
        # first beside it, then in it: a crash in between leaves no database that lacks its marker
        write_marker(path, Marker(installation, 0, 0))
    database.execute(
        "INSERT INTO installation (one, id, epoch) VALUES (1, ?, ?) "
        "ON CONFLICT (one) DO UPDATE SET id = excluded.id, epoch = excluded.epoch",
        [installation, epoch],
    )
    return Marker(installation, epoch, audit)


def _judge(path: Path, marker: Marker | None, known: tuple[str, int] | None, audit: int) -> None:
    beside = marker_path(path)
    if marker is None:
        if known is not None:
            raise DatabaseProblem(f"{path} has been in use, but its {beside.name} is not beside it. {KNOWINGLY}")
        return
    if known is None:
        if marker.epoch > 0:
            raise DatabaseProblem(
                f"{path} is new or very old, but {beside} knows of a later one. Put that one back; to begin afresh, "
                f"remove {beside.name}. {KNOWINGLY}"
            )
        return
    if known[0] != marker.installation:
        raise DatabaseProblem(f"{path} is the database of another installation than {beside} says. {KNOWINGLY}")
    if known[1] < marker.epoch or audit < marker.audit:
        raise DatabaseProblem(f"{path} is an old copy: {beside} has seen a later state of it. {KNOWINGLY}")


def _readable(path: Path) -> bool:
    try:
        read_marker(path)
    except DatabaseProblem:
        return False
    return True


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0
