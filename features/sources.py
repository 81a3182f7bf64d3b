"""Files to frames: CSV, CSV.gz and Parquet, with the columns that the project names."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from features.csv_table import first_rows, pieces_of
from features.csv_text import BadText, text_of
from features.parquet import IdRange, open_parquet
from features.raw_table import RawTable, joined, of_frame
from features.sql_source import SourceSaid, SqlSection, SqlSource

if TYPE_CHECKING:
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
    #: Of a Parquet file, the rows whose column, named first, lies within a range; all if None.
    rows: tuple[str, IdRange] | None = None

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


AnySource = Source | SqlSource


def source_of(said: SourceSaid, folder: Path, *, what: str) -> AnySource:
    """The file or the rows of a database that a section names.

    Parameters
    ----------
    folder : where leadlight.yaml lies; relative paths start there.
    what : the section, like leads.
    """
    return SqlSource(said, folder, what) if isinstance(said, SqlSection) else Source.of(folder, said)


def column_problems(
    source: AnySource, wanted: Mapping[tuple[str | int, ...], str], *, key: tuple[str, ...]
) -> list[Problem]:
    """What is wrong with a table that its header shows: no file, no table, a wanted column that is not there."""
    problems: list[Problem] = []
    for place in [source] if isinstance(source, SqlSource) else source.paths:
        try:
            columns = _header(place, key)
        except BadProject as error:
            problems += error.problems
        else:
            problems += missing_columns(columns, wanted, file=place.name)
    return problems


def read_table(source: AnySource, *, key: tuple[str, ...]) -> RawTable:
    """The whole table as text cells.

    Raises
    ------
    BadProject : the file is absent, empty or no table; `key` is where leadlight.yaml names it.
    """
    return joined(list(read_pieces(source, key=key)), source.name)


def read_columns(source: AnySource, wanted: Mapping[tuple[str | int, ...], str], *, key: tuple[str, ...]) -> RawTable:
    """The whole table, which has these columns (by their keys in leadlight.yaml).

    Raises
    ------
    BadProject : as `read_table`, or a wanted column is missing.
    """
    table = read_table(source, key=key)
    problems = missing_columns(table.columns, wanted, file=table.name)
    if problems:
        raise BadProject(problems)
    return table


def read_pieces(source: AnySource, *, key: tuple[str, ...]) -> Iterator[RawTable]:
    """The table in pieces of whole rows, at least one: CSV and databases as they are read, Parquet at once.

    Raises
    ------
    BadProject : as `read_table`, while the pieces are taken.
    """
    if isinstance(source, SqlSource):
        from features.databases import read_database  # it imports this module

        yield from read_database(source, key=key)
        return
    for path in source.paths:
        with _told(path, key):
            if _is_parquet(path):
                yield of_frame(_read_parquet(path, rows=source.rows), path.name)
            else:
                yield from pieces_of(text_of(path))


def _header(place: Path | SqlSource, key: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(place, SqlSource):
        from features.databases import read_database  # it imports this module

        return tuple(next(read_database(place, key=key, is_header_only=True)).columns)
    with _told(place, key):
        if _is_parquet(place):
            return tuple(map(str, _read_parquet(place, n_rows=1).columns))
        return tuple(first_rows(text_of(place)).columns)


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
        raise BadProject([Problem(key, f"{path.name} can not be read as a table: {first_line(error)}")]) from error


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in {".parquet", ".pq"}


def _read_parquet(path: Path, *, n_rows: int | None = None, rows: tuple[str, IdRange] | None = None) -> "pd.DataFrame":
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
        with duckdb.connect() as connection:
            log = open_parquet(path, connection, rows)
            table = (log if n_rows is None else log.limit(n_rows)).to_arrow_table()
    except duckdb.Error as error:
        raise OSError(str(error)) from error
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame[[name for name in frame.columns if not _NAMELESS.fullmatch(str(name))]]


def first_line(error: BaseException) -> str:
    """What an error says first; the rest is for those who wrote the library."""
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
            key,
            f"{file} has no column {name!r}{did_you_mean(name, [*present]) or '; it has: ' + list_some([*present])}",
        )
        for key, name in wanted.items()
        if name not in present
    ]


def list_some(names: Sequence[str], limit: int = 12) -> str:
    """The first few of some names, and how many there are beside."""
    shown = ", ".join(repr(name) for name in names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")
