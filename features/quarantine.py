"""Rows that could not be used, each with where it stood and why: rows read = rows used + rows here."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.parsing import BadCells


@dataclass(frozen=True)
class BadRow:
    """One row that was not used.

    Attributes
    ----------
    file : the table's file name.
    row : its number as a spreadsheet shows it: the header is row 1; in a database the number in the result.
    column, value, reason : the first cell that was wrong, as found, and what was expected.
    is_repeat : it says nothing that another row does not say: not used, and no fault either.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str
    is_repeat: bool = False


@dataclass(frozen=True)
class TableCount:
    """How many rows of a table were read, and those among them that were not used."""

    file: str
    rows_read: int
    bad: tuple[BadRow, ...]

    @property
    def rows_used(self) -> int:
        return self.rows_read - len(self.bad)

    @property
    def n_faults(self) -> int:
        """How many rows are wrong, repeats apart."""
        return sum(not row.is_repeat for row in self.bad)


class BadRows:
    """Collects the unusable rows of one table; the first fault of a row counts.

    Parameters
    ----------
    first_row : how the first row is counted: after the header of a file, or as the first of a database.
    """

    def __init__(self, file: str, *, first_row: int = 2) -> None:
        self._file, self._first_row = file, first_row
        self._by_index: dict[int, BadRow] = {}

    def add(self, index: int, column: str, value: str, reason: str, *, is_repeat: bool = False) -> None:
        """Note the row at this 0-based position below the header."""
        self._by_index.setdefault(
            index, BadRow(self._file, index + self._first_row, column, value[:200], reason, is_repeat)
        )

    def add_cells(self, column: str, cells: Sequence[str], bad: BadCells) -> None:
        """Note every bad cell of a column."""
        for row, reason in zip(bad.rows, bad.reasons, strict=True):
            self.add(row, column, cells[row], reason)

    def __contains__(self, index: int) -> bool:
        return index in self._by_index

    def used(self, n_rows: int) -> list[int]:
        """The positions that no fault was noted for."""
        return [i for i in range(n_rows) if i not in self._by_index]

    def count(self, n_rows: int) -> TableCount:
        rows = tuple(self._by_index[i] for i in sorted(self._by_index))
        return TableCount(self._file, n_rows, rows)


def commonest_reasons(counts: Iterable[TableCount], limit: int = 5) -> list[tuple[str, int]]:
    """The most frequent reasons, worded with file and column."""
    reasons = Counter(f"{row.file}, {row.column}: {row.reason}" for count in counts for row in count.bad)
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:limit]


def write_quarantine(path: Path, counts: Iterable[TableCount]) -> None:
    """All unusable rows as CSV: file, row, column, value, reason."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "row", "column", "value", "reason"])
        for count in counts:
            writer.writerows([row.file, row.row, row.column, row.value, row.reason] for row in count.bad)
