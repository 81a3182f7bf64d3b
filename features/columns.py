"""What a column of the leads table holds, and its cells as numbers or texts."""

import math
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from features.firm import amount_of_band
from features.kind_names import kind_of_name
from features.parsing import (
    BadCell,
    BadCells,
    UnclearDate,
    parse_cells,
    parse_flag,
    parse_number,
    parse_text,
    parse_time_us,
)
from features.reading import USUAL, CellFormat, DateOrder, DecimalMark, Reading
from features.settling import settled_column
from features.sources import BadProject, Problem
from features.tables import Column, Kind, NumberColumn, TextColumn

_TOLERATED_BAD = 0.01
_TEXT_MIN_LEVELS = 100
_TEXT_SHARE = 0.5
#: "Self-employed" and "Enterprise" may stand among bands.
_UNREAD_BANDS = 0.1


class ColumnSection(BaseModel):
    """What leadlight.yaml may say of one column."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Kind | None = None
    words: str | None = None
    known_from: Literal["signup", "sales"] | None = None
    sensitive: bool = False
    use: str | None = None
    #: How the project knows that the column was filled in before the outcome, whatever the leak audit says.
    not_a_leak: str | None = Field(default=None, min_length=1)
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None

    @property
    def format(self) -> CellFormat:
        """How its cells are read, as far as it is said."""
        return CellFormat(self.dates, self.decimal)

    @property
    def is_withheld(self) -> bool:
        """Whether the model may not use it: sensitive without a reason, or known from sales only."""
        return (self.sensitive and not self.use) or self.known_from == "sales"


def infer_kind(cells: Sequence[str], reading: Reading = USUAL) -> Kind:
    """number, flag, date, category or text, from the cells; one bad cell in a hundred is tolerated.

    >>> infer_kind(["12", "7.5", ""]), infer_kind(["Yes", "No"]), infer_kind(["2026-01-31"])
    ('number', 'flag', 'date')
    """
    known = [cell for cell in cells if not reading.is_missing(cell)]
    levels = list(dict.fromkeys(known))
    if not known:
        return "category"
    readers: list[tuple[Kind, object]] = [("flag", _is_flag_word), ("number", _is_number), ("date", _is_date)]
    for kind, reads in readers:
        bad = {level for level in levels if not reads(level)}  # type: ignore[operator]  # a list of predicates
        if sum(cell in bad for cell in known) <= _TOLERATED_BAD * len(known):
            return kind
    many = len(levels) >= _TEXT_MIN_LEVELS and len(levels) > _TEXT_SHARE * len(known)
    return "text" if many else "category"


def _is_flag_word(cell: str) -> bool:
    return cell.strip().lower() in {"yes", "no", "true", "false"}


def _is_number(cell: str) -> bool:
    try:
        parse_number(cell)
    except BadCell:
        return False
    return True


def _is_date(cell: str) -> bool:
    try:
        parse_time_us(cell, date_is="end")
    except UnclearDate:
        return True
    except BadCell:
        return False
    return True


def guess_kind(name: str, cells: Sequence[str], reading: Reading = USUAL) -> Kind:
    """What a column's cells look like and its name says; bands of sizes have to be readable.

    >>> guess_kind("Company size", ["1-10", "51-200"]), guess_kind("Company size", ["small", "large"])
    ('employees', 'category')
    """
    looks_like = infer_kind(cells, reading)
    kind = kind_of_name(name, looks_like)
    if kind in ("employees", "revenue"):
        known = [cell for cell in cells if not reading.is_missing(cell)]
        unread = sum(math.isnan(amount_of_band(cell)) for cell in known)
        return looks_like if unread > _UNREAD_BANDS * len(known) else kind
    return kind


def read_column(cells: Sequence[str], kind: Kind, reading: Reading = USUAL) -> tuple[Column, BadCells]:
    """The cells of a column as its kind says, and those that could not be read."""
    if kind in ("number", "flag"):
        read_one = partial(parse_number if kind == "number" else parse_flag, reading=reading)
        parsed = parse_cells(cells, read_one, math.nan)
        return NumberColumn(np.array(parsed.values, dtype=np.float64)), parsed.bad
    if kind == "date":

        def read(cell: str) -> float:
            return math.nan if reading.is_missing(cell) else float(parse_time_us(cell, reading, date_is="end"))

        dates = parse_cells(cells, read, math.nan)
        return NumberColumn(np.array(dates.values, dtype=np.float64)), dates.bad
    texts = parse_cells(cells, lambda cell: parse_text(cell, reading), None)
    return TextColumn.of(texts.values), texts.bad


def kinds_of(
    cells: Mapping[str, Sequence[str]],
    overrides: Mapping[str, ColumnSection],
    reading: Reading = USUAL,
    *,
    reserved: frozenset[str],
) -> dict[str, Kind]:
    """The kind of each column: what the project says, else what its cells look like and its name says.

    `reserved` columns (id, times, outcome) are no attributes; withheld ones are ignored, by rules too,
    since points enter the probability.
    """
    kinds: dict[str, Kind] = {}
    for name, column in cells.items():
        if name in reserved:
            continue
        said = overrides.get(name)
        if said is not None and said.is_withheld:
            kinds[name] = "ignore"
            continue
        told = None if said is None else said.kind
        kinds[name] = guess_kind(name, column, reading) if told is None else told
    return kinds


def settle_columns(
    cells: Mapping[str, Sequence[str]],
    kinds: Mapping[str, Kind],
    said: Mapping[str, ColumnSection],
    reading: Reading,
    *,
    typed: Collection[str] = (),
) -> tuple[Reading, tuple[str, ...]]:
    """How the cells of each attribute are read, and what was taken for granted, for people.

    Parameters
    ----------
    typed : columns whose numbers a program wrote, which need not be told from each other.

    Raises
    ------
    BadProject : the order of a column's dates is not clear.
    """
    used = [name for name, kind in kinds.items() if kind != "ignore" and name not in typed]
    settled = {
        name: settled_column(cells[name], kinds[name], said.get(name, ColumnSection()).format, reading) for name in used
    }
    problems = [
        Problem(("leads", "columns", name), f"the column {name!r}: {each.question}")
        for name, each in settled.items()
        if each.question
    ]
    if problems:
        raise BadProject(problems)
    formats = {f"leads.columns.{name}": each.format for name, each in settled.items() if each.format != CellFormat()}
    notes = tuple(f"the column {name!r}: {each.note}" for name, each in settled.items() if each.note)
    return reading.settling(formats), notes
