"""Files to frames, and what is said of a file that is no table."""

import gzip
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.sources import BadProject, Problem, Source, did_you_mean, missing_columns, read_table

KEY = ("leads", "source")


def read(path: Path) -> dict[str, list[str]]:
    return {name: list(cells) for name, cells in read_table(Source(path), key=KEY).columns.items()}


def said_of(path: Path) -> str:
    with pytest.raises(BadProject) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert problem.key == KEY
    return problem.message


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_in_the_header(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a{separator}b\n1{separator}x y\n", encoding="utf-8")

    assert read(path) == {"a": ["1"], "b": ["x y"]}


def test_cells_are_kept_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b,c\n007,NA," x, ""y""\n z"\n1.0,,NULL\n', encoding="utf-8")

    assert read(path) == {"a": ["007", "1.0"], "b": ["NA", ""], "c": [' x, "y"\n z', "NULL"]}


@pytest.mark.parametrize("name", ["t.csv.gz", "T.CSV.GZ"])
def test_a_packed_table_is_read_like_a_plain_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress("a,b\n1,ü\n".encode()))

    assert read(tmp_path / name) == {"a": ["1"], "b": ["ü"]}


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8-sig")

    assert read(tmp_path / "t.csv") == {"a": ["1"], "b": ["2"]}


def test_blank_lines_keep_the_rows_numbered_but_for_those_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n\n3,4\n\n,\n", encoding="utf-8")

    assert read(tmp_path / "t.csv") == {"a": ["1", "", "3"], "b": ["2", "", "4"]}


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("a,b\n1,2\n", encoding="utf-8")

    assert said_of(tmp_path / "t.parquet").startswith("t.parquet can not be read as a table: ")


def test_parquet_without_duckdb_names_the_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.parquet").touch()
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(BadProject, match=r"needs: pip install 'leadlight\[batch\]'"):
        read(tmp_path / "t.parquet")


def test_a_missing_file_is_said_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").touch()

    message = said_of(tmp_path / "lead.csv")

    assert message == f"there is no file {tmp_path / 'lead.csv'}; did you mean 'leads.csv'?; correct the path"


def test_a_file_in_a_missing_folder_is_said(tmp_path: Path) -> None:
    assert said_of(tmp_path / "gone" / "t.csv") == f"there is no file {tmp_path / 'gone' / 't.csv'}; correct the path"


def test_row_numbers_that_pandas_wrote_are_no_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=[5, 7])
    frame.to_csv(tmp_path / "t.csv")
    frame.to_parquet(tmp_path / "t.parquet")

    assert read(tmp_path / "t.csv") == read(tmp_path / "t.parquet") == {"a": ["1", "2"]}


def test_parquet_cells_are_those_that_a_csv_would_hold(tmp_path: Path) -> None:
    noon = datetime(2026, 3, 31, 12, tzinfo=UTC)
    columns = {"n": [1.0, None], "i": [2**60 + 1, None], "f": [True, None], "d": [date(2026, 3, 31), None]}
    zoned = pa.array([noon, None], pa.timestamp("us", "Europe/Berlin"))
    naive = pa.array([noon.replace(tzinfo=None), None], pa.timestamp("ms"))
    pq.write_table(pa.table({**columns, "s": ["", None], "z": zoned, "t": naive}), tmp_path / "t.parquet")

    cells = read(tmp_path / "t.parquet")

    assert {name: column[1] for name, column in cells.items()} == dict.fromkeys("nifdszt", "")
    assert [cells[name][0] for name in "nifds"] == ["1", str(2**60 + 1), "true", "2026-03-31", ""]
    assert [cells[name][0] for name in "zt"] == ["2026-03-31T12:00:00+00:00", "2026-03-31T12:00:00"]


@pytest.mark.parametrize(
    ("name", "choices", "tail"),
    [
        ("lead", ["lead_id", "created_at"], "; did you mean 'lead_id'?"),
        ("LEAD ID", ["lead_id"], "; did you mean 'lead_id'?"),
        ("zebra", ["lead_id"], ""),
        ("x", [], ""),
    ],
)
def test_the_nearest_right_name_is_named(name: str, choices: list[str], tail: str) -> None:
    assert did_you_mean(name, choices) == tail


def test_missing_columns_are_said_by_key_with_the_nearest_or_all_names() -> None:
    present = ["lead_id", *(f"c{i}" for i in range(13))]
    wanted: dict[tuple[str | int, ...], str] = {
        ("leads", "id"): "leadid",
        ("leads", "account"): "Firma",
        ("leads", "x"): "c1",
    }

    near, far = missing_columns(present, wanted, file="l.csv")

    assert near == Problem(("leads", "id"), "l.csv has no column 'leadid'; did you mean 'lead_id'?")
    assert far.message.startswith("l.csv has no column 'Firma'; it has: 'lead_id', 'c0', 'c1'")
    assert far.message.endswith("'c10' and 2 more")


def test_all_problems_of_a_project_are_its_text() -> None:
    error = BadProject([Problem(("leads", "id"), "first"), Problem(("events", "at"), "second")])

    assert str(error) == "leads.id: first\nevents.at: second"


def test_equal_cells_of_parquet_are_one_text_and_times_lose_an_empty_fraction(tmp_path: Path) -> None:
    whole, half = (datetime(2026, 1, 2, 3, 4, 5, us, UTC).replace(tzinfo=None) for us in (0, 500_000))
    times = pa.array([whole, half, None], pa.timestamp("us"))
    pq.write_table(pa.table({"t": times, "word": ["a long word"] * 2 + [None]}), tmp_path / "t.parquet")

    cells = read(tmp_path / "t.parquet")

    assert cells["t"] == ["2026-01-02T03:04:05", "2026-01-02T03:04:05.500000", ""]
    assert cells["word"] == ["a long word", "a long word", ""]
    assert cells["word"][0] is cells["word"][1]


def test_parquet_columns_of_lists_are_texts(tmp_path: Path) -> None:
    pq.write_table(pa.table({"tags": [["a", "b"], None]}), tmp_path / "t.parquet")

    assert read(tmp_path / "t.parquet")["tags"] == ["['a', 'b']", ""]
