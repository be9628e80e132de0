"""Whom the end of a release concerns personally."""

from dataclasses import replace

import pytest

from bot.core.build import Author
from bot.core.changelog import Change, Comparison, Relation, Span
from bot.core.personal import Concern, Ending, Theirs, concerned, span_of
from bot.core.policy import Kind, Person
from bot.core.release import Approval, Release, Surface, Verdict
from tests.factories import NOON, a_build, a_policy, a_release, a_sha

ANN, PRIYA, SAM = Person("ann", "U0ANN", "2001"), Person("priya", "U0PRIYA", "1001"), Person("sam", "U0SAM", "1002")
POLICY = a_policy(people=(ANN, PRIYA, SAM, Person("robin", None, "1009")))
BY_ANN, BY_PRIYA = Author("Ann", None, "2001"), Author("Priya", None, "1001")
ROBIN, STRANGER = Author("Robin", None, "1009"), Author("Eve", "eve@evil.example", "6666")
OWN = Theirs(a_sha(), "Change 1")


def change(number: int, *authors: Author) -> Change:
    return Change(a_sha(number), f"Change {number}", authors, NOON, "")


def compared(added: tuple[Change, ...], removed: tuple[Change, ...] = ()) -> Comparison:
    return Comparison(Span("payments", a_sha(9), a_sha(1)), Relation.DIVERGED, added, removed, len(added))


def told(
    release: Release, ending: Ending = Ending.LIVE, by: str | None = None, known: Comparison | None = None
) -> dict[str, tuple[str, ...]]:
    """Return the titles of the commits of everybody who is told."""
    found = concerned(release, ending, by, known, POLICY)
    return {one.person.id: tuple(commit.title for commit in one.commits) for one in found}


def test_where_nobody_has_compared_it_is_the_author_of_its_own_commit() -> None:
    release = a_release(build=a_build(authors=(BY_ANN, STRANGER, ROBIN)))
    assert concerned(release, Ending.LIVE, None, None, POLICY) == (Concern(ANN, (OWN,)),)


def test_each_author_is_told_of_their_own_commits_once() -> None:
    added = (change(1, BY_ANN), change(2, BY_PRIYA, BY_ANN), change(3, STRANGER), change(1, BY_ANN))
    assert told(a_release(), known=compared(added)) == {"ann": ("Change 1", "Change 2"), "priya": ("Change 2",)}


def test_what_a_rollback_took_out_is_what_its_people_are_told_of() -> None:
    known = compared((change(1, BY_ANN),), removed=(change(4, BY_PRIYA),))
    assert told(a_release(), Ending.ROLLED_BACK, "sam", known) == {"priya": ("Change 4",)}


def test_a_rollback_that_is_live_is_told_to_whoever_asked_for_it() -> None:
    rollback = a_release(build=a_build(authors=(BY_ANN,)), kind=Kind.ROLLBACK, requested_by="sam")
    assert told(rollback) == {"sam": ()}
    assert told(rollback, Ending.REJECTED) == {"ann": ("Change 1",), "sam": ()}


def test_who_asked_for_what_they_wrote_is_told_once() -> None:
    assert told(a_release(build=a_build(authors=(BY_ANN,)), requested_by="ann")) == {"ann": ("Change 1",)}


@pytest.mark.parametrize("ending", [Ending.LIVE, Ending.REJECTED, Ending.ROLLED_BACK])
def test_nobody_is_told_what_they_did_themselves(ending: Ending) -> None:
    release = a_release(build=a_build(authors=(BY_ANN, BY_PRIYA)))
    assert told(release, ending, "ann") == {"priya": ("Change 1",)}


def test_who_approved_is_not_told_that_it_is_live() -> None:
    word = Approval("priya", "U0PRIYA", Verdict.APPROVE, 1, ("qa",), NOON, Surface.BUTTON)
    release = a_release(build=a_build(authors=(BY_ANN, BY_PRIYA)), approvals=(word,))
    assert told(release) == {"ann": ("Change 1",)}
    assert told(release, Ending.ROLLED_BACK) == {"ann": ("Change 1",), "priya": ("Change 1",)}
    void = replace(release, generation=2)
    assert told(void) == {"ann": ("Change 1",), "priya": ("Change 1",)}


def test_the_comparison_that_tells_goes_from_what_was_live() -> None:
    release = a_release()
    assert span_of(release, Ending.LIVE, a_sha(9)) == Span("payments", a_sha(9), a_sha(1))
    assert span_of(release, Ending.ROLLED_BACK, a_sha(9)) == Span("payments", a_sha(1), a_sha(9))
    assert span_of(release, Ending.LIVE, None) is None
    assert span_of(release, Ending.LIVE, a_sha(1)) is None
