"""A typed Parquet log straight to EventArrays: DuckDB reads and joins, no cell becomes a Python object."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from features.parsing import BadCell, parse_id
from features.quarantine import TableCount
from features.reading import USUAL, Reading
from features.tables import ACTOR_CODES, NO_ACTOR, EventArrays, LeadArrays

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from features.event_log import EventLog, EventsSection
    from features.sources import Source

_ZONED_TIMES = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", *_ZONED_TIMES)
_IDS = ("VARCHAR", "BIGINT", "INTEGER", "SMALLINT", "UBIGINT", "UINTEGER")


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
    from features.event_log import EventLog

    try:
        import duckdb
        import pyarrow  # noqa: F401  # DuckDB hands columns over through it
    except ImportError:
        return None
    try:
        with duckdb.connect() as connection:
            connection.read_parquet(str(source.path)).create_view("log")
            events = _joined(connection, section, leads) if _is_typed(connection, section, reading) else None
            if events is None:
                return None
            n_rows = len(connection.view("log"))
            others = n_rows - len(events)
            if others and (are_all_leads or _faultless_of_other_leads(connection, section) != others):
                return None
            newest_us = _newest_us(connection, section) if others else int(events.at_us.max(initial=0))
    except duckdb.Error:
        return None
    kept = events.without_unused_types() if others else events
    return EventLog(kept, TableCount(source.name, n_rows, ()), others, newest_us if n_rows else None)


def _newest_us(connection: "DuckDBPyConnection", section: "EventsSection") -> int:
    """When the newest event of all leads happened."""
    at = _microseconds(section.at, _column_types(connection)[section.at])
    ((newest,),) = connection.execute(f"SELECT max({at}) FROM log e").fetchall()
    return int(newest)


def _is_typed(connection: "DuckDBPyConnection", section: "EventsSection", reading: Reading) -> bool:
    """Whether the plain case holds: text types, ids, time columns, no repeats to look for."""
    types = _column_types(connection)
    readable = _TIMES if reading.timezone.key == "UTC" else _ZONED_TIMES
    return (
        section.id is None
        and all(name in types for name in section.named_columns().values())
        and all(types[text] == "VARCHAR" for text in (section.type, section.actor) if text is not None)
        and types[section.lead] in _IDS
        and all(types[time] in readable for time in _times(section))
    )


def _joined(connection: "DuckDBPyConnection", section: "EventsSection", leads: LeadArrays) -> EventArrays | None:
    """The events of these leads; None where a type or a time is no plain one."""
    found = connection.execute(f"SELECT DISTINCT {_name(section.type)} FROM log").fetchall()
    types = tuple(sorted(name for (name,) in found if name is not None))
    if any(not name or name != " ".join(name.split()) for name in types):
        return None
    _register_positions(connection, "lead_ids", leads.ids)
    _register_positions(connection, "event_types", types)
    # An event without a time of record was known when it happened, as in cells.
    # Narrow positions spare memory, whose first touch is dear; an unknown lead or a missing type drops out
    # and is missed in the count.
    column_types = _column_types(connection)
    at, *recorded = (_microseconds(time, column_types[time]) for time in _times(section))
    actor = [] if section.actor is None else [_actor_code(section.actor)]
    table = connection.sql(
        f"""SELECT l.position, t.position, {", ".join([at, *(f"coalesce({time}, {at})" for time in recorded), *actor])}
            FROM log e
            JOIN lead_ids l ON CAST(e.{_name(section.lead)} AS VARCHAR) = l.name
            JOIN event_types t ON e.{_name(section.type)} = t.name"""
    ).to_arrow_table()
    if any(column.null_count for column in table.columns):
        return None
    lead, type_code, at_us, *rest = (column.to_numpy() for column in table.columns)
    recorded_us = rest[0] if recorded else None
    return EventArrays(lead, type_code, at_us, recorded_us, types, rest[-1] if actor else None)


def _register_positions(connection: "DuckDBPyConnection", table: str, names: Sequence[str]) -> None:
    import pyarrow as pa

    position = np.arange(len(names), dtype=np.int8 if len(names) <= 128 else np.int32)
    connection.register(table, pa.table({"name": pa.array(names, pa.string()), "position": position}))


def _faultless_of_other_leads(connection: "DuckDBPyConnection", section: "EventsSection") -> int:
    """How many events belong to leads that were not asked for, and have nothing wrong with them."""
    lead = f"CAST(e.{_name(section.lead)} AS VARCHAR)"
    needed = [f"e.{_name(column)}" for column in (section.lead, section.type, section.at)]
    needed += [] if section.actor is None else [_actor_code(section.actor)]
    filled = " AND ".join(f"{cell} IS NOT NULL" for cell in needed)
    rows = connection.execute(
        f"SELECT {lead}, count(*) FROM log e ANTI JOIN lead_ids l ON {lead} = l.name WHERE {filled} GROUP BY 1"
    ).fetchall()
    return sum(n_events for lead_id, n_events in rows if _is_plain_id(lead_id))


def _is_plain_id(cell: str) -> bool:
    try:
        return parse_id(cell) == cell
    except BadCell:
        return False


def _times(section: "EventsSection") -> tuple[str, ...]:
    return (section.at,) if section.recorded_at is None else (section.at, section.recorded_at)


def _column_types(connection: "DuckDBPyConnection") -> dict[str, str]:
    log = connection.view("log")
    return {name: str(kind) for name, kind in zip(log.columns, log.types, strict=True)}


def _microseconds(column: str, kind: str) -> str:
    """SQL for the microseconds since 1970 UTC; nanoseconds are cut off, as a cell's are (epoch_us rounds them)."""
    time = f"e.{_name(column)}"
    if not kind.endswith("_NS"):
        return f"epoch_us({time})"
    return f"(epoch_ns({time}) - CASE WHEN epoch_ns({time}) < 0 THEN 999 ELSE 0 END) // 1000"


def _actor_code(column: str) -> str:
    """SQL for who made an event; NULL where the cell needs a closer look."""
    cell = f"coalesce(e.{_name(column)}, '')"
    known = " ".join(f"WHEN '{actor}' THEN {code}" for actor, code in ACTOR_CODES.items())
    return f"CAST(CASE {cell} WHEN '' THEN {NO_ACTOR} {known} END AS TINYINT)"


def _name(column: str) -> str:
    """A column name as SQL quotes it."""
    return '"' + column.replace('"', '""') + '"'
