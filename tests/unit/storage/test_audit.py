"""The audit chain: whatever is altered behind its back is found."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.chain import GENESIS, AuditRow, Head, chained
from bot.ports.audit import AuditEntry, AuditPage
from storage.audit import COLUMNS, SqliteAudit
from tests.factories import NOON
from tests.unit.storage.conftest import File

ENTRY = AuditEntry(
    NOON, "approved", "priya", "button", "payments/production", 1, "policy-1", {"slack": "U0PRIYA", "n": 2}
)


def three(file: File) -> None:
    with file.transaction() as tx:
        assert tx.audit.verify() == 0
        for release in (1, 2, 3):
            tx.audit.append(replace(ENTRY, release=release))


def test_rows_are_chained_across_transactions(file: File) -> None:
    three(file)
    with file.transaction() as tx:
        tx.audit.append(AuditEntry(NOON, "expired", None, None, None, None, "policy-1", {}))
    with file.transaction() as tx:
        assert tx.audit.verify() == 4
    hashes = file.sql("SELECT prev_hash, hash FROM audit ORDER BY seq")
    assert [previous for previous, _ in hashes] == [GENESIS, *(own for _, own in hashes[:-1])]


def test_the_hash_can_be_computed_by_anybody(file: File) -> None:
    """The figure below is what sha256sum says of 64 zeros and the row as canonical JSON."""
    with file.transaction() as tx:
        tx.audit.append(replace(ENTRY, data={"name": "Zoë", "slack": None}))
    assert file.sql("SELECT data, hash FROM audit") == [
        ('{"name":"Zoë","slack":null}', "ee89a43fa14c6b6a36f77d8e3cdc33097c6fa6b6fee53497b339702c02e87980")
    ]


VALUES = "VALUES ({}, 'at', 'approved', NULL, NULL, NULL, NULL, 'policy-1', '{{}}', 'prev', 'hash')"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'sam'",
        "UPDATE OR REPLACE audit SET seq = 1 WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        f"REPLACE INTO audit {VALUES.format(1)}",
        f"REPLACE INTO audit {VALUES.format(3)}",
        f"INSERT OR REPLACE INTO audit {VALUES.format(2)}",
        f"INSERT INTO audit {VALUES.format(2)} ON CONFLICT (seq) DO UPDATE SET actor = 'sam'",
        f"INSERT INTO audit {VALUES.format(0)}",
        f"INSERT INTO audit {VALUES.format(-1)}",
        f"INSERT INTO audit {VALUES.format(5)}",
        f"INSERT INTO audit {VALUES.format('NULL')}",
    ],
)
def test_t22_the_database_refuses_to_alter_a_row(file: File, statement: str) -> None:
    three(file)
    before = file.sql("SELECT * FROM audit")
    with pytest.raises(sqlite3.IntegrityError, match=r"^audit is append-only$"):
        file.sql(statement)
    assert file.sql("SELECT * FROM audit") == before
    with file.transaction() as tx:
        assert tx.audit.verify() == 3


@pytest.mark.parametrize(
    "column", ["at", "action", "actor", "surface", "lane", "release", "policy_hash", "data", "hash"]
)
def test_t22_a_flipped_byte_is_found(file: File, column: str) -> None:
    three(file)
    file.sql("DROP TRIGGER audit_no_update")
    flipped = "release + 1" if column == "release" else f"replace({column}, substr({column}, 3, 1), '~')"
    file.sql(f"UPDATE audit SET {column} = {flipped} WHERE seq = 2")  # noqa: S608 - the columns above
    with (
        file.transaction() as tx,
        pytest.raises(ValueError, match=r"^audit row 2 does not fit the chain: it was altered$"),
    ):
        tx.audit.verify()


@pytest.mark.parametrize("data", ['{"n": 2, "slack": "U0PRIYA"}', '{"slack":"U0PRIYA","n":2}', "{", "[]"])
def test_data_that_is_not_canonical_is_found(file: File, data: str) -> None:
    three(file)
    file.sql("DROP TRIGGER audit_no_update")
    file.sql("UPDATE audit SET data = ? WHERE seq = 3", data)
    with (
        file.transaction() as tx,
        pytest.raises(ValueError, match=r"^audit row 3 does not fit the chain: it was altered$"),
    ):
        tx.audit.verify()


def test_text_that_is_no_text_any_more_is_found_where_it_is(file: File) -> None:
    three(file)
    file.sql("DROP TRIGGER audit_no_update")
    file.sql("UPDATE audit SET actor = CAST(x'ff70' AS TEXT) WHERE seq = 2")
    with file.transaction() as tx:
        rows = tx.audit.page(0, 3).rows
        assert [row.actor for row in rows] == ["priya", "not UTF-8: ff70", "priya"]
        with pytest.raises(ValueError, match=r"^audit row 2 does not fit the chain: it was altered$"):
            tx.audit.verify()


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_t22_a_missing_row_is_found(file: File, gone: int) -> None:
    three(file)
    file.sql("DROP TRIGGER audit_no_delete")
    file.sql("DELETE FROM audit WHERE seq = ?", gone)
    with file.transaction() as tx, pytest.raises(ValueError, match=rf"^audit row {gone} is missing$"):
        tx.audit.verify()


def test_t22_a_row_whose_hash_was_made_to_fit_breaks_the_next(file: File) -> None:
    three(file)
    file.sql("DROP TRIGGER audit_no_update")
    columns = "seq, at, action, actor, surface, lane, release, policy_hash, data, prev_hash"
    values = file.sql(f"SELECT {columns} FROM audit WHERE seq = 2")[0]  # noqa: S608 - the columns above
    forged = AuditRow(**(dict(zip(columns.split(", "), values, strict=True)) | {"actor": "sam", "hash": ""}))
    file.sql("UPDATE audit SET actor = 'sam', hash = ? WHERE seq = 2", chained(forged))
    with (
        file.transaction() as tx,
        pytest.raises(ValueError, match=r"^audit row 3 does not fit the chain: it was altered$"),
    ):
        tx.audit.verify()


def test_the_tail_alone_can_be_checked(file: File) -> None:
    three(file)
    file.sql("DROP TRIGGER audit_no_update")
    file.sql("UPDATE audit SET actor = 'sam' WHERE seq = 1")
    with file.database() as database:
        audit = SqliteAudit(database)
        assert audit.verify_tail(2) == 3
        with pytest.raises(ValueError, match=r"^audit row 1 does not fit the chain: it was altered$"):
            audit.verify_tail(3)


def test_numbers_with_a_fraction_are_refused(file: File) -> None:
    with file.transaction() as tx, pytest.raises(TypeError, match=r"^audit data is text and whole numbers"):
        tx.audit.append(replace(ENTRY, data={"seconds": 1.5}))  # type: ignore[dict-item] # the point


def test_pages_hold_the_rows_as_they_are_stored_and_where_the_chain_ends(file: File) -> None:
    with file.transaction() as tx:
        assert tx.audit.page(0, 2) == AuditPage((), Head(0, GENESIS), 0)
    three(file)
    with file.transaction() as tx:
        stored = [AuditRow(*row) for row in file.sql(f"SELECT {COLUMNS} FROM audit")]  # noqa: S608 - the real columns
        head = Head(3, stored[2].hash)
        assert tx.audit.head() == head
        assert tx.audit.page(0, 2) == AuditPage(tuple(stored[:2]), head, 3)
        assert tx.audit.page(2, 2) == AuditPage((stored[2],), head, 3)
        assert tx.audit.page(3, 2) == AuditPage((), head, 3)
    file.sql("DROP TRIGGER audit_no_delete")
    file.sql("DELETE FROM audit WHERE seq = 3")
    with file.transaction() as tx:
        assert tx.audit.page(2, 2) == AuditPage((), Head(2, stored[1].hash), 3)


def test_the_first_row_since_a_moment_is_found_whatever_the_clock_did_meanwhile(file: File) -> None:
    with file.transaction() as tx:
        for minutes in (0, 5, 2, 9):
            tx.audit.append(replace(ENTRY, at=NOON + timedelta(minutes=minutes)))
        assert [tx.audit.first_since(NOON + timedelta(minutes=m), 0, 4) for m in (0, 1, 2, 6, 10)] == [1, 2, 2, 4, None]
        assert tx.audit.first_since(NOON, 2, 1) == 3
        assert tx.audit.first_since(NOON + timedelta(minutes=6), 1, 2) is None
