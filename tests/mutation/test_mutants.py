"""What is made wrong, and that the list of equivalent mutants fits the code."""

from inline_snapshot import snapshot

from tests.mutation.__main__ import FILES, PAGE, page
from tests.mutation.equivalents import EQUIVALENTS
from tests.mutation.mutants import mutants
from tests.mutation.trial import CORE, ROOT

SOURCE = '''"""A file."""
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from somewhere import Thing
__all__ = ["wait"]
LONGEST = 3

@dataclass(frozen=True)
class Pause:
    """A pause."""
    long: bool = False

def wait(pause: "Pause", now: int, until: int | None = 5) -> "Pause":
    """Wait."""
    if pause.long and now >= until:
        pause.log("x")
    return replace(pause, long=not any(now, key=1)) if isinstance(now, int | str) else None
'''


def test_a_file_is_made_wrong_in_one_place_at_a_time() -> None:
    assert [(one.line, one.where, one.before, one.after) for one in mutants("file", SOURCE)] == snapshot(
        [
            (6, "<module>", "LONGEST = 3", "LONGEST = 4"),
            (11, "Pause", "False", "True"),
            (13, "wait", "5", "6"),
            (15, "wait", "pause.long and now >= until", "pause.long or now >= until"),
            (15, "wait", "pause.long and now >= until", "now >= until"),
            (15, "wait", "pause.long and now >= until", "pause.long"),
            (15, "wait", "pause.long and now >= until", "not (pause.long and now >= until)"),
            (15, "wait", "pause.long and now >= until", "not pause.long and now >= until"),
            (15, "wait", "pause.long and now >= until", "pause.long and now > until"),
            (15, "wait", "pause.long and now >= until", "pause.long and now < until"),
            (16, "wait", "pause.log('x')", "pass"),
            (16, "wait", "pause.log('x')", "pause.log('xXX')"),
            (
                17,
                "wait",
                "return replace(pause, long=not any(now, key=1)) if isinstance(now, int | str) else None",
                "return None",
            ),
            (
                17,
                "wait",
                "return replace(pause, long=not any(now, key=1)) if isinstance(now, int | str) else None",
                "return None if isinstance(now, int | str) else replace(pause, long=not any(now, key=1))",
            ),
            (
                17,
                "wait",
                "replace(pause, long=not any(now, key=1)) if isinstance(now, int | str) else None",
                "replace(pause, long=not any(now, key=1)) if not isinstance(now, int | str) else None",
            ),
            (
                17,
                "wait",
                "replace(pause, long=not any(now, key=1)) if isinstance(now, int | str) else None",
                "replace(pause) if isinstance(now, int | str) else None",
            ),
            (17, "wait", "long=not any(now, key=1)", "long=any(now, key=1)"),
            (17, "wait", "not any(now, key=1)", "not all(now, key=1)"),
            (17, "wait", "key=1", "key=2"),
        ]
    )


def test_equal_changes_in_one_function_are_counted() -> None:
    source = "def both(a, b):\n    return (a + 1) * (a + 1)\n"
    assert [(one.before, one.after, one.nth) for one in mutants("file", source) if one.after == "a + 2"] == [
        ("a + 1", "a + 2", 0),
        ("a + 1", "a + 2", 1),
    ]


def test_every_equivalent_mutant_is_still_made_and_has_a_reason() -> None:
    listed = [one.name for one in EQUIVALENTS]
    files = {one.file for one in EQUIVALENTS}
    made = {mutant.name for file in files for mutant in mutants(file, (ROOT / CORE / f"{file}.py").read_text())}
    assert len(set(listed)) == len(listed)
    assert [name for name in listed if name not in made] == []
    assert all(one.why.endswith(".") for one in EQUIVALENTS)


def test_the_page_has_a_row_for_each_file_or_says_that_it_lacks() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert [name for name in FILES if not (ROOT / CORE / f"{name}.py").is_file()] == []
    assert [name for name in FILES if f"`{name}.py`" not in written] == []
    assert written.splitlines()[:-1] == page({}).splitlines()[:-1], "the last line names the Python of the last run"
