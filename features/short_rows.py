"""Rows that end early because their writer leaves empty cells out at the end, told from rows that are broken."""

import csv
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from features.csv_text import CsvText

#: A row alone is a record or the title of a report.
_MIN_CELLS = 2
#: Fewer may be broken ones, and cost a project nothing: that many rows may be unusable.
_MIN_SHARE = 0.01
_MIN_ROWS = 2


def ends_are_left_out(text: CsvText, *, width: int, first_row: int) -> bool:
    """Whether a file's short rows lack nothing but empty cells at their ends.

    They do where no row of the whole file ends in an empty cell, or is longer than the header; where rows are short
    by habit, not by accident; and where they differ in length, since rows of one length have another header.

    Parameters
    ----------
    width : how many columns the header has.
    first_row : the row of the file below the header, from 1.
    """
    with text.opened() as file:
        try:
            lengths = _lengths(islice(text.records(file), first_row - 1, None), width)
        except (csv.Error, UnicodeDecodeError):
            return False
    if lengths is None:
        return False
    n_short = lengths.total() - lengths[width]
    return len(lengths) > 1 and n_short >= _MIN_ROWS and n_short > _MIN_SHARE * lengths.total()


def _lengths(rows: Iterable[list[str]], width: int) -> Counter[int] | None:
    """How many rows have each length, those without a second cell apart; None if one ends in an empty cell."""
    lengths: Counter[int] = Counter()
    for row in rows:
        if len(row) < _MIN_CELLS or not any(map(str.strip, row)):
            continue
        if len(row) > width or not row[-1].strip():
            return None
        lengths[len(row)] += 1
    return lengths
