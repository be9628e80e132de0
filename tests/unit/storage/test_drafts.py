"""Drafts of announcements, as they are stored."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.ports.drafts import Draft, DraftState
from tests.factories import NOON, a_release
from tests.unit.storage.conftest import File
from tests.unit.storage.test_lanes import opened


def test_a_draft_is_kept_as_it_was_last_saved(file: File) -> None:
    first, second = Draft(1, NOON + timedelta(minutes=1)), Draft(2, NOON)
    with file.transaction() as tx:
        opened(tx, a_release(1), a_release(2))
        assert tx.drafts.of(1) is None
        tx.drafts.save(first)
        tx.drafts.save(second)
        assert tx.drafts.of(1) == first
        assert tx.drafts.open() == (second, first)
        written = replace(first, text="It is\nhere", edited_by="sam", reminded=True)
        tx.drafts.save(written)
        posted = replace(second, state=DraftState.POSTED, ended_at=NOON, ended_by="priya")
        tx.drafts.save(posted)
    with file.transaction() as tx:
        assert (tx.drafts.of(1), tx.drafts.of(2)) == (written, posted)
        assert tx.drafts.open() == (written,)


def test_what_has_ended_says_when(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, a_release(1))
        with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
            tx.drafts.save(Draft(1, NOON, DraftState.DROPPED))
