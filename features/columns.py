"""What a column of the leads table holds, and its cells as numbers or texts."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from features.parsing import BadCell, BadCells, is_missing, parse_cells, parse_flag, parse_number, parse_time_us
from features.tables import Column, Kind, NumberColumn, TextColumn

_TOLERATED_BAD = 0.01
_TEXT_MIN_LEVELS = 100
_TEXT_SHARE = 0.5


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

    @property
    def is_withheld(self) -> bool:
        """Whether the model may not use it: sensitive without a reason, or known from sales only."""
        return (self.sensitive and not self.use) or self.known_from == "sales"


def infer_kind(cells: Sequence[str]) -> Kind:
    """number, flag, date, category or text, from the cells; one bad cell in a hundred is tolerated.

    >>> infer_kind(["12", "7.5", ""]), infer_kind(["Yes", "No"]), infer_kind(["2026-01-31"])
    ('number', 'flag', 'date')
    """
    known = [cell for cell in cells if not is_missing(cell)]
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
        parse_time_us(cell, timezone=ZoneInfo("UTC"), date_is="end")
    except BadCell:
        return False
    return True


def read_column(cells: Sequence[str], kind: Kind, *, timezone: ZoneInfo) -> tuple[Column, BadCells]:
    """The cells of a column as its kind says, and those that could not be read."""
    if kind in ("number", "flag"):
        parsed = parse_cells(cells, parse_number if kind == "number" else parse_flag, math.nan)
        return NumberColumn(np.array(parsed.values, dtype=np.float64)), parsed.bad
    if kind == "date":

        def read(cell: str) -> float:
            return math.nan if is_missing(cell) else float(parse_time_us(cell, timezone=timezone, date_is="end"))

        dates = parse_cells(cells, read, math.nan)
        return NumberColumn(np.array(dates.values, dtype=np.float64)), dates.bad
    texts = parse_cells(cells, lambda cell: None if is_missing(cell) else " ".join(cell.split()), None)
    return TextColumn.of(texts.values), texts.bad


def kinds_of(
    cells: Mapping[str, Sequence[str]], overrides: Mapping[str, ColumnSection], *, reserved: frozenset[str]
) -> dict[str, Kind]:
    """The kind of each column: what the project says, else what its cells look like.

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
        kinds[name] = said.kind if said is not None and said.kind is not None else infer_kind(column)
    return kinds
