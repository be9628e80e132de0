"""How the command line speaks: answers to standard output, what is wrong to standard error, in sentences."""

import os
import sys
from typing import TextIO

DONE, REFUSED, MISTAKEN = 0, 1, 2
"""Exit codes: done; understood and refused (or found broken); a mistake that a person can mend."""


class Unheard(Exception):  # noqa: N818 - it ends a command whose answer nobody can read; no error of ours
    """Standard output cannot be written; `problem` says why."""

    def __init__(self, problem: OSError) -> None:
        super().__init__(str(problem))
        self.problem = problem


def say(text: str) -> int:
    """Print an answer; returns the exit code of what is done.

    Raises:
        Unheard: standard output cannot be written.
    """
    try:
        print(text, flush=True)
    except OSError as problem:
        raise Unheard(problem) from None
    return DONE


def complain(*sentences: str, code: int = MISTAKEN) -> int:
    """Print sentences to standard error; returns the exit code, which is what is left where that cannot be written."""
    try:
        for sentence in sentences:
            print(sentence, file=sys.stderr, flush=True)
    except OSError:
        _mute(sys.stderr)
    return code


def unheard(problem: OSError) -> int:
    """Say that standard output cannot be written; returns the exit code, 1 where its reader has seen enough."""
    _mute(sys.stdout)
    if isinstance(problem, BrokenPipeError):
        return REFUSED
    return complain(f"Standard output cannot be written: {problem.strerror}.")


def _mute(stream: TextIO) -> None:
    """Let what is still to be written go nowhere, else Python fails on it once more at its end, and exits with 120."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
