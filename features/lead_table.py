"""The leads table: from a file to LeadArrays in canonical order."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from features.columns import ColumnSection, kinds_of, read_column, settle_columns
from features.parsing import BadCell, Parsed, parse_cells, parse_id, parse_number, parse_time_us
from features.quarantine import BadRows, TableCount
from features.raw_table import RawTable
from features.reading import USUAL, Reading
from features.settling import settling_times
from features.sources import BadProject, Problem, Source, missing_columns, read_table
from features.tables import IntArray, Kind, LeadArrays, TextColumn


class LeadsSection(BaseModel):
    """The `leads` section of leadlight.yaml; without an `id` a lead is called by its row, as a spreadsheet counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: str | list[str]
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

    Attributes
    ----------
    row_of : of each lead, its 0-based position in the table.
    unused_ids : ids of rows that are in the quarantine, and of no lead.
    reading : how the cells were read, with what the columns settled.
    notes : what was taken for granted.
    """

    leads: LeadArrays
    kinds: Mapping[str, Kind]
    row_of: IntArray
    count: TableCount
    unused_ids: frozenset[str] = frozenset()
    reading: Reading = USUAL
    notes: tuple[str, ...] = ()


def read_leads(
    section: LeadsSection,
    source: Source,
    *,
    reading: Reading,
    reserved: frozenset[str] = frozenset(),
    kinds: Mapping[str, Kind] | None = None,
    until_us: int | None = None,
    table: RawTable | None = None,
) -> LeadTable:
    """Read and check the leads table.

    Parameters
    ----------
    reserved : columns that are no attributes, like the outcome of a flat table.
    kinds : how to read the columns, from a bundle's spec; inferred when None.
    until_us : leads that were created from then on are as if they did not stand there.
    table : the cells, where they were read already.

    Raises
    ------
    BadProject : the file or a column that the project names is missing, or its dates or numbers are not clear.
    """
    table = read_table(source, key=("leads", "source")) if table is None else table
    _check_columns(section, table, kinds)
    table, created, reading = _created_before(section, table, reading, until_us)
    notes: tuple[str, ...] = ()
    bad = BadRows(table)
    own = frozenset(filter(None, (section.id, section.created_at, section.order_by))) | reserved
    own |= frozenset(filter(None, (section.account,))) - frozenset(section.columns)
    cells = {name: table[name] for name in table.columns if _is_read(section, name, kinds)}
    if kinds is None:
        sound = [row for row in range(len(table)) if row not in table.faults]
        told = {name: [column[row] for row in sound] for name, column in cells.items()} if table.faults else cells
        kinds = kinds_of(told, section.columns, reading, reserved=own)
        reading, notes = settle_columns(told, kinds, section.columns, reading, typed=table.typed)
    ids = _row_names(table)
    if section.id is not None:
        parsed = parse_cells(table[section.id], parse_id, "")
        ids = parsed.values
        bad.add_cells(section.id, table[section.id], parsed.bad)
    if created is not None and section.created_at is not None:
        bad.add_cells(section.created_at, table[section.created_at], created.bad)
    columns = {}
    for name in sorted(name for name, kind in kinds.items() if kind != "ignore"):
        how = reading.of(f"leads.columns.{name}")
        columns[name], faults = read_column(cells[name], kinds[name], how.of_machine() if name in table.typed else how)
        bad.add_cells(name, cells[name], faults)
    if section.id is not None:
        _settle_rows_of_an_id(ids, section.id, lambda: _contents(section, table, cells, reserved), bad)
    created_us = None if created is None else np.array(created.values, dtype=np.int64)
    order = _canonical_order(section, table, ids, created_us, reading, bad)
    leads = LeadArrays(tuple(ids), created_us, _accounts(section, table, reading), columns).take(order)
    unused = frozenset(ids[row] for row in range(len(table)) if row in bad and ids[row]) - frozenset(leads.ids)
    return LeadTable(leads, dict(kinds), order, bad.count(), unused, reading, (*table.notes, *notes))


def _is_read(section: LeadsSection, name: str, kinds: Mapping[str, Kind] | None) -> bool:
    said = section.columns.get(name)
    if kinds is not None:
        return kinds.get(name, "ignore") != "ignore"
    return said is None or said.kind != "ignore"


def _check_columns(section: LeadsSection, table: RawTable, kinds: Mapping[str, Kind] | None) -> None:
    problems = missing_columns(table.columns, section.named_columns(kinds), file=table.name)
    if not len(table):
        problems.append(Problem(("leads", "source"), f"{table.name} has a header but no rows; export the leads again"))
    if problems:
        raise BadProject(problems)


def _created_before(
    section: LeadsSection, table: RawTable, reading: Reading, until_us: int | None
) -> tuple[RawTable, Parsed[int] | None, Reading]:
    """The leads without those from `until_us` on, when each was created, and how those times are read."""
    if section.created_at is None:
        return table, None, reading
    cells, key = table[section.created_at], "leads.created_at"
    reading = settling_times(reading, key, section.created_at, table, until_us)
    created = parse_cells(cells, lambda cell: parse_time_us(cell, reading.of(key), date_is="start"), 0)
    if until_us is None:
        return table, created, reading
    is_bad = set(created.bad.rows)
    rows = [row for row, us in enumerate(created.values) if row in is_bad or us < until_us]
    seen = table.take(rows)
    return seen, _created_before(section, seen, reading, None)[1], reading


def _contents(
    section: LeadsSection, table: RawTable, attributes: Mapping[str, Sequence[str]], reserved: frozenset[str]
) -> list[Sequence[str]]:
    """The columns that rows of one id must agree in: all that is used, but the id."""
    named = {section.created_at, section.order_by, section.account, *reserved} & {*table.columns}
    own = {name: table[name] for name in named if name is not None}
    return [cells for name, cells in {**own, **attributes}.items() if name != section.id]


def _row_names(table: RawTable) -> list[str]:
    """The rows' numbers as a spreadsheet shows them, and as the quarantine does: the header is row 1."""
    is_one_file = len({place.file for place in table.places}) == 1
    places = map(table.place_of, range(len(table)))
    return [f"row {row}" if is_one_file else f"{file} row {row}" for file, row in places]


