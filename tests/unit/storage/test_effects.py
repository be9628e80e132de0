"""The effect protocol: one at a time in a lane, attempts on record, outcomes fenced, lost answers looked up."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.ports.effects import EffectKind, EffectRow, EffectState, NewEffect
from storage.transactions import SqliteTransaction
from tests.factories import LANE, NOON, a_release
from tests.unit.storage.conftest import File
from tests.unit.storage.test_lanes import opened

DEPLOY = (EffectKind.DEPLOY,)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
ENDINGS = [EffectState.DONE, EffectState.DEAD, EffectState.CANCELLED]


def an_effect(
    key: str = "deploy:R-1:1", lane: str = f"deploy:{LANE}", kind: EffectKind = EffectKind.DEPLOY
) -> NewEffect:
    return NewEffect(key, kind, lane, 1, "{}")


@pytest.fixture
def tx(file: File) -> Iterator[SqliteTransaction]:
    """A transaction in which R-1 is stored."""
    with file.transaction() as stored:
        opened(stored, a_release())
    with file.transaction() as transaction:
        yield transaction


def claimed(tx: SqliteTransaction, at: datetime = NOON) -> EffectRow:
    row = tx.effects.claim(DEPLOY, at)
    assert row is not None, "nothing to claim"
    return row


def test_a_claim_is_an_attempt_on_record(tx: SqliteTransaction) -> None:
    assert tx.effects.claim(DEPLOY, NOON) is None
    tx.effects.enqueue(an_effect(), NOON)
    assert tx.effects.next_due(DEPLOY) == NOON
    assert tx.effects.claim(DEPLOY, NOON - SECOND) is None
    row = tx.effects.claim(DEPLOY, NOON + SECOND)
    assert row == EffectRow(1, an_effect(), EffectState.READY, 1, 1, NOON, NOON + DAY, None)
    assert tx.effects.claim(DEPLOY, NOON + SECOND) is None
    assert tx.effects.next_due(DEPLOY) == NOON + 61 * SECOND
    assert tx.effects.outcome(row, EffectState.DONE, NOON + 2 * SECOND, note="77") is True
    assert tx.effects.next_due(DEPLOY) is None


def test_attempts_and_their_outcomes_stay_on_record(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, a_release())
        tx.effects.enqueue(an_effect(), NOON)
        tx.effects.outcome(claimed(tx), EffectState.READY, NOON + SECOND, note="busy")
        claimed(tx, NOON + 2 * SECOND)
    assert file.sql("SELECT n, fence, started_at, finished_at, outcome, note FROM attempts") == [
        (1, 1, "2026-11-21T12:00:00.000000Z", "2026-11-21T12:00:01.000000Z", "ready", "busy"),
        (2, 2, "2026-11-21T12:00:02.000000Z", None, None, ""),
    ]


def test_an_intent_is_recorded_once(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect(), NOON)
    tx.effects.enqueue(an_effect(), NOON - SECOND)
    assert tx.effects.next_due(DEPLOY) == NOON
    assert tx.effects.outcome(claimed(tx), EffectState.DONE, NOON) is True
    tx.effects.enqueue(an_effect(), NOON)
    assert tx.effects.claim(DEPLOY, NOON) is None


def test_a_cancelled_intent_becomes_ready_again(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect(), NOON)
    tx.effects.outcome(claimed(tx), EffectState.CANCELLED, NOON)
    assert tx.effects.claim(DEPLOY, NOON) is None
    tx.effects.enqueue(an_effect(), NOON + SECOND)
    assert claimed(tx, NOON + SECOND) == EffectRow(
        1, an_effect(), EffectState.READY, 2, 2, NOON + SECOND, NOON + SECOND + DAY, None
    )


def test_only_the_kinds_asked_for_are_claimed(tx: SqliteTransaction) -> None:
    announce = an_effect("announce:R-1", "announce:R-1", EffectKind.ANNOUNCE)
    tx.effects.enqueue(announce, NOON)
    assert tx.effects.claim(DEPLOY, NOON) is None
    assert tx.effects.next_due(DEPLOY) is None
    row = tx.effects.claim((EffectKind.LOG, EffectKind.ANNOUNCE), NOON)
    assert row == EffectRow(1, announce, EffectState.READY, 1, 1, NOON, NOON + DAY, None)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_lane_goes_in_order_and_an_ending_lets_the_next_pass(tx: SqliteTransaction, ending: EffectState) -> None:
    tx.effects.enqueue(an_effect("first"), NOON)
    tx.effects.enqueue(an_effect("second"), NOON - SECOND)
    tx.effects.enqueue(an_effect("elsewhere", "deploy:docs/production"), NOON)
    first = claimed(tx)
    assert first.effect.key == "first"
    assert claimed(tx).effect.key == "elsewhere"
    assert tx.effects.claim(DEPLOY, NOON) is None
    tx.effects.outcome(first, ending, NOON)
    assert claimed(tx).effect.key == "second"


@pytest.mark.parametrize("state", [EffectState.READY, EffectState.VERIFY, EffectState.UNKNOWN])
def test_what_is_not_finished_holds_its_lane(tx: SqliteTransaction, state: EffectState) -> None:
    tx.effects.enqueue(an_effect("first"), NOON)
    tx.effects.enqueue(an_effect("second"), NOON)
    tx.effects.outcome(claimed(tx), state, NOON, due=NOON + 9 * SECOND)
    assert tx.effects.claim(DEPLOY, NOON + 8 * SECOND) is None
    waits = None if state is EffectState.UNKNOWN else NOON + 9 * SECOND
    assert tx.effects.next_due(DEPLOY) == waits


def test_an_older_intent_that_wakes_again_waits_for_the_one_in_flight(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect("first"), NOON)
    tx.effects.enqueue(an_effect("second"), NOON)
    tx.effects.outcome(claimed(tx), EffectState.CANCELLED, NOON)
    second = claimed(tx)
    tx.effects.enqueue(an_effect("first"), NOON)
    assert tx.effects.claim(DEPLOY, NOON) is None
    tx.effects.outcome(second, EffectState.VERIFY, NOON)
    again = claimed(tx)
    assert (again.effect.key, again.claimed_from) == ("second", EffectState.VERIFY)
    tx.effects.outcome(again, EffectState.DONE, NOON)
    assert claimed(tx).effect.key == "first"


def test_the_database_itself_allows_one_in_flight_per_lane(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, a_release())
        tx.effects.enqueue(an_effect("first"), NOON)
        tx.effects.enqueue(an_effect("second"), NOON)
        claimed(tx)
    with pytest.raises(sqlite3.IntegrityError, match=r"^UNIQUE constraint failed: effects.lane$"):
        file.sql("UPDATE effects SET state = 'verify' WHERE key = 'second'")


def test_a_lost_answer_is_looked_up_by_one_at_a_time(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect(), NOON)
    tx.effects.outcome(claimed(tx), EffectState.VERIFY, NOON + SECOND)
    look = claimed(tx, NOON + 2 * SECOND)
    assert look == EffectRow(1, an_effect(), EffectState.VERIFY, 1, 2, NOON, NOON + DAY, NOON + SECOND)
    assert tx.effects.claim(DEPLOY, NOON + 2 * SECOND) is None
    tx.effects.outcome(look, EffectState.VERIFY, NOON + 3 * SECOND, due=NOON + 8 * SECOND)
    assert tx.effects.claim(DEPLOY, NOON + 7 * SECOND) is None
    again = claimed(tx, NOON + 8 * SECOND)
    assert again == EffectRow(1, an_effect(), EffectState.VERIFY, 1, 3, NOON, NOON + DAY, NOON + SECOND)
    tx.effects.outcome(again, EffectState.READY, NOON + 9 * SECOND)
    sent_again = claimed(tx, NOON + 9 * SECOND)
    assert sent_again == EffectRow(1, an_effect(), EffectState.READY, 2, 4, NOON, NOON + DAY, None, lost=1)


def test_a_wait_for_its_turn_is_an_attempt_on_record_and_no_try(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, a_release())
        tx.effects.enqueue(an_effect(), NOON)
        for second in range(2):
            tx.effects.outcome(claimed(tx, NOON + second * SECOND), EffectState.READY, NOON, note="turn", counts=False)
        third = claimed(tx, NOON + 2 * SECOND)
        assert (third.attempt, third.waited, third.lost, third.tries) == (3, 2, 0, 1)
        tx.effects.outcome(third, EffectState.READY, NOON, note="busy")
        fourth = claimed(tx, NOON + 3 * SECOND)
        assert (fourth.attempt, fourth.waited, fourth.tries) == (4, 2, 2)
        tx.effects.outcome(fourth, EffectState.VERIFY, NOON)
        again = claimed(tx, NOON + 4 * SECOND)  # sent again from the look-up: what was lost stays so, though it waits
        tx.effects.outcome(again, EffectState.READY, NOON, note="turn", counts=False)
        fifth = claimed(tx, NOON + 5 * SECOND)
        assert (fifth.attempt, fifth.waited, fifth.lost, fifth.tries) == (5, 2, 1, 3)
        tx.effects.outcome(fifth, EffectState.DONE, NOON, counts=False)  # only what stays READY has waited
    kept = file.sql("SELECT n, outcome FROM attempts ORDER BY n")
    assert kept == [(1, "waited"), (2, "waited"), (3, "ready"), (4, "verify"), (5, "done")]


def test_an_outcome_counts_once_and_only_from_the_last_claim(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect(), NOON)
    late = claimed(tx)
    after_its_lease = claimed(tx, NOON + 60 * SECOND)
    assert after_its_lease == EffectRow(1, an_effect(), EffectState.VERIFY, 1, 2, NOON, NOON + DAY, NOON)
    assert tx.effects.outcome(late, EffectState.DONE, NOON + 61 * SECOND) is False
    assert tx.effects.outcome(after_its_lease, EffectState.UNKNOWN, NOON + 61 * SECOND) is True
    assert tx.effects.outcome(after_its_lease, EffectState.DONE, NOON + 61 * SECOND) is False
    assert tx.effects.next_due(DEPLOY) is None


def test_an_attempt_is_not_an_outcome(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect(), NOON)
    row = claimed(tx)
    with pytest.raises(ValueError, match=r"^an attempt begins with a claim$"):
        tx.effects.outcome(row, EffectState.ATTEMPTING, NOON)


def test_at_start_whatever_was_attempted_is_looked_up(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect("sent"), NOON)
    tx.effects.enqueue(an_effect("looked up", "other"), NOON)
    tx.effects.enqueue(an_effect("waits", "third"), NOON + SECOND)
    claimed(tx)
    tx.effects.outcome(claimed(tx), EffectState.VERIFY, NOON + SECOND, due=NOON + SECOND)
    claimed(tx, NOON + SECOND)
    claimed(tx, NOON + SECOND)
    assert tx.effects.void_leases(NOON + 5 * SECOND) == 2
    assert tx.effects.void_leases(NOON + 5 * SECOND) == 0
    rows = [claimed(tx, NOON + 5 * SECOND) for _ in range(3)]
    assert [(row.effect.key, row.claimed_from, row.attempt, row.first_lost_at) for row in rows] == [
        ("looked up", EffectState.VERIFY, 1, NOON + SECOND),
        ("sent", EffectState.VERIFY, 1, NOON),
        ("waits", EffectState.VERIFY, 1, NOON + SECOND),
    ]


@pytest.mark.parametrize(
    ("state", "from_state", "lost_at"),
    [(EffectState.READY, EffectState.READY, None), (EffectState.VERIFY, EffectState.VERIFY, NOON)],
)
def test_a_person_wakes_an_unknown_effect(
    tx: SqliteTransaction, state: EffectState, from_state: EffectState, lost_at: datetime | None
) -> None:
    tx.effects.enqueue(an_effect(), NOON)
    tx.effects.outcome(claimed(tx), EffectState.VERIFY, NOON)
    tx.effects.outcome(claimed(tx), EffectState.UNKNOWN, NOON)
    tx.effects.resume("deploy:R-1:1", state, NOON + SECOND)
    row = claimed(tx, NOON + SECOND)
    assert (row.claimed_from, row.first_lost_at) == (from_state, lost_at)


def test_a_person_cancels_an_unknown_effect_and_the_lane_goes_on(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect(), NOON)
    tx.effects.enqueue(an_effect("next"), NOON)
    tx.effects.outcome(claimed(tx), EffectState.UNKNOWN, NOON)
    tx.effects.resume("deploy:R-1:1", EffectState.CANCELLED, NOON)
    assert claimed(tx).effect.key == "next"


def test_resuming_leaves_everything_else_as_it_is(tx: SqliteTransaction) -> None:
    tx.effects.resume("never enqueued", EffectState.CANCELLED, NOON)
    tx.effects.enqueue(an_effect(), NOON)
    tx.effects.resume("deploy:R-1:1", EffectState.CANCELLED, NOON)
    row = claimed(tx)
    tx.effects.resume("deploy:R-1:1", EffectState.CANCELLED, NOON)
    assert tx.effects.outcome(row, EffectState.DONE, NOON) is True
    tx.effects.resume("deploy:R-1:1", EffectState.READY, NOON)
    assert tx.effects.claim(DEPLOY, NOON) is None
    with pytest.raises(ValueError, match=r"^an unknown effect cannot become done$"):
        tx.effects.resume("deploy:R-1:1", EffectState.DONE, NOON)


def test_a_look_that_is_put_off_is_hastened_but_no_other_row(tx: SqliteTransaction) -> None:
    tx.effects.hasten("never enqueued", NOON)
    tx.effects.enqueue(an_effect(), NOON)
    row = claimed(tx)
    tx.effects.hasten("deploy:R-1:1", NOON + SECOND)
    assert tx.effects.outcome(row, EffectState.VERIFY, NOON, due=NOON + DAY)
    assert tx.effects.claim(DEPLOY, NOON + SECOND) is None
    tx.effects.hasten("deploy:R-1:1", NOON + SECOND)
    looked = claimed(tx, NOON + SECOND)
    assert looked.claimed_from is EffectState.VERIFY
    tx.effects.hasten("deploy:R-1:1", NOON)
    assert tx.effects.outcome(looked, EffectState.READY, NOON, due=NOON + DAY)
    tx.effects.hasten("deploy:R-1:1", NOON)
    assert tx.effects.next_due(DEPLOY) == NOON + DAY


@pytest.mark.parametrize("kind", list(EffectKind))
def test_every_kind_can_be_stored(tx: SqliteTransaction, kind: EffectKind) -> None:
    tx.effects.enqueue(an_effect(kind=kind), NOON)
    assert tx.effects.next_due((kind,)) == NOON


def test_what_waits_in_a_lane_is_cancelled_but_not_what_is_kept_attempted_or_in_another(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect("attempted"), NOON)
    claimed(tx)
    for key in ("kept", "waits"):
        tx.effects.enqueue(an_effect(key), NOON)
    tx.effects.enqueue(an_effect("elsewhere", lane="deploy:docs/production"), NOON)
    tx.effects.cancel_ready(f"deploy:{LANE}", ("kept", "unheard of"))
    assert claimed(tx).effect.key == "elsewhere"
    tx.effects.enqueue(an_effect("waits"), NOON + SECOND)
    tx.effects.void_leases(NOON)
    attempted = claimed(tx, NOON + SECOND)
    assert (attempted.effect.key, attempted.claimed_from) == ("attempted", EffectState.VERIFY)


def test_a_person_gives_an_unknown_effect_another_day(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(an_effect(), NOON)
    tx.effects.outcome(claimed(tx), EffectState.UNKNOWN, NOON)
    tx.effects.resume("deploy:R-1:1", EffectState.READY, NOON + DAY)
    assert claimed(tx, NOON + DAY).give_up_at == NOON + 2 * DAY


def test_what_waits_behind_is_brought_about_together(tx: SqliteTransaction) -> None:
    kinds = [EffectKind.LOG, EffectKind.LOG, EffectKind.LOG, EffectKind.ANCHOR, EffectKind.LOG]
    for number, kind in enumerate(kinds, 1):
        tx.effects.enqueue(an_effect(f"line:{number}", "thread:R-1", kind), NOON)
    tx.effects.enqueue(an_effect("line:6", "thread:R-2", EffectKind.LOG), NOON)
    row = tx.effects.claim((EffectKind.LOG,), NOON)
    assert row is not None
    assert [one.effect.key for one in tx.effects.following(row, 9)] == ["line:2", "line:3"]
    assert [one.id for one in tx.effects.following(row, 1)] == [2]
    assert tx.effects.outcome(row, EffectState.DONE, NOON)
    tx.effects.done_with(row, (2, 6), NOON)
    third = tx.effects.claim((EffectKind.LOG,), NOON)
    assert third is not None
    assert third.effect.key == "line:3"
    assert tx.effects.following(third, 9) == ()
    assert [one.effect.key for one in [tx.effects.claim((EffectKind.LOG,), NOON)] if one] == ["line:6"]
