"""Leads as JSON records, the form in which the API gets them: to LeadArrays and EventArrays without pandas."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np

from features.actors import parse_actor
from features.cell_texts import cell_text
from features.columns import read_column
from features.machine_clicks import MailColumns, judge_machines
from features.parsing import BadCell, Value, parse_event_type, parse_id, parse_text, parse_time_us
from features.reading import DecimalMark, Reading
from features.spec import FeatureSpec
from features.tables import Column, EventArrays, IntArray, LeadArrays, TextColumn

Cell = str | float | bool | None


class BadRecord(ValueError):
    """A record that can not be read; the text names lead, field and cure, never the value.

    Attributes
    ----------
    row : 0-based position of the lead.
    path : the field: names, and the position of an event.
    reason : what is expected there.
    """

    def __init__(self, row: int, path: tuple[str | int, ...], reason: str) -> None:
        name = ".".join(part for part in path if isinstance(part, str))
        told = f"attribute {path[1]!r}" if path[0] == "attributes" else name
        super().__init__(f"lead number {row + 1}, {told}: {reason}")
        self.row, self.path, self.reason = row, path, reason


@dataclass(frozen=True)
class EventRecord:
    """One activity of a lead."""

    type: str
    at: str
    recorded_at: str | None = None
    actor: str | None = None
    channel: str | None = None
    message: str | None = None
    link: str | None = None
    content: str | None = None
    value: float | None = None


@dataclass(frozen=True)
class LeadRecord:
    """One lead with its attributes and events; an absent attribute is missing."""

    lead_id: str
    created_at: str | None = None
    attributes: Mapping[str, Cell] = field(default_factory=dict)
    events: tuple[EventRecord, ...] = ()


class EventCells(Protocol):
    """What is read of an activity: an `EventRecord`, or what the API was sent."""

    @property
    def type(self) -> str: ...
    @property
    def at(self) -> str: ...
    @property
    def recorded_at(self) -> str | None: ...
    @property
    def actor(self) -> str | None: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def message(self) -> str | None: ...
    @property
    def link(self) -> str | None: ...
    @property
    def content(self) -> str | None: ...
    @property
    def value(self) -> float | None: ...


class LeadCells(Protocol):
    """What is read of a lead: a `LeadRecord`, or what the API was sent."""

    @property
    def lead_id(self) -> str: ...
    @property
    def created_at(self) -> str | None: ...
    @property
    def attributes(self) -> Mapping[str, Cell]: ...
    @property
    def events(self) -> Sequence[EventCells]: ...


#: An event, the row of its lead, and its place among the lead's events.
_Row = tuple[int, int, EventCells]


def _cell(value: Cell, decimal: DecimalMark | None) -> str:
    """A JSON value as the cell that a CSV would hold, whose numbers have this decimal mark."""
    text = cell_text(value)
    return text if isinstance(value, str) else text.replace(".", decimal or ".")


def arrays_of_records(records: Sequence[LeadCells], spec: FeatureSpec) -> tuple[LeadArrays, EventArrays]:
    """The records as tables, in the order given.

    Raises
    ------
    BadRecord : a cell that can not be read.
    """
    columns: dict[str, Column] = {}
    for name, kind in spec.kinds.items():
        if kind != "ignore":
            how = spec.reading.of(f"leads.columns.{name}")
            cells = [_cell(record.attributes.get(name), how.decimal) for record in records]
            columns[name], bad = read_column(cells, kind, how)
            if bad.rows:
                raise BadRecord(bad.rows[0], ("attributes", name), bad.reasons[0])
    created_us = _created(records, spec.reading) if spec.has_times else None
    none = TextColumn((), np.full(len(records), -1, dtype=np.int64))
    leads = LeadArrays(
        ids=tuple(_said(i, ("lead_id",), parse_id, record.lead_id) for i, record in enumerate(records)),
        created_us=created_us,
        accounts=none,
        columns=columns,
    )
    return leads, _events(records, spec)


def _created(records: Sequence[LeadCells], reading: Reading) -> IntArray:
    read = partial(parse_time_us, reading=reading.of("leads.created_at"), date_is="start")
    cells = [record.created_at or "" for record in records]
    return np.array([_said(i, ("created_at",), read, cell) for i, cell in enumerate(cells)], dtype=np.int64)


def _events(records: Sequence[LeadCells], spec: FeatureSpec) -> EventArrays:
    reading = spec.reading
    rows = [(i, k, event) for i, record in enumerate(records) for k, event in enumerate(record.events)]
    read_at = partial(parse_time_us, reading=reading.of("events.at"), date_is="end")
    read_late = partial(parse_time_us, reading=reading.of("events.recorded_at"), date_is="end")
    at = _read(rows, "at", read_at)
    recorded = _read(rows, "recorded_at", lambda cell: read_late(cell) if cell else None)
    types, codes = _types(_read(rows, "type", parse_event_type), spec)
    read_text = partial(parse_text, reading=reading)
    events = EventArrays(
        lead=np.array([i for i, _, _ in rows], dtype=np.int64),
        type_code=codes,
        at_us=np.array(at, dtype=np.int64),
        recorded_us=np.array([at[i] if us is None else us for i, us in enumerate(recorded)], dtype=np.int64),
        types=types,
        actor=np.array(_read(rows, "actor", partial(parse_actor, reading=reading)), dtype=np.int8),
        channel=TextColumn.of(_read(rows, "channel", read_text)),
        content=TextColumn.of(_read(rows, "content", read_text)),
        value=np.array([math.nan if event.value is None else event.value for _, _, event in rows], dtype=np.float64),
    )
    return judge_machines(events, _mail_columns(rows, reading), spec.mail)[0]


def _read(rows: Sequence[_Row], name: str, read: Callable[[str], Value]) -> list[Value]:
    """The values of a column of the events; each distinct cell is read once, where it first stands."""
    known: dict[str, Value] = {}
    cells = [getattr(event, name) or "" for _, _, event in rows]
    for (i, k, _), cell in zip(rows, cells, strict=True):
        if cell not in known:
            known[cell] = _said(i, ("events", k, name), read, cell)
    return [known[cell] for cell in cells]


def _types(said: Sequence[str], spec: FeatureSpec) -> tuple[tuple[str, ...], IntArray]:
    """The types of events and those that the model knows, so that what rules mean of them is seldom worked out anew."""
    types = tuple(sorted({*said, *spec.event_types}))
    code = {name: position for position, name in enumerate(types)}
    return types, np.array([code[name] for name in said], dtype=np.int64)


def _mail_columns(rows: Sequence[_Row], reading: Reading) -> MailColumns:
    def codes(name: str) -> IntArray:
        return TextColumn.of(_read(rows, name, lambda cell: None if reading.is_missing(cell) else cell)).codes

    return MailColumns(message=codes("message"), link=codes("link"))


def _said(row: int, path: tuple[str | int, ...], read: Callable[[str], Value], cell: str) -> Value:
    """The value of a cell; a fault names its lead and field."""
    try:
        return read(cell)
    except BadCell as error:
        raise BadRecord(row, path, str(error)) from None
