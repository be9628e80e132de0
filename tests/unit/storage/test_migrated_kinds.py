"""What is stored survives the step that leaves the kinds of effects and cards to the code."""

import sqlite3
from contextlib import closing

import pytest

from bot.ports.cards import CardKind
from bot.ports.effects import EffectKind, EffectState, NewEffect
from storage import schema_rules
from tests.factories import NOON, a_release
from tests.unit.storage.conftest import File
from tests.unit.storage.test_lanes import opened

LOG = NewEffect("log:R-1", EffectKind.LOG, "thread:R-1", 1, "{}")


def test_what_is_stored_survives_the_step_for_kinds(file: File) -> None:
    with file.transaction() as tx:
        opened(tx, a_release(1))
        tx.effects.enqueue(LOG, NOON)
        row = tx.effects.claim((EffectKind.LOG,), NOON)
        assert row is not None
        tx.effects.outcome(row, EffectState.READY, NOON, note="rate limited")
        tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
        card = tx.cards.claim(NOON)
        assert card is not None
        tx.cards.shown(card, "171.1", "hash", NOON)
        shown = tx.cards.by_id(card.id)
        handle = tx.cards.handle(card.id, 1, 1, "approve")
    with closing(sqlite3.connect(file.path, isolation_level=None)) as connection:
        for statement in schema_rules.EFFECTS:  # the tables as they were before
            connection.execute(statement)
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = '0021_kinds'")
        with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed: kind IN"):
            connection.execute("UPDATE effects SET kind = 'tell_author'")
    with file.transaction() as tx:
        again = tx.effects.claim((EffectKind.LOG,), NOON)
        assert again is not None
        assert (again.effect, again.attempt) == (LOG, 2)
        assert tx.cards.by_id(card.id) == shown
        assert tx.cards.handle(card.id, 1, 1, "approve") == handle
    file.sql("UPDATE effects SET kind = 'tell_author'")
    file.sql("INSERT INTO cards (kind, subject, release, channel, want, due_at) VALUES ('draft', 'R-1', 1, 'C', 1, '')")
    assert file.sql("PRAGMA foreign_key_check") == []
    assert len(file.sql("SELECT * FROM attempts")) == 2
    with pytest.raises(sqlite3.IntegrityError, match=r"^CHECK constraint failed: kind NOT IN"):
        file.sql("UPDATE cards SET subject = 'x' WHERE kind = 'notice'")
