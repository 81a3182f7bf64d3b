"""A typed Parquet log straight to EventArrays: DuckDB reads and joins, no cell becomes a Python object."""

from typing import TYPE_CHECKING, Any

import numpy as np

from features.quarantine import TableCount
from features.tables import EventArrays, LeadArrays

if TYPE_CHECKING:
    from features.event_log import EventLog, EventsSection
    from features.sources import Source

_TIME_TYPES = ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP_S")


def read_typed_events(section: "EventsSection", source: "Source", leads: LeadArrays) -> "EventLog | None":
    """The log of these leads, or None where a row needs a closer look (then cells are read one by one)."""
    from features.event_log import EventLog

    try:
        import duckdb
    except ImportError:
        return None
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        log = connection.read_parquet(str(source.path))
        if not _is_typed(section, dict(zip(log.columns, map(str, log.types), strict=True))):
            return None
        arrays, types = _joined(connection, section, source, leads)
    if arrays is None:
        return None
    n_rows = len(arrays["lead"])
    recorded = arrays["recorded_us"] if section.recorded_at is not None else None
    events = EventArrays(arrays["lead"], arrays["type_code"], arrays["at_us"], recorded, types)
    return EventLog(events, TableCount(source.name, n_rows, ()), 0)


def _is_typed(section: "EventsSection", types: dict[str, str]) -> bool:
    """Whether the plain case holds: text ids and types, time columns, no repeats to look for."""
    times = [section.at] if section.recorded_at is None else [section.at, section.recorded_at]
    return (
        section.id is None
        and all(name in types for name in section.named_columns().values())
        and types[section.type] in ("VARCHAR",)
        and types[section.lead] in ("VARCHAR", "BIGINT", "INTEGER", "UBIGINT", "UINTEGER")
        and all(types[name] in _TIME_TYPES for name in times)
    )


def _joined(
    connection: Any,  # a DuckDBPyConnection; duckdb is an optional import
    section: "EventsSection",
    source: "Source",
    leads: LeadArrays,
) -> tuple[dict[str, "np.ndarray[Any, Any]"] | None, tuple[str, ...]]:
    import pandas as pd

    file = str(source.path).replace("'", "''")
    lead, at, kind = (f'"{name.replace(chr(34), chr(34) * 2)}"' for name in (section.lead, section.at, section.type))
    found = connection.execute(f"SELECT DISTINCT {kind} FROM read_parquet('{file}')").fetchall()
    types = tuple(sorted(row[0] for row in found if row[0] is not None))
    if len(types) < len(found) or any(name != " ".join(name.split()) or not name for name in types):
        return None, ()
    ids = pd.DataFrame({"id": leads.ids, "position": np.arange(len(leads), dtype=np.int64)})
    codes = pd.DataFrame({"type": types, "code": np.arange(len(types), dtype=np.int64)})
    connection.register("lead_ids", ids)
    connection.register("event_types", codes)
    recorded = "NULL"
    if section.recorded_at is not None:
        recorded = f'epoch_us("{section.recorded_at}")'
    arrays = connection.execute(
        f"""SELECT coalesce(l.position, -1) AS lead, t.code AS type_code, coalesce(epoch_us(e.{at}), -1) AS at_us,
                   {recorded} AS recorded_us
            FROM read_parquet('{file}') e
            LEFT JOIN lead_ids l ON CAST(e.{lead} AS VARCHAR) = l.id
            JOIN event_types t ON e.{kind} = t.type"""
    ).fetchnumpy()
    if (arrays["lead"] < 0).any() or (arrays["at_us"] == -1).any():
        return None, ()
    if section.recorded_at is not None and np.ma.is_masked(arrays["recorded_us"]):
        return None, ()
    return {name: np.asarray(column) for name, column in arrays.items()}, types
