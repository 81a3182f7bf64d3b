"""Files to frames: CSV, CSV.gz and Parquet, with the columns that the project names."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Problem:
    """Something wrong with the project: the key in leadlight.yaml it belongs to, and what to do."""

    key: tuple[str | int, ...]
    message: str


class BadProject(ValueError):
    """The tables and leadlight.yaml do not fit; `problems` has all that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{'.'.join(map(str, p.key))}: {p.message}" for p in self.problems))


@dataclass(frozen=True)
class Source:
    """A file, and its name for messages."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_parquet(self) -> bool:
        return self.path.suffix in {".parquet", ".pq"}


def read_frame(source: Source, *, key: tuple[str, ...]) -> "pd.DataFrame":
    """The whole table: CSV cells as text, untouched; Parquet columns as they are typed.

    Raises
    ------
    BadProject : the file is absent, empty or no table; `key` is where leadlight.yaml names it.
    """
    import pandas as pd

    if not source.path.is_file():
        raise BadProject([Problem(key, _no_file(source.path))])
    try:
        if source.is_parquet:
            return _read_parquet(source.path)
        return pd.read_csv(
            source.path, sep=_separator(source.path), dtype=str, na_filter=False, encoding="utf-8-sig"
        ).fillna("")
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError, OSError) as error:
        raise BadProject([Problem(key, f"{source.name} can not be read as a table: {_first_line(error)}")]) from error


def _read_parquet(path: Path) -> "pd.DataFrame":
    try:
        import duckdb
    except ImportError as error:
        raise BadProject(
            [Problem((), f"{path.name} is a Parquet file, which needs: pip install 'leadlight[batch]'")]
        ) from error
    try:
        frame: pd.DataFrame = duckdb.read_parquet(str(path)).df()
    except duckdb.Error as error:
        raise OSError(str(error)) from error
    return frame


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _separator(path: Path) -> str:
    import gzip

    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig") as file:
        header = file.readline()
    return max(_SEPARATORS, key=header.count)


def _no_file(path: Path) -> str:
    siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    return f"there is no file {path}{did_you_mean(path.name, siblings)}; correct the path"


def did_you_mean(name: str, choices: Sequence[str]) -> str:
    """The nearest right name as the tail of a message, or nothing.

    >>> did_you_mean("lead", ["lead_id", "created_at"])
    "; did you mean 'lead_id'?"
    """
    folded = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return f"; did you mean {folded[near[0]]!r}?" if near else ""


def missing_columns(frame: "pd.DataFrame", wanted: Mapping[tuple[str | int, ...], str], *, file: str) -> list[Problem]:
    """A problem for each wanted column (by its key in leadlight.yaml) that the table lacks."""
    present = [str(name) for name in frame.columns]
    return [
        Problem(key, f"{file} has no column {name!r}{did_you_mean(name, present) or '; it has: ' + _some(present)}")
        for key, name in wanted.items()
        if name not in present
    ]


def _some(names: Sequence[str], limit: int = 12) -> str:
    shown = ", ".join(repr(name) for name in names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")


def text_cells(frame: "pd.DataFrame", column: str) -> list[str]:
    """A column as text cells, as a CSV would hold it; missing is an empty cell.

    Whole numbers lose the ``.0`` that a missing neighbour gave them, times are ISO 8601 in UTC.
    """
    import pandas as pd

    series = frame[column]
    if pd.api.types.is_string_dtype(series.dtype) and not pd.api.types.is_object_dtype(series.dtype):
        return [str(cell) for cell in series.fillna("").tolist()]
    missing = series.isna().tolist()
    return ["" if gone else _text(cell) for cell, gone in zip(series.tolist(), missing, strict=True)]


def _text(cell: object) -> str:
    import pandas as pd

    if isinstance(cell, pd.Timestamp):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)
