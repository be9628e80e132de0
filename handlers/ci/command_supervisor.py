"""Runs one command to its end, apart from the bot, and writes down how far it is: the record outlives both of them.

Started as a script with the directory of one attempt, in which `job.json` says what to run. It says `started` on its
output, and closes that then, or at its end where a second argument is `wait`. Who is asked later reads:

    lock      held for as long as this process lives; no other supervisor of the same directory can have it
    claimed   `run`: this process was the first; `void`: somebody who looked was, so nothing runs here any more
    started   on disk before the command is executed; without it, and with the lock free, it certainly never was
    stop      somebody wants it to end: it is ended as at its limit
    exit      how it ended; without it, and with the lock free, nobody saw that
    output    what it printed: the beginning, the end, and how much was left out between them

It needs nothing but Python's own library, and is executed without reading the environment.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any, NoReturn

HEAD = TAIL = 32 * 1024
"""Bytes of output that are kept, of its beginning and of its end."""
GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL."""
LINGER = 1.0
"""Seconds that output is waited for after the command has ended: what it left running may hold its end open."""
LOOK = 0.5
"""Seconds between two looks whether somebody wants the command to end."""
_CHUNK = 65536


def keep(path: Path, content: bytes, *, once: bool = False) -> bool:
    """Write a whole file, durable when this returns; False where it may be written once only and was there."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)
    try:
        if once:
            os.link(draft, path)
        else:
            draft.replace(path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    settle(path.parent)
    return True


def settle(directory: Path) -> None:
    """Make the names in a directory durable."""
    file = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def locked(directory: Path) -> int | None:
    """Take the lock of an attempt; None while its supervisor lives. It is held until the file is closed."""
    file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


class Output:
    """What a command prints, of which the beginning is on disk at once and the end once there is one."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._room = HEAD
        self._tail: deque[bytes] = deque()
        self._held = 0
        self._dropped = 0

    def take(self, printed: bytes) -> None:
        """Keep what was printed, as far as there is room; what lies in the middle goes."""
        begun, rest = printed[: self._room], printed[self._room :]
        if begun:
            self._write(begun)
            self._room -= len(begun)
        if rest:
            self._tail.append(rest)
            self._held += len(rest)
        while self._held - len(self._tail[0] if self._tail else b"") >= TAIL:
            gone = len(self._tail.popleft())
            self._held -= gone
            self._dropped += gone

    def close(self) -> None:
        """Write the end behind the beginning, and how much is missing between them."""
        end = b"".join(self._tail)
        dropped = self._dropped + max(0, len(end) - TAIL)
        if dropped:
            self._write(b"\n... %d bytes left out ...\n" % dropped)
        self._write(end[-TAIL:])
        os.close(self._file)

    def _write(self, printed: bytes) -> None:
        """Write, unless the disk is full: a deploy does not end for want of its output."""
        with contextlib.suppress(OSError):
            os.write(self._file, printed)


