"""The history of attributes: from a table of their changes to the versions of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import model_validator

from features.columns import read_column
from features.lead_keys import LeadKeys
from features.parsing import BadCell, parse_cells, parse_time_us
from features.quarantine import BadRows, TableCount
from features.raw_table import RawTable
from features.reading import Reading
from features.settling import settling_times
from features.sources import AnySource, BadProject, Problem, list_some, read_columns
from features.sql_source import SourceSaid
from features.table_section import TableSection
from features.tables import Column, IntArray, Kind
from features.versions import Versions, settle_versions


class HistorySection(TableSection):
    """The `history` section: a row per change of a `field`, or without it a row per version of a whole lead."""

    section = "history"
    column_keys = ("lead", "field", "value", "valid_from", "recorded_at")
    time_keys = ("valid_from", "recorded_at")
    source: SourceSaid
    lead: str
    field: str | None = None
    value: str | None = None
    valid_from: str
    recorded_at: str | None = None

    @model_validator(mode="after")
    def _field_and_value(self) -> "HistorySection":
        if (self.field is None) != (self.value is None):
            found, absent = ("field", "value") if self.value is None else ("value", "field")
            raise ValueError(
                f"found `{found}` without `{absent}`; give both for a row per change, or neither for a row per version"
            )
        return self


@dataclass(frozen=True)
class _Stated:
    """What some rows of the table state of one attribute."""

    name: str
    rows: IntArray
    column: Column


def read_history(
    section: HistorySection,
    source: AnySource,
    kinds: Mapping[str, Kind],
    *,
    keys: LeadKeys,
    reading: Reading,
    until_us: int | None = None,
) -> tuple[Mapping[str, Versions], TableCount]:
    """The versions of each attribute that the table keeps the changes of.

    Parameters
    ----------
    kinds : how the columns of the leads table are read; what is ignored there, or no column, is passed over.
    keys : how the rows name their leads.
    until_us : later times have no say in how the times are read.

    Raises
    ------
    BadProject : the file or a named column is missing, or not one attribute of the leads is in it.
    """
    table = read_columns(source, section.named_columns(), key=("history", "source"))
    for key, column in section.time_columns().items():
        reading = settling_times(reading, key, column, table, until_us)
    bad = BadRows(table)
    rows = keys.rows_of_leads(table[section.lead], section.lead, bad)
    valid_us, recorded_us = _times(section, table, reading, bad)
    used_kinds = {name: kind for name, kind in kinds.items() if kind != "ignore"}
    stated = list(_stated(section, table, used_kinds, reading, bad))
    kept = rows.without(bad)
    history = {}
    for one in stated:
        position = np.full(len(table), -1, dtype=np.int64)
        position[one.rows] = np.arange(len(one.rows))
        says = position[kept.row] >= 0
        row, lead = kept.row[says], kept.lead[says]
        history[one.name] = settle_versions(lead, valid_us[row], recorded_us[row], one.column.take(position[row]))
    return history, bad.count()


def _times(section: HistorySection, table: RawTable, reading: Reading, bad: BadRows) -> tuple[IntArray, IntArray]:
    """From when each row holds and when it was recorded: when it held, where that is not said."""

    def read(cell: str) -> int | None:
        how = reading.of("history.recorded_at")
        return None if how.is_missing(cell) else parse_time_us(cell, how, date_is="end")

    def read_needed(cell: str) -> int:
        if reading.is_missing(cell):
            raise BadCell("the time that a value holds from is needed, the cell is empty")
        return parse_time_us(cell, reading.of("history.valid_from"), date_is="end")

    cells = table[section.valid_from]
    valid = parse_cells(cells, read_needed, 0)
    bad.add_cells(section.valid_from, cells, valid.bad)
    valid_us = np.array(valid.values, dtype=np.int64)
    if section.recorded_at is None:
        return valid_us, valid_us
    cells = table[section.recorded_at]
    recorded = parse_cells(cells, read, None)
    bad.add_cells(section.recorded_at, cells, recorded.bad)
    known = [valid if said is None else said for said, valid in zip(recorded.values, valid.values, strict=True)]
    return valid_us, np.array(known, dtype=np.int64)


def _stated(
    section: HistorySection, table: RawTable, kinds: Mapping[str, Kind], reading: Reading, bad: BadRows
) -> Iterator[_Stated]:
    """The attributes that the table has, in the order of their names."""
    if section.field is None or section.value is None:
        known = sorted(kinds.keys() & table.columns.keys() - set(section.named_columns().values()))
        every_row = np.arange(len(table))
        places = {name: (every_row, name) for name in known}
        found = [*table.columns]
    else:
        fields = np.array([cell.strip() for cell in table[section.field]], dtype=object)
        found = sorted(set(fields.tolist()))
        places = {name: (np.flatnonzero(fields == name), section.value) for name in found if name in kinds}
    if len(table) and not places:
        told = f"{table.name} has no attribute of the leads, but {list_some(found)}; write them as columns of leads"
        raise BadProject([Problem(("history", "source"), told)])
    for name, (rows, place) in places.items():
        whole = table[place]
        cells = whole if len(rows) == len(table) else [whole[row] for row in rows.tolist()]
        how = reading.of(f"leads.columns.{name}")
        column, faults = read_column(cells, kinds[name], how.of_machine() if place in table.typed else how)
        for row, reason in zip(faults.rows, faults.reasons, strict=True):
            bad.add(int(rows[row]), place, cells[row], reason)
        yield _Stated(name, rows, column)
