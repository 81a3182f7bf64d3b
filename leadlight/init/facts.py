"""What a table looks like, column by column, before anybody has said what it means."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from features.columns import infer_kind, read_column
from features.crm_headers import TIMES
from features.date_forms import is_numeral
from features.parsing import BadCell, parse_cells, parse_time_us
from features.reading import USUAL, CellFormat, DateOrder, is_missing
from features.settling import DateEvidence, Settled, settled_column, settled_dates
from features.sources import BadProject, Problem, Source, read_table
from features.tables import Kind, NumberColumn

#: What is written where the files do not tell, with a question.
USUAL_ORDER: DateOrder = "dmy"
#: Share of cells that have to be what the column is taken for.
NEARLY_ALL = 0.99


@dataclass(frozen=True)
class ColumnFacts:
    """A column's cells, trimmed, and what they have in common."""

    name: str
    cells: tuple[str, ...]

    @cached_property
    def levels(self) -> Mapping[str, int]:
        """How often each known value occurs."""
        counts = Counter(self.cells)
        return {cell: n for cell, n in counts.items() if not is_missing(cell)}

    @cached_property
    def n_known(self) -> int:
        return sum(self.levels.values())

    @property
    def missing_share(self) -> float:
        return 1 - self.n_known / len(self.cells) if self.cells else 1.0

    @property
    def distinct_share(self) -> float:
        """1 where no known value occurs twice."""
        return len(self.levels) / self.n_known if self.n_known else 0.0

    @cached_property
    def kind(self) -> Kind:
        """What the cells look like; numbers are times where Excel counted days and the name says so."""
        looks_like = infer_kind(self.cells)
        is_counted = looks_like == "number" and self.name in TIMES and all(map(is_numeral, self.levels))
        return "date" if is_counted else looks_like

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """Each cell as a number, with the decimal mark that the column settles; NaN where it is none."""
        mark = settled_column(self.cells, "number", CellFormat(), USUAL).format.decimal
        column, _ = read_column(self.cells, "number", replace(USUAL, decimal=mark))
        return tuple(column.values.tolist()) if isinstance(column, NumberColumn) else ()

    @cached_property
    def order(self) -> Settled:
        """In which order day and month stand, as far as the cells tell."""
        evidence = DateEvidence(USUAL)
        evidence.add(self.cells)
        return settled_dates(evidence, None)

    @property
    def is_unclear_date(self) -> bool:
        """Whether it holds dates whose day and month can not be told apart."""
        return bool(self.order.question) and self.is_date

    @cached_property
    def times_us(self) -> tuple[int | None, ...]:
        """Each cell as a time, a date being the end of its day; None where it is none."""

        reading = replace(USUAL, dates=self.order.format.dates or USUAL_ORDER)

        def read(cell: str) -> int | None:
            try:
                return parse_time_us(cell, reading, date_is="end")
            except BadCell:
                return None

        return tuple(parse_cells(self.cells, read, None).values)

    @property
    def timed_share(self) -> float:
        """Share of all cells that hold a time."""
        return sum(time is not None for time in self.times_us) / len(self.cells) if self.cells else 0.0

    @cached_property
    def is_date(self) -> bool:
        return self.kind == "date"

    @cached_property
    def is_email(self) -> bool:
        return self.n_known > 0 and self.share_of_known("@") >= NEARLY_ALL

    def share_of_known(self, text: str) -> float:
        """Share of the known cells that contain a text."""
        return sum(n for level, n in self.levels.items() if text in level) / max(self.n_known, 1)

    def bad_rows(self, kind: Kind) -> frozenset[int]:
        """The rows that can not be used if the column is read as this kind."""
        settled = settled_column(self.cells, kind, CellFormat(), USUAL).format
        order = settled.dates or (USUAL_ORDER if kind == "date" else None)
        reading = replace(USUAL, dates=order, decimal=settled.decimal)
        return frozenset(read_column(self.cells, kind, reading)[1].rows)


@dataclass(frozen=True)
class TableFacts:
    """A file's columns in their order."""

    path: Path
    columns: Mapping[str, ColumnFacts]
    n_rows: int

    @property
    def name(self) -> str:
        return self.path.name

    def __getitem__(self, column: str) -> ColumnFacts:
        return self.columns[column]

    @property
    def dates(self) -> list[str]:
        """The names of the columns that hold dates or times."""
        return [name for name, column in self.columns.items() if column.is_date]


def look_at(path: Path, *, option: str) -> TableFacts:
    """Read a file.

    Raises
    ------
    BadProject : it is absent, no table or has no row; `option` is how the user named it.
    """
    table = read_table(Source(path), key=(option,))
    if not len(table):
        raise BadProject([Problem((option,), f"{path.name} has a header but no rows; export it again")])
    columns = {
        name: ColumnFacts(name, tuple(cell.strip() for row, cell in enumerate(cells) if row not in table.faults))
        for name, cells in table.columns.items()
    }
    return TableFacts(path, columns, len(table) - len(table.faults))