def born(process: int) -> str | None:
    """Return when a process began, in the kernel's own count: with it, its number is nobody else's. None: unknown."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return told.rpartition(")")[2].split()[19]


def main(directory: Path, *, wait: bool) -> None:
    """Leave whoever started us, become the supervisor, and say `started` on the output before going on alone."""
    if os.fork():
        os._exit(0)
    os.setsid()
    for sign in (
        signal.SIGTERM,
        signal.SIGHUP,
        signal.SIGINT,
    ):  # it is the command that is told to end, not its witness
        signal.signal(sign, signal.SIG_IGN)
    umask = os.umask(0o077)
    lock = locked(directory)
    if lock is None or not keep(directory / "claimed", b"run", once=True):
        os._exit(0)
    trouble = os.open(directory / "trouble", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(trouble, 2)
    job = json.loads((directory / "job.json").read_bytes())
    _supervise(directory, job, umask, wait=wait)


def _supervise(directory: Path, job: dict[str, Any], umask: int, *, wait: bool) -> None:
    begun = time.monotonic()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    output = Output(directory / "output")  # first: once the command runs, nothing may fail until it has ended
    process, printed, failed = _spawn(directory, job, umask)
    with contextlib.suppress(BrokenPipeError):  # whoever started us may be gone
        os.write(1, b"started\n")
    if not wait:
        os.close(1)
    code, killed, stopped = _watch(process, (printed, woken), output, begun + job["seconds"], directory / "stop")
    output.close()
    error = os.read(failed, 1024).decode("utf-8", "replace")
    took = round(time.monotonic() - begun, 3)
    said = {"code": code, "timed_out": killed and not stopped, "error": error or None, "seconds": took}
    said["stopped"] = stopped
    keep(directory / "exit", json.dumps(said).encode())


def _spawn(directory: Path, job: dict[str, Any], umask: int) -> tuple[int, int, int]:
    """Start the command, held back until its start is on disk; returns its process, its output, why it is none."""
    go, let_go = os.pipe()
    printed, prints = os.pipe()
    failed, fails = os.pipe()
    process = os.fork()
    if not process:
        os.close(let_go)
        _become(job, go, prints, fails, umask)
    for mine in (go, prints, fails):
        os.close(mine)
    keep(directory / "started", json.dumps({"process": process, "born": born(process)}).encode())
    os.write(let_go, b"!")
    os.close(let_go)
    return process, printed, failed


def _become(job: dict[str, Any], go: int, prints: int, fails: int, umask: int) -> NoReturn:
    """Be the command, as soon as the supervisor says so; should it die before, never."""
    what = job["directory"]
    try:
        os.setsid()
        if os.read(go, 1) != b"!":
            os._exit(127)
        for sign in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(sign, signal.SIG_DFL)
        os.umask(umask)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for mine, theirs in ((nothing, 0), (prints, 1), (prints, 2)):
            os.dup2(mine, theirs)
        os.chdir(what)
        what = job["argv"][0]
        os.execvpe(job["argv"][0], job["argv"], job["environment"])  # noqa: S606 - no shell, as is meant
    except OSError as error:
        os.write(fails, f"{what}: {error.strerror or type(error).__name__}".encode())
    finally:
        os._exit(127)


def _watch(process: int, ears: tuple[int, int], output: Output, limit: float, stop: Path) -> tuple[int, bool, bool]:
    """Read until the command has ended, killing its whole group at the limit, or when somebody wants that.

    Returns its code, whether it was killed, and whether because somebody wanted that.
    """
    printed, _ = ears
    stopped = False
    open_ears, kills, ended = set(ears), [signal.SIGKILL, signal.SIGTERM], False
    while True:
        killed = len(kills) < 2  # noqa: PLR2004 - both are left unless it was killed
        if not ended and os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            ended, limit = True, limit if killed else time.monotonic() + LINGER
        if not ended and not killed and os.access(stop, os.F_OK):  # which never fails
            stopped, limit = True, time.monotonic()
        late = time.monotonic() >= limit
        if ended and (late or printed not in open_ears):
            if killed:
                _kill(process, signal.SIGKILL)  # what is left of its group; nobody else has its number before the wait
            return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), killed, stopped
        if not ended and late and kills:
            _kill(process, kills.pop())
            limit = time.monotonic() + GRACE
        wait = _patience(limit, looks=not (ended or killed)) if kills or ended else None
        for ear in select.select(open_ears, (), (), wait)[0]:
            heard = os.read(ear, _CHUNK)
            if ear == printed and heard:
                output.take(heard)
            elif ear == printed:
                open_ears.discard(ear)


def _patience(limit: float, *, looks: bool) -> float:
    """Return for how many seconds nothing but news is waited for."""
    left = max(0.0, limit - time.monotonic())
    return min(left, LOOK) if looks else left


def _kill(group: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, sign)


if __name__ == "__main__":
    main(Path(sys.argv[1]), wait=sys.argv[2:] == ["wait"])
