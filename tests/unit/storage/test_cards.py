"""Cards: shown when wanted, one sending at a time, first posts on record, given up until wanted again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.ports.cards import Card, CardKind, Handle
from storage.transactions import SqliteTransaction
from tests.factories import NOON, a_release
from tests.unit.storage.conftest import File
from tests.unit.storage.test_lanes import opened

SECOND = timedelta(seconds=1)
NEW = Card(1, CardKind.NOTICE, 1, "C0PAYMENTS", None, 1, 0, None, 0, 0, "1")


@pytest.fixture
def tx(file: File) -> Iterator[SqliteTransaction]:
    """A transaction in which R-1 is stored and its notice is wanted."""
    with file.transaction() as stored:
        opened(stored, a_release(1), a_release(2))
        stored.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
    with file.transaction() as transaction:
        yield transaction


def claimed(tx: SqliteTransaction, seconds: int = 0) -> Card:
    card = tx.cards.claim(NOON + seconds * SECOND)
    assert card is not None, "nothing to show"
    return card


def test_a_wanted_card_is_claimed_and_shown_once(tx: SqliteTransaction) -> None:
    assert tx.cards.of(CardKind.NOTICE, 1) == NEW
    assert tx.cards.next_due() == NOON
    assert tx.cards.claim(NOON - SECOND) is None
    card = claimed(tx)
    assert card == replace(NEW, tries=1)
    assert tx.cards.claim(NOON) is None
    tx.cards.shown(card, "171.1", "hash-1", NOON)
    shown = replace(NEW, ts="171.1", have=1, have_hash="hash-1")
    assert tx.cards.of(CardKind.NOTICE, 1) == shown
    assert tx.cards.by_id(1) == shown
    assert tx.cards.claim(NOON + 99 * SECOND) is None
    assert tx.cards.next_due() is None


def test_cards_that_nobody_wanted_are_not_there(tx: SqliteTransaction) -> None:
    assert tx.cards.of(CardKind.QUESTION, 1) is None
    assert tx.cards.of(CardKind.NOTICE, 2) is None
    assert tx.cards.by_id(7) is None


def test_what_is_wanted_while_it_is_sent_is_shown_next(tx: SqliteTransaction) -> None:
    card = claimed(tx)
    tx.cards.want(CardKind.NOTICE, 1, "C0OTHER", NOON + SECOND)
    tx.cards.want(CardKind.NOTICE, 1, "C0OTHER", NOON + 2 * SECOND)
    tx.cards.shown(card, "171.1", "hash-1", NOON + 3 * SECOND)
    assert tx.cards.next_due() == NOON + 3 * SECOND
    assert claimed(tx, 3) == Card(1, CardKind.NOTICE, 1, "C0PAYMENTS", "171.1", 3, 1, "hash-1", 0, 1, "1")


def test_a_posted_card_stays_in_its_channel(tx: SqliteTransaction) -> None:
    tx.cards.want(CardKind.NOTICE, 1, "C0NEW", NOON)
    card = claimed(tx)
    assert card.channel == "C0NEW"
    tx.cards.shown(card, "171.1", "hash-1", NOON)
    tx.cards.want(CardKind.NOTICE, 1, "C0NEWEST", NOON)
    assert claimed(tx).channel == "C0NEW"


def test_what_follows_a_lost_update_is_sent_once_more(tx: SqliteTransaction) -> None:
    tx.cards.shown(claimed(tx), "171.1", "hash-1", NOON)
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
    tx.cards.later(claimed(tx), NOON, lost=True)
    tx.cards.shown(claimed(tx), "171.1", "hash-2", NOON)
    assert tx.cards.next_due() == NOON + 120 * SECOND
    card = claimed(tx, 120)
    assert (card.confirm, card.have_hash) == (True, "hash-2")
    tx.cards.shown(card, "171.1", "hash-2", NOON + 120 * SECOND)
    assert tx.cards.next_due() is None


def test_what_is_wanted_meanwhile_does_not_wait_for_that(tx: SqliteTransaction) -> None:
    tx.cards.shown(claimed(tx), "171.1", "hash-1", NOON)
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
    tx.cards.later(claimed(tx), NOON, lost=True)
    tx.cards.shown(claimed(tx), "171.1", "hash-2", NOON)
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON + SECOND)
    tx.cards.shown(claimed(tx, 1), "171.1", "hash-3", NOON + SECOND)
    assert tx.cards.next_due() == NOON + 121 * SECOND


def test_the_card_that_waits_the_longest_comes_first(tx: SqliteTransaction) -> None:
    tx.cards.want(CardKind.NOTICE, 2, "C0PAYMENTS", NOON - SECOND)
    tx.cards.want(CardKind.QUESTION, 1, "C0OPS", NOON)
    cards = [claimed(tx) for _ in range(3)]
    assert [(card.kind, card.release) for card in cards] == [
        (CardKind.NOTICE, 2),
        (CardKind.NOTICE, 1),
        (CardKind.QUESTION, 1),
    ]


def test_a_card_that_waits_for_its_time_is_not_hurried(tx: SqliteTransaction) -> None:
    tx.cards.later(claimed(tx), NOON + 30 * SECOND, lost=False)
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON + SECOND)
    assert tx.cards.next_due() == NOON + 30 * SECOND
    assert tx.cards.claim(NOON + 29 * SECOND) is None
    assert claimed(tx, 30) == replace(NEW, want=2, tries=2)


def test_a_wait_for_its_turn_is_no_try(tx: SqliteTransaction) -> None:
    tx.cards.later(claimed(tx), NOON + SECOND, lost=False, counts=False)
    tx.cards.later(claimed(tx, 1), NOON + 2 * SECOND, lost=False)
    assert claimed(tx, 2) == replace(NEW, tries=2)


def test_lost_first_posts_are_counted(tx: SqliteTransaction) -> None:
    tx.cards.later(claimed(tx), NOON + SECOND, lost=True)
    assert claimed(tx, 1) == replace(NEW, lost_posts=1, tries=2)
    assert tx.cards.next_due() == NOON + 61 * SECOND
    assert claimed(tx, 61) == replace(NEW, lost_posts=2, tries=3)


def test_a_first_post_of_a_dead_process_counts_as_lost(tx: SqliteTransaction) -> None:
    tx.cards.want(CardKind.NOTICE, 2, "C0PAYMENTS", NOON)
    tx.cards.shown(claimed(tx), "171.1", "hash-1", NOON)
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON + SECOND)
    claimed(tx)
    claimed(tx, 1)
    assert tx.effects.void_leases(NOON + 5 * SECOND) == 0
    rows = [claimed(tx, 5) for _ in range(2)]
    assert [(card.release, card.ts, card.lost_posts) for card in rows] == [(1, "171.1", 0), (2, None, 1)]


def test_a_card_given_up_rests_until_it_is_wanted_again(tx: SqliteTransaction) -> None:
    tx.cards.give_up(claimed(tx), "not_in_channel", NOON + 100 * SECOND)
    assert tx.cards.claim(NOON + 99 * SECOND) is None
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON + SECOND)
    assert claimed(tx, 1) == replace(NEW, want=2, tries=1)


def test_a_card_given_up_is_tried_again_by_itself(tx: SqliteTransaction) -> None:
    tx.cards.give_up(claimed(tx), "not_in_channel", NOON + 100 * SECOND)
    assert tx.cards.next_due() == NOON + 100 * SECOND
    assert claimed(tx, 100) == replace(NEW, tries=1)


def test_an_abandoned_card_rests_until_it_is_wanted_again(tx: SqliteTransaction) -> None:
    tx.cards.give_up(claimed(tx), "not_in_channel", NOON + 100 * SECOND)
    tx.cards.abandon(1)
    assert tx.cards.claim(NOON + 100 * SECOND) is None
    assert tx.cards.next_due() is None
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON + SECOND)
    assert claimed(tx, 1) == replace(NEW, want=2, tries=1)


def test_a_card_may_be_about_something_else_than_a_release(tx: SqliteTransaction) -> None:
    tx.cards.want(CardKind.LETTER, "7", "C0OPS", NOON - SECOND, release=2)
    tx.cards.want(CardKind.AUDIT, "head", "C0OPS", NOON - SECOND)
    letter = Card(2, CardKind.LETTER, 2, "C0OPS", None, 1, 0, None, 0, 0, "7")
    assert tx.cards.of(CardKind.LETTER, "7") == letter
    assert tx.cards.of(CardKind.AUDIT, "head") == Card(3, CardKind.AUDIT, None, "C0OPS", None, 1, 0, None, 0, 0, "head")
    assert tx.cards.concerning(2) == (letter,)
    again = tx.cards.handle(3, None, 0, "try_again")
    assert tx.cards.handle(3, None, 0, "try_again") == again
    assert tx.cards.by_handle(again) == Handle(again, 3, None, 0, "try_again")


def test_giving_up_does_not_swallow_what_is_wanted_meanwhile(tx: SqliteTransaction) -> None:
    card = claimed(tx)
    tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
    tx.cards.give_up(card, "not_in_channel", NOON + 100 * SECOND)
    assert claimed(tx) == replace(NEW, want=2, tries=1)


def test_a_button_keeps_its_handle(tx: SqliteTransaction) -> None:
    approve = tx.cards.handle(1, 1, 1, "approve")
    assert tx.cards.handle(1, 1, 1, "approve") == approve == "handle1"
    others = [tx.cards.handle(1, 1, 1, "reject"), tx.cards.handle(1, 1, 2, "approve")]
    assert others == ["handle2", "handle3"]
    assert tx.cards.by_handle(approve) == Handle("handle1", 1, 1, 1, "approve")
    assert tx.cards.by_handle("handle3") == Handle("handle3", 1, 1, 2, "approve")
    assert tx.cards.by_handle("guessed") is None


def test_a_handle_survives_a_restart(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, a_release())
        tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
        made = tx.cards.handle(1, 1, 1, "approve")
    with file.transaction() as tx:
        assert tx.cards.handle(1, 1, 1, "approve") == made
