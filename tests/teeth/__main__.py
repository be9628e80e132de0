"""`make teeth`: put each known bug back into a copy of the project, and see whether it is found.

What found it is run once more without the bug and has to pass: a tier that is broken by itself finds nothing.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.teeth.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "teeth.md"
SCHEDULES = 1000
SIMULATE = """
from simulation.schedules import run
for seed in range({first}, {last} + 1):
    if (violation := run(seed).violation) is not None:
        print(seed, violation.splitlines()[0])
        break
"""


def main() -> int:
    """Write the table, unless only some bugs were named; returns 1 if a bug was not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.teeth", description=__doc__)
    parser.add_argument("bug", nargs="*", help="a part of a bug's name; without any: all, and the page is written")
    asked: list[str] = parser.parse_args().bug
    bugs = [bug for bug in BUGS if not asked or any(part in bug.name for part in asked)]
    rows, missed = [], 0
    for bug in bugs:
        begun = time.monotonic()
        found = _hunt(bug)
        missed += found is None
        seconds = time.monotonic() - begun
        rows.append(f"| {bug.name} | {found or 'NOT FOUND'} | {seconds:.0f} s |")
        print(rows[-1], flush=True)
    if bugs == list(BUGS) and not missed:
        TABLE.write_text(_page(rows), encoding="utf-8")
    return min(missed, 1) if bugs else 2


def _hunt(bug: Bug) -> str | None:
    """Return what found the bug, or None."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy(copy)
        for edit in bug.edits:
            file = copy / edit.file
            text = file.read_text(encoding="utf-8")
            if text.count(edit.old) != edit.times:
                raise SystemExit(f"{bug.name}: {edit.file} no longer has {edit.old!r} {edit.times} times")
            file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        return _by_simulation(copy) if bug.tests is None else _by_tests(copy, bug.tests)


def _by_tests(copy: Path, tests: str) -> str | None:
    found = _failing(copy, tests)
    if found is None:
        return None
    name = found.split("[")[0]
    if _failing(ROOT, name) is not None:
        raise SystemExit(f"{name} fails without the bug, too")
    return f"`{name}`"


def _failing(folder: Path, tests: str) -> str | None:
    """Return the first test that fails."""
    done = _run(folder, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", tests)
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if not failed and done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    return failed[0].split(" ")[1] if failed else None


def _by_simulation(copy: Path) -> str | None:
    found = _violating(copy, 1, SCHEDULES)
    if found is None:
        return None
    seed, what = found
    if _violating(ROOT, seed, seed) is not None:
        raise SystemExit(f"schedule {seed} breaks a promise without the bug, too")
    words = textwrap.shorten(what.removeprefix("Violation: ").replace("|", "/"), 90, placeholder=" …")
    return f"simulation, schedule {seed}: {words}"


def _violating(folder: Path, first: int, last: int) -> tuple[int, str] | None:
    """Return the first schedule that breaks a promise, and which."""
    done = _run(folder, "-c", SIMULATE.format(first=first, last=last))
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    seed, _, what = done.stdout.strip().partition(" ")
    return (int(seed), what) if seed else None


def _copy(to: Path) -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _page(rows: list[str]) -> str:
    day = datetime.now(UTC).date()  # noqa: TID251 - the day of a real run
    return "\n".join(
        [
            "# Teeth",
            "",
            "Tests that find nothing prove nothing. Each of these bugs is put back into a copy of the project, one at a",
            f"time, and has to be found within the normal budget: {SCHEDULES} schedules of the simulation, or the tests",
            "named. What found it is run again without the bug, and has to pass. `make teeth` does it and writes this page.",
            "",
            "| bug | found by | after |",
            "|---|---|---|",
            *rows,
            "",
            f"Last run: {day}, `make teeth`, Python {platform.python_version()}, seeds 1 to {SCHEDULES}.",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
