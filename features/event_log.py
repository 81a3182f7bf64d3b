"""The activity log: from a file to EventArrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from features.actors import Actor, parse_actor
from features.parsing import BadCell, is_missing, parse_cells, parse_event_type, parse_id, parse_time_us
from features.quarantine import BadRows, TableCount
from features.sources import BadProject, Problem, Source, missing_columns, read_frame, text_cells
from features.tables import NO_ACTOR, EventArrays, IntArray, LeadArrays, TextColumn

if TYPE_CHECKING:
    import pandas as pd


class EventTypeSection(BaseModel):
    """What leadlight.yaml may say of one event type."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: str | None = None
    actor: Actor | None = None
    #: How the project knows that such events come before the outcome, whatever the leak audit says.
    not_a_leak: str | None = Field(default=None, min_length=1)


class EventsSection(BaseModel):
    """The `events` section of leadlight.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: str
    lead: str
    at: str
    type: str
    id: str | None = None
    recorded_at: str | None = None
    actor: str | None = None
    channel: str | None = None
    message: str | None = None
    link: str | None = None
    content: str | None = None
    value: str | None = None
    observed_from: str | None = None
    types: dict[str, EventTypeSection] = Field(default_factory=dict)

    def named_columns(self) -> dict[tuple[str | int, ...], str]:
        """The columns that this section names, by their key."""
        keys = ("lead", "at", "type", "id", "recorded_at", "actor", "channel", "message", "link", "content", "value")
        return {("events", key): getattr(self, key) for key in keys if getattr(self, key) is not None}


@dataclass(frozen=True)
class EventLog:
    """The events that were read, what was left out, how many belong to leads not asked for, and the newest of all."""

    events: EventArrays
    count: TableCount
    n_of_other_leads: int
    newest_us: int | None = None


def read_events(
    section: EventsSection, source: Source, leads: LeadArrays, *, timezone: ZoneInfo, are_all_leads: bool
) -> EventLog:
    """Read and check the log of these leads.

    Parameters
    ----------
    are_all_leads : whether `leads` are all there are: then an event of an unknown lead is a fault;
        else it belongs to a lead that is not asked for, and is passed over.

    Raises
    ------
    BadProject : the file or a column that the project names is missing.
    """
    if source.is_parquet and source.path.is_file():
        from features.event_parquet import read_typed_events

        typed = read_typed_events(section, source, leads, timezone=timezone, are_all_leads=are_all_leads)
        if typed is not None:
            return typed
    frame = read_frame(source, key=("events", "source"))
    problems = missing_columns(frame, section.named_columns(), file=source.name)
    if problems:
        raise BadProject(problems)
    return _read_cells(section, source, frame, leads, timezone, are_all_leads)


def _read_cells(
    section: EventsSection,
    source: Source,
    frame: "pd.DataFrame",
    leads: LeadArrays,
    timezone: ZoneInfo,
    are_all_leads: bool,
) -> EventLog:
    bad = BadRows(source.name)
    lead = _lead_positions(section, frame, leads, bad, are_all_leads)
    at_us = _times(frame, section.at, timezone, bad)
    recorded_us = None if section.recorded_at is None else _recorded(frame, section.recorded_at, timezone, at_us, bad)
    column = TextColumn.of(_types(text_cells(frame, section.type), section.type, bad))
    actor = None if section.actor is None else _actors(text_cells(frame, section.actor), section.actor, bad)
    events = EventArrays(lead, column.codes, at_us, recorded_us, column.levels, actor)
    if section.id is not None:
        _note_repeats(text_cells(frame, section.id), section.id, events, bad)
    used = np.array(bad.used(len(frame)), dtype=np.int64)
    kept = used[lead[used] >= 0]
    newest_us = int(at_us[used].max()) if len(used) else None
    return EventLog(events.take(kept).without_unused_types(), bad.count(len(frame)), len(used) - len(kept), newest_us)


def _lead_positions(
    section: EventsSection, frame: "pd.DataFrame", leads: LeadArrays, bad: BadRows, are_all_leads: bool
) -> IntArray:
    """The position of each event's lead, -1 where it is not among them."""
    cells = text_cells(frame, section.lead)
    parsed = parse_cells(cells, parse_id, "")
    bad.add_cells(section.lead, cells, parsed.bad)
    position = {lead_id: i for i, lead_id in enumerate(leads.ids)}
    lead = np.array([position.get(lead_id, -1) for lead_id in parsed.values], dtype=np.int64)
    if are_all_leads:
        for row in np.flatnonzero(lead < 0).tolist():
            bad.add(row, section.lead, cells[row], "no usable lead with this id in the leads table")
    return lead


