"""Leads as JSON records, the form in which the API gets them: to LeadArrays and EventArrays without pandas."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from features.actors import parse_actor
from features.columns import read_column
from features.parsing import BadCell, Value, parse_event_type, parse_id, parse_time_us
from features.reading import DecimalMark, Reading
from features.spec import FeatureSpec
from features.tables import Column, EventArrays, IntArray, LeadArrays, TextColumn

Cell = str | float | bool | None


@dataclass(frozen=True)
class EventRecord:
    """One activity of a lead."""

    type: str
    at: str
    recorded_at: str | None = None
    actor: str | None = None


@dataclass(frozen=True)
class LeadRecord:
    """One lead with its attributes and events; an absent attribute is missing."""

    lead_id: str
    created_at: str | None = None
    attributes: Mapping[str, Cell] = field(default_factory=dict)
    events: tuple[EventRecord, ...] = ()


def cell_text(cell: Cell, decimal: DecimalMark | None = None) -> str:
    """A JSON value as the cell that a CSV would hold, whose numbers have this decimal mark.

    >>> cell_text(None), cell_text(True), cell_text(3.0), cell_text(0.5)
    ('', 'true', '3', '0.5')
    >>> cell_text(0.5, ",")
    '0,5'
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell).replace(".", decimal or ".")


def arrays_of_records(records: Sequence[LeadRecord], spec: FeatureSpec) -> tuple[LeadArrays, EventArrays]:
    """The records as tables, in the order given.

    Raises
    ------
    ValueError : a cell that can not be read; the text names lead, column and cure, not the value.
    """
    columns: dict[str, Column] = {}
    for name, kind in spec.kinds.items():
        if kind != "ignore":
            how = spec.reading.of(f"leads.columns.{name}")
            cells = [cell_text(record.attributes.get(name), how.decimal) for record in records]
            columns[name], bad = read_column(cells, kind, how)
            if bad.rows:
                raise ValueError(f"lead number {bad.rows[0] + 1}, attribute {name!r}: {bad.reasons[0]}")
    created_us = _created(records, spec.reading) if spec.has_times else None
    none = TextColumn((), np.full(len(records), -1, dtype=np.int64))
    leads = LeadArrays(
        ids=tuple(_said(i, "lead_id", parse_id, record.lead_id) for i, record in enumerate(records)),
        created_us=created_us,
        accounts=none,
        columns=columns,
    )
    return leads, _events(records, spec.reading)


def _created(records: Sequence[LeadRecord], reading: Reading) -> IntArray:
    read = partial(parse_time_us, reading=reading.of("leads.created_at"), date_is="start")
    cells = [record.created_at or "" for record in records]
    return np.array([_said(i, "created_at", read, cell) for i, cell in enumerate(cells)], dtype=np.int64)


def _events(records: Sequence[LeadRecord], reading: Reading) -> EventArrays:
    rows = [(i, event) for i, record in enumerate(records) for event in record.events]
    read = partial(parse_time_us, reading=reading, date_is="end")
    at = [_said(i, "events.at", read, event.at) for i, event in rows]
    recorded = [_said(i, "events.recorded_at", read, event.recorded_at or event.at) for i, event in rows]
    types = TextColumn.of(_said(i, "events.type", parse_event_type, event.type) for i, event in rows)
    actors = [_said(i, "events.actor", partial(parse_actor, reading=reading), event.actor or "") for i, event in rows]
    return EventArrays(
        lead=np.array([i for i, _ in rows], dtype=np.int64),
        type_code=types.codes,
        at_us=np.array(at, dtype=np.int64),
        recorded_us=np.array(recorded, dtype=np.int64),
        types=types.levels,
        actor=np.array(actors, dtype=np.int8),
    )


def _said(row: int, name: str, read: Callable[[str], Value], cell: str) -> Value:
    """The value of a cell; a fault names its lead and attribute."""
    try:
        return read(cell)
    except BadCell as error:
        raise ValueError(f"lead number {row + 1}, {name}: {error}") from None
