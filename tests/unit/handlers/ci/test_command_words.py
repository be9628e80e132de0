"""How a command ended, as people read it."""

import pytest

from handlers.ci.command_record import Ending
from handlers.ci.command_words import LAST_LINE, ended, last_line, outcome, unseen


@pytest.mark.parametrize(
    ("ending", "words", "well"),
    [
        (Ending(0, timed_out=False, seconds=12.4), "the command ended with 0 after 12 s", True),
        (Ending(3, timed_out=False, seconds=0.4), "the command ended with 3 after 0 s", False),
        (Ending(-9, timed_out=False, seconds=7.0), "the command was ended by signal 9 after 7 s", False),
        (Ending(0, timed_out=True, seconds=1200.0), "the command was stopped by its time limit after 1200 s", False),
        (Ending(-15, timed_out=False, seconds=3.0, stopped=True), "the command was cancelled after 3 s", False),
        (
            Ending(127, timed_out=False, seconds=0.0, error="./deploy.sh: Permission denied"),
            "the command could not be executed (./deploy.sh: Permission denied), so nothing was run",
            False,
        ),
    ],
)
def test_each_ending_has_its_words(ending: Ending, words: str, *, well: bool) -> None:
    assert outcome(ending) == words
    assert ending.well is well


def test_the_last_line_stands_beside_the_ending() -> None:
    said = ended(Ending(3, timed_out=False, seconds=1.0), "begins\n boom \n\n")
    assert said == 'the command ended with 3 after 1 s; at last it printed "boom"'
    assert ended(Ending(3, timed_out=False, seconds=1.0), " \n") == "the command ended with 3 after 1 s"


def test_a_long_last_line_is_cut() -> None:
    assert last_line("x" * LAST_LINE) == "x" * LAST_LINE
    assert last_line("x" * (LAST_LINE + 1)) == "x" * (LAST_LINE - 3) + "..."


def test_what_nobody_saw_is_said_so() -> None:
    assert unseen(begun=False) == "the command was never begun"
    assert unseen(begun=True) == (
        "nobody saw how the command ended: its host or its supervisor was stopped. Look before it is tried again"
    )
