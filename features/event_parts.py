"""A piece of the activity log: from text cells to events, and pieces put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat

import numpy as np

from features.actors import parse_actor
from features.event_log import EventLog, EventsSection, LogRequest
from features.iso_times import parse_times
from features.parsing import BadCells, Value, parse_cells, parse_event_type, parse_id
from features.quarantine import OF_NO_LEAD, OF_UNUSED_LEAD, BadRows, TableCount
from features.raw_table import RawTable
from features.settling import DateEvidence
from features.tables import NO_ACTOR, BoolArray, EventArrays, IntArray, TextColumn, concat_events

_REPEATED = "the event with this id stands there already"
#: A time of record that a row does not say: the event was known when it happened.
_AS_IT_HAPPENED = np.iinfo(np.int64).min


@dataclass(frozen=True)
class EventPart:
    """The usable events of a piece.

    Attributes
    ----------
    events : those that are usable as far as the piece shows; `lead` is -1 where nobody asks for it.
    ids : of each, what repeats are known by; empty where the log has no ids.
    rows : of each, its position in `table`, which has no cells any more.
    """

    events: EventArrays
    ids: Sequence[str]
    rows: IntArray
    table: RawTable
    count: TableCount


def read_part(
    asked: LogRequest, table: RawTable, position: Mapping[str, int], evidence: Mapping[str, DateEvidence]
) -> EventPart:
    """Read one piece.

    Parameters
    ----------
    position : of each lead's id.
    evidence : collects what the times say of their order.
    """
    section = asked.section
    table, times = _before_until(asked, table, evidence)
    bad = BadRows(table)
    for each in times.values():
        bad.add_cells(each.column, table[each.column], each.bad)
    at_us, recorded = times["events.at"].values, times.get("events.recorded_at")
    recorded_us = None if recorded is None else np.where(recorded.values == _AS_IT_HAPPENED, at_us, recorded.values)
    lead = _lead_positions(asked, table, position, bad)
    types = TextColumn.of(_read(table, section.type, parse_event_type, "", bad))
    actor = None
    if section.actor is not None:
        codes = _read(table, section.actor, partial(parse_actor, reading=asked.reading), NO_ACTOR, bad)
        actor = np.array(codes, dtype=np.int8)
    used = np.array(bad.used(), dtype=np.int64)
    events = EventArrays(lead, types.codes, at_us, recorded_us, types.levels, actor).take(used)
    ids = [] if section.id is None else [table[section.id][row].strip() for row in used.tolist()]
    return EventPart(events, ids, used, table.without_cells(), bad.count())


@dataclass(frozen=True)
class _Times:
    """A column of times, and its cells that are none."""

    column: str
    values: IntArray
    bad: BadCells

    def take(self, rows: IntArray) -> "_Times":
        where = {row: i for i, row in enumerate(rows.tolist())}
        kept = [(where[row], why) for row, why in zip(self.bad.rows, self.bad.reasons, strict=True) if row in where]
        return _Times(self.column, self.values[rows], BadCells(tuple(r for r, _ in kept), tuple(w for _, w in kept)))


def _before_until(
    asked: LogRequest, table: RawTable, evidence: Mapping[str, DateEvidence]
) -> tuple[RawTable, dict[str, _Times]]:
    """The rows without those from `until` on, which are as if they did not stand there, and the rows' times."""
    times: dict[str, _Times] = {}
    is_later = np.zeros(len(table), dtype=np.bool_)
    for key, column in asked.section.time_columns().items():
        missing = _AS_IT_HAPPENED if key == "events.recorded_at" else None
        read = parse_times(table[column], asked.reading.of(key), missing_us=missing, evidence=evidence.get(key))
        times[key] = _Times(column, *read)
        if asked.until_us is not None:
            is_sound = np.ones(len(table), dtype=np.bool_)
            is_sound[list(read[1].rows)] = False
            is_later |= is_sound & (read[0] >= asked.until_us)
    if not is_later.any():
        return table, times
    rows = np.flatnonzero(~is_later)
    return table.take(rows.tolist()), {key: each.take(rows) for key, each in times.items()}


