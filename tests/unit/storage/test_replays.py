"""A key is worked on once; it is forgotten when its work failed, and after ten minutes."""

import sqlite3
from datetime import timedelta

import pytest

from bot.ports.replays import Seen
from tests.factories import NOON
from tests.unit.storage.conftest import File

MINUTE = timedelta(minutes=1)


def test_a_key_is_new_once_then_being_worked_on_then_done(file: File) -> None:
    with file.transaction() as tx:
        assert tx.replays.begin("a", NOON) is Seen.NEVER
        assert tx.replays.begin("a", NOON) is Seen.WORKING
    with file.transaction() as tx:
        assert tx.replays.begin("a", NOON) is Seen.WORKING
        assert tx.replays.begin("b", NOON) is Seen.NEVER
        tx.replays.done("a")
    with file.transaction() as tx:
        assert tx.replays.begin("a", NOON + MINUTE) is Seen.DONE
        assert tx.replays.begin("b", NOON + MINUTE) is Seen.WORKING


def test_what_failed_may_come_again_and_what_is_done_may_not(file: File) -> None:
    with file.transaction() as tx:
        tx.replays.begin("a", NOON)
        tx.replays.begin("b", NOON)
        tx.replays.done("b")
        tx.replays.forget("a")
        tx.replays.forget("b")
        assert (tx.replays.begin("a", NOON), tx.replays.begin("b", NOON)) == (Seen.NEVER, Seen.DONE)


def test_what_a_former_process_was_at_may_come_again_and_what_it_had_done_may_not(file: File) -> None:
    with file.transaction() as tx:
        tx.replays.begin("working", NOON)
        tx.replays.begin("done", NOON)
        tx.replays.done("done")
    with file.transaction() as tx:
        assert tx.replays.void() == 1
        assert (tx.replays.begin("working", NOON), tx.replays.begin("done", NOON)) == (Seen.NEVER, Seen.DONE)


def test_keys_are_kept_for_ten_minutes_and_no_longer(file: File) -> None:
    with file.transaction() as tx:
        tx.replays.begin("working", NOON)
        tx.replays.begin("done", NOON)
        tx.replays.done("done")
        assert tx.replays.begin("done", NOON + 10 * MINUTE) is Seen.DONE
        tx.replays.begin("other", NOON + 10 * MINUTE + timedelta(microseconds=1))
    assert file.sql("SELECT key FROM replays") == [("other",)]


def test_a_state_that_nobody_knows_is_refused(file: File) -> None:
    with file.transaction() as tx:
        tx.replays.begin("a", NOON)
    with pytest.raises(sqlite3.IntegrityError, match=r"^CHECK constraint failed: state IN"):
        file.sql("UPDATE replays SET state = 'perhaps'")
