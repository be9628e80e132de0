"""The steps: from an empty file, once, never over what a newer version or another program has written."""

import re
import sqlite3

import pytest

from bot.ports.store import Received
from storage.problems import DatabaseProblem
from tests.factories import NOON, a_build
from tests.unit.storage.conftest import File

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
