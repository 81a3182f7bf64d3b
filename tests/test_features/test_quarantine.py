"""Rows that could not be used, and the sum that must hold."""

import csv
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from features.parsing import BadCells
from features.quarantine import BadRow, BadRows, TableCount, commonest_reasons, write_quarantine
from features.raw_table import Place, RawTable


def table(n_rows: int) -> RawTable:
    return RawTable("t.csv", {}, n_rows, (Place("t.csv"),))


def test_rows_are_numbered_as_in_a_spreadsheet() -> None:
    bad = BadRows(table(3))
    bad.add(0, "age", "x", "a number is expected")

    assert bad.count().bad == (BadRow("t.csv", 2, "age", "x", "a number is expected"),)


def test_the_first_fault_of_a_row_counts() -> None:
    bad = BadRows(table(3))
    bad.add_cells("age", ["1", "x"], BadCells((1,), ("a number is expected",)))
    bad.add(1, "size", "y", "a number is expected")

    (row,) = bad.count().bad
    assert (row.column, row.value) == ("age", "x")
    assert 1 in bad
    assert 0 not in bad


@given(st.integers(0, 30), st.lists(st.integers(0, 29)))
def test_read_is_used_and_quarantined(n_rows: int, faults: list[int]) -> None:
    bad = BadRows(table(n_rows))
    for row in (row for row in faults if row < n_rows):
        bad.add(row, "c", "v", "r")

    count = bad.count()

    assert count.rows_read == n_rows == len(bad.used()) + len(count.bad)
    assert count.rows_used == len(bad.used())
    assert [row.row for row in count.bad] == sorted({row.row for row in count.bad})


def test_a_repeat_is_not_used_and_no_fault() -> None:
    bad = BadRows(table(5))
    bad.add(1, "id", "7", "stands there already", is_aside=True)
    bad.add(2, "id", "", "an id is needed")

    count = bad.count()

    assert (count.rows_used, count.n_faults) == (3, 1)


def test_a_long_value_is_cut() -> None:
    bad = BadRows(table(5))
    bad.add(0, "id", "x" * 500, "too long")

    assert len(bad.count().bad[0].value) == 200


def test_the_commonest_reasons_come_first_and_ties_by_name() -> None:
    rows = [BadRow("t.csv", 2, "b", "", "r"), BadRow("t.csv", 3, "a", "", "r"), BadRow("t.csv", 4, "c", "", "r")]
    count = TableCount("t.csv", 9, (*rows, BadRow("t.csv", 5, "c", "", "r")))

    assert commonest_reasons([count], limit=2) == [("t.csv, c: r", 2), ("t.csv, a: r", 1)]


def test_the_quarantine_is_written_as_a_table(tmp_path: Path) -> None:
    rows = (BadRow("t.csv", 2, "city", 'a,"b"\nc', "r"), BadRow("t.csv", 3, "city", "Köln", "r"))
    write_quarantine(tmp_path / "q.csv", [TableCount("t.csv", 5, rows), TableCount("u.csv", 1, ())])

    with (tmp_path / "q.csv").open(newline="", encoding="utf-8") as file:
        written = list(csv.reader(file))
    assert written == [
        ["file", "row", "column", "value", "reason"],
        ["t.csv", "2", "city", 'a,"b"\nc', "r"],
        ["t.csv", "3", "city", "Köln", "r"],
    ]
