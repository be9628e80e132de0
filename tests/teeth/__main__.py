"""`make teeth`: put each known bug back into a copy of the project, and see whether it is found."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.teeth.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "teeth.md"
SCHEDULES = 1000
SIMULATE = f"""
from simulation.schedules import run
for seed in range(1, {SCHEDULES} + 1):
    if (violation := run(seed).violation) is not None:
        print(f"{{seed}} {{violation.splitlines()[0][:100]}}")
        break
"""


def main() -> int:
    """Write the table; returns 1 if a bug was not found."""
    rows, missed = [], 0
    for bug in BUGS:
        begun = time.monotonic()
        found = _hunt(bug)
        missed += found is None
        seconds = time.monotonic() - begun
        rows.append(f"| {bug.name} | {found or 'NOT FOUND'} | {seconds:.0f} s |")
        print(rows[-1], flush=True)
    if not missed:
        TABLE.write_text(_page(rows), encoding="utf-8")
    return min(missed, 1)


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
        if bug.tests is not None:
            done = _run(copy, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", bug.tests)
            failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
            return f"`{failed[0].split(' ')[1].split('[')[0]}`" if failed else None
        done = _run(copy, "-c", SIMULATE)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        seed, _, what = done.stdout.strip().partition(" ")
        return f"simulation, schedule {seed}: {what.replace('|', '/')}" if seed else None


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
            "named. `make teeth` does it and writes this page.",
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
