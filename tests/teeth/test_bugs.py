"""The known bugs can still be put back: whoever rewrites a line that one of them changes hears of it at once."""

from pathlib import Path

import pytest

from tests.teeth.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_what_a_bug_changes_is_still_there(bug: Bug) -> None:
    found = {
        (edit.file, edit.old): (ROOT / edit.file).read_text(encoding="utf-8").count(edit.old) for edit in bug.edits
    }
    assert found == {(edit.file, edit.old): edit.times for edit in bug.edits}
    assert bug.tests is None or (ROOT / bug.tests).exists()
