"""The history of attributes: from a table of their changes to the versions of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from features.columns import read_column
from features.iso_times import parse_times
from features.lead_keys import LeadKeys
from features.quarantine import BadRows, TableCount
from features.raw_table import RawTable
from features.reading import Reading
from features.settling import settling_times
from features.sources import AnySource, BadProject, Problem, list_some, missing_columns, read_table
from features.sql_source import SourceSaid
from features.tables import Column, IntArray, Kind
from features.versions import Versions, settle_versions

#: A time of record that a row does not say: it was recorded when it held.
_WHEN_IT_HELD = np.iinfo(np.int64).min


class HistorySection(BaseModel):
    """The `history` section: a row per change of a `field`, or without it a row per version of a whole lead."""

    model_config = ConfigDict(extra="forbid", frozen=True)
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

    def named_columns(self) -> dict[tuple[str | int, ...], str]:
        """The columns that this section names, by their key."""
        keys = ("lead", "field", "value", "valid_from", "recorded_at")
        return {("history", key): getattr(self, key) for key in keys if getattr(self, key) is not None}

    def time_columns(self) -> dict[str, str]:
        """The columns of times, by their key in leadlight.yaml."""
        named = {"history.valid_from": self.valid_from, "history.recorded_at": self.recorded_at}
        return {key: name for key, name in named.items() if name is not None}


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
    reading : how the leads table was read; a value is read like its column there.
    until_us : what was known from then on does not tell how times are read.

    Raises
    ------
    BadProject : the file or a named column is missing, or not one attribute of the leads is in it.
    """
    table = read_table(source, key=("history", "source"))
    problems = missing_columns(table.columns, section.named_columns(), file=table.name)
    if problems:
        raise BadProject(problems)
    bad = BadRows(table)
    rows = keys.rows_of_leads(table[section.lead], section.lead, bad)
    valid_us, recorded_us = _times(section, table, reading, until_us, bad)
    used_kinds = {name: kind for name, kind in kinds.items() if kind != "ignore"}
    stated = list(_stated(section, table, used_kinds, reading, bad))
    kept = rows.used(bad, len(table)).known()
    history = {}
    for one in stated:
        position = np.full(len(table), -1, dtype=np.int64)
        position[one.rows] = np.arange(len(one.rows))
        says = position[kept.row] >= 0
        row, lead = kept.row[says], kept.lead[says]
        history[one.name] = settle_versions(lead, valid_us[row], recorded_us[row], one.column.take(position[row]))
    return history, bad.count()


def _times(
    section: HistorySection, table: RawTable, reading: Reading, until_us: int | None, bad: BadRows
) -> tuple[IntArray, IntArray]:
    """From when each row holds and when it was recorded: when it held, where that is not said."""
    times = {}
    for key, column in section.time_columns().items():
        reading = settling_times(reading, key, column, table, until_us)
        missing = _WHEN_IT_HELD if key == "history.recorded_at" else None
        times[key], faults = parse_times(table[column], reading.of(key), missing_us=missing)
        bad.add_cells(column, table[column], faults)
    valid_us = times["history.valid_from"]
    recorded_us = times.get("history.recorded_at", valid_us)
    return valid_us, np.where(recorded_us == _WHEN_IT_HELD, valid_us, recorded_us)


def _stated(
    section: HistorySection, table: RawTable, kinds: Mapping[str, Kind], reading: Reading, bad: BadRows
) -> Iterator[_Stated]:
    """The attributes that the table has, in the order of their names."""
    places, found = _places(section, table, kinds)
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


def _places(
    section: HistorySection, table: RawTable, kinds: Mapping[str, Kind]
) -> tuple[dict[str, tuple[IntArray, str]], list[str]]:
    """In which rows and which column each attribute stands, and all fields that there are."""
    if section.field is None or section.value is None:
        every_row = np.arange(len(table))
        known = sorted(kinds.keys() & {*table.columns} - {*section.named_columns().values()})
        return {name: (every_row, name) for name in known}, list(table.columns)
    fields = np.array([cell.strip() for cell in table[section.field]], dtype=object)
    found = sorted(set(fields.tolist()))
    return {name: (np.flatnonzero(fields == name), section.value) for name in found if name in kinds}, found
