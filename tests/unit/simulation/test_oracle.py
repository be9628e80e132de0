"""What the oracle holds against a story: each test harms the books of a good one in one place."""

from itertools import count

import pytest

from simulation import oracle, schedules
from simulation.life import Earth


def violation(monkeypatch: pytest.MonkeyPatch, harm: str) -> str | None:
    """Return what the oracle says of the first story whose books one statement can harm, after that."""
    harmed: list[int] = []

    def harms(earth: Earth) -> None:
        harmed.append(earth.disk.connection.execute(harm).rowcount)

    monkeypatch.setattr(schedules, "INVARIANTS", (harms, *oracle.INVARIANTS))
    for seed in count(1):
        said = schedules.run(seed).violation
        if harmed[-1] == 1:
            return said
    raise AssertionError


def test_a_good_story_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    assert violation(monkeypatch, "UPDATE remembered SET value = value WHERE name = 'reconsidered under'") is None


def test_a_word_without_its_audit_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = violation(
        monkeypatch,
        "INSERT INTO approvals (release, person, verdict, generation, groups, at, surface) "
        "SELECT release, 'sam', 'withdraw', 99, '[]', '', 'button' FROM approvals LIMIT 1",
    )
    assert said is not None
    assert said.startswith("Violation: words without their row: Counter({(")
    assert said.endswith(", 'sam', 'withdraw'): 1}); rows without their word: Counter()")


def test_words_that_count_on_from_a_failed_try_need_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    said = violation(
        monkeypatch,
        "INSERT INTO approvals (release, person, verdict, generation, groups, at, surface, inherited) "
        "SELECT release, 'sam', 'approve', 99, '[]', at, 'button', 1 FROM approvals LIMIT 1",
    )
    assert said is None


@pytest.mark.parametrize("harm", ["state = 'dead'", "key = 'answer:none'"])
def test_a_command_that_was_done_and_not_answered_is_found(monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    done = "SELECT 'answer:' || min(id) FROM inbox WHERE body LIKE '%\"command\"%' AND note = 'done'"
    said = violation(monkeypatch, f"UPDATE effects SET {harm} WHERE key = ({done})")  # noqa: S608 - words of our own
    assert said is not None
    assert said.startswith("Violation: not answered: [(")
    assert "'done', 'command', " in said
