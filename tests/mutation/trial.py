"""Put one mutant into a copy of the project and see whether the unit tests of the core notice."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import hypothesis
import inline_snapshot
import pydantic
import pytest

from tests.mutation.mutants import Mutant

ROOT = Path(__file__).parents[2]
CORE = Path("bot/core")
TESTS = Path("tests/unit/core")
FITTING = {
    "decide": ("test_table*.py", "test_requests*.py"),
    "lane": ("test_policy*.py", "test_holding*.py", "test_settling*.py"),
}
"""Tests that come first where no test file has the name of the source file."""
_SLOW = {"test_machine.py", "test_calendar.py"}
"""Never among the rest: random walks through everything, and what only calendar.py is used by."""
_SECONDS = 40
"""Of a processor, for one run of tests: the slowest takes eight when nothing is wrong."""
_BYTES = 4 * 2**30
WARM = (hypothesis, inline_snapshot, pydantic)
"""Libraries that each trial finds imported already, since it is a fork of this process."""

_OPTIONS = (
    *("-q", "-x", "--tb=short", "-p", "no:cacheprovider"),
    "--hypothesis-profile=mutation",
    "-Wignore::pytest.PytestAssertRewriteWarning",  # of what is warm
)

hypothesis.settings.register_profile(
    "mutation",
    hypothesis.settings.get_profile("ci"),  # the same examples each time
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),  # that it fails is enough, however long the example
)


class Outcome(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED = "killed by time"
    SURVIVED = "survived"


def copy(to: Path) -> None:
    """Copy what git knows of, as it stands in the working tree."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def tests_of(file: str, folder: Path) -> tuple[list[str], list[str]]:
    """Return the test files that come first for a source file, and the rest of the core's."""
    patterns = FITTING.get(file, (f"test_{file}*.py",))
    first = [path for pattern in patterns for path in sorted((folder / TESTS).glob(pattern))]
    rest = [path for path in sorted((folder / TESTS).glob("test_*.py")) if path not in first]
    return [str(path) for path in first], [str(path) for path in rest if path.name not in _SLOW]


def trial(mutant: Mutant, folder: Path) -> Outcome:
    """Return what became of a mutant in a copy of the project, which is as before afterwards."""
    file = folder / CORE / f"{mutant.file}.py"
    right = file.read_bytes()
    file.write_text(mutant.source, encoding="utf-8")
    try:
        for tests in tests_of(mutant.file, folder):
            outcome = passes(tests, folder)
            if outcome is not Outcome.SURVIVED:
                return outcome
    finally:
        file.write_bytes(right)
    return Outcome.SURVIVED


def passes(tests: Sequence[str], folder: Path, *, keep: bool = False) -> Outcome:
    """Run tests in a fork, until the first fails. `keep` leaves compiled files for the forks that follow."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _run(tests, folder, keep=keep)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return Outcome.TIMED if os.WTERMSIG(status) == signal.SIGPROF else Outcome.KILLED
    return Outcome.SURVIVED if os.WEXITSTATUS(status) == pytest.ExitCode.OK else Outcome.KILLED


def _run(tests: Sequence[str], folder: Path, *, keep: bool) -> None:
    """Become a run of pytest in the copy, which sees nothing of the project as it is imported here."""
    code = 1
    try:
        for name in [name for name in sys.modules if name.split(".")[0] in {"tests", "bot"}]:
            del sys.modules[name]
        sys.path[:] = [str(folder), *(path for path in sys.path if path not in {"", str(ROOT)})]
        sys.dont_write_bytecode = not keep  # two files of equal size in one second would share what is compiled
        os.chdir(folder)
        with Path(folder, "output.txt").open("wb") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, _SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
        code = int(pytest.main([*_OPTIONS, *tests]))
    except BaseException:  # noqa: BLE001 - a fork must not return into the loop of its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
