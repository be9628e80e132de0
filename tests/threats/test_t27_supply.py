"""T27: what is installed is what was locked, and nothing of it is found by way of the working directory."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOCKS = ("requirements.lock", "requirements-test.lock", "tests/buildbot/requirements.lock")
PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z0-9,._-]+\])?==[0-9][A-Za-z0-9.+!_-]*(?: ; [^\n\\]+?)?"
    r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+"
)
RUNTIME = 45
"""Packages at the very most: each is somebody more to trust."""


def locked(name: str) -> list[str]:
    """Return the packages of a lock, of which nothing may be left over."""
    text = (ROOT / name).read_text()
    assert PINNED.sub("", text).split() == [], f"{name} holds something else than pins with hashes"
    return [found["name"] for found in PINNED.finditer(text)]


@pytest.mark.parametrize("lock", LOCKS)
def test_t27_a_lock_holds_pins_with_hashes_and_nothing_else(lock: str) -> None:
    names = locked(lock)
    assert len(names) > 20


def test_t27_every_dependency_is_locked_and_there_are_few() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[^A-Za-z0-9-]", one)[0] for one in project["dependencies"]}
    assert wanted <= set(locked("requirements.lock")) <= set(locked("requirements-test.lock"))
    assert len(locked("requirements.lock")) <= RUNTIME


def test_t27_whatever_is_installed_is_held_against_its_hash() -> None:
    recipes = "".join((ROOT / name).read_text() for name in ("Makefile", ".ci/run")).replace("\\\n", " ")
    installs = [line for line in recipes.splitlines() if "pip install" in line and not line.startswith("#")]
    assert len(installs) >= 2
    assert [line for line in installs if "--require-hashes" not in line] == []
    assert [
        word for word in ("--index-url", "--extra-index-url", "--trusted-host", "--find-links") if word in recipes
    ] == []


def test_t27_no_code_is_loaded_by_a_name_that_is_not_ours() -> None:
    loaded = set()
    for package in ("bot", "handlers", "storage"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
                if name in {"import_module", "__import__", "exec", "eval", "entry_points", "pickle", "marshal"}:
                    loaded.add(f"{path.relative_to(ROOT)}: {name}")
    assert loaded == {
        "bot/cli/demo.py: import_module",  # the sandbox, by a name that stands there
        "bot/cli/table.py: import_module",  # the commands, of a list that stands there
    }
