"""docs/threats.md is true: every threat has tests that carry its number, and every such test has its threat."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ROW = re.compile(r"\| T(?P<number>[0-9]{1,2}) \| (?P<threat>[^|]+) \| (?P<control>[^|]+) \| (?P<tests>[^|]*) ?\|")
NAMED = re.compile(r"test_t(?P<number>[0-9]{2})_[a-z0-9_]+")
FILE = re.compile(r"`([A-Za-z0-9_./-]+\.(?:py|yml|lock|md|toml))`")

WITHOUT: dict[int, str] = {}
"""The threats that no test carries the number of, each with its reason."""


def rows() -> dict[int, re.Match[str]]:
    """Return the rows of the table by number; a line that looks like one and is none fails."""
    lines = [line for line in (ROOT / "docs" / "threats.md").read_text().splitlines() if line.startswith("| T")]
    found = [ROW.fullmatch(line) for line in lines]
    assert None not in found, [line for line, match in zip(lines, found, strict=True) if match is None]
    return {int(match["number"]): match for match in found if match is not None}


def numbered() -> dict[int, set[str]]:
    """Return the files of the tests that pytest collects and whose names carry a number, by that number."""
    found: dict[int, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and NAMED.fullmatch(node.name)
            if named:
                found.setdefault(int(named["number"]), set()).add(path.relative_to(ROOT).as_posix())
    return found


ROWS = rows()
TESTS = numbered()


def test_the_table_has_every_threat_once_and_in_order() -> None:
    assert list(ROWS) == list(range(1, 36))


@pytest.mark.parametrize("number", ROWS)
def test_a_threat_has_tests_that_carry_its_number(number: int) -> None:
    assert (number in TESTS) != (number in WITHOUT), "either tests, or the reason why there are none"


@pytest.mark.parametrize("number", ROWS)
def test_a_row_names_the_files_of_its_tests(number: int) -> None:
    named = set(FILE.findall(ROWS[number]["tests"]))
    assert named >= TESTS.get(number, set())


@pytest.mark.parametrize("number", ROWS)
def test_what_a_row_names_exists(number: int) -> None:
    named = FILE.findall(ROWS[number].group())
    assert named, "what holds it off is in some file"
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_test_carries_a_number_without_a_row() -> None:
    assert set(TESTS) <= set(ROWS)
