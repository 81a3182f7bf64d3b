"""A table as it was written: its cells as text by column, and where each row stands."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from features.cell_texts import text_cells

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Place:
    """Where rows stand: those from position `start` on are in `file`, from row `first_row` on as a spreadsheet counts.

    The header of a plain file is row 1.
    """

    file: str
    start: int = 0
    first_row: int = 2


@dataclass(frozen=True)
class Fault:
    """Why a row can not be used before any cell is read; `is_aside`: it is no record at all, and so no fault."""

    column: str
    value: str
    reason: str
    is_aside: bool = False


@dataclass(frozen=True)
class RawTable:
    """n rows of text cells.

    Attributes
    ----------
    name : what messages call it.
    columns : n cells by column name, in the order of the file.
    n_rows : how many.
    places : where the rows stand, ascending by `start`.
    faults : the rows that can not be used as they stand, by position.
    typed : the columns that hold numbers by type, written with a decimal point.
    notes : what was taken for granted in reading the file, for people.
    origin : of a choice of rows, the positions that `places` speaks of.
    """

    name: str
    columns: Mapping[str, Sequence[str]]
    n_rows: int
    places: tuple[Place, ...]
    faults: Mapping[int, Fault] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    typed: frozenset[str] = frozenset()
    origin: Sequence[int] | None = None

    def __len__(self) -> int:
        return self.n_rows

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def __getitem__(self, column: str) -> Sequence[str]:
        return self.columns[column]

    def place_of(self, position: int) -> tuple[str, int]:
        """The file and row of a position."""
        at = position if self.origin is None else self.origin[position]
        place = self.places[bisect_right(self.places, at, key=lambda each: each.start) - 1]
        return place.file, place.first_row + at - place.start

    def take(self, rows: Sequence[int]) -> "RawTable":
        """The rows at these positions."""
        where = {row: i for i, row in enumerate(rows) if row in self.faults}
        return replace(
            self,
            columns={name: [cells[row] for row in rows] for name, cells in self.columns.items()},
            n_rows=len(rows),
            faults={i: self.faults[row] for row, i in where.items()},
            origin=rows if self.origin is None else [self.origin[row] for row in rows],
        )

    def without_cells(self) -> "RawTable":
        """Where the rows stand, without what stands there."""
        return replace(self, columns={}, faults={})


def of_frame(frame: "pd.DataFrame", name: str, *, first_row: int = 2) -> RawTable:
    """A table with types as the text cells that a CSV would hold; each column is put into words when asked for."""
    import pandas as pd

    is_number = pd.api.types.is_numeric_dtype
    typed = frozenset(str(column) for column in frame.columns if is_number(frame[column].dtype))
    return RawTable(name, _FrameCells(frame), len(frame), (Place(name, first_row=first_row),), typed=typed)


class _FrameCells(Mapping[str, Sequence[str]]):
    def __init__(self, frame: "pd.DataFrame") -> None:
        self._frame = frame
        self._names = [str(name) for name in frame.columns]

    def __getitem__(self, column: str) -> Sequence[str]:
        if column not in self._names:
            raise KeyError(column)
        return text_cells(self._frame, column)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def joined(tables: Sequence[RawTable], name: str) -> RawTable:
    """Tables one below the other; equal cells of a column become one text, which spares memory.

    A column that one of them lacks is empty there.
    """
    if len(tables) == 1:
        return tables[0]
    starts = [sum(len(table) for table in tables[:i]) for i in range(len(tables))]
    names = dict.fromkeys(column for table in tables for column in table.columns)
    pairs = list(zip(tables, starts, strict=True))
    return RawTable(
        name,
        {column: _one_below_the_other(tables, column) for column in names},
        sum(map(len, tables)),
        tuple(Place(p.file, start + p.start, p.first_row) for table, start in pairs for p in table.places),
        {start + row: fault for table, start in pairs for row, fault in table.faults.items()},
        tuple(dict.fromkeys(note for table in tables for note in table.notes)),
        frozenset.intersection(*(table.typed for table in tables)),
    )


def _one_below_the_other(tables: Sequence[RawTable], column: str) -> list[str]:
    known: dict[str, str] = {}
    cells: list[str] = []
    for table in tables:
        own = table[column] if column in table else [""] * len(table)
        cells.extend(map(known.setdefault, own, own))
    return cells
