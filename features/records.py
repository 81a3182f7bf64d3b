"""Leads as JSON records, the form in which the API gets them: to LeadArrays and EventArrays without pandas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np

from features.columns import read_column
from features.parsing import BadCell, parse_id, parse_time_us
from features.spec import FeatureSpec
from features.tables import Column, EventArrays, LeadArrays, TextColumn

Cell = str | float | bool | None


@dataclass(frozen=True)
class EventRecord:
    """One activity of a lead."""

    type: str
    at: str
    recorded_at: str | None = None


@dataclass(frozen=True)
class LeadRecord:
    """One lead with its attributes and events; an absent attribute is missing."""

    lead_id: str
    created_at: str | None = None
    attributes: Mapping[str, Cell] = field(default_factory=dict)
    events: tuple[EventRecord, ...] = ()


def cell_text(cell: Cell) -> str:
    """A JSON value as the cell that a CSV would hold.

    >>> cell_text(None), cell_text(True), cell_text(3.0), cell_text(0.5)
    ('', 'true', '3', '0.5')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def arrays_of_records(
    records: Sequence[LeadRecord], spec: FeatureSpec, *, timezone: ZoneInfo
) -> tuple[LeadArrays, EventArrays]:
    """The records as tables, in the order given.

    Raises
    ------
    ValueError : a cell that can not be read; the text names lead, column and cure, not the value.
    """
    columns: dict[str, Column] = {}
    for name, kind in spec.kinds.items():
        if kind != "ignore":
            cells = [cell_text(record.attributes.get(name)) for record in records]
            columns[name], bad = read_column(cells, kind, timezone=timezone)
            if bad.rows:
                raise ValueError(f"lead number {bad.rows[0] + 1}, attribute {name!r}: {bad.reasons[0]}")
    created = [_time(record.created_at, timezone, i, "created_at", "start") for i, record in enumerate(records)]
    none = TextColumn((), np.full(len(records), -1, dtype=np.int64))
    leads = LeadArrays(
        ids=tuple(parse_id(record.lead_id) for record in records),
        created_us=np.array(created, dtype=np.int64) if spec.has_times else None,
        accounts=none,
        columns=columns,
    )
    return leads, _events(records, timezone)


def _events(records: Sequence[LeadRecord], timezone: ZoneInfo) -> EventArrays:
    rows = [(i, event) for i, record in enumerate(records) for event in record.events]
    at = [_time(event.at, timezone, i, "events.at", "end") for i, event in rows]
    recorded = [_time(event.recorded_at or event.at, timezone, i, "events.recorded_at", "end") for i, event in rows]
    types = TextColumn.of(" ".join(event.type.split()) for _, event in rows)
    return EventArrays(
        lead=np.array([i for i, _ in rows], dtype=np.int64),
        type_code=types.codes,
        at_us=np.array(at, dtype=np.int64),
        recorded_us=np.array(recorded, dtype=np.int64),
        types=types.levels,
    )


def _time(cell: str | None, timezone: ZoneInfo, row: int, name: str, date_is: str) -> int:
    if cell is None:
        return 0
    try:
        return parse_time_us(cell, timezone=timezone, date_is="start" if date_is == "start" else "end")
    except BadCell as error:
        raise ValueError(f"lead number {row + 1}, {name}: {error}") from None
