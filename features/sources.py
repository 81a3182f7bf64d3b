"""Files to frames: CSV, CSV.gz and Parquet, with the columns that the project names."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from features.csv_table import first_rows, pieces_of
from features.csv_text import BadText, text_of
from features.raw_table import RawTable, joined, of_frame

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: Row numbers that pandas wrote.
_NAMELESS = re.compile(r"__index_level_\d+__")


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
    """A file, or several that are one table, and its name for messages."""

    path: Path
    more: tuple[Path, ...] = ()

    @classmethod
    def of(cls, folder: Path, names: str | Sequence[str]) -> "Source":
        """The files that leadlight.yaml names, which lies in `folder`."""
        first, *rest = [names] if isinstance(names, str) else names
        return cls(folder / first, tuple(folder / name for name in rest))

    @property
    def paths(self) -> tuple[Path, ...]:
        return (self.path, *self.more)

    @property
    def name(self) -> str:
        return self.path.name + (f" and {len(self.more)} more" if self.more else "")

    @property
    def is_parquet(self) -> bool:
        return not self.more and _is_parquet(self.path)


def column_problems(
    source: Source, wanted: Mapping[tuple[str | int, ...], str], *, key: tuple[str, ...]
) -> list[Problem]:
    """What is wrong with a table that its header shows: no file, no table, a wanted column that is not there."""
    problems: list[Problem] = []
    for path in source.paths:
        try:
            columns = _header(path, key)
        except BadProject as error:
            problems += error.problems
        else:
            problems += missing_columns(columns, wanted, file=path.name)
    return problems


def read_table(source: Source, *, key: tuple[str, ...]) -> RawTable:
    """The whole table as text cells.

    Raises
    ------
    BadProject : the file is absent, empty or no table; `key` is where leadlight.yaml names it.
    """
    return joined(list(read_pieces(source, key=key)), source.name)


def read_pieces(source: Source, *, key: tuple[str, ...]) -> Iterator[RawTable]:
    """The table in pieces of whole rows, at least one: CSV as it is read, Parquet at once.

    Raises
    ------
    BadProject : as `read_table`, while the pieces are taken.
    """
    for path in source.paths:
        with _told(path, key):
            if _is_parquet(path):
                yield of_frame(_read_parquet(path, None), path.name)
            else:
                yield from pieces_of(text_of(path))


def _header(path: Path, key: tuple[str, ...]) -> tuple[str, ...]:
    with _told(path, key):
        if _is_parquet(path):
            return tuple(map(str, _read_parquet(path, 1).columns))
        return tuple(first_rows(text_of(path)).columns)


@contextmanager
def _told(path: Path, key: tuple[str, ...]) -> Iterator[None]:
    """What can be wrong with a file, as a problem of the key that names it."""
    if not path.is_file():
        raise BadProject([Problem(key, _no_file(path))])
    try:
        yield
    except BadText as error:
        raise BadProject([Problem(key, f"{path.name} {error}")]) from error
    except OSError as error:
        raise BadProject([Problem(key, f"{path.name} can not be read as a table: {_first_line(error)}")]) from error


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in {".parquet", ".pq"}


def _read_parquet(path: Path, n_rows: int | None) -> "pd.DataFrame":
    """Arrow's types are kept: a day is no midnight, and a whole number beside a gap no float."""
    import pandas as pd

    try:
        import duckdb
        import pyarrow  # noqa: F401  # DuckDB hands tables over through it
    except ImportError as error:
        raise BadProject(
            [Problem((), f"{path.name} is a Parquet file, which needs: pip install 'leadlight[batch]'")]
        ) from error
    try:
        log = duckdb.read_parquet(str(path))
        table = (log if n_rows is None else log.limit(n_rows)).to_arrow_table()
    except duckdb.Error as error:
        raise OSError(str(error)) from error
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame[[name for name in frame.columns if not _NAMELESS.fullmatch(str(name))]]


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


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


def missing_columns(
    present: Collection[str], wanted: Mapping[tuple[str | int, ...], str], *, file: str
) -> list[Problem]:
    """A problem for each wanted column (by its key in leadlight.yaml) that the table lacks."""
    return [
        Problem(
            key, f"{file} has no column {name!r}{did_you_mean(name, [*present]) or '; it has: ' + _some([*present])}"
        )
        for key, name in wanted.items()
        if name not in present
    ]


def _some(names: Sequence[str], limit: int = 12) -> str:
    shown = ", ".join(repr(name) for name in names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")


def text_cells(frame: "pd.DataFrame", column: str) -> list[str]:
    """A column as text cells, as a CSV would hold it; missing is an empty cell.

    Whole numbers lose the ``.0`` that a missing neighbour gave them, yes and no are true and false, times ISO 8601.
    """
    import pandas as pd

    series = frame[column]
    if isinstance(series.dtype, pd.ArrowDtype):
        return _arrow_cells(series)
    if pd.api.types.is_string_dtype(series.dtype) and not pd.api.types.is_object_dtype(series.dtype):
        return [str(cell) for cell in series.fillna("").tolist()]
    return _texts(series)


def _arrow_cells(series: "pd.Series[Any]") -> list[str]:
    """Each distinct cell as text once; equal cells are one object, which spares memory."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    column = pa.chunked_array(pa.array(series)).combine_chunks()
    try:
        codes = column.dictionary_encode()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):  # of lists and the like
        return _texts(series)
    levels = codes.dictionary
    if pa.types.is_string(levels.type):
        texts = levels.to_pylist()
    elif levels.type == pa.timestamp("us"):
        texts = _iso_times(levels.to_numpy(zero_copy_only=False))
    else:
        texts = _texts(pd.Series(levels, dtype=pd.ArrowDtype(levels.type)))
    found: list[str] = np.array([*texts, ""], dtype=object)[codes.indices.fill_null(len(texts)).to_numpy()].tolist()
    return found


def _iso_times(times: "np.typing.NDArray[np.datetime64]") -> list[str]:
    """As `Timestamp.isoformat` writes them: without a fraction where it is zero."""
    import numpy as np

    whole = times == times.astype("datetime64[s]")
    told = np.where(whole, np.datetime_as_string(times, unit="s"), np.datetime_as_string(times, unit="us"))
    return [str(time) for time in told.tolist()]


def _texts(series: "pd.Series[Any]") -> list[str]:
    import pandas as pd

    return ["" if pd.isna(cell) is True else _text(cell) for cell in series.tolist()]


def _text(cell: object) -> str:
    import pandas as pd

    if isinstance(cell, pd.Timestamp):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)
