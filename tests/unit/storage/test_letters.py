"""Letters: one open at a time about each thing, and what may still be done to what could not be delivered."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.core.inputs import Answer
from bot.ports.cards import CardKind
from bot.ports.effects import EffectKind, EffectRow, EffectState, NewEffect
from bot.ports.inbox import Received
from bot.ports.letters import Letter, Undelivered
from storage.transactions import SqliteTransaction
from tests.factories import NOON, a_release
from tests.unit.storage.conftest import File
from tests.unit.storage.test_lanes import opened

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ABOUT = Undelivered("effect-1", "announce", 1, "dead", NOON, None, "is_archived")


@pytest.fixture
def tx(file: File) -> Iterator[SqliteTransaction]:
    """A transaction in which R-1 is stored."""
    with file.transaction() as stored:
        opened(stored, a_release())
    with file.transaction() as transaction:
        yield transaction


def effect(tx: SqliteTransaction, state: EffectState, kind: EffectKind = EffectKind.ANNOUNCE) -> EffectRow:
    """Try an effect once and leave it in a state."""
    tx.effects.enqueue(NewEffect(f"{kind.value}:R-1", kind, f"{kind.value}:R-1", 1, "{}"), NOON)
    row = tx.effects.claim((kind,), NOON)
    assert row, "nothing is due"
    if state is not EffectState.ATTEMPTING:
        assert tx.effects.outcome(row, state, NOON, due=NOON + HOUR, note="is_archived")
    return row


def received(tx: SqliteTransaction) -> int:
    """Receive an act and take it up once."""
    number = tx.inbox.put(Received("slack", "act-1", "{}", NOON))
    row = tx.inbox.claim(NOON, ("slack",))
    assert row
    assert row.id == number
    return row.id


def test_a_letter_is_open_until_it_is_settled_and_then_another_may_be(tx: SqliteTransaction) -> None:
    assert tx.letters.open(ABOUT, NOON) == 1
    assert tx.letters.by_id(1) == Letter(1, "effect-1", 1, "announce", "is_archived", NOON, None, None, None)
    assert tx.letters.open(ABOUT, NOON) is None
    assert tx.letters.settle("effect-1", NOON + HOUR, Answer.ABANDON, "sam") == 1
    settled = Letter(1, "effect-1", 1, "announce", "is_archived", NOON, NOON + HOUR, Answer.ABANDON, "sam")
    assert tx.letters.last("effect-1") == settled
    assert tx.letters.settle("effect-1", NOON + HOUR) is None
    assert tx.letters.open(ABOUT, NOON + HOUR) == 2
    newest = tx.letters.last("effect-1")
    assert newest
    assert newest.id == 2
    assert tx.letters.by_id(3) is None


def test_a_card_that_is_to_be_left_alone_gets_no_letter_more(tx: SqliteTransaction) -> None:
    about = Undelivered("card-1", "notice", 1, "given up", NOON, None, "is_archived")
    tx.letters.open(about, NOON)
    tx.letters.settle("card-1", NOON, Answer.TRY_AGAIN, "sam")
    assert tx.letters.open(about, NOON) == 2
    tx.letters.settle("card-1", NOON, Answer.ABANDON, "sam")
    assert tx.letters.open(about, NOON) is None


@pytest.mark.parametrize("state", [EffectState.DONE, EffectState.CANCELLED])
def test_what_has_reached_its_end_is_not_left(tx: SqliteTransaction, state: EffectState) -> None:
    effect(tx, state)
    assert tx.letters.undelivered() == ()
    assert tx.letters.named("effect-1") is None
    assert (tx.letters.retry("effect-1", NOON), tx.letters.abandon("effect-1")) == (False, False)


def test_what_waits_for_its_first_try_is_not_left(tx: SqliteTransaction) -> None:
    tx.effects.enqueue(NewEffect("log:R-1", EffectKind.LOG, "thread:R-1", 1, "{}"), NOON)
    tx.inbox.put(Received("slack", "act-2", "{}", NOON))
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
    assert tx.letters.undelivered() == ()


def test_what_is_tried_for_the_first_time_is_not_left_but_a_second_time_it_is(tx: SqliteTransaction) -> None:
    row = effect(tx, EffectState.ATTEMPTING)
    number = received(tx)
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
    card = tx.cards.claim(NOON)
    assert card
    assert tx.letters.undelivered() == ()
    tx.effects.outcome(row, EffectState.READY, NOON, note="rate limited")
    tx.inbox.later(number, NOON, "our own code failed", counts=True)
    tx.cards.later(card, NOON, lost=False)
    failed = [(one.name, one.state) for one in tx.letters.undelivered()]
    assert failed == [("card-1", "waits"), ("effect-1", "ready"), ("inbox-1", "waiting")]
    tx.effects.claim((EffectKind.ANNOUNCE,), NOON)
    tx.inbox.claim(NOON, ("slack",))
    tx.cards.claim(NOON)
    tried = [(one.name, one.state) for one in tx.letters.undelivered()]
    assert tried == [("card-1", "waits"), ("effect-1", "attempting"), ("inbox-1", "waiting")]


def test_everything_that_failed_is_listed_by_name(tx: SqliteTransaction) -> None:
    effect(tx, EffectState.DEAD)
    effect(tx, EffectState.READY, EffectKind.LOG)
    effect(tx, EffectState.UNKNOWN, EffectKind.DEPLOY)
    tx.inbox.poison(received(tx), "set aside")
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
    card = tx.cards.claim(NOON)
    assert card
    tx.cards.give_up(card, "is_archived", NOON + HOUR)
    announce = Undelivered("effect-1", "announce", 1, "dead", NOON, None, "is_archived")
    assert tx.letters.undelivered() == (
        announce,
        Undelivered("effect-2", "log", 1, "ready", NOON, NOON + HOUR, "is_archived"),
        Undelivered("effect-3", "deploy", 1, "unknown", NOON, None, "is_archived"),
        Undelivered("inbox-1", "slack", None, "poison", NOON, None, "set aside"),
        Undelivered("card-1", "notice", 1, "given up", NOON + HOUR, NOON + HOUR, "is_archived"),
    )
    assert tx.letters.named("effect-1") == announce
    assert tx.letters.named("effect-9") is None


@pytest.mark.parametrize(
    ("state", "kind", "retried", "abandoned"),
    [
        (EffectState.DEAD, EffectKind.ANNOUNCE, True, True),
        (EffectState.READY, EffectKind.ANNOUNCE, True, True),
        (EffectState.ATTEMPTING, EffectKind.ANNOUNCE, False, False),
        (EffectState.DEAD, EffectKind.DEPLOY, False, True),
        (EffectState.READY, EffectKind.DEPLOY, True, False),
        (EffectState.VERIFY, EffectKind.DEPLOY, True, False),
        (EffectState.UNKNOWN, EffectKind.DEPLOY, False, False),
    ],
)
def test_what_may_be_done_to_an_effect(
    file: File, state: EffectState, kind: EffectKind, retried: bool, abandoned: bool
) -> None:
    with file.transaction() as tx:
        opened(tx, a_release())
        effect(tx, state, kind)
        assert tx.letters.retry("effect-1", NOON + HOUR) is retried
    (row,) = file.sql("SELECT due_at, give_up_at FROM effects")
    fresh = ("2026-11-21T13:00:00.000000Z", "2026-11-22T13:00:00.000000Z")
    assert (row == fresh) is retried
    with file.transaction() as tx:
        assert tx.letters.abandon("effect-1") is (abandoned and not (retried and kind is EffectKind.DEPLOY))


def test_a_dead_effect_that_is_tried_again_is_claimed_like_a_new_one(tx: SqliteTransaction) -> None:
    effect(tx, EffectState.DEAD)
    assert tx.letters.retry("effect-1", NOON + DAY)
    row = tx.effects.claim((EffectKind.ANNOUNCE,), NOON + DAY)
    assert row
    assert (row.claimed_from, row.attempt, row.give_up_at) == (EffectState.READY, 2, NOON + 2 * DAY)


def test_a_card_that_was_given_up_is_tried_again_or_left_alone(tx: SqliteTransaction) -> None:
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
    card = tx.cards.claim(NOON)
    assert card
    assert (tx.letters.retry("card-1", NOON), tx.letters.abandon("card-1")) == (False, False)
    tx.cards.give_up(card, "is_archived", NOON + HOUR)
    assert tx.letters.retry("card-1", NOON)
    again = tx.cards.claim(NOON)
    assert again
    tx.cards.give_up(again, "is_archived", NOON + HOUR)
    assert tx.letters.abandon("card-1")
    assert tx.cards.claim(NOON + DAY) is None
    assert tx.letters.undelivered() == ()


def test_what_was_set_aside_is_decided_after_all_or_never(tx: SqliteTransaction) -> None:
    number = received(tx)
    tx.inbox.poison(number, "set aside")
    assert tx.letters.retry("inbox-1", NOON + HOUR)
    row = tx.inbox.claim(NOON + HOUR, ("slack",))
    assert row
    assert (row.id, row.tries) == (number, 1)
    tx.inbox.poison(number, "set aside")
    assert tx.letters.abandon("inbox-1")
    assert (tx.letters.retry("inbox-1", NOON), tx.letters.abandon("inbox-1")) == (False, False)
    assert tx.inbox.outcome(number) == "abandoned"
