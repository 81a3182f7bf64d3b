"""Unusable rows written out whole, in the format of their own file, so that they can be mended and read again."""

from collections.abc import Iterable
from pathlib import Path

from features.csv_table import copy_rows
from features.csv_text import text_of
from features.quarantine import TableCount


def write_kept_rows(folder: Path, counts: Iterable[TableCount], files: Iterable[Path]) -> None:
    """A file for each of `files` that has faults, with its header and those rows; what is set aside is left out.

    CSV keeps its separator and becomes plain UTF-8, Parquet stays Parquet. Other files in the folder go.
    """
    rows: dict[str, set[int]] = {}
    for count in counts:
        for bad in count.bad:
            if not bad.is_aside:
                rows.setdefault(bad.file, set()).add(bad.row)
    written = set()
    for path in dict.fromkeys(files):
        if path.name in rows:
            written.add(_write(folder, path, frozenset(rows[path.name])))
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.name not in written:
            old.unlink()
    if folder.is_dir() and not written:
        folder.rmdir()


def _write(folder: Path, path: Path, rows: frozenset[int]) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() in {".parquet", ".pq"}:
        _copy_parquet(path, rows, folder / path.name)
        return path.name
    name = path.name.removesuffix(".gz")
    with (folder / name).open("w", encoding="utf-8", errors="surrogateescape", newline="") as out:
        copy_rows(text_of(path), rows, out)
    return name


def _copy_parquet(path: Path, rows: frozenset[int], out: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    pq.write_table(table.take([row - 2 for row in sorted(rows)]), out)
