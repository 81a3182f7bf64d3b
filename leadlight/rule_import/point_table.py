"""A table of points as rows of cells, and what became of each row."""

import csv
import io
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from features.names import normal_name
from features.parsing import BadCell, parse_number
from features.reading import is_missing

RuleValue = str | float | list[str] | dict[str, "RuleValue"] | list[dict[str, "RuleValue"]]
#: A rule as it will be written: key to value.
RuleEntry = dict[str, RuleValue]
Row = Mapping[str, str]


class BadPointTable(ValueError):
    """The file is no point table of this tool; the text says what was found and what to do."""


class NotMapped(ValueError):
    """A row that the rulebook can not say; the text is the reason."""


@dataclass(frozen=True)
class ImportedRules:
    """What a point table holds.

    Attributes
    ----------
    rules : in the order of the rows.
    not_mapped : rows that became no rule: number as a spreadsheet shows it, name, and why.
    """

    rules: tuple[RuleEntry, ...]
    not_mapped: tuple[tuple[int, str, str], ...]


def read_rows(text: str, *, needs: Collection[str], name: str) -> list[dict[str, str]]:
    """The rows of a CSV by normalised header.

    Raises
    ------
    BadPointTable : a needed column is absent, or there are no rows.
    """
    rows = [
        {normal_name(key): (cell or "").strip() for key, cell in row.items() if key is not None}
        for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    ]
    if not rows:
        raise BadPointTable(f"found no rows in {name}, expected a header and a row for each rule; export it again")
    absent = [column for column in needs if column not in rows[0]]
    if absent:
        found = ", ".join(rows[0])
        raise BadPointTable(
            f"found the columns {found} in {name}, expected {', '.join(needs)}; rename or add {', '.join(absent)}"
        )
    return rows


def import_rows(rows: list[dict[str, str]], read: Callable[[Row], RuleEntry]) -> ImportedRules:
    """Every row through `read`; ids are made of names, and told apart by a number."""
    rules: list[RuleEntry] = []
    not_mapped = []
    ids: set[str] = set()
    for number, row in enumerate(rows, start=2):
        try:
            entry = read(row)
        except NotMapped as error:
            not_mapped.append((number, row.get("name") or row.get("property") or "", str(error)))
            continue
        rules.append({"id": _new_id(row.get("name") or row.get("property") or "rule", ids), **entry})
    return ImportedRules(tuple(rules), tuple(not_mapped))


def _new_id(name: str, ids: set[str]) -> str:
    base = (normal_name(name).encode("ascii", "ignore").decode() or "rule")[:56]
    base = f"{base}_rule" if base in ("fit", "engagement", "total") else base
    new = next(i for i in (base, *(f"{base}_{n}" for n in range(2, len(ids) + 3))) if i not in ids)
    ids.add(new)
    return new


def number_in(row: Row, column: str) -> float | None:
    """The number in a cell; None where it is empty or absent."""
    cell = row.get(column, "")
    if is_missing(cell):
        return None
    try:
        return parse_number(cell)
    except BadCell:
        raise NotMapped(f"found {cell!r} under {column}, expected a number") from None


def points_in(row: Row, column: str) -> float:
    """The points of a row."""
    points = number_in(row, column)
    if points is None or points == 0:
        raise NotMapped(f"it has no points under {column}")
    return points


def days(number: float) -> str:
    """A duration as a rulebook writes it.

    >>> days(30.0), days(1.25)
    ('30d', '1.25d')
    """
    return f"{number:.12g}d"
