"""CSV files as tables: the header, rows that do not fit it, and what is no record."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.csv_table import MAX_CELL, copy_rows, first_rows, pieces_of
from features.csv_text import BadText, text_of
from features.raw_table import RawTable, joined


def table_in(folder: Path, content: str, *, piece_cells: int = 1_000_000) -> RawTable:
    (folder / "t.csv").write_bytes(content.encode("utf-8", "surrogateescape"))
    return joined(list(pieces_of(text_of(folder / "t.csv"), piece_cells=piece_cells)), "t.csv")


def faults(table: RawTable) -> list[tuple[int, str]]:
    return [(table.place_of(row)[1], table.faults[row].reason) for row in sorted(table.faults)]


def test_a_report_has_its_title_above_and_its_footer_below(tmp_path: Path) -> None:
    end = 'Total,3,\nConfidential Information - Do Not Distribute\n"Copyright (c) 2026 us"\n'
    report = f"Leads of May\n\nid,size,city\na,1,Ulm\nb,2,Bern\n{end}"

    table = table_in(tmp_path, report)

    assert list(table["id"][:2]) == ["a", "b"]
    assert faults(table) == [(row, "a footer of the report, no record") for row in (6, 7, 8)]
    assert all(fault.is_aside for fault in table.faults.values())
    assert table.notes == ("t.csv: the header was found in row 3; what stands above was passed over",)


def test_a_lead_at_the_end_that_has_little_but_an_id_is_no_footer(tmp_path: Path) -> None:
    assert not table_in(tmp_path, "id,size,city\na,1,Ulm\nL-99,,\n").faults


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("4,5", "the row has 2 cells, the header 3; is a separator or a quote missing?"),
        ("4,5,6,7", "the row has 4 cells, the header 3; put a cell that holds the separator in quotes"),
        ("", "the row is empty"),
        (" , ,", "the row is empty"),
        ("4,\x00,6", "the cell holds bytes that are no text; write it again"),
        ("4,\udcff,6", "the cell holds bytes that are no text; write it again"),
        (f"4,{'x' * (MAX_CELL + 1)},6", "at most 32767 are expected; is a quote missing?"),
    ],
)
def test_a_row_that_does_not_fit_is_said_and_the_others_keep_their_numbers(
    tmp_path: Path, row: str, reason: str
) -> None:
    table = table_in(tmp_path, f'a,b,c\n1,"2\n2",{"ü" * 20}\n{row}\n7,8,é\n')

    ((number, told),) = faults(table)
    assert number == 3
    assert told.endswith(reason)
    assert list(table["a"]) == ["1", table["a"][1], "7"]


def test_rows_without_a_cell_at_the_end_are_no_rows(tmp_path: Path) -> None:
    assert len(table_in(tmp_path, "a,b\n1,2\n\n,\n\n")) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty, expected a row with the names of the columns"),
        ("\n\n", "is empty, expected a row with the names of the columns"),
        ('a,b\n1,2\n3,"4\n5,6\n', "has a quote in line 3 that is never closed"),
        ("id,size,id\na,1,b\n", "has the column 'id' twice, as number 1 and number 3, and they differ"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_cure(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(BadText, match=told):
        table_in(tmp_path, content)


def test_a_column_that_stands_there_twice_alike_counts_once(tmp_path: Path) -> None:
    assert list(table_in(tmp_path, "id,size,id\na,1,a\n").columns) == ["id", "size"]


@given(
    rows=st.lists(st.sampled_from(["1,2,3", "1,2", "", "x,,", "Total,,", '"a\nb",2,3', "1,2,3,4"]), max_size=150),
    piece_cells=st.sampled_from([3, 170, 300]),
)
def test_where_pieces_end_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], piece_cells: int
) -> None:
    folder = tmp_path_factory.mktemp("pieces")
    content = "\n".join(["a,b,c", "1,2,3", "1,2,3", *rows, "7,8,9"]) + "\n"

    whole, pieces = table_in(folder, content), table_in(folder, content, piece_cells=piece_cells)

    assert [list(cells) for cells in whole.columns.values()] == [list(cells) for cells in pieces.columns.values()]
    assert faults(whole) == faults(pieces)


def test_rows_are_copied_as_they_stand_below_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('Title\nid;note;n\na;"x;\ny";1\nb;z\nc;w;2\n', encoding="utf-8")
    out = io.StringIO()

    copy_rows(text_of(tmp_path / "t.csv"), frozenset({3, 4}), out)

    assert out.getvalue() == 'id;note;n\na;"x;\ny";1\nb;z\n'


def test_the_first_rows_have_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n" + "1,2\n" * 500, encoding="utf-8")

    assert list(first_rows(text_of(tmp_path / "t.csv")).columns) == ["a", "b"]
