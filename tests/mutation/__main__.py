"""`make mutation`: the share of wrong rules that the unit tests of the core notice, file by file."""

import argparse
import platform
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path

from tests.mutation.equivalents import EQUIVALENTS
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.trial import CORE, ROOT, Outcome, copy, passes, tests_of, trial

FILES = (
    *("decide", "blockers", "policy", "lane", "calendar", "gates", "approvals", "asking", "progress", "opening"),
    *(
        "deploying",
        "landing",
        "verifying",
        "elsewhere",
        "holding",
        "service",
        "superseding",
        "words",
        "authorize",
        "due",
        "stopping",
        "forced",
        "meanwhile",
        "silence",
    ),
)
LEAST = 90
"""Per cent of the mutants of each file that are not listed as equivalent."""
PAGE = ROOT / "docs" / "mutation.md"
_PROCESSES = 2


def main() -> int:
    """Try every mutant; returns 1 if a file is below `LEAST` or an equivalent is none. The page has what was well."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="names in bot/core without .py; all of them when none is given")
    asked = parser.parse_args().files or FILES
    wrong = 0
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(_PROCESSES)]
        _prepare(folders[0], asked)
        for folder in folders[1:]:
            shutil.copytree(folders[0], folder, dirs_exist_ok=True)
        free = get_context("fork").Queue()
        for folder in folders:
            free.put(folder)
        pool = stack.enter_context(ProcessPoolExecutor(_PROCESSES, get_context("fork"), _take, (free,)))
        for file in asked:
            made = mutants(file, (folders[0] / CORE / f"{file}.py").read_text(encoding="utf-8"))
            row, bad = _judged(file, made, pool.map(_try, made))
            wrong += bad
            if not bad:
                PAGE.write_text(page({f"{file}.py": row}), encoding="utf-8")
    return min(wrong, 1)


def _prepare(folder: Path, files: Sequence[str]) -> None:
    copy(folder)
    tests = {test for file in files for part in tests_of(file, folder) for test in part}
    if passes(sorted(tests), folder, keep=True) is not Outcome.SURVIVED:
        raise SystemExit((folder / "output.txt").read_text() + "\nThe tests fail when nothing is wrong.")


_here: list[Path] = []
"""The copy of this process of the pool."""


def _take(free: "Queue[Path]") -> None:
    _here.append(free.get())


def _try(mutant: Mutant) -> Outcome:
    return trial(mutant, _here[0])


def _judged(file: str, made: Sequence[Mutant], outcomes: Iterable[Outcome]) -> tuple[str, int]:
    """Print what survived, and return the row of the table with the number of things that are wrong."""
    listed = {one.name for one in EQUIVALENTS}
    wrong, same, told = 0, 0, Counter[Outcome]()
    for mutant, outcome in zip(made, outcomes, strict=True):
        if mutant.name not in listed:
            told[outcome] += 1
            if outcome is Outcome.SURVIVED:
                print(f"survived {CORE / file}.py:{mutant.line} {mutant.name}", flush=True)
            continue
        same += 1
        if outcome is not Outcome.SURVIVED:
            wrong += 1
            print(f"NOT EQUIVALENT {mutant.name}: the tests notice it; take it from the list", flush=True)
    killed = told[Outcome.KILLED] + told[Outcome.TIMED]
    score = 100 * killed / told.total()
    day = datetime.now(UTC).date()  # noqa: TID251 - the day of a real run
    figures = (len(made), killed, told[Outcome.TIMED], same, told[Outcome.SURVIVED], f"{score:.1f} %", day)
    row = f"| `{file}.py` | {' | '.join(map(str, figures))} |"
    print(row, flush=True)
    if score < LEAST:
        wrong += 1
        print(f"{file}.py is below {LEAST} %")
    return row, wrong


def page(new: Mapping[str, str]) -> str:
    """Return the page with new rows by file; those of the others stay, each with its own day, or are said to lack."""
    written = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else []
    rows = {line.split("`")[1]: line for line in written if line.startswith("| `")} | dict(new)
    lacking = ", ".join(f"`{name}.py`" for name in FILES if f"{name}.py" not in rows)
    return "\n".join(
        [
            "# Mutation",
            "",
            "Coverage says which lines the tests run, not whether they would notice if a line were wrong. `make mutation`",
            "makes each of these files of `bot/core` wrong in one place at a time (a comparison or its boundary, `and`",
            "for `or`, a missing condition, a constant, a sum, a returned value, a statement or an argument less) and",
            "runs the unit tests of the core without the random walks of the state machine, those of the file first.",
            f"Each file has to reach {LEAST} %; the command fails below that. A mutant that changes nothing anybody could",
            "see is listed in [tests/mutation/equivalents.py](../tests/mutation/equivalents.py) with the reason and not",
            "counted; the command fails when a listed one is noticed after all, and `make test` when it no longer exists.",
            "",
            "| file | mutants | killed | of these by time | equivalent | survived | score | run on |",
            "|---|---|---|---|---|---|---|---|",
            *(rows[f"{name}.py"] for name in FILES if f"{name}.py" in rows),
            "",
            "Each row is of its own day, and tells nothing of what was written in that file since.",
            f"Listed, but not measured yet: {lacking}." if lacking else "Every file of the list is measured.",
            "",
            f"`make mutation` runs all of them, `make mutation ARGS=calendar` one. Python {platform.python_version()}.",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
