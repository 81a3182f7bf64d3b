"""Rows that could not be used, each with where it stood and why: rows read = rows used + rows here."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from features.parsing import BadCells
from features.raw_table import RawTable

OF_NO_LEAD = "no usable lead with this id in the leads table"
OF_UNUSED_LEAD = "its lead is in the quarantine"


@dataclass(frozen=True)
class BadRow:
    """One row that was not used.

    Attributes
    ----------
    file : the table's file name.
    row : its number as a spreadsheet shows it: the header is row 1.
    column, value, reason : the first cell that was wrong, as found, and what was expected.
    is_aside : it is no fault though not used: it says what another row says, is no record, or its lead is not used.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str
    is_aside: bool = False


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
        """How many rows are wrong, those set aside apart."""
        return sum(not row.is_aside for row in self.bad)


class BadRows:
    """Collects the unusable rows of one table; the first fault of a row counts."""

    def __init__(self, table: RawTable) -> None:
        self._table = table
        self._by_index: dict[int, BadRow] = {}
        for index, fault in table.faults.items():
            self.add(index, fault.column, fault.value, fault.reason, is_aside=fault.is_aside)

    def add(self, index: int, column: str, value: str, reason: str, *, is_aside: bool = False) -> None:
        """Note the row at this 0-based position."""
        if index not in self._by_index:
            file, row = self._table.place_of(index)
            self._by_index[index] = BadRow(file, row, column, value[:200], reason, is_aside)

    def add_cells(self, column: str, cells: Sequence[str], bad: BadCells) -> None:
        """Note every bad cell of a column."""
        for row, reason in zip(bad.rows, bad.reasons, strict=True):
            self.add(row, column, cells[row], reason)

    def answer(self, index: int, *, by: int) -> None:
        """A usable row says what this one should have said: it is no fault any more, as when it was mended."""
        file, row = self._table.place_of(by)
        old = self._by_index[index]
        reason = f"{old.reason}; a usable row of this id stands in {file}, row {row}"
        self._by_index[index] = replace(old, reason=reason, is_aside=True)

    def __contains__(self, index: int) -> bool:
        return index in self._by_index

    def used(self) -> list[int]:
        """The positions that no fault was noted for."""
        return [i for i in range(len(self._table)) if i not in self._by_index]

    def count(self) -> TableCount:
        rows = tuple(self._by_index[i] for i in sorted(self._by_index))
        return TableCount(self._table.name, len(self._table), rows)


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
