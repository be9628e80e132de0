"""The chain itself: one hash for one row, and a walk that stops at the first row that does not fit."""

from dataclasses import replace

import pytest

from bot.core.chain import GENESIS, AuditRow, Head, Walk, canonical, chained

ALTERED = "audit row 2 does not fit the chain: it was altered"


def rows(count: int) -> list[AuditRow]:
    """Return the first rows of a chain."""
    found: list[AuditRow] = []
    for seq in range(1, count + 1):
        row = AuditRow(
            seq=seq,
            at=f"2026-11-21T12:00:{seq:02}.000000Z",
            action="approved",
            actor="priya",
            surface="button",
            lane="payments/production",
            release=seq,
            policy_hash="policy-1",
            data='{"detail":null,"slack":"U0PRIYÄ"}',
            prev_hash=found[-1].hash if found else GENESIS,
            hash="",
        )
        found.append(replace(row, hash=chained(row)))
    return found


def walked(*chain: AuditRow) -> str | None:
    """Return what a walk finds first."""
    walk = Walk()
    return next((problem for row in chain if (problem := walk.step(row))), None)


def test_canonical_json_is_one_text() -> None:
    assert canonical({"b": 1, "a": "é\n", "c": None}) == '{"a":"é\\n","b":1,"c":null}'


def test_a_walk_ends_at_the_head() -> None:
    chain = rows(3)
    walk = Walk()
    assert [walk.step(row) for row in chain] == [None, None, None]
    assert (walk.seq, walk.hash) == (3, chain[2].hash)
    assert str(Head(walk.seq, walk.hash)) == f"3:{chain[2].hash}"


@pytest.mark.parametrize(
    "changed",
    [
        {"at": "2026-11-21T12:00:03.000000Z"},
        {"action": "refused"},
        {"actor": None},
        {"surface": "cli"},
        {"lane": "docs/production"},
        {"release": 1},
        {"policy_hash": "policy-2"},
        {"data": "{}"},
        {"data": '{"slack":"U0PRIYÄ","detail":null}'},
        {"data": "[1]"},
        {"data": "{"},
        {"data": "[" * 100_000},
        {"prev_hash": GENESIS},
        {"hash": GENESIS},
        {"hash": ""},
    ],
)
def test_a_changed_field_is_found(changed: dict[str, str | int | None]) -> None:
    first, second, third = rows(3)
    assert walked(first, replace(second, **changed), third) == ALTERED  # type: ignore[arg-type] # as the table above has it


def test_a_row_whose_hash_was_made_to_fit_breaks_the_next() -> None:
    first, second, third = rows(3)
    forged = replace(second, actor="sam")
    forged = replace(forged, hash=chained(forged))
    assert walked(first, forged, third) == "audit row 3 does not fit the chain: it was altered"


def test_rows_out_of_their_order_are_found() -> None:
    first, second, third = rows(3)
    assert walked(first, third) == "audit row 2 is missing"
    assert walked(first, first) == "audit row 1 stands where row 2 should be"
    assert walked(second) == "audit row 1 is missing"
