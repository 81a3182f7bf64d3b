"""Rows of PostgreSQL, SQLite, DuckDB and what else SQLAlchemy reaches: read-only, streamed, as cells of text."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from features.cell_texts import cell_text
from features.raw_table import Place, RawTable, of_frame
from features.sources import BadProject, Problem, did_you_mean, first_line, list_some
from features.sql_source import SqlSource

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.exc import DBAPIError

#: A database that does not answer is given up after so many seconds.
_CONNECT_SECONDS = 4
#: So many rows are Python objects at a time.
_PIECE_ROWS = 20_000
#: Rows come in pieces, by a cursor of the server; `%` and `:` in a query stay what they are.
_IN_PIECES = {"stream_results": True, "max_row_buffer": _PIECE_ROWS, "no_parameters": True}
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_FILE_URL = re.compile(r"(sqlite|duckdb)(?:\+\w+)?://(?:/([^?]*).*)?", re.DOTALL)
#: Types that PostgreSQL writes itself: no Python date holds its infinity, and JSON stays as it is written.
_AS_WRITTEN = ("date", "timestamp", "timestamptz", "time", "timetz", "interval", "json", "jsonb")


def read_database(source: SqlSource, *, key: tuple[str, ...], is_header_only: bool = False) -> Iterator[RawTable]:
    """The rows of a table or query in pieces, at least one; they are counted from 1.

    Raises
    ------
    BadProject : the database is not reached, or has no such rows; the text names no user and no password.
    """
    url = with_variables(source.said.url, os.environ, key=key)
    file = _FILE_URL.fullmatch(url)
    if file is None:
        yield from _read_by_sqlalchemy(source, url, key, is_header_only)
        return
    path = source.folder / (file[2] or "")
    if not path.is_file():
        raise BadProject([Problem(key, f"there is no database file {path}; correct the url")])
    if file[1] == "duckdb":
        yield _read_duckdb(source, path, key, is_header_only)
    else:
        yield from _read_by_sqlalchemy(source, f"sqlite:///{path}", key, is_header_only)


def with_variables(url: str, environment: Mapping[str, str], *, key: tuple[str, ...]) -> str:
    """The URL with the values of its variables: a part of it is escaped, the whole of it is a URL already.

    >>> with_variables("postgresql://ann:${PASSWORD}@db/crm", {"PASSWORD": "a@b"}, key=())
    'postgresql://ann:a%40b@db/crm'
    """
    unset = [name for name in dict.fromkeys(_VARIABLE.findall(url)) if name not in environment]
    if unset:
        said = "the url asks for the environment variable {0}, which is not set; set it, as by: export {0}=..."
        raise BadProject([Problem(key, said.format(name)) for name in unset])
    whole = _VARIABLE.fullmatch(url.strip())
    return environment[whole[1]] if whole else _VARIABLE.sub(lambda part: quote(environment[part[1]], safe=""), url)


def _statement(source: SqlSource, table: str, is_header_only: bool) -> str:
    """What is asked; a query stands in brackets, where nothing but a select can stand."""
    query = (source.said.query or "").strip().rstrip(";")
    rows = table if source.said.table is not None else f"(\n{query}\n) AS leadlight_rows"
    return f"SELECT * FROM {rows}{' LIMIT 0' if is_header_only else ''}"


def _refuse_repeated(names: Sequence[str], source: SqlSource, key: tuple[str, ...]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        told = f"{source.name} has several columns called {repeated[0]!r}; name them apart in a query, by AS"
        raise BadProject([Problem(key, told)])


@contextmanager
def _needs(package: str, key: tuple[str, ...]) -> Iterator[None]:
    """Says what to install where an import fails."""
    try:
        yield
    except ImportError as error:
        told = f"a database is read by {package}, and {error.name} is not installed"
        cure = "pip install 'leadlight[sql]' brings what PostgreSQL, SQLite and DuckDB need"
        raise BadProject([Problem(key, f"{told}; {cure}")]) from error


def _read_duckdb(source: SqlSource, path: Path, key: tuple[str, ...], is_header_only: bool) -> RawTable:
    import pandas as pd

    with _needs("duckdb and pyarrow", key):
        import duckdb
        import pyarrow  # noqa: F401  # DuckDB hands tables over through it
    table = ".".join('"' + part.replace('"', '""') + '"' for part in (source.said.table or "").split("."))
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.sql(_statement(source, table, is_header_only)).to_arrow_table()
    except duckdb.Error as error:
        raise BadProject([Problem(key, f"{source.name} can not be read: {first_line(error)}")]) from error
    _refuse_repeated(rows.column_names, source, key)
    return of_frame(rows.to_pandas(types_mapper=pd.ArrowDtype), source.name, first_row=1)


def _read_by_sqlalchemy(source: SqlSource, url: str, key: tuple[str, ...], is_header_only: bool) -> Iterator[RawTable]:
    with _needs("SQLAlchemy", key):
        from sqlalchemy.exc import DBAPIError
    engine = _engine(url, source, key)
    quoted = engine.dialect.identifier_preparer.quote_identifier
    table = ".".join(quoted(part) for part in (source.said.table or "").split("."))
    try:
        with (
            _connected(engine, source, key) as connection,
            connection.exec_driver_sql(_statement(source, table, is_header_only)) as result,
        ):
            names = [str(name) for name in result.keys()]  # noqa: SIM118  # of a result, which is no mapping
            _refuse_repeated(names, source, key)
            n_rows = 0
            for rows in result.partitions(_PIECE_ROWS):
                yield _piece(names, rows, source.name, first_row=n_rows + 1)
                n_rows += len(rows)
            if not n_rows:
                yield _piece(names, [], source.name, first_row=1)
    except DBAPIError as error:
        raise BadProject([Problem(key, _unreadable(engine, source, error))]) from error


def _connected(engine: "Engine", source: SqlSource, key: tuple[str, ...]) -> "Connection":
    from sqlalchemy.exc import DBAPIError

    try:
        return engine.connect().execution_options(**_IN_PIECES)
    except DBAPIError as error:
        told = f"{source.name} can not be reached: {first_line(error.orig or error)}"
        cure = "check that the server runs, and host, port, database, user and password in the url"
        raise BadProject([Problem(key, f"{told}; {cure}")]) from error


def _piece(names: Sequence[str], rows: Sequence[Sequence[object]], name: str, *, first_row: int) -> RawTable:
    columns = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
    texts = {column: [cell_text(cell) for cell in cells] for column, cells in columns.items()}
    typed = frozenset(column for column, cells in columns.items() if not any(isinstance(cell, str) for cell in cells))
    return RawTable(name, texts, len(rows), (Place(name, first_row=first_row),), typed=typed)


def _engine(url: str, source: SqlSource, key: tuple[str, ...]) -> "Engine":
    """An engine for reading; of a URL that can not be read nothing is shown, since it may hold a password."""
    from sqlalchemy import create_engine, event, make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        cure = "write it like postgresql://user@host:5432/database, and in a password %40 for @ and %2F for /"
        raise BadProject([Problem(key, f"the url of {source.name} can not be read; {cure}")]) from None
    is_postgresql = address.drivername in ("postgresql", "postgres", "postgresql+psycopg")
    if is_postgresql:
        address = address.set(drivername="postgresql+psycopg")
    options = {"connect_timeout": _CONNECT_SECONDS} if is_postgresql and not address.query else {}
    try:
        with _needs(f"the driver of {address.drivername}", key):
            engine = create_engine(address, poolclass=NullPool, connect_args=options)
    except NoSuchModuleError:
        cure = "write one of postgresql, sqlite and duckdb, or install its SQLAlchemy dialect"
        raise BadProject([Problem(key, f"found the database {address.drivername!r}; {cure}")]) from None
    event.listen(engine, "connect", _read_only)
    return engine


def _read_only(connection: Any, record: object) -> None:  # drivers share no type
    """Settings of each new connection, of any driver: nothing is written, and times come as text in UTC."""
    driver = type(connection).__module__.partition(".")[0]
    if driver == "sqlite3":
        connection.execute("PRAGMA query_only = ON")
    elif driver == "psycopg":
        from psycopg.types.string import TextLoader

        connection.read_only = True
        for name in _AS_WRITTEN:
            connection.adapters.register_loader(name, TextLoader)
        connection.execute("SET SESSION timezone = 'UTC'")
        connection.execute("SET SESSION datestyle = 'ISO, YMD'")
        connection.commit()


def _unreadable(engine: "Engine", source: SqlSource, error: "DBAPIError") -> str:
    """Why rows could not be read, and the tables that there are."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import SQLAlchemyError

    told = f"{source.name} can not be read: {first_line(error.orig or error)}"
    if source.said.table is None:
        return f"{told}; correct the query"
    schema, _, table = source.said.table.rpartition(".")
    try:
        known = inspect(engine)
        tables = [*known.get_table_names(schema or None), *known.get_view_names(schema or None)]
    except SQLAlchemyError:  # what made the reading fail makes this fail too
        return told
    if table in tables:
        return told
    return told + (did_you_mean(table, tables) or f"; there is {list_some(tables) or 'no table'}")
