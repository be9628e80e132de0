"""Ends a process with everything that it started, also what it put into sessions of its own, as act does with steps."""

import contextlib
import os
import signal
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")


def end(process: int) -> None:
    """Kill a process, which leads a group of its own, and its descendants.

    It is stopped first, so that it starts nothing while its descendants are looked for.
    """
    _signal(process, signal.SIGSTOP)
    for one in descendants(process):
        _signal(one, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)


def descendants(process: int) -> list[int]:
    """Return the processes below one, by /proc; none where there is no /proc."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # "pid (name) state parent ...": the name may hold anything, also brackets
            told = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            children[int(told[1])].append(int(folder.name))
    found, waiting = [], [process]
    while waiting:
        below = children[waiting.pop()]
        found += below
        waiting += below
    return found


def _signal(process: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, sign)
