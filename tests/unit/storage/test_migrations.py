"""The steps: from an empty file, once, never over what a newer version or another program has written."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from bot.ports.cards import Card, CardKind, Handle
from bot.ports.effects import EffectKind, EffectRow, EffectState, NewEffect
from bot.ports.inbox import Received
from storage import schema
from storage.problems import DatabaseProblem
from tests.factories import NOON, a_build, a_release
from tests.unit.storage.conftest import File
from tests.unit.storage.test_lanes import opened

DAY = timedelta(days=1)
OLD_EFFECT = """
    INSERT INTO effects VALUES (
        12, 'log:R-2', 'log', 'thread:R-2', 2, '{}', 'ready', 1, 1, '2026-11-20T12:00:00.000000Z',
        '2026-11-20T12:00:00.000000Z', NULL, NULL, ''
    )
"""
OLD_CARD = """
    INSERT INTO cards VALUES (
        3, 'notice', 2, 'C0PAYMENTS', '171.1', 5, 4, 0, 'hash', 1, 2, '2026-11-21T12:00:00.000000Z', NULL, ''
    )
"""

TABLES = {
    "builds",
    "reports",
    "lanes",
    "releases",
    "remembered",
    "replays",
    "approvals",
    "inbox",
    "effects",
    "attempts",
    "cards",
    "handles",
    "letters",
    "agenda",
    "stops",
    "marks",
    "lived",
    "lines",
    "silences",
    "concerns",
    "comparisons",
    "drafts",
    "preceded",
    "comparing",
    "homes",
    "home_changes",
    "installation",
    "audit",
}
STEPS = [
    "0001_builds",
    "0002_lanes",
    "0003_releases",
    "0004_inbox",
    "0005_effects",
    "0006_cards",
    "0007_audit",
    "0008_remembered",
    "0010_replays",
    "0011_figures",
    "0013_in_order",
    "0009_letters",
    "0012_due",
    "0014_unsettled",
    "0015_installation",
    "0016_bodies",
    "0017_rules",
    "0018_paths",
    "0019_requester",
    "0020_replaced",
    "0021_kinds",
    "0022_changes",
    "0023_homes",
    "0024_drafts",
    "0025_comparing",
    "0026_escalated",
    "0027_retried",
    "0028_unanswered",
    "0029_stops",
    "0030_silences",
    "0031_let_on",
]


def test_an_empty_file_gets_every_table_and_all_are_strict(file: File) -> None:
    with file.transaction():
        pass
    strict = file.sql("SELECT name FROM pragma_table_list WHERE strict AND schema = 'main'")
    assert {name for (name,) in strict} == TABLES
    assert [name for (name,) in file.sql("SELECT name FROM _sqlite_migrations ORDER BY id")] == STEPS


def test_a_second_start_changes_nothing(file: File) -> None:
    with file.transaction() as tx:
        build = tx.builds.save(a_build(id=0))
    schema = file.sql("SELECT sql FROM sqlite_master")
    with file.transaction() as tx:
        assert tx.builds.of_commit("payments", build.sha) == build
    assert file.sql("SELECT sql FROM sqlite_master") == schema
    assert len(file.sql("SELECT * FROM _sqlite_migrations")) == len(STEPS)


def test_a_database_from_a_newer_version_is_refused(file: File) -> None:
    with file.transaction():
        pass
    file.sql("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('signoff', '0099_locks', '')")
    message = re.escape(
        f"{file.path} was written by a newer Signoff (its step 0099_locks is not known here). "
        "Run that version, or restore the backup taken before it."
    )
    with pytest.raises(DatabaseProblem, match=f"^{message}$"), file.transaction():
        pass


def test_a_database_of_another_program_is_refused_and_left_alone(file: File) -> None:
    file.sql("CREATE TABLE songs (title TEXT)")
    message = re.escape(f"{file.path} is a database of another program. Name another file.")
    with pytest.raises(DatabaseProblem, match=f"^{message}$"), file.transaction():
        pass
    assert file.sql("SELECT name FROM sqlite_master") == [("songs",)]


def test_what_is_stored_survives_the_step_for_letters(file: File) -> None:
    with file.transaction() as tx:  # all steps, then the tables of this one as they were before
        opened(tx, a_release(1), a_release(2))
    with closing(sqlite3.connect(file.path, isolation_level=None)) as connection:
        for table in ("letters", "handles", "cards", "attempts", "effects"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("ALTER TABLE releases DROP COLUMN put_off")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name IN ('0009_letters', '0014_unsettled')")
        for statement in (*schema.EFFECTS, *schema.CARDS, *schema.FIGURES[:1]):
            connection.execute(statement)
        connection.execute(OLD_EFFECT)
        connection.execute("INSERT INTO attempts VALUES (12, 1, 1, 'began', NULL, NULL, 'sent')")
        connection.execute(OLD_CARD)
        connection.execute("INSERT INTO handles VALUES ('h1', 3, 2, 1, 'approve')")
    with file.transaction() as tx:
        row = tx.effects.claim((EffectKind.LOG,), NOON)
        assert row is not None
        log = NewEffect("log:R-2", EffectKind.LOG, "thread:R-2", 2, "{}")
        assert row == EffectRow(12, log, EffectState.READY, 2, 2, NOON - DAY, NOON, None)
        assert tx.cards.by_id(3) == Card(3, CardKind.NOTICE, 2, "C0PAYMENTS", "171.1", 5, 4, "hash", 1, 2, "2")
        assert tx.cards.by_handle("h1") == Handle("h1", 3, 2, 1, "approve")
        assert tx.cards.handle(3, 2, 1, "approve") == "h1"
    assert file.sql("SELECT * FROM attempts WHERE n = 1") == [(12, 1, 1, "began", None, None, "sent")]
    assert file.sql("PRAGMA foreign_key_check") == []
    kept = {name for (name,) in file.sql("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")}
    assert kept >= {"one_in_flight", "effects_ready", "effects_unfinished", "effects_dead", "cards_to_show"}
    with pytest.raises(sqlite3.IntegrityError, match=r"^FOREIGN KEY constraint failed$"):
        file.sql("INSERT INTO attempts (effect, n, fence, started_at) VALUES (99, 1, 1, '')")
    with pytest.raises(sqlite3.IntegrityError, match=r"^FOREIGN KEY constraint failed$"):
        file.sql("INSERT INTO handles VALUES ('h2', 99, NULL, 1, 'approve')")


@pytest.mark.parametrize(("table", "column"), [("builds", "position_run"), ("inbox", "tries")])
def test_text_where_a_number_is_due_is_refused(file: File, table: str, column: str) -> None:
    with file.transaction() as tx:
        tx.builds.save(a_build(id=0))
        tx.inbox.put(Received("slack", "a", "{}", NOON))
    with pytest.raises(sqlite3.IntegrityError, match=rf"^cannot store TEXT value in INTEGER column {table}.{column}$"):
        file.sql(f"UPDATE {table} SET {column} = 'many'")  # noqa: S608 - the names above


def test_a_state_that_nobody_knows_is_refused(file: File) -> None:
    with file.transaction() as tx:
        tx.builds.save(a_build(id=0))
    with pytest.raises(sqlite3.IntegrityError, match=r"^CHECK constraint failed: state IN"):
        file.sql("UPDATE builds SET state = 'splendid'")


def test_what_refers_to_nothing_is_refused(file: File) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"^FOREIGN KEY constraint failed$"), file.transaction() as tx:
        tx.cards.handle(1, 1, 1, "approve")
