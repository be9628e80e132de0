"""An exported chain: whatever is done to the file is found, and where."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.core.chain import GENESIS, AuditRow, Head
from bot.core.ledger import Checker, Closing, closing_line, read_line, row_line
from tests.unit.core.test_chain import rows

CHAIN = rows(6)
HEAD = Head(6, CHAIN[-1].hash)


def exported(chain: list[AuditRow], written: int | None = None) -> list[bytes]:
    """Return the lines of an export of rows that follow one another."""
    head = Head(chain[-1].seq, chain[-1].hash) if chain else Head(0, GENESIS)
    first = chain[0].seq if chain else 1
    return [*map(row_line, chain), closing_line(Closing(first, head, head.seq if written is None else written))]


def checked(lines: list[bytes], against: Head | None = None) -> str | None:
    """Return what is found wrong with an export."""
    checker = Checker(against)
    for line in lines:
        checker.read(line)
    return checker.end()


def split(text: bytes) -> list[bytes]:
    """Return the lines of a file, with their line breaks."""
    return [line + b"\n" for line in text.split(b"\n")[:-1]] + [text.split(b"\n")[-1]] * (not text.endswith(b"\n"))


def test_a_line_is_what_was_hashed_with_both_hashes() -> None:
    assert row_line(CHAIN[0]).decode() == snapshot(
        '{"action":"approved","actor":"priya","at":"2026-11-21T12:00:01.000000Z","data":{"detail":null,"slack":"U0PRIYÄ"},"hash":"1e974054139f7dbd0805d00cecea688014741093f35d8778a320b7ef0cd07caa","lane":"payments/production","policy_hash":"policy-1","prev_hash":"0000000000000000000000000000000000000000000000000000000000000000","release":1,"seq":1,"surface":"button"}\n'
    )
    assert json.loads(exported(CHAIN)[-1]) == {"head": {"first": 1, "seq": 6, "hash": HEAD.hash, "written": 6}}


def test_an_export_that_nobody_touched_is_right() -> None:
    checker = Checker(HEAD)
    assert [checker.read(line) for line in exported(CHAIN)] == [*CHAIN, None]
    assert (checker.end(), checker.walk.seq, checker.rows, checker.lines) == (None, 6, 6, 7)
    assert checked(exported(CHAIN[3:])) is None
    assert checked(exported([])) is None


def test_t22_every_byte_that_is_flipped_is_found() -> None:
    text = b"".join(exported(CHAIN[:3]))
    for where in range(len(text)):
        altered = bytearray(text)
        altered[where] ^= 1 << where % 8
        assert checked(split(bytes(altered))) is not None, where


@given(st.data(), st.integers(0, 5), st.integers(1, 255))
def test_t22_any_byte_that_is_flipped_is_found(data: st.DataObject, begins: int, flip: int) -> None:
    text = bytearray(b"".join(exported(CHAIN[begins:])))
    where = data.draw(st.integers(0, len(text) - 1))
    text[where] ^= flip
    assert checked(split(bytes(text))) is not None


@given(st.integers(0, 5), st.data())
def test_t22_an_export_that_is_cut_off_anywhere_is_found(begins: int, data: st.DataObject) -> None:
    text = b"".join(exported(CHAIN[begins:]))
    assert checked(split(text[: data.draw(st.integers(0, len(text) - 1))])) is not None


@given(st.permutations(range(7)), st.integers(0, 7))
def test_t22_lines_that_are_dropped_or_swapped_are_found(order: list[int], kept: int) -> None:
    lines = exported(CHAIN)
    chosen = order[:kept]
    assert (checked([lines[at] for at in chosen]) is None) == (chosen == list(range(7)))


@given(st.lists(st.integers(0, 6), max_size=9))
def test_rows_that_are_repeated_are_found_since_no_lines_but_the_whole_are_right(chosen: list[int]) -> None:
    lines = exported(CHAIN)
    assert (checked([lines[at] for at in chosen]) is None) == (chosen == list(range(7)))


def test_what_is_wrong_is_told_in_a_sentence() -> None:
    lines = exported(CHAIN)
    forged = replace(CHAIN[2], actor="sam")
    assert [
        checked([*lines[:2], row_line(forged), *lines[3:]]),
        checked([*lines[:2], row_line(replace(CHAIN[2], data="[")), *lines[3:]]),
        checked([*lines[:2], b"{}\n", *lines[3:]]),
        checked([*lines[:2], *lines[3:]]),
        checked([lines[0], lines[2], lines[1], *lines[3:]]),
        checked([*lines[:3], lines[2], *lines[3:]]),
        checked(lines[:-1]),
        checked([*lines, lines[0]]),
        checked([*lines[1:]]),
        checked([*lines[:-2], lines[-1]]),
        checked([*lines[:-1], closing_line(Closing(1, Head(6, GENESIS), 6))]),
        checked(exported(CHAIN[:4], written=6)),
    ] == snapshot(
        [
            "audit row 3 does not fit the chain: it was altered",
            "audit row 3 does not fit the chain: it was altered",
            "line 3 is not as it was exported: it was altered",
            "audit row 3 is missing",
            "audit row 2 is missing",
            "audit row 3 stands where row 4 should be",
            "the export ends without its head: its end is missing",
            "line 8 stands behind the head",
            "the export does not begin with audit row 1, as its head says",
            "the export does not end with audit row 6, as its head says",
            "the head is not the hash of the last row: it was altered",
            "audit row 5 is missing",
        ]
    )


def test_t22_a_tail_that_was_deleted_is_found_by_what_was_noted() -> None:
    """Whoever deletes the end of the chain can also write the head anew; an anchor elsewhere still tells."""
    assert checked(exported(CHAIN[:4]), HEAD) == snapshot(
        "audit row 5 is missing: row 6 was noted, so the end was cut off"
    )
    assert checked(exported(CHAIN), replace(HEAD, hash=GENESIS)) == snapshot(
        "audit row 6 is not the one that was noted: the chain was written anew"
    )
    assert checked(exported(CHAIN[4:]), Head(4, GENESIS)) == snapshot(
        "audit row 4 is not the one that was noted: the chain was written anew"
    )
    assert checked(exported(CHAIN[4:]), Head(4, CHAIN[3].hash)) is None
    assert checked(exported(CHAIN[4:]), Head(2, CHAIN[1].hash)) == snapshot(
        "row 2 cannot be compared: the export begins with row 5"
    )
    assert checked(lines := exported(CHAIN), Head(0, GENESIS)) is None
    assert checked(lines[:-1], HEAD) == snapshot("the export ends without its head: its end is missing")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"null\n",
        b"[" * 100_000 + b"\n",
        b'{"head":1}\n',
        b'{"head":{"first":1}}\n',
        b'{"head":{"first":1,"hash":"","more":1,"seq":1,"written":1}}\n',
        b'{"head":{"first":"1","hash":"","seq":1,"written":1}}\n',
        b"\xff\n",
        b'{"\\ud800":1}\n',
        b"9" * 5000 + b"\n",
    ],
)
def test_a_line_of_another_kind_is_none(line: bytes) -> None:
    assert read_line(line) is None


def test_data_is_an_object_and_not_its_text() -> None:
    row = json.loads(row_line(CHAIN[0]))
    row["data"] = CHAIN[0].data
    line = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    assert read_line(line) is None


@pytest.mark.parametrize("field", ["seq", "hash", "prev_hash"])
def test_a_row_whose_fields_are_of_another_kind_is_none(field: str) -> None:
    row = json.loads(row_line(CHAIN[0]))
    row[field] = None
    line = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    assert read_line(line) is None
    del row[field]
    line = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    assert read_line(line) is None