def _settle_rows_of_an_id(
    ids: Sequence[str], column: str, contents: Callable[[], list[Sequence[str]]], bad: BadRows
) -> None:
    """What becomes of the rows of an id that comes several times: a usable one answers for those that are not."""
    repeated = {lead_id for lead_id, n_rows in Counter(ids).items() if n_rows > 1 and lead_id}
    rows_of: dict[str, list[int]] = {}
    for row in (row for row, lead_id in enumerate(ids) if lead_id in repeated):
        rows_of.setdefault(ids[row], []).append(row)
    compared = contents() if rows_of else []
    for lead_id, rows in rows_of.items():
        usable = [row for row in rows if row not in bad]
        if len(usable) > 1:
            _settle_repeats(lead_id, usable, column, compared, bad)
        for row in set(rows) - set(usable) if len(usable) == 1 else ():
            bad.answer(row, by=usable[0])


def _settle_repeats(lead_id: str, rows: list[int], column: str, contents: list[Sequence[str]], bad: BadRows) -> None:
    """Equal rows of one id count once; of rows that differ none is used, since none is known to be right."""
    distinct = {tuple(cells[row].strip() for cells in contents) for row in rows}
    if len(distinct) == 1:
        for row in rows[1:]:
            bad.add(row, column, lead_id, "the same row stands there already", is_aside=True)
    else:
        for row in rows:
            bad.add(row, column, lead_id, "rows with this id differ: keep one of them")


def _accounts(section: LeadsSection, table: RawTable, reading: Reading) -> TextColumn:
    if section.account is None:
        return TextColumn((), np.full(len(table), -1, dtype=np.int64))
    cells = table[section.account]
    return TextColumn.of(parse_cells(cells, partial(_account, reading=reading), None).values)


def _account(cell: str, reading: Reading) -> str | None:
    return None if reading.is_missing(cell) else " ".join(cell.casefold().split())


def _canonical_order(
    section: LeadsSection,
    table: RawTable,
    ids: list[str],
    created: IntArray | None,
    reading: Reading,
    bad: BadRows,
) -> IntArray:
    """Usable rows by id, or as they stand where they have none; a flat table by its order column first."""
    used = bad.used()
    name_of = range(len(ids)) if section.id is None else ids
    if created is None and section.order_by is not None and section.order_by in table:
        cells = table[section.order_by]
        used.sort(key=lambda row: (*_order_key(cells[row], reading), name_of[row]))
    else:
        used.sort(key=name_of.__getitem__)
    return np.array(used, dtype=np.int64)


def _order_key(cell: str, reading: Reading) -> tuple[int, float, str]:
    """Numbers, then times, then texts; a missing cell is the last of all."""
    if reading.is_missing(cell):
        return (3, 0.0, "")
    try:
        return (0, parse_number(cell, reading), "")
    except BadCell:
        pass
    try:
        return (1, float(parse_time_us(cell, reading, date_is="start")), "")
    except BadCell:
        return (2, 0.0, cell)
