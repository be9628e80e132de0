"""What the oracle holds against a story: each test harms the books of a good one in one place."""

import pytest

from simulation import oracle, schedules
from simulation.life import Earth

STORY = 6
"""A seed with approvals, and with commands that were done."""


def violation(monkeypatch: pytest.MonkeyPatch, *harm: str) -> str | None:
    """Return what the oracle says of the story after some statements."""

    def harmed(earth: Earth) -> None:
        for statement in harm:
            assert earth.disk.connection.execute(statement).rowcount == 1

    monkeypatch.setattr(schedules, "INVARIANTS", (harmed, *oracle.INVARIANTS))
    return schedules.run(STORY).violation


def test_a_good_story_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    assert violation(monkeypatch) is None


def test_a_word_without_its_audit_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = violation(
        monkeypatch,
        "INSERT INTO approvals (release, person, verdict, generation, groups, at, surface) "
        "SELECT max(release), 'sam', 'withdraw', 99, '[]', '', 'button' FROM approvals",
    )
    assert said is not None
    assert said.startswith("Violation: words without their row: Counter({(")
    assert said.endswith(", 'sam', 'withdraw'): 1}); rows without their word: Counter()")


@pytest.mark.parametrize("harm", ["state = 'dead'", "key = 'answer:none'"])
def test_a_command_that_was_done_and_not_answered_is_found(monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    done = "SELECT 'answer:' || min(id) FROM inbox WHERE body LIKE '%\"command\"%' AND note = 'done'"
    said = violation(monkeypatch, f"UPDATE effects SET {harm} WHERE key = ({done})")  # noqa: S608 - words of our own
    assert said is not None
    assert said.startswith("Violation: not answered: [(")
    assert "'done', 'command', " in said
