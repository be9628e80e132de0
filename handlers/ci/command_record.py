"""What this host knows of the commands that it ran: one directory for each attempt, under the release's key.

never    it was not executed, and will not be: whoever looks takes its place, so a late supervisor finds it taken
running  its supervisor lives, or at least the command itself
ended    with its exit code
lost     it was executed, and nobody saw how it ended: only a person can tell
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from handlers.ci.command_job import Job
from handlers.ci.command_supervisor import keep, locked, settle

KEY = re.compile(r"R-[1-9][0-9]{0,17}-[a-z0-9]{8}", re.ASCII)
NOT_YET = "What it prints is shown once it has ended and Signoff has taken the secrets out.\n"
_CUT = re.compile(r"(?:(?<!\S)\S++)?+\n\.\.\. ([0-9]{1,20}) bytes left out \.\.\.\n\S*", re.ASCII)
"""Begins where a word does, and there alone: from within one of 64 KiB it would look to its end again and again."""
KEPT_SECONDS = 365 * 86400
"""Of a finished command: as long as an approval can wait for its deploy at the most."""


class Stage(Enum):
    """How far a command is."""

    NEVER = "never"
    RUNNING = "running"
    ENDED = "ended"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended: its exit code (negative: the signal), and why it was none where it could not be executed."""

    code: int
    timed_out: bool
    seconds: float
    error: str | None = None
    stopped: bool = False  # somebody cancelled it

    @property
    def well(self) -> bool:
        """Whether it did what it was asked."""
        return self.code == 0 and not self.timed_out and not self.stopped and self.error is None


@dataclass(frozen=True, slots=True)
class Known:
    """The newest attempt of a release; `printed` is what it printed, cut and without secrets, once it has ended."""

    stage: Stage
    ending: Ending | None = None
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """The directory beside the database. `hide` takes secrets out of what was printed."""

    directory: Path
    clock: Callable[[], datetime]
    hide: Callable[[str], str]

    def open(self) -> datetime:
        """Make the directory, unless it is there; returns since when: of what was before, it knows nothing."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        since = self.directory / "since"
        if not since.exists():
            keep(since, self.clock().astimezone(UTC).isoformat().encode(), once=True)
            settle(self.directory.parent)
        return datetime.fromisoformat(since.read_text(encoding="ascii"))

    def prepare(self, key: str, job: Job) -> Path:
        """Return the directory of a new attempt, with what is to be run, durable."""
        self.open()
        home = self._home(key)
        home.mkdir(mode=0o700, exist_ok=True)
        attempt = home / str(len(_attempts(home)) + 1)
        attempt.mkdir(mode=0o700)
        written(attempt, job)
        settle(home)
        settle(self.directory)
        return attempt

    def look(self, key: str) -> Known | None:
        """Return what is known of a release's newest attempt; None where there is none.

        Raises:
            OSError: the directory cannot be read.
        """
        attempts = _attempts(self._home(key))
        return look(attempts[-1], self.hide) if attempts else None

    def stop(self, key: str) -> bool | None:
        """Have the supervisor of a release's newest attempt end its command; False: it does not live any more.

        None: no command runs.

        Raises:
            OSError: the directory cannot be read or written.
        """
        attempts = _attempts(self._home(key))
        if not attempts or look(attempts[-1], self.hide).stage is not Stage.RUNNING:
            return None
        lock = locked(attempts[-1])  # what runs was begun, so nobody else takes it now
        if lock is not None:
            os.close(lock)
            return False if look(attempts[-1], self.hide).stage is Stage.RUNNING else None  # it may have ended since
        keep(attempts[-1] / "stop", b"", once=True)
        return True

    def prune(self) -> None:
        """Forget commands that ended long ago."""
        oldest = self.clock().timestamp() - KEPT_SECONDS
        for home in self.directory.iterdir() if self.directory.exists() else ():
            ended = [attempt / "exit" for attempt in _attempts(home)]
            if KEY.fullmatch(home.name) and ended and all(one.exists() and _age(one) < oldest for one in ended):
                shutil.rmtree(home, ignore_errors=True)

    def _home(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError("not a key of ours")
        return self.directory / key


def written(attempt: Path, job: Job) -> None:
    """Write down what an attempt is to run, for its supervisor."""
    keep(attempt / "job.json", json.dumps(job.as_json()).encode())


def look(attempt: Path, hide: Callable[[str], str]) -> Known:
    """Return what is known of an attempt; what has not begun never will."""
    ended = _ended(attempt, hide)
    if ended is not None:
        return ended
    lock = locked(attempt)
    if lock is None:
        return Known(Stage.RUNNING)
    try:
        ended = _ended(attempt, hide)
        if ended is not None:
            return ended
        if (attempt / "started").exists():
            return Known(Stage.RUNNING if _alive(attempt / "started") else Stage.LOST)
        keep(attempt / "claimed", b"void", once=True)
        return Known(Stage.NEVER)
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)
        os.close(lock)


def printed_of(directory: Path, release: str, hide: Callable[[str], str]) -> str | None:
    """Return what the command of a release has printed so far, attempt by attempt; None where none is on record.

    It only reads, whoever else is at work.
    """
    homes = [one for one in directory.iterdir() if one.name.startswith(f"{release}-") and KEY.fullmatch(one.name)]
    attempts = [attempt for home in homes for attempt in _attempts(home)]
    return "".join(_so_far(attempt, hide) for attempt in attempts) if attempts else None


def _so_far(attempt: Path, hide: Callable[[str], str]) -> str:
    """Return what the bot has taken the secrets out of: it alone knows those that the policy names."""
    raw = (attempt / "output").exists()
    try:
        return hide((attempt / "printed").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return NOT_YET if raw else ""


def directory_of(database: Path) -> Path:
    """Return where the records of a database are."""
    return database.with_name(database.name + ".commands")


def _attempts(home: Path) -> list[Path]:
    found = [one for one in home.iterdir() if one.name.isdigit()] if home.is_dir() else []
    return sorted(found, key=lambda one: int(one.name))


def _ended(attempt: Path, hide: Callable[[str], str]) -> Known | None:
    try:
        said = json.loads((attempt / "exit").read_bytes())
    except FileNotFoundError:
        return None
    error = hide(said["error"]) if said["error"] else None
    stopped = said.get("stopped", False)  # a supervisor of a former version says nothing of it
    ending = Ending(said["code"], said["timed_out"], said["seconds"], error, stopped)
    return Known(Stage.ENDED, ending, _printed(attempt, hide))


def _printed(attempt: Path, hide: Callable[[str], str]) -> str:
    """Return what was printed; the first to ask takes the secrets out of the file itself.

    Where its middle was left out, the words at the cut go as well: half a secret is known to nobody, and half is much.
    """
    raw, clean = attempt / "output", attempt / "printed"
    if raw.exists():
        whole = _CUT.sub(r"\n... \1 bytes left out ...\n", raw.read_bytes().decode("utf-8", "replace"))
        keep(clean, hide(whole).encode("utf-8", "replace"))
        raw.unlink(missing_ok=True)
    return clean.read_text(encoding="utf-8") if clean.exists() else ""


def _alive(started: Path) -> bool:
    """Whether the command itself still runs: the same process, by the moment of its birth where the host tells it."""
    said = json.loads(started.read_bytes())
    try:
        told = Path(f"/proc/{said['process']}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return said["born"] is None and _answers(said["process"])
    fields = told.rpartition(")")[2].split()
    return fields[0] not in {"Z", "X"} and fields[19] == said["born"]


def _answers(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _age(file: Path) -> float:
    return file.stat().st_mtime
