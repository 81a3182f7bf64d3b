"""A piece of the activity log: from text cells to events, and pieces put together."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from features.actors import parse_actor
from features.event_log import EventLog, EventsSection, LogRequest, mail_of_types
from features.iso_times import parse_times
from features.lead_keys import RowsOfLeads
from features.machine_clicks import MailColumns, judge_machines
from features.parsing import BadCells, Value, parse_cells, parse_event_type, parse_number, parse_text
from features.quarantine import BadRows, TableCount
from features.raw_table import RawTable
from features.settling import DateEvidence
from features.tables import NO_ACTOR, BoolArray, EventArrays, IntArray, TextColumn, concat_events, concat_texts

_REPEATED = "the event with this id stands there already"
#: A time of record that a row does not say: the event was known when it happened.
_AS_IT_HAPPENED = np.iinfo(np.int64).min


@dataclass(frozen=True)
class EventPart:
    """The usable events of a piece.

    Attributes
    ----------
    events : those that are usable as far as the piece shows, one for each lead that a row is about; `lead` is -1 where
        nobody asks for it.
    ids : of each, what repeats are known by; empty where the log has no ids.
    mail : what tells machines from people among them.
    rows : of each, its position in `table`, which has no cells any more.
    """

    events: EventArrays
    ids: Sequence[str]
    mail: "_MailTexts"
    rows: IntArray
    table: RawTable
    count: TableCount


def read_part(asked: LogRequest, table: RawTable, evidence: Mapping[str, DateEvidence]) -> EventPart:
    """Read one piece.

    Parameters
    ----------
    evidence : collects what the times say of their order.
    """
    section = asked.section
    table, times = _before_until(asked, table, evidence)
    bad = BadRows(table)
    for each in times.values():
        bad.add_cells(each.column, table[each.column], each.bad)
    at_us, recorded = times["events.at"].values, times.get("events.recorded_at")
    recorded_us = None if recorded is None else np.where(recorded.values == _AS_IT_HAPPENED, at_us, recorded.values)
    rows = asked.keys.rows_of_leads(table[section.lead], section.lead, bad)
    types = TextColumn.of(_read(table, section.type, parse_event_type, "", bad))
    actor = None
    if section.actor is not None:
        codes = _read(table, section.actor, partial(parse_actor, reading=asked.reading), NO_ACTOR, bad)
        actor = np.array(codes, dtype=np.int8)
    channel, content = (
        _texts(table, name, partial(parse_text, reading=asked.reading)) for name in (section.channel, section.content)
    )
    value = None
    if section.value is not None:
        read = partial(parse_number, reading=asked.reading.of("events.value"))
        value = np.array(_read(table, section.value, read, math.nan, bad), dtype=np.float64)
    kept = _usable(rows, bad)
    no_lead = np.full(len(table), -1, dtype=np.int64)
    log = EventArrays(
        no_lead, types.codes, at_us, recorded_us, types.levels, actor, channel=channel, content=content, value=value
    )
    events = replace(log.take(kept.row), lead=kept.lead)
    ids = [] if section.id is None else [table[section.id][row].strip() for row in kept.row.tolist()]
    mail = _mail_texts(asked, table, kept.row)
    return EventPart(events, ids, mail, kept.row, table.without_cells(), bad.count())


def _usable(rows: RowsOfLeads, bad: BadRows) -> RowsOfLeads:
    """The usable rows beside their leads; -1 where nobody asks for them."""
    used = np.array(bad.used(), dtype=np.int64)
    kept = rows.without(bad)
    others = used[~np.isin(used, kept.row)]
    row = np.concatenate([kept.row, others])
    order = np.argsort(row, kind="stable")
    return RowsOfLeads(row[order], np.concatenate([kept.lead, np.full(len(others), -1, dtype=np.int64)])[order])


@dataclass(frozen=True)
class _MailTexts:
    """Mails and links of a piece's events; needed for the verdict on machines only."""

    message: TextColumn | None
    link: TextColumn | None


def _mail_texts(asked: LogRequest, table: RawTable, rows: IntArray) -> _MailTexts:
    def as_it_stands(cell: str) -> str | None:
        return None if asked.reading.is_missing(cell) else cell

    found = (_texts(table, name, as_it_stands) for name in (asked.section.message, asked.section.link))
    return _MailTexts(*(None if column is None else column.take(rows) for column in found))


def _mail_columns(parts: Sequence[_MailTexts]) -> MailColumns:
    """Those of all pieces, in one code."""
    message, link = concat_texts([part.message for part in parts]), concat_texts([part.link for part in parts])
    return MailColumns(None if message is None else message.codes, None if link is None else link.codes)


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


def _read(table: RawTable, column: str, parse: Callable[[str], Value], fallback: Value, bad: BadRows) -> list[Value]:
    parsed = parse_cells(table[column], parse, fallback)
    bad.add_cells(column, table[column], parsed.bad)
    return parsed.values


def _texts(table: RawTable, column: str | None, read: Callable[[str], str | None]) -> TextColumn | None:
    return None if column is None else TextColumn.of(parse_cells(table[column], read, None).values)


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
    is_kept = ~repeats & (events.lead >= 0)
    kept = events.take(is_kept).without_unused_types()
    mail = _mail_columns([part.mail for part in parts]).take(is_kept)
    judged, machines = judge_machines(kept, mail, mail_of_types(section))
    newest_us = int(events.at_us[~repeats].max()) if len(events) else None
    n_others = int((~repeats & (events.lead < 0)).sum())
    notes = tuple(dict.fromkeys(note for part in parts for note in part.table.notes))
    return EventLog(judged, count, n_others, newest_us, machines, notes=notes)


def _with_repeats(part: EventPart, own: Sequence[int], column: str) -> TableCount:
    """The count with the rows that say nothing new to any of their leads."""
    bad = BadRows(part.table)
    is_new = np.bincount(part.rows) > np.bincount(part.rows[own], minlength=int(part.rows.max()) + 1)
    for row in own:
        if not is_new[part.rows[row]]:
            bad.add(int(part.rows[row]), column, part.ids[row], _REPEATED, is_aside=True)
    rows = sorted((*part.count.bad, *bad.count().bad), key=lambda each: each.row)
    return replace(part.count, bad=tuple(rows))


def _repeats(events: EventArrays, ids: Sequence[str]) -> BoolArray:
    """Which events come again: an id that a lead has twice is one event, as it could be seen first."""
    repeats = np.zeros(len(events), dtype=np.bool_)
    if not ids:
        return repeats
    recorded_us = events.at_us if events.recorded_us is None else events.recorded_us
    texts = (column.codes for column in (events.content, events.channel) if column is not None)
    ties = [*texts, *(column for column in (events.value, events.actor) if column is not None)]
    code = np.fromiter(map(hash, ids), dtype=np.int64, count=len(ids))
    seen_us = np.maximum(events.at_us, recorded_us)
    order = np.lexsort((*ties, events.type_code, recorded_us, events.at_us, seen_us, events.lead, code))
    near = np.flatnonzero((np.diff(code[order]) == 0) & (np.diff(events.lead[order]) == 0))
    for first, row in zip(order[near].tolist(), order[near + 1].tolist(), strict=True):
        repeats[row] = bool(ids[row]) and events.lead[row] >= 0 and ids[first] == ids[row]
    return repeats
