"""The leads table: from a file to LeadArrays in canonical order."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from features.columns import ColumnSection, kinds_of, read_column
from features.parsing import BadCell, is_missing, parse_cells, parse_id, parse_number, parse_time_us
from features.quarantine import BadRows, TableCount
from features.sources import AnySource, BadProject, Problem, missing_columns, read_frame, text_cells
from features.sql_source import SourceSaid
from features.tables import IntArray, Kind, LeadArrays, TextColumn

if TYPE_CHECKING:
    import pandas as pd


class LeadsSection(BaseModel):
    """The `leads` section of leadlight.yaml; without an `id` a lead is called by its row, as a spreadsheet counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: SourceSaid
    id: str | None = None
    created_at: str | None = None
    order_by: str | None = None
    account: str | None = None
    columns: dict[str, ColumnSection] = Field(default_factory=dict)

    @field_validator("columns", mode="before")
    @classmethod
    def _short_form(cls, columns: object) -> object:
        """``title: text`` is short for ``title: {kind: text}``."""
        if not isinstance(columns, Mapping):
            return columns
        return {name: {"kind": said} if isinstance(said, str) else said for name, said in columns.items()}

    def named_columns(self, kinds: Mapping[str, Kind] | None = None) -> dict[tuple[str | int, ...], str]:
        """The columns that must be there, by their key: those named here, and those of the training's `kinds`."""
        wanted: dict[tuple[str | int, ...], str] = {}
        for key in ("id", "created_at", "order_by", "account"):
            name = getattr(self, key)
            if name is not None and not (key == "order_by" and kinds is not None):
                wanted["leads", key] = name
        trained = [name for name, kind in (kinds or {}).items() if kind != "ignore"]
        named = trained if kinds is not None else list(self.columns)
        return wanted | {("leads", "columns", name): name for name in named}


@dataclass(frozen=True)
class LeadTable:
    """The leads that were read, how their columns were read, and what was left out.

    `row_of` has, for each lead, its 0-based row in the file.
    """

    leads: LeadArrays
    kinds: Mapping[str, Kind]
    row_of: IntArray
    count: TableCount


def read_leads(
    section: LeadsSection,
    source: AnySource,
    *,
    timezone: ZoneInfo,
    reserved: frozenset[str] = frozenset(),
    kinds: Mapping[str, Kind] | None = None,
    until_us: int | None = None,
    frame: "pd.DataFrame | None" = None,
) -> LeadTable:
    """Read and check the leads table.

    Parameters
    ----------
    reserved : columns that are no attributes, like the outcome of a flat table.
    kinds : how to read the columns, from a bundle's spec; inferred when None, from the leads that
        were created before `until_us` where that is given.
    frame : the table, where it was read already.

    Raises
    ------
    BadProject : the file or a column that the project names is missing.
    """
    frame = read_frame(source, key=("leads", "source")) if frame is None else frame
    _check_columns(section, frame, source, kinds)
    bad = BadRows(source.name, first_row=source.first_row)
    own = frozenset(filter(None, (section.id, section.created_at, section.order_by))) | reserved
    own |= frozenset(filter(None, (section.account,))) - frozenset(section.columns)
    cells = {str(name): text_cells(frame, str(name)) for name in frame.columns if _is_read(section, str(name), kinds)}
    if kinds is None:
        told = cells if until_us is None else _created_before(until_us, section, frame, timezone, cells)
        kinds = kinds_of(told, section.columns, reserved=own)
    ids = _row_names(len(frame))
    if section.id is not None:
        ids = _ids(text_cells(frame, section.id), section.id, lambda: _contents(section, frame, cells, reserved), bad)
    created = _created(section, frame, timezone, bad)
    columns = {}
    for name in sorted(kinds):
        if kinds[name] != "ignore":
            columns[name], faults = read_column(cells[name], kinds[name], timezone=timezone)
            bad.add_cells(name, cells[name], faults)
    accounts = _accounts(section, frame)
    order = _canonical_order(section, frame, ids, created, timezone, bad)
    leads = LeadArrays(tuple(ids), created, accounts, columns).take(order)
    return LeadTable(leads, dict(kinds), order, bad.count(len(frame)))


def _is_read(section: LeadsSection, name: str, kinds: Mapping[str, Kind] | None) -> bool:
    said = section.columns.get(name)
    if kinds is not None:
        return kinds.get(name, "ignore") != "ignore"
    return said is None or said.kind != "ignore"


def _check_columns(
    section: LeadsSection, frame: "pd.DataFrame", source: AnySource, kinds: Mapping[str, Kind] | None
) -> None:
    problems = missing_columns(frame, section.named_columns(kinds), file=source.name)
    if not len(frame):
        problems.append(Problem(("leads", "source"), f"{source.name} has a header but no rows; export the leads again"))
    if problems:
        raise BadProject(problems)


