"""Parquet files, opened by DuckDB or decoded by Arrow: whole, or the rows of some leads alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from features.arrow_cells import texts_of

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_ZONED_TIMES = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", *_ZONED_TIMES)

#: Rows decoded at a time: fewer cost more calls.
_BATCH_ROWS = 131_072
#: Rows that are worth to open a file for.
_SHARE_ROWS = 262_144
#: Bytes of a column held before they are decoded, since a row group may be as long as the file.
_BUFFER_BYTES = 1 << 20


@dataclass(frozen=True)
class IdRange:
    """The ids from `low` to before `high`, in the order of their code points; None is no bound.

    Rows without an id belong to the range without a lower bound, so that ranges that meet leave no row out.
    """

    low: str | None = None
    high: str | None = None

    def sql(self, column: str) -> str:
        """The condition that a row's id, a text, lies within.

        >>> IdRange("a", None).sql("lead")
        '"lead" >= \\'a\\''
        """
        cell = quoted_name(column)
        bounds = [] if self.low is None else [f"{cell} >= {quoted_text(self.low)}"]
        bounds += [] if self.high is None else [f"{cell} < {quoted_text(self.high)}"]
        return " AND ".join(bounds) if self.low is not None else f"({' AND '.join(bounds)} OR {cell} IS NULL)"

    def holds(self, ids: "pa.StringArray") -> "pa.BooleanArray":
        """Which ids lie within; the same as `sql`.

        >>> import pyarrow as pa
        >>> IdRange(None, "b").holds(pa.array(["a", "b", None])).to_pylist()
        [True, False, True]
        """
        import pyarrow.compute as pc

        within = pc.true_unless_null(ids)
        if self.low is not None:
            within = pc.and_(within, pc.greater_equal(ids, self.low))
        if self.high is not None:
            within = pc.and_(within, pc.less(ids, self.high))
        return within.fill_null(self.low is None)


ALL_IDS = IdRange()


def open_parquet(path: Path, connection: "DuckDBPyConnection", rows: tuple[str, IdRange] | None) -> "DuckDBPyRelation":
    """The rows of a file; `rows` are those whose column, named first, lies within a range."""
    relation = connection.read_parquet(str(path))
    if rows is None or rows[1] == ALL_IDS:
        return relation
    column, ids = rows
    return relation.filter(ids.sql(column))


@dataclass(frozen=True)
class Share:
    """Row groups of a file that are read one after the other, and how many rows stand before them."""

    groups: range
    start: int


def shares_of(n_rows: Sequence[int]) -> list[Share]:
    """Row groups of so many rows in shares that can be read side by side.

    >>> shares_of([100_000, 200_000, 5])
    [Share(groups=range(0, 2), start=0), Share(groups=range(2, 3), start=300000)]
    """
    shares, first, start, held = [], 0, 0, 0
    for group, own in enumerate(n_rows):
        held += own
        if held >= _SHARE_ROWS or group == len(n_rows) - 1:
            shares.append(Share(range(first, group + 1), start))
            first, start, held = group + 1, start + held, 0
    return shares


def batches(
    path: Path,
    metadata: "pq.FileMetaData",
    share: Share,
    columns: Sequence[str],
    *,
    by_code: Sequence[str],
    rows: tuple[str, IdRange] | None,
) -> "Iterator[pa.RecordBatch]":
    """The rows of a share some at a time, none empty.

    Parameters
    ----------
    by_code : columns of texts that are wanted as codes.
    rows : as of `open_parquet`.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(
        path,
        metadata=metadata,
        read_dictionary=by_code,
        buffer_size=_BUFFER_BYTES,
        coerce_int96_timestamp_unit="us",
    ) as file:
        for batch in file.iter_batches(_BATCH_ROWS, row_groups=share.groups, columns=columns, use_threads=False):
            found = batch
            if rows is not None and rows[1] != ALL_IDS:
                found = batch.filter(rows[1].holds(texts_of(batch.column(rows[0]))))
            if len(found):
                yield found


def times_that_read_plainly(timezone: str) -> tuple[str, ...]:
    """The types of columns whose microseconds are those of UTC, where naive times are read in a zone."""
    return _TIMES if timezone == "UTC" else _ZONED_TIMES


def microseconds_of(time: str, kind: str) -> str:
    """SQL for the microseconds since 1970 UTC of a cell, itself given as SQL, of a column of times of a kind.

    Nanoseconds are cut off, as those of a text are (epoch_us rounds them).
    """
    if not kind.endswith("_NS"):
        return f"epoch_us({time})"
    return f"(epoch_ns({time}) - CASE WHEN epoch_ns({time}) < 0 THEN 999 ELSE 0 END) // 1000"


def quoted_text(text: str) -> str:
    """A text as SQL quotes it."""
    return "'" + text.replace("'", "''") + "'"


def quoted_name(column: str) -> str:
    """A column name as SQL quotes it."""
    return '"' + column.replace('"', '""') + '"'
