"""The inbox: kept once, worked off in order, tried again, set aside."""

from datetime import timedelta

import pytest

from bot.ports.inbox import InboxRow, Received
from tests.factories import NOON
from tests.unit.storage.conftest import File

SLACK = ("slack", "cli")
SECOND = timedelta(seconds=1)


def received(key: str, source: str = "slack") -> Received:
    return Received(source, key, f'{{"said": "{key}"}}', NOON)


def test_what_was_received_is_stored_once(file: File) -> None:
    with file.transaction() as tx:
        assert tx.inbox.put(received("a")) == 1
        assert tx.inbox.put(received("b")) == 2
    with file.transaction() as tx:
        assert tx.inbox.put(received("a")) is None
        tx.inbox.done(1, "approved")
    with file.transaction() as tx:
        assert tx.inbox.put(received("a")) is None


def test_rows_are_claimed_oldest_first_and_each_try_counts(file: File) -> None:
    with file.transaction() as tx:
        assert tx.inbox.claim(NOON, SLACK) is None
        tx.inbox.put(received("a"))
        tx.inbox.put(received("b"))
    for tries in (1, 2):
        with file.transaction() as tx:
            assert tx.inbox.claim(NOON, SLACK) == InboxRow(1, received("a"), tries)
    with file.transaction() as tx:
        tx.inbox.done(1, "approved")
        assert tx.inbox.claim(NOON, SLACK) == InboxRow(2, received("b"), 1)
    assert file.sql("SELECT state, tries, note, decided_at FROM inbox") == [
        ("done", 2, "approved", "2026-11-21T12:00:00.000000Z"),
        ("waiting", 1, "", None),
    ]


def test_each_loop_sees_its_own_sources_only(file: File) -> None:
    with file.transaction() as tx:
        tx.inbox.put(received("a", "github"))
        assert tx.inbox.claim(NOON, SLACK) is None
        assert tx.inbox.next_due(SLACK) is None
        assert tx.inbox.next_due(("github",)) == NOON
        tx.inbox.put(received("b", "cli"))
        assert tx.inbox.claim(NOON, SLACK) == InboxRow(2, received("b", "cli"), 1)
        assert tx.inbox.claim(NOON, ("github",)) == InboxRow(1, received("a", "github"), 1)


@pytest.mark.parametrize(("counts", "tries"), [(True, 2), (False, 1)])
def test_a_row_that_waits_lets_the_others_pass(file: File, counts: bool, tries: int) -> None:
    with file.transaction() as tx:
        tx.inbox.put(received("a"))
        tx.inbox.claim(NOON, SLACK)
        tx.inbox.later(1, NOON + 5 * SECOND, "the directory does not answer", counts=counts)
    with file.transaction() as tx:
        assert tx.inbox.claim(NOON + 4 * SECOND, SLACK) is None
        assert tx.inbox.next_due(SLACK) == NOON + 5 * SECOND
        tx.inbox.put(received("b"))
        assert tx.inbox.claim(NOON, SLACK) == InboxRow(2, received("b"), 1)
        assert tx.inbox.claim(NOON + 5 * SECOND, SLACK) == InboxRow(1, received("a"), tries)


def test_a_poisoned_row_is_never_claimed_again(file: File) -> None:
    with file.transaction() as tx:
        tx.inbox.put(received("a"))
        tx.inbox.poison(1, "set aside after too many tries")
    with file.transaction() as tx:
        assert tx.inbox.claim(NOON, SLACK) is None
        assert tx.inbox.next_due(SLACK) is None
        assert tx.inbox.put(received("a")) is None


def test_what_is_decided_stays_decided(file: File) -> None:
    with file.transaction() as tx:
        tx.inbox.put(received("a"))
        tx.inbox.done(1, "approved")
        with pytest.raises(LookupError, match=r"^inbox row 1 is not waiting$"):
            tx.inbox.done(1, "rejected")
        with pytest.raises(LookupError, match=r"^inbox row 1 is not waiting$"):
            tx.inbox.poison(1, "no")
        with pytest.raises(LookupError, match=r"^inbox row 1 is not waiting$"):
            tx.inbox.later(1, NOON, "no", counts=True)


def test_what_waits_before_a_row_and_what_was_decided_after_it(file: File) -> None:
    with file.transaction() as tx:
        for key, source in (("a", "slack"), ("b", "cli"), ("c", "slack"), ("d", "slack"), ("e", "cli"), ("f", "cli")):
            tx.inbox.put(received(key, source))
        tx.inbox.done(1, "approved")
        tx.inbox.done(5, "cancelled")
    with file.transaction() as tx:
        assert tx.inbox.waiting_before(4, "slack") == (received("c").body,)
        assert tx.inbox.waiting_before(3, "slack") == ()
        assert tx.inbox.waiting_before(6, "cli") == (received("b").body,)
        assert tx.inbox.done_since(3, "cli") == (received("e").body,)
        assert tx.inbox.done_since(5, "cli") == tx.inbox.done_since(0, "github") == ()
        assert tx.inbox.done_since(0, "slack") == (received("a").body,)


def test_how_a_row_ended_can_be_read(file: File) -> None:
    with file.transaction() as tx:
        for key in ("a", "b", "c"):
            tx.inbox.put(received(key))
        tx.inbox.done(1, "refused")
        tx.inbox.poison(2, "set aside")
        tx.inbox.later(3, NOON, "Slack is away", counts=False)
        assert [tx.inbox.outcome(row) for row in (1, 2, 3, 4)] == ["refused", "set aside", None, None]
