"""The same made-up rows in a file and in three databases; a schema of PostgreSQL that lives as long as a test."""

import os
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
import pytest

#: A server that trusts local users; with another one, tests of PostgreSQL run there.
SERVER = os.environ.get("LEADLIGHT_TEST_POSTGRESQL", "postgresql://postgres:secret-word@127.0.0.1:5432/postgres")
Row = Sequence[object]


@contextmanager
def a_schema() -> Iterator[tuple[psycopg.Connection, str]]:
    """A connection, and the name of a schema that is dropped afterwards."""
    try:
        connection = psycopg.connect(SERVER, connect_timeout=3, autocommit=True)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL answers: {str(error).splitlines()[0]}")
    schema = f"leadlight_test_{uuid.uuid4().hex[:12]}"
    with connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        try:
            yield connection, schema
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


def fill_postgresql(connection: psycopg.Connection, table: str, types: dict[str, str], rows: Sequence[Row]) -> None:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    connection.execute(f"CREATE TABLE {table} ({columns})".encode())
    marks = ", ".join(f"%s::{kind}" for kind in types.values())
    connection.cursor().executemany(f"INSERT INTO {table} VALUES ({marks})".encode(), rows)


def fill_duckdb(path: Path, table: str, types: dict[str, str], rows: Sequence[Row]) -> None:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(types))})", [*rows])


def fill_sqlite(path: Path, table: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    columns = ", ".join('"' + name + '"' for name in names)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", rows)
    connection.close()