def _lead_positions(asked: LogRequest, table: RawTable, position: Mapping[str, int], bad: BadRows) -> IntArray:
    """The position of each event's lead, -1 where it is not among them."""
    column = asked.section.lead
    cells = table[column]
    lead = np.fromiter(map(position.get, cells, repeat(-1)), dtype=np.int64, count=len(cells))
    unknown = np.flatnonzero(lead < 0).tolist()
    texts = [cells[row] for row in unknown]
    ids = parse_cells(texts, parse_id, "")
    bad.add_cells(column, cells, BadCells(tuple(unknown[i] for i in ids.bad.rows), ids.bad.reasons))
    for row, lead_id in zip(unknown, ids.values, strict=True):
        lead[row] = position.get(lead_id, -1)
        if lead[row] < 0 and asked.are_all_leads:
            is_aside = lead_id in asked.unused_ids
            bad.add(row, column, cells[row], OF_UNUSED_LEAD if is_aside else OF_NO_LEAD, is_aside=is_aside)
    return lead


def _read(table: RawTable, column: str, parse: Callable[[str], Value], fallback: Value, bad: BadRows) -> list[Value]:
    parsed = parse_cells(table[column], parse, fallback)
    bad.add_cells(column, table[column], parsed.bad)
    return parsed.values


def joined_parts(parts: Sequence[EventPart], section: EventsSection, name: str) -> EventLog:
    """The log of all pieces, each event once."""
    events = concat_events([part.events for part in parts])
    repeats = _repeats(events, [own for part in parts for own in part.ids])
    counts = [part.count for part in parts]
    starts = np.cumsum([0, *(len(part.rows) for part in parts)])
    for i, part in enumerate(parts):
        own = np.flatnonzero(repeats[starts[i] : starts[i + 1]]).tolist()
        counts[i] = _with_repeats(part, own, section.id or "") if own else counts[i]
    count = TableCount(name, sum(each.rows_read for each in counts), tuple(row for each in counts for row in each.bad))
    kept = events.take(~repeats & (events.lead >= 0))
    newest_us = int(events.at_us[~repeats].max()) if len(events) else None
    n_others = int((~repeats & (events.lead < 0)).sum())
    notes = tuple(dict.fromkeys(note for part in parts for note in part.table.notes))
    return EventLog(kept.without_unused_types(), count, n_others, newest_us, notes=notes)


def _with_repeats(part: EventPart, own: Sequence[int], column: str) -> TableCount:
    bad = BadRows(part.table)
    for row in own:
        bad.add(int(part.rows[row]), column, part.ids[row], _REPEATED, is_aside=True)
    rows = sorted((*part.count.bad, *bad.count().bad), key=lambda each: each.row)
    return replace(part.count, bad=tuple(rows))


def _repeats(events: EventArrays, ids: Sequence[str]) -> BoolArray:
    """Which events come again: an id that a lead has twice is one event, as it could be seen first."""
    repeats = np.zeros(len(events), dtype=np.bool_)
    if not ids:
        return repeats
    recorded_us = events.at_us if events.recorded_us is None else events.recorded_us
    ties = () if events.actor is None else (events.actor,)
    code = np.fromiter(map(hash, ids), dtype=np.int64, count=len(ids))
    seen_us = np.maximum(events.at_us, recorded_us)
    order = np.lexsort((*ties, events.type_code, recorded_us, events.at_us, seen_us, events.lead, code))
    near = np.flatnonzero((np.diff(code[order]) == 0) & (np.diff(events.lead[order]) == 0))
    for first, row in zip(order[near].tolist(), order[near + 1].tolist(), strict=True):
        repeats[row] = bool(ids[row]) and events.lead[row] >= 0 and ids[first] == ids[row]
    return repeats
