"""A typed Parquet log straight to EventArrays: DuckDB reads it, no cell becomes a Python object."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.id_positions import IdPositions
from features.lead_keys import SEPARATOR
from features.machine_clicks import MailColumns, judge_machines
from features.parquet import microseconds_of, open_parquet, quoted_name, quoted_text, times_that_read_plainly
from features.parsing import MAX_NUMBER, BadCell, parse_id, parse_text
from features.quarantine import TableCount
from features.reading import USUAL, Reading
from features.tables import ACTOR_CODES, NO_ACTOR, EventArrays, LeadArrays, TextColumn

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from features.event_log import EventLog, EventsSection
    from features.sources import Source

_NUMBERS = ("DOUBLE", "FLOAT", "BIGINT", "INTEGER", "SMALLINT")
_IDS = ("VARCHAR", "BIGINT", "INTEGER", "SMALLINT", "UBIGINT", "UINTEGER")
#: Rows looked up at a time, while DuckDB reads the next ones; fewer cost more calls.
_BATCH_ROWS = 65_536


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
        import duckdb
        import pyarrow
    except ImportError:
        return None
    try:
        with ThreadPoolExecutor(1) as beside, duckdb.connect() as connection:
            positions = beside.submit(IdPositions.of, leads.ids)
            open_parquet(source.path, connection, source.rows).create_view("log")
            n_rows = len(connection.view("log"))
            is_typed = _is_typed(connection, section, reading)
            found = _events_of(connection, section, positions, n_rows, reading) if is_typed else None
            if found is None:
                return None
            events, mail = found
            others = n_rows - len(events)
            if others and (are_all_leads or _faultless_of_other_leads(connection, section, leads) != others):
                return None
            newest_us = _newest_us(connection, section) if others else int(events.at_us.max(initial=0))
    except (duckdb.Error, pyarrow.ArrowException, OSError):  # DuckDB's own, and as its stream of batches has them
        return None
    kept = events.without_unused_types() if others else events
    judged, machines = judge_machines(kept, mail, mail_of_types(section))
    return EventLog(judged, TableCount(source.name, n_rows, ()), others, newest_us if n_rows else None, machines)


def _newest_us(connection: "DuckDBPyConnection", section: "EventsSection") -> int:
    """When the newest event of all leads happened."""
    at = microseconds_of(f"e.{quoted_name(section.at)}", _column_types(connection)[section.at])
    ((newest,),) = connection.execute(f"SELECT max({at}) FROM log e").fetchall()
    return int(newest)


def _is_typed(connection: "DuckDBPyConnection", section: "EventsSection", reading: Reading) -> bool:
    """Whether the plain case holds: text types, ids, time columns, no repeats to look for."""
    types = _column_types(connection)
    readable = times_that_read_plainly(reading.timezone.key)
    return (
        section.id is None
        and all(name in types for name in section.named_columns().values())
        and all(types[text] == "VARCHAR" for text in _texts(section) if text is not None)
        and all(types[name] in _IDS for name in (section.message, section.link) if name)
        and (section.value is None or types[section.value] in _NUMBERS)
        and types[section.lead] in _IDS
        and all(types[time] in readable for time in _times(section))
    )


def _events_of(
    connection: "DuckDBPyConnection",
    section: "EventsSection",
    positions: "Future[IdPositions]",
    n_rows: int,
    reading: Reading,
) -> tuple[EventArrays, MailColumns] | None:
    """The events of these leads, and what tells machines from people; None where a type or a time is no plain one.

    Parameters
    ----------
    n_rows : how many events of any leads there are.
    """
    found = connection.execute(f"SELECT DISTINCT {quoted_name(section.type)} FROM log").fetchall()
    types = tuple(sorted(name for (name,) in found if name is not None))
    if any(not name or name != " ".join(name.split()) for name in types):
        return None
    _register_positions(connection, "event_types", types)
    cells = _cells(connection, section)
    said = {key: column for key in ("channel", "content") if (column := getattr(section, key)) is not None}
    mails = {key: column for key in ("message", "link") if (column := getattr(section, key)) is not None}
    levels = {key: _register_texts(connection, key, column, reading) for key, column in said.items()}
    for key, column in mails.items():
        _create_codes(connection, key, column, reading)
    joins = [f"LEFT JOIN {key}s ON {_cell(column)} = {key}s.name" for key, column in (said | mails).items()]
    codes = {key: f"coalesce({key}s.code, -1)" for key in (*said, *mails)}
    rows = connection.sql(
        f"""SELECT {", ".join(f"{cell} AS {key}" for key, cell in (cells | codes).items())}
            FROM log e
            LEFT JOIN event_types t ON e.{quoted_name(section.type)} = t.name
            {" ".join(joins)}"""
    )
    arrays = _arrays(rows.to_arrow_reader(_BATCH_ROWS), positions.result(), n_rows)
    if arrays is None or ("value" in arrays and (np.abs(arrays["value"]) > MAX_NUMBER).any()):
        return None
    mail = MailColumns(**{key: arrays.pop(key) for key in mails})
    texts = {key: TextColumn(levels[key], arrays.pop(key)) for key in said}
    columns: dict[str, Any] = {"recorded_us": None} | arrays | texts  # of several types
    return EventArrays(**columns, types=types), mail


def _arrays(batches: "pa.RecordBatchReader", positions: IdPositions, n_rows: int) -> dict[str, NDArray[Any]] | None:
    """The columns of the rows whose lead is known, by its position; None where one of these has an empty cell.

    Parameters
    ----------
    n_rows : how many rows there are, at most.
    """
    others = [field for field in batches.schema if field.name != "lead"]
    columns = {field.name: np.empty(n_rows, dtype=field.type.to_pandas_dtype()) for field in others}
    columns["lead"] = np.empty(n_rows, dtype=np.int32)
    n_kept = 0
    for batch in batches:
        lead = positions.find(batch.column("lead"))
        is_known = lead >= 0
        if not is_known.all():
            batch, lead = batch.filter(is_known), lead[is_known]
        kept = slice(n_kept, n_kept + len(lead))
        columns["lead"][kept] = lead
        for field in others:
            cells = batch.column(field.name)
            if cells.null_count:
                return None
            columns[field.name][kept] = cells.to_numpy()
        n_kept = kept.stop
    return {key: column[:n_kept] for key, column in columns.items()}


def _cells(connection: "DuckDBPyConnection", section: "EventsSection") -> dict[str, str]:
    """SQL for each column of EventArrays but the texts.

    An event without a time of record was known when it happened, as in cells. Narrow positions spare memory, whose
    first touch is dear.
    """
    column_types = _column_types(connection)
    at, *recorded = (microseconds_of(f"e.{quoted_name(time)}", column_types[time]) for time in _times(section))
    cells = {"lead": _cell(section.lead), "type_code": "t.position", "at_us": at}
    cells |= {"recorded_us": f"coalesce({recorded[0]}, {at})"} if recorded else {}
    cells |= {} if section.actor is None else {"actor": _actor_code(section.actor)}
    return cells | (
        {} if section.value is None else {"value": f"coalesce(CAST(e.{quoted_name(section.value)} AS DOUBLE), 'nan')"}
    )


def _register_texts(connection: "DuckDBPyConnection", key: str, column: str, reading: Reading) -> tuple[str, ...]:
    """A table of the distinct cells of a column and their codes, and the levels that the codes stand for."""
    import pyarrow as pa

    found = connection.execute(f"SELECT DISTINCT {quoted_name(column)} FROM log").fetchall()
    cells = sorted(cell for (cell,) in found if cell is not None)
    texts = TextColumn.of(parse_text(cell, reading) for cell in cells)
    connection.register(f"{key}s", pa.table({"name": pa.array(cells, pa.string()), "code": texts.codes}))
    return texts.levels


def _create_codes(connection: "DuckDBPyConnection", key: str, column: str, reading: Reading) -> None:
    """A table of the distinct cells of a column and their codes, whose texts nobody needs."""
    connection.execute(
        f"""CREATE TEMP TABLE {key}s AS
            SELECT name, CAST(row_number() OVER () - 1 AS INTEGER) AS code FROM
            (SELECT DISTINCT {_cell(column)} AS name FROM log e WHERE NOT {_is_missing(column, reading)})"""
    )


def _cell(column: str) -> str:
    """SQL for a cell as text."""
    return f"CAST(e.{quoted_name(column)} AS VARCHAR)"


def _is_missing(column: str, reading: Reading) -> str:
    """SQL for whether a cell says that nothing is known."""
    words = ", ".join(quoted_text(word) for word in sorted({"", *reading.missing}))
    blanks = "' ' || chr(9) || chr(10) || chr(13)"
    return f"coalesce(lower(trim({_cell(column)}, {blanks})) IN ({words}), true)"


def _register_positions(connection: "DuckDBPyConnection", table: str, names: Sequence[str]) -> None:
    import pyarrow as pa

    position = np.arange(len(names), dtype=np.int8 if len(names) <= 128 else np.int32)
    connection.register(table, pa.table({"name": pa.array(names, pa.string()), "position": position}))


def _faultless_of_other_leads(connection: "DuckDBPyConnection", section: "EventsSection", leads: LeadArrays) -> int:
    """How many events belong to leads that were not asked for, and have nothing wrong with them."""
    _register_positions(connection, "lead_ids", leads.ids)
    lead = _cell(section.lead)
    needed = [f"e.{quoted_name(column)}" for column in (section.lead, section.type, section.at)]
    needed += [] if section.actor is None else [_actor_code(section.actor)]
    filled = " AND ".join(f"{cell} IS NOT NULL" for cell in needed)
    rows = connection.execute(
        f"SELECT {lead}, count(*) FROM log e ANTI JOIN lead_ids l ON {lead} = l.name WHERE {filled} GROUP BY 1"
    ).fetchall()
    return sum(n_events for lead_id, n_events in rows if _is_plain_id(lead_id))


def _is_plain_id(cell: str) -> bool:
    try:
        return parse_id(cell) == cell and SEPARATOR not in cell
    except BadCell:
        return False


def _texts(section: "EventsSection") -> tuple[str | None, ...]:
    return (section.type, section.actor, section.channel, section.content)


def _times(section: "EventsSection") -> tuple[str, ...]:
    return (section.at,) if section.recorded_at is None else (section.at, section.recorded_at)


def _column_types(connection: "DuckDBPyConnection") -> dict[str, str]:
    log = connection.view("log")
    return {name: str(kind) for name, kind in zip(log.columns, log.types, strict=True)}


def _actor_code(column: str) -> str:
    """SQL for who made an event; NULL where the cell needs a closer look."""
    cell = f"coalesce(e.{quoted_name(column)}, '')"
    known = " ".join(f"WHEN '{actor}' THEN {code}" for actor, code in ACTOR_CODES.items())
    return f"CAST(CASE {cell} WHEN '' THEN {NO_ACTOR} {known} END AS TINYINT)"
