"""Unusable rows are kept whole."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.kept_rows import write_kept_rows
from features.quarantine import BadRow, TableCount


def test_rows_are_kept_in_the_format_of_their_file_and_older_ones_go(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "old.csv").touch()
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id;n\na;1\nb;x\n"))
    pq.write_table(pa.table({"id": ["a", "b"], "n": [1, 2]}), tmp_path / "b.parquet")
    bad = (
        BadRow("a.csv.gz", 3, "n", "x", "why"),
        BadRow("b.parquet", 2, "n", "1", "why"),
        BadRow("b.parquet", 3, "n", "2", "again", is_aside=True),
    )

    write_kept_rows(out, [TableCount("t", 4, bad)], [tmp_path / "a.csv.gz", tmp_path / "b.parquet"])

    assert sorted(path.name for path in out.iterdir()) == ["a.csv", "b.parquet"]
    assert (out / "a.csv").read_text(encoding="utf-8") == "id;n\nb;x\n"
    assert pq.read_table(out / "b.parquet").to_pylist() == [{"id": "a", "n": 1}]


def test_without_faults_no_folder_is_left(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    write_kept_rows(tmp_path / "out", [], [])

    assert not (tmp_path / "out").exists()