def _contents(
    section: LeadsSection, frame: "pd.DataFrame", attributes: Mapping[str, list[str]], reserved: frozenset[str]
) -> list[list[str]]:
    """The columns that rows of one id must agree in: all that is used, but the id."""
    named = {section.created_at, section.order_by, section.account, *reserved} & {*frame.columns}
    own = {str(name): text_cells(frame, str(name)) for name in named}
    return [cells for name, cells in {**own, **attributes}.items() if name != section.id]


def _row_names(n_rows: int) -> list[str]:
    """The rows' numbers as a spreadsheet shows them, and as the quarantine does: the header is row 1."""
    return [f"row {i + 2}" for i in range(n_rows)]


def _ids(cells: list[str], column: str, contents: Callable[[], list[list[str]]], bad: BadRows) -> list[str]:
    parsed = parse_cells(cells, parse_id, "")
    bad.add_cells(column, cells, parsed.bad)
    repeated = {lead_id for lead_id, n_rows in Counter(parsed.values).items() if n_rows > 1}
    rows_of: dict[str, list[int]] = {}
    for row in (row for row, lead_id in enumerate(parsed.values) if lead_id in repeated and row not in bad):
        rows_of.setdefault(parsed.values[row], []).append(row)
    if rows_of:
        compared = contents()
        for lead_id, rows in rows_of.items():
            _settle_repeats(lead_id, rows, column, compared, bad)
    return parsed.values


def _settle_repeats(lead_id: str, rows: list[int], column: str, contents: list[list[str]], bad: BadRows) -> None:
    """Equal rows of one id count once; of rows that differ none is used, since none is known to be right."""
    distinct = {tuple(cells[row].strip() for cells in contents) for row in rows}
    if len(distinct) == 1:
        for row in rows[1:]:
            bad.add(row, column, lead_id, "the same row stands there already", is_repeat=True)
    else:
        for row in rows:
            bad.add(row, column, lead_id, "rows with this id differ: keep one of them")


def _created(section: LeadsSection, frame: "pd.DataFrame", timezone: ZoneInfo, bad: BadRows) -> IntArray | None:
    if section.created_at is None:
        return None
    cells = text_cells(frame, section.created_at)
    parsed = parse_cells(cells, lambda cell: parse_time_us(cell, timezone=timezone, date_is="start"), 0)
    bad.add_cells(section.created_at, cells, parsed.bad)
    return np.array(parsed.values, dtype=np.int64)


def _created_before(
    until_us: int,
    section: LeadsSection,
    frame: "pd.DataFrame",
    timezone: ZoneInfo,
    cells: Mapping[str, list[str]],
) -> dict[str, list[str]]:
    """The cells of the leads that were there before a time: what came later must not tell how to read them."""
    created = _created(section, frame, timezone, BadRows(""))
    if created is None:
        return dict(cells)
    rows = np.flatnonzero(created < until_us).tolist()
    return {name: [column[row] for row in rows] for name, column in cells.items()}


def _accounts(section: LeadsSection, frame: "pd.DataFrame") -> TextColumn:
    if section.account is None:
        return TextColumn((), np.full(len(frame), -1, dtype=np.int64))
    cells = text_cells(frame, section.account)
    return TextColumn.of(parse_cells(cells, _account, None).values)


def _account(cell: str) -> str | None:
    return None if is_missing(cell) else " ".join(cell.casefold().split())


def _canonical_order(
    section: LeadsSection,
    frame: "pd.DataFrame",
    ids: list[str],
    created: IntArray | None,
    timezone: ZoneInfo,
    bad: BadRows,
) -> IntArray:
    """Usable rows by id, or as they stand where they have none; a flat table by its order column first."""
    used = bad.used(len(ids))
    name_of = range(len(ids)) if section.id is None else ids
    if created is None and section.order_by is not None and section.order_by in frame.columns:
        cells = text_cells(frame, section.order_by)
        used.sort(key=lambda row: (*_order_key(cells[row], timezone), name_of[row]))
    else:
        used.sort(key=name_of.__getitem__)
    return np.array(used, dtype=np.int64)


def _order_key(cell: str, timezone: ZoneInfo) -> tuple[int, float, str]:
    """Numbers, then times, then texts; a missing cell is the last of all."""
    if is_missing(cell):
        return (3, 0.0, "")
    try:
        return (0, parse_number(cell), "")
    except BadCell:
        pass
    try:
        return (1, float(parse_time_us(cell, timezone=timezone, date_is="start")), "")
    except BadCell:
        return (2, 0.0, cell)