def _times(frame: "pd.DataFrame", column: str, timezone: ZoneInfo, bad: BadRows) -> IntArray:
    cells = text_cells(frame, column)
    parsed = parse_cells(cells, lambda cell: parse_time_us(cell, timezone=timezone, date_is="end"), 0)
    bad.add_cells(column, cells, parsed.bad)
    return np.array(parsed.values, dtype=np.int64)


def _recorded(frame: "pd.DataFrame", column: str, timezone: ZoneInfo, at_us: IntArray, bad: BadRows) -> IntArray:
    """When each event became known: when it happened, where the cell is empty."""

    def read(cell: str) -> int | None:
        return None if is_missing(cell) else parse_time_us(cell, timezone=timezone, date_is="end")

    cells = text_cells(frame, column)
    parsed = parse_cells(cells, read, None)
    bad.add_cells(column, cells, parsed.bad)
    known = [at if said is None else said for said, at in zip(parsed.values, at_us.tolist(), strict=True)]
    return np.array(known, dtype=np.int64)


def _types(cells: list[str], column: str, bad: BadRows) -> list[str]:
    parsed = parse_cells(cells, parse_event_type, "")
    bad.add_cells(column, cells, parsed.bad)
    return parsed.values


def _actors(cells: list[str], column: str, bad: BadRows) -> NDArray[np.int8]:
    parsed = parse_cells(cells, parse_actor, NO_ACTOR)
    bad.add_cells(column, cells, parsed.bad)
    return np.array(parsed.values, dtype=np.int8)


def _note_repeats(cells: list[str], column: str, events: EventArrays, bad: BadRows) -> None:
    """An id that a lead has twice is one event, as it could be seen first: the log may be replayed."""
    recorded_us = events.at_us if events.recorded_us is None else events.recorded_us
    ties = () if events.actor is None else (events.actor,)
    order = np.lexsort((*ties, events.type_code, events.at_us, np.maximum(events.at_us, recorded_us)))
    seen: set[tuple[int, str]] = set()
    for row, lead in zip(order.tolist(), events.lead[order].tolist(), strict=True):
        key = (lead, cells[row].strip())
        if row in bad or not key[1] or lead < 0:
            continue
        if key in seen:
            bad.add(row, column, cells[row], "the event with this id stands there already", is_repeat=True)
        seen.add(key)


def words_of_types(section: EventsSection | None) -> Mapping[str, str]:
    """The words that the project gives its event types."""
    if section is None:
        return {}
    return {name: said.words for name, said in section.types.items() if said.words is not None}


def actors_of_types(section: EventsSection | None) -> Mapping[str, Actor]:
    """The actor that the project gives its event types."""
    if section is None:
        return {}
    return {name: said.actor for name, said in section.types.items() if said.actor is not None}


def observed_from_us(section: EventsSection, timezone: ZoneInfo) -> int | None:
    """When tracking began; None where the project does not say.

    Raises
    ------
    BadProject : it is no time.
    """
    if section.observed_from is None:
        return None
    try:
        return parse_time_us(section.observed_from, timezone=timezone, date_is="start")
    except BadCell as error:
        problem = Problem(("events", "observed_from"), f"found {section.observed_from!r}: {error}")
        raise BadProject([problem]) from error
