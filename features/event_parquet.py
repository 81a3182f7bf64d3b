"""A typed Parquet log straight to EventArrays: Arrow decodes it, no cell of a row becomes a Python object."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.arrow_cells import Codes, microseconds_of_times, recoded, texts_of, united_levels
from features.id_positions import IdPositions
from features.lead_keys import SEPARATOR
from features.machine_clicks import MailColumns, judge_machines
from features.parquet import Share, batches, shares_of
from features.parsing import FIRST_YEAR, LAST_YEAR, MAX_ID_LENGTH, MAX_NUMBER, PLAIN_ID, BadCell, parse_id, parse_text
from features.quarantine import TableCount
from features.reading import USUAL, Reading
from features.tables import ACTOR_CODES, NO_ACTOR, EventArrays, LeadArrays, PositionArray, TextColumn
from features.times import microseconds_of

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from features.event_log import EventLog, EventsSection
    from features.sources import Source

#: Each holds a batch of its own; more wait for each other.
_MAX_THREADS = 4
_FIRST_US = microseconds_of(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
_END_US = microseconds_of(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))


class _NotPlain(Exception):
    """A column or a cell needs a closer look."""


@dataclass(frozen=True)
class _Asked:
    """What is read of which file.

    Attributes
    ----------
    positions : where the ids of the leads stand, as soon as that is known.
    are_all_leads : whether an event of an unknown lead is a fault.
    """

    section: "EventsSection"
    source: "Source"
    metadata: "pq.FileMetaData"
    positions: "Future[IdPositions]"
    are_all_leads: bool

    @property
    def texts(self) -> Mapping[str, str]:
        """The columns whose texts repeat, by their key."""
        keys = ("type", "channel", "content", "message", "link")
        return {key: name for key in keys if (name := getattr(self.section, key)) is not None}

    @property
    def columns(self) -> list[str]:
        """All columns."""
        return list(dict.fromkeys(self.section.named_columns().values()))

    @property
    def by_code(self) -> list[str]:
        """The columns whose cells are best read as codes of texts."""
        return [*self.texts.values(), *([] if self.section.actor is None else [self.section.actor])]


@dataclass(frozen=True)
class _Part:
    """What the row groups of a share hold.

    Attributes
    ----------
    kept : where the rows of known leads were written.
    n_rows : all rows that were asked for, those of unknown leads as well.
    newest_us : the newest of them, if there is one.
    texts : of the kept rows, by the key of their column, some rows at a time.
    """

    kept: slice
    n_rows: int
    newest_us: int | None
    texts: Sequence[Mapping[str, Codes]]


def read_typed_events(
    section: "EventsSection",
    source: "Source",
    leads: LeadArrays,
    *,
    reading: Reading = USUAL,
    are_all_leads: bool = True,
) -> "EventLog | None":
    """The log of these leads, or None where a row needs a closer look (then cells are read one by one).

    Parameters
    ----------
    reading : times without an offset are read here for UTC only.
    are_all_leads : whether an event of an unknown lead is a fault, which needs that closer look.
    """
    from features.event_log import EventLog, mail_of_types

    try:
        import pyarrow
        import pyarrow.parquet as pq
    except ImportError:
        return None
    try:
        with pq.ParquetFile(source.path) as file:
            metadata, schema = file.metadata, file.schema_arrow
        if not _is_plain(schema, section, reading):
            return None
        shares = shares_of([metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)])
        with ThreadPoolExecutor(max(1, min(len(shares), os.cpu_count() or 1, _MAX_THREADS))) as threads:
            positions = threads.submit(IdPositions.of, leads.ids)
            asked = _Asked(section, source, metadata, positions, are_all_leads)
            columns = _room(section, metadata.num_rows)
            parts = list(threads.map(partial(_read_part, asked, columns), shares))
        events, mail = _events_of(asked, columns, parts, reading)
    except (_NotPlain, pyarrow.ArrowException, OSError, UnicodeDecodeError):
        return None
    judged, machines = judge_machines(events, mail, mail_of_types(section))
    n_rows = sum(part.n_rows for part in parts)
    newest_us = max((part.newest_us for part in parts if part.newest_us is not None), default=None)
    return EventLog(judged, TableCount(source.name, n_rows, ()), n_rows - len(events), newest_us, machines)


def _is_plain(schema: "pa.Schema", section: "EventsSection", reading: Reading) -> bool:
    """Whether the plain case holds: text types, ids, time columns, no repeats to look for."""
    import pyarrow as pa

    def kind(name: str) -> "pa.DataType":
        own = schema.field(name).type
        return own.value_type if pa.types.is_dictionary(own) else own

    def is_text(name: str) -> bool:
        return bool(pa.types.is_string(kind(name)) or pa.types.is_large_string(kind(name)))

    def is_time(name: str) -> bool:
        return bool(pa.types.is_timestamp(kind(name)) and (kind(name).tz or reading.timezone.key == "UTC"))

    return (
        section.id is None
        and all(schema.get_field_index(name) >= 0 for name in section.named_columns().values())
        and all(is_text(name) for name in (section.type, section.actor, section.channel, section.content) if name)
        and all(
            is_text(name) or pa.types.is_integer(kind(name))
            for name in (section.lead, section.message, section.link)
            if name
        )
        # a narrower float is read by its digits
        and (section.value is None or kind(section.value) == pa.float64() or pa.types.is_integer(kind(section.value)))
        and all(is_time(name) for name in (section.at, section.recorded_at) if name)
    )


def _room(section: "EventsSection", n_rows: int) -> dict[str, NDArray[Any]]:
    """A column for each key whose cells are numbers; narrow positions spare memory, whose first touch is dear."""
    kinds: dict[str, type[np.generic]] = {"lead": np.int32, "at_us": np.int64}
    kinds |= {} if section.recorded_at is None else {"recorded_us": np.int64}
    kinds |= {} if section.actor is None else {"actor": np.int8}
    kinds |= {} if section.value is None else {"value": np.float64}
    return {key: np.empty(n_rows, dtype=kind) for key, kind in kinds.items()}


def _read_part(asked: _Asked, columns: Mapping[str, NDArray[Any]], share: Share) -> _Part:
    """Read the row groups of a share into their room."""
    stop, n_rows, newest_us, texts = share.start, 0, None, []
    for batch in batches(
        asked.source.path, asked.metadata, share, asked.columns, by_code=asked.by_code, rows=asked.source.rows
    ):
        cells = _numbers(asked.section, batch)
        n_rows += len(batch)
        newest_us = max(int(cells["at_us"].max()), _FIRST_US if newest_us is None else newest_us)
        lead = asked.positions.result().find(texts_of(batch.column(asked.section.lead)))
        is_known = lead >= 0
        if not is_known.all():
            _check_others(asked, batch.filter(~is_known))
            batch, lead = batch.filter(is_known), lead[is_known]
            cells = {key: numbers[is_known] for key, numbers in cells.items()}
        kept = slice(stop, stop + len(lead))
        for key, numbers in ({"lead": lead} | cells).items():
            columns[key][kept] = numbers
        texts.append({key: Codes.of(batch.column(name)) for key, name in asked.texts.items()})
        stop = kept.stop
    return _Part(slice(share.start, stop), n_rows, newest_us, texts)


def _numbers(section: "EventsSection", batch: "pa.RecordBatch") -> dict[str, NDArray[Any]]:
    """The cells of each column of numbers.

    An event without a time of record was known when it happened, as in cells.

    Raises
    ------
    _NotPlain : a cell is not plain.
    """
    if any(batch.column(name).null_count for name in (section.lead, section.type, section.at)):
        raise _NotPlain
    found: dict[str, NDArray[Any]] = {"at_us": microseconds_of_times(batch.column(section.at), missing_us=0)}
    if section.recorded_at is not None:
        found["recorded_us"] = microseconds_of_times(batch.column(section.recorded_at), missing_us=found["at_us"])
    if any(times.min() < _FIRST_US or times.max() >= _END_US for times in found.values()):
        raise _NotPlain
    if section.actor is not None:
        found["actor"] = _actors(Codes.of(batch.column(section.actor)))
    if section.value is not None:
        found["value"] = batch.column(section.value).cast("float64", safe=False).fill_null(np.nan).to_numpy()
        if (np.abs(found["value"]) > MAX_NUMBER).any():
            raise _NotPlain
    return found


def _actors(texts: Codes) -> NDArray[np.int8]:
    """Who made each event."""
    levels = texts.levels.to_pylist()
    if not set(levels) <= {"", *ACTOR_CODES}:
        raise _NotPlain
    codes = [*(ACTOR_CODES.get(level, NO_ACTOR) for level in levels), NO_ACTOR]
    return np.array(codes, dtype=np.int8).take(texts.codes)


def _check_others(asked: _Asked, others: "pa.RecordBatch") -> None:
    """Raises unless leads that were not asked for may have events, and there is nothing wrong with these."""
    import pyarrow.compute as pc

    if asked.are_all_leads:
        raise _NotPlain
    for name in Codes.of(others.column(asked.section.type)).levels.to_pylist():
        _plain_type(name)
    ids = texts_of(others.column(asked.section.lead))
    is_plain = pc.match_substring_regex(ids, f"^{PLAIN_ID}$")
    is_plain = pc.and_(is_plain, pc.less_equal(pc.binary_length(ids), MAX_ID_LENGTH))
    is_plain = pc.and_not(is_plain, pc.match_substring(ids, SEPARATOR))
    if not all(map(_is_id, ids.filter(pc.invert(is_plain)).unique().to_pylist())):
        raise _NotPlain


def _is_id(cell: str) -> bool:
    """Whether a cell is one id, and reads as it stands."""
    try:
        return parse_id(cell) == cell and SEPARATOR not in cell
    except BadCell:
        return False


def _events_of(
    asked: _Asked, columns: dict[str, NDArray[Any]], parts: Sequence[_Part], reading: Reading
) -> tuple[EventArrays, MailColumns]:
    """The events of all parts, and what tells machines from people; `columns` are handed over."""
    kept = [part.kept for part in parts]
    found: dict[str, Any] = {"recorded_us": None}  # of several types
    found |= {key: _without_gaps(columns.pop(key), kept) for key in list(columns)}
    texts = {key: [some[key] for part in parts for some in part.texts] for key in asked.texts}
    types = _text_column(texts.pop("type"), _plain_type)
    mail = {key: _mail_codes(texts.pop(key), reading) for key in ("message", "link") if key in texts}
    for key, own in texts.items():
        said = _text_column(own, partial(parse_text, reading=reading))
        found[key] = TextColumn(said.levels, said.codes.astype(np.int64))
    return EventArrays(**found, type_code=types.codes, types=types.levels), MailColumns(**mail)


def _text_column(parts: Sequence[Codes], read: Callable[[str], str | None]) -> TextColumn:
    """The texts of all parts, each distinct one read once; codes are as narrow as they can be."""
    levels, position = united_levels(parts)
    texts = TextColumn.of(map(read, levels.to_pylist()))
    return TextColumn(texts.levels, recoded(parts, texts.codes[position]))


def _plain_type(name: str) -> str:
    if not name or name != " ".join(name.split()):
        raise _NotPlain
    return name


def _mail_codes(parts: Sequence[Codes], reading: Reading) -> PositionArray:
    """Codes of mails or links, whose texts nobody needs; they can be as many as the rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    levels, position = united_levels(parts)
    plain = pc.utf8_lower(pc.utf8_trim(levels, " \t\n\r"))
    is_missing = pc.is_in(plain, pa.array(sorted({"", *reading.missing}), pa.string())).to_numpy(zero_copy_only=False)
    return recoded(parts, np.where(is_missing, -1, np.arange(len(levels)))[position])


def _without_gaps(column: NDArray[Any], kept: Sequence[slice]) -> NDArray[Any]:
    """The rows that were written; not a part of a longer column, which would keep its memory."""
    parts = [column[rows] for rows in kept]
    return column if sum(map(len, parts)) == len(column) else np.concatenate(parts)
