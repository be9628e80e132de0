"""The audit chain as CSV: every reader takes it, no spreadsheet computes anything in it."""

import csv
from dataclasses import astuple, replace

import pytest
from inline_snapshot import snapshot

from bot.core.chain import GENESIS, AuditRow, Head
from bot.core.ledger import Closing
from bot.views.spreadsheet import COLUMNS, head, row, titles

ROW = AuditRow(
    seq=7,
    at="2026-11-21T12:00:00.000000Z",
    action="rejected",
    actor="priya",
    surface="button",
    lane="payments/production",
    release=None,
    policy_hash="policy-1",
    data='{"detail":"too slow, \\"again\\""}',
    prev_hash=GENESIS,
    hash="f" * 64,
)


def test_the_whole_file_reads_as_rows_of_equal_length() -> None:
    file = titles() + row(ROW) + head(Closing(7, Head(7, ROW.hash), 7))
    assert file.split("\r\n") == snapshot(
        [
            "seq,at,action,actor,surface,lane,release,policy_hash,data,prev_hash,hash",
            '7,2026-11-21T12:00:00.000000Z,rejected,priya,button,payments/production,,policy-1,"{""detail"":""too slow, \\""again\\""""}",0000000000000000000000000000000000000000000000000000000000000000,ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
            "# head 7,,,,,,,,,,ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "",
        ]
    )
    read = list(csv.reader(file.splitlines(keepends=True)))
    assert read[:2] == [list(COLUMNS), ["" if cell is None else str(cell) for cell in astuple(ROW)]]
    assert {len(cells) for cells in read} == {11}


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_begins_like_a_formula_is_text(begins: str) -> None:
    hostile = f'{begins}HYPERLINK("https://evil.example","x"),1'
    line = row(replace(ROW, actor=hostile, lane=hostile))
    cells = next(csv.reader(line.splitlines(keepends=True)))
    assert (cells[3], cells[5]) == (f"'{hostile}", f"'{hostile}")


def test_a_cell_that_only_holds_such_a_character_stays_as_it_is() -> None:
    line = row(replace(ROW, actor="a=b\r\n-c"))
    assert next(csv.reader(line.splitlines(keepends=True)))[3] == "a=b\r\n-c"
