"""Who wrote what open releases would bring is told with their lane, as far as commits were compared."""

from dataclasses import replace

from bot.core.build import Author
from bot.core.changelog import Change, Span
from bot.core.lane import Authorship
from bot.core.release import Lifecycle
from tests.factories import ANN, LANE, NOON, a_build, a_sha
from tests.unit.storage.conftest import File
from tests.unit.storage.test_changes import ROBIN, SPAN, TOLD, ends, opens

BOB = Author("Bob")


def authorship(file: File) -> tuple[Authorship, ...]:
    with file.transaction() as tx:
        return tx.lanes.load(LANE).around.authorship


def test_of_each_open_release_it_is_known_or_that_nobody_can_tell_or_nothing(file: File) -> None:
    commits = [Change(a_sha(n), "", by, NOON, "") for n, by in enumerate([(ROBIN, ANN), (BOB,), (ROBIN, ANN)])]
    with file.transaction() as tx:
        for number in (2, 3, 4, 5):
            opens(tx, number)
        tx.changes.put(replace(TOLD, added=tuple(commits), added_total=len(commits)), "", NOON)
        tx.changes.cannot(replace(SPAN, head=a_sha(3)), "a commit is gone", "", NOON)
        tx.changes.later(replace(SPAN, head=a_sha(4)), NOON, NOON)
        tx.changes.put(replace(TOLD, span=replace(SPAN, base=a_sha(9), head=a_sha(5))), "", NOON)
    assert authorship(file) == (
        Authorship(a_sha(1), a_sha(2), ((ROBIN, ANN), (BOB,))),
        Authorship(a_sha(1), a_sha(3), None),
    )
    with file.transaction() as tx:
        ends(tx, 1, Lifecycle.REJECTED)
        ends(tx, 2, Lifecycle.REJECTED)
        ends(tx, 4, Lifecycle.REJECTED)
    assert authorship(file) == ()


def test_commits_that_were_not_told_are_counted_and_files_that_were_not_are_nothing_here(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        tx.changes.put(replace(TOLD, added_total=101, complete=False), "", NOON)
    assert authorship(file) == (Authorship(a_sha(1), a_sha(2), ((ROBIN,),), untold=100),)
    with file.transaction() as tx:
        tx.changes.put(replace(TOLD, added_total=1, complete=False), "", NOON)
    assert authorship(file) == (Authorship(a_sha(1), a_sha(2), ((ROBIN,),)),)
    with file.transaction() as tx:
        tx.changes.put(replace(TOLD, added_total=0), "", NOON)
    assert authorship(file) == (Authorship(a_sha(1), a_sha(2), ((ROBIN,),)),)


def test_it_is_told_of_what_a_decision_may_make_live_or_may_put_off(file: File) -> None:
    later, other = Span("payments", a_sha(2), a_sha(3)), Span("payments", a_sha(1), a_sha(7))
    with file.transaction() as tx:
        opens(tx, 2)
        opens(tx, 3)
        before = tx.lanes.load(LANE)
        (first, _) = before.releases
        tx.lanes.save(before, before.replaced(replace(first, state=Lifecycle.VERIFYING)))
        for span in (SPAN, later, other):
            tx.changes.cannot(span, "a commit is gone", "", NOON)
    told = (Authorship(a_sha(1), a_sha(2), None), Authorship(a_sha(2), a_sha(3), None))
    assert authorship(file) == told
    with file.transaction() as tx:
        assert tx.lanes.load(LANE, build=a_build(7)).around.authorship == (
            told[0],
            Authorship(a_sha(1), a_sha(7), None),
            told[1],
        )


def test_nothing_is_told_where_nothing_is_live_or_waits(file: File) -> None:
    assert authorship(file) == ()
    with file.transaction() as tx:
        opens(tx, 2, since=None)
        tx.changes.put(TOLD, "", NOON)
    assert authorship(file) == ()
    with file.transaction() as tx:
        opens(tx, 2, since=2)
    assert authorship(file) == ()


def test_that_commits_are_compared_is_said_once_and_for_all(file: File) -> None:
    for expected in (False, True, True):
        with file.transaction() as tx:
            assert tx.lanes.load(LANE).around.compares is expected
            tx.changes.begin(NOON)
    assert file.sql("SELECT count(*) FROM comparing") == [(1,)]
