"""What spans change: what is asked next, what was told, what a release replaced, what is forgotten."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.build import Author
from bot.core.changelog import Change, Comparison, PullRequest, Relation, Span
from bot.core.lane import Live
from bot.core.policy import LaneId
from bot.core.release import Lifecycle
from bot.ports.changes import Wanted
from storage.changes import DUE, LATELY, NEXT_DUE, SHOWN
from storage.transactions import SqliteTransaction
from tests.factories import LANE, NOON, a_build, a_release, a_sha
from tests.unit.storage.conftest import File

SOURCES = {"payments": "acme/payments"}
MINUTE = timedelta(minutes=1)
STAGING = LaneId("payments", "staging")
SPAN = Span("payments", a_sha(1), a_sha(2))
ROBIN = Author("Robin", "robin@acme.example", "1009")
TOLD = Comparison(
    SPAN,
    Relation.DIVERGED,
    added=(
        Change(
            a_sha(2),
            "feat: add refunds (#7)",
            (ROBIN,),
            NOON,
            "https://github.example/c/2",
            PullRequest(7, "Add refunds", "https://github.example/p/7", ("feature",)),
            "BREAKING CHANGE: none",
        ),
    ),
    removed=(Change(a_sha(9), "Hotfix", (ROBIN,), NOON, "https://github.example/c/9"),),
    added_total=4,
    files=("pay/a.py",),
    complete=False,
)


def live(number: int) -> Live:
    return Live(a_sha(number), str(number), NOON, (NOON, number, 1))


def opens(tx: SqliteTransaction, number: int, lane: LaneId = LANE, since: int | None = 1) -> None:
    """Let a release of build `number` open where build `since` is live."""
    build = tx.builds.of_commit("payments", a_sha(number)) or tx.builds.save(a_build(number, id=0))
    before = tx.lanes.load(lane)
    there = replace(before, live=live(since) if since else None)
    tx.lanes.save(before, there.opened(a_release(tx.lanes.next_number(), build, lane)))


def ends(tx: SqliteTransaction, number: int, state: Lifecycle, at: datetime = NOON, lane: LaneId = LANE) -> None:
    """Let a release end; when it is live, it is what runs in its lane."""
    before = tx.lanes.load(lane, also=number)
    release = before.release(number)
    assert release is not None
    after = before.replaced(replace(release, state=state, ended_at=at))
    now_live = Live(release.build.sha, release.build.version, at, release.build.position, number)
    tx.lanes.save(before, replace(after, live=now_live) if state is Lifecycle.LIVE else after)


def due(file: File, now: datetime = NOON, sources: dict[str, str] = SOURCES) -> Wanted | None:
    with file.transaction() as tx:
        return tx.changes.due(sources, now)


def test_an_unfinished_release_wants_what_changed_since_what_is_live(file: File) -> None:
    assert due(file) is None
    with file.transaction() as tx:
        opens(tx, 2)
    assert due(file) == Wanted(SPAN, 0)
    assert due(file, sources={"docs": "acme/docs"}) is None, "no service of the policy"


@pytest.mark.parametrize("since", [None, 2])
def test_where_nothing_is_live_or_just_that_nothing_is_compared(file: File, since: int | None) -> None:
    with file.transaction() as tx:
        opens(tx, 2, since=since)
    assert due(file) is None


def test_what_was_told_is_kept_whole_and_not_asked_again(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        assert tx.changes.get(SPAN) is None
        tx.changes.put(TOLD, "acme/payments", NOON)
    with file.transaction() as tx:
        assert (tx.changes.get(SPAN), tx.changes.why_not(SPAN)) == (TOLD, None)
        assert tx.changes.get(replace(SPAN, head=a_sha(3))) is None
    assert due(file) is None


def test_another_repository_is_asked_again(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        tx.changes.put(TOLD, "acme/payments", NOON)
    assert due(file, sources={"payments": "acme/money"}) == Wanted(SPAN, 0)


def test_another_base_is_compared_again(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 3)
        tx.changes.put(replace(TOLD, span=replace(SPAN, head=a_sha(3))), "acme/payments", NOON)
        before = tx.lanes.load(LANE)
        tx.lanes.save(before, replace(before, live=live(2)))
    assert due(file) == Wanted(Span("payments", a_sha(2), a_sha(3)), 0)


def test_what_nobody_can_tell_is_asked_again_after_an_hour(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        tx.changes.cannot(SPAN, "a commit is gone", "acme/payments", NOON)
        assert (tx.changes.get(SPAN), tx.changes.why_not(SPAN)) == (None, "a commit is gone")
        assert tx.changes.next_due(NOON) == NOON + 60 * MINUTE
    assert due(file, NOON + 60 * MINUTE - timedelta(microseconds=1)) is None
    assert due(file, sources={"payments": "acme/money"}) == Wanted(SPAN, 0), "of another repository somebody may"
    assert due(file, NOON + 60 * MINUTE) == Wanted(SPAN, 0, untold=True)
    with file.transaction() as tx:
        assert tx.changes.why_not(SPAN) == "a commit is gone", "that counts until somebody says otherwise"
        tx.changes.later(SPAN, NOON + 61 * MINUTE, NOON + 60 * MINUTE)
        assert tx.changes.why_not(SPAN) is None
    assert due(file, NOON + 61 * MINUTE) == Wanted(SPAN, 1)


def test_what_a_former_version_took_for_untellable_is_asked_again_at_once(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        tx.changes.cannot(SPAN, "a commit is gone", "acme/payments", NOON)
    file.sql("UPDATE comparisons SET due_at = NULL")
    assert due(file) == Wanted(SPAN, 0, untold=True)


def test_nobody_is_asked_again_for_a_release_that_has_ended(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        tx.changes.cannot(SPAN, "a commit is gone", "acme/payments", NOON)
        ends(tx, 1, Lifecycle.REJECTED)
        assert tx.changes.next_due(NOON) is None
    assert due(file, NOON + 60 * MINUTE) is None


def test_what_was_asked_in_vain_is_asked_again_in_time(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        tx.changes.later(SPAN, NOON + MINUTE, NOON)
        assert tx.changes.next_due(NOON) == NOON + MINUTE
    assert due(file, NOON + MINUTE - timedelta(microseconds=1)) is None
    assert due(file, NOON + MINUTE) == Wanted(SPAN, 1)
    with file.transaction() as tx:
        tx.changes.later(SPAN, NOON + 2 * MINUTE, NOON + MINUTE)
    assert due(file, NOON + 2 * MINUTE) == Wanted(SPAN, 2)
    with file.transaction() as tx:
        assert tx.changes.next_due(NOON + 2 * MINUTE) is None, "it is due now"
        tx.changes.put(TOLD, "acme/payments", NOON)
        assert tx.changes.next_due(NOON) is None


def test_a_release_that_ended_otherwise_wants_nothing_any_more(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        tx.changes.later(SPAN, NOON + MINUTE, NOON - LATELY)
        ends(tx, 1, Lifecycle.REJECTED)
    with file.transaction() as tx:
        assert tx.changes.next_due(NOON) is None
    assert due(file, NOON + MINUTE) is None


def test_one_that_has_just_become_live_still_wants_it_for_an_hour(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        ends(tx, 1, Lifecycle.LIVE)
    assert due(file) == Wanted(SPAN, 0)
    assert due(file, NOON + LATELY) is None


def test_whoever_asks_for_a_span_is_told_within_an_hour_or_not(file: File) -> None:
    with file.transaction() as tx:
        tx.changes.want(SPAN, NOON)
    assert due(file) == Wanted(SPAN, 0)
    assert due(file, NOON + LATELY) is None
    with file.transaction() as tx:
        tx.changes.want(SPAN, NOON + LATELY)
    assert due(file, NOON + LATELY) == Wanted(SPAN, 0)
    with file.transaction() as tx:
        tx.changes.put(TOLD, "acme/payments", NOON)
        tx.changes.want(SPAN, NOON + LATELY)
        assert tx.changes.get(SPAN) == TOLD
    assert due(file, NOON + LATELY) is None


def test_what_a_release_replaced_is_known_when_it_is_live_itself(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        assert tx.changes.before(1) is None, "the lane tells"
        ends(tx, 1, Lifecycle.LIVE)
        opens(tx, 3, since=2)
        ends(tx, 2, Lifecycle.LIVE)
    with file.transaction() as tx:
        assert (tx.changes.before(1), tx.changes.before(2)) == (live(1), live(2))
        ends(tx, 1, Lifecycle.ROLLED_BACK)
        assert tx.changes.before(1) == live(1)


def test_one_that_is_live_after_all_replaced_what_was_live_then(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 3)
        ends(tx, 1, Lifecycle.FAILED)
        assert tx.changes.before(1) == live(1)
        before = tx.lanes.load(LANE)
        tx.lanes.save(before, replace(before, live=live(2)))
        ends(tx, 1, Lifecycle.LIVE)
        assert tx.changes.before(1) == live(2)


def test_the_first_release_of_a_lane_replaced_nothing(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2, since=None)
        ends(tx, 1, Lifecycle.LIVE)
        assert tx.changes.before(1) is None


def test_a_span_is_shown_by_unfinished_releases_and_those_that_ended_lately(file: File) -> None:
    with file.transaction() as tx:
        opens(tx, 2)
        ends(tx, 1, Lifecycle.FAILED)
        opens(tx, 2)
        opens(tx, 2, STAGING)
        opens(tx, 3, STAGING)
    with file.transaction() as tx:
        assert tx.changes.shown_by(SPAN, NOON) == (1, 2, 3)
        assert tx.changes.shown_by(SPAN, NOON + LATELY) == (2, 3)
        assert tx.changes.shown_by(replace(SPAN, base=a_sha(3)), NOON) == ()
        assert tx.changes.shown_by(replace(SPAN, service="docs"), NOON) == ()


def test_what_no_unfinished_release_ships_is_forgotten_in_time(file: File) -> None:
    spans = [replace(SPAN, head=a_sha(number)) for number in (2, 3, 4, 5)]
    with file.transaction() as tx:
        opens(tx, 2)
        for span in spans[:3]:
            tx.changes.put(replace(TOLD, span=span), "acme/payments", NOON)
        tx.changes.put(replace(TOLD, span=spans[3]), "acme/payments", NOON + MINUTE)
    with file.transaction() as tx:
        assert tx.changes.prune(NOON, 9) == 0
        assert [tx.changes.prune(NOON + MINUTE, 1) for _ in range(3)] == [1, 1, 0]
        kept = [tx.changes.get(span) is not None for span in spans]
        assert kept == [True, False, False, True]


@pytest.mark.parametrize("query", [DUE, NEXT_DUE, SHOWN])
def test_looking_for_work_reads_no_table_from_end_to_end(file: File, query: str) -> None:
    given = {"sources": "{}", "now": "z", "lately": "z", "service": "", "base": "", "head": ""}
    with file.database() as database:
        asked = {name: value for name, value in given.items() if f":{name}" in query}
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}", asked).fetchall()]
    tables = ("releases", "builds", "comparisons", "known", "preceded", "build", "ended")
    assert [step for step in plan if step in {f"SCAN {table}" for table in tables}] == []
