"""Rows of databases: the same bytes as from files, and errors that show no password."""

import sqlite3
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import psycopg
import pytest

from features.databases import with_variables
from features.lead_table import LeadsSection, LeadTable, read_leads
from features.reading import Reading
from features.sources import BadProject, Source, read_table, source_of
from features.sql_source import SqlSection
from features.tables import NumberColumn
from tests.databases import SERVER, a_schema, fill_duckdb, fill_postgresql, fill_sqlite

KEY = ("leads", "source")
SECRET = "secret-word"
#: A column of each type: what PostgreSQL calls it, what DuckDB does, and the cells of three leads.
TYPES: dict[str, tuple[str, str, tuple[object, object, object]]] = {
    "id": ("bigint", "BIGINT", (1, 2, 3)),
    "created": (
        "timestamptz",
        "TIMESTAMPTZ",
        ("2026-01-31 10:00+02", "2026-02-01 00:00:00.25Z", "2025-12-31 23:00-05"),
    ),
    "whole": ("integer", "INTEGER", (7, None, -1)),
    "price": ("numeric(10,2)", "DECIMAL(10,2)", (Decimal("12.50"), None, Decimal("7.00"))),
    "double": ("float8", "DOUBLE", (0.1, 1e20, None)),
    "real": ("real", "FLOAT", (0.1, 16777216.0, None)),
    "flag": ("boolean", "BOOLEAN", (True, False, None)),
    "day": ("date", "DATE", ("2026-01-31", None, "1999-12-31")),
    "local": ("timestamp", "TIMESTAMP", ("2026-01-31 10:00:00", "2026-01-31 10:00:00.000001", None)),
    "zoned": ("timestamptz", "TIMESTAMPTZ", ("2026-07-01 10:00+00", None, "2026-01-31 10:00:00.5+01")),
    "mark": (
        "uuid",
        "UUID",
        ("6ecd8c99-4036-403d-bf84-cf8400f67836", None, "00000000-0000-0000-0000-000000000001"),
    ),
    "facts": ("json", "JSON", ('{"a": [1, null]}', None, "[]")),
    "tags": ("text[]", "VARCHAR[]", (["a", "b"], None, ["c"])),
    "words": ("text", "VARCHAR", (" x%y :z; 'ü' ", "", None)),
}
ROWS = list(zip(*(cells for _, _, cells in TYPES.values()), strict=True))


@pytest.fixture
def postgresql() -> Iterator[tuple[psycopg.Connection, str]]:
    with a_schema() as schema:
        yield schema


def said(folder: Path, **keys: str) -> dict[str, list[str]]:
    table = read_table(source_of(SqlSection(**keys), folder, what="leads"), key=KEY)
    return {name: list(table[name]) for name in table.columns}


def problem(folder: Path, **keys: str) -> str:
    with pytest.raises(BadProject) as caught:
        said(folder, **keys)
    (found,) = caught.value.problems
    assert found.key == KEY
    assert SECRET not in found.message
    return found.message


def leads_of(source: object) -> LeadTable:
    section = LeadsSection.model_validate({"source": "any", "id": "id", "created_at": "created"})
    return read_leads(section, source, reading=Reading(ZoneInfo("Europe/Berlin")))  # type: ignore[arg-type]  # of any kind


def content(table: LeadTable) -> dict[str, object]:
    assert table.leads.created_us is not None
    cells = {
        name: column.values.tobytes() if isinstance(column, NumberColumn) else (column.levels, column.codes.tolist())
        for name, column in table.leads.columns.items()
    }
    return {"ids": table.leads.ids, "created": table.leads.created_us.tolist(), "bad": table.count.bad, **cells}


def as_parquet(folder: Path) -> Source:
    """The rows as DuckDB writes them."""
    fill_duckdb(folder / "rows.duckdb", "leads", {name: kind for name, (_, kind, _) in TYPES.items()}, ROWS)
    with duckdb.connect(str(folder / "rows.duckdb")) as connection:
        connection.execute(f"COPY leads TO '{folder / 'rows.parquet'}' (FORMAT parquet)")
    return Source(folder / "rows.parquet")


def test_postgresql_gives_the_bytes_that_parquet_gives(
    tmp_path: Path, postgresql: tuple[psycopg.Connection, str]
) -> None:
    connection, schema = postgresql
    fill_postgresql(connection, f"{schema}.leads", {name: kind for name, (kind, _, _) in TYPES.items()}, ROWS)
    parquet = leads_of(as_parquet(tmp_path))

    for keys in ({"table": f"{schema}.leads"}, {"query": f"select * from {schema}.leads order by id desc;"}):
        table = leads_of(source_of(SqlSection(url=SERVER, **keys), tmp_path, what="leads"))

        assert (content(table), table.kinds) == (content(parquet), parquet.kinds)


def test_duckdb_gives_the_bytes_that_parquet_gives(tmp_path: Path) -> None:
    parquet = leads_of(as_parquet(tmp_path))

    table = leads_of(source_of(SqlSection(url="duckdb:///rows.duckdb", table="main.leads"), tmp_path, what="leads"))

    assert (content(table), table.kinds) == (content(parquet), parquet.kinds)


def test_sqlite_gives_the_bytes_that_parquet_gives(tmp_path: Path) -> None:
    """It has numbers, texts and NULL: no yes and no, which are 1 and 0, no dates, no lists."""
    plain = [
        tuple(
            ";".join(cell) if isinstance(cell, list) else float(cell) if isinstance(cell, Decimal) else cell
            for cell in row
        )
        for row in ROWS
    ]
    fill_sqlite(tmp_path / "rows.db", "leads", list(TYPES), plain)
    parquet = leads_of(as_parquet(tmp_path))

    table = leads_of(source_of(SqlSection(url="sqlite:///rows.db", table="leads"), tmp_path, what="leads"))

    assert content(table) == content(parquet)
    assert {**table.kinds, "flag": "flag"} == parquet.kinds


def test_csv_gives_the_bytes_that_parquet_gives(tmp_path: Path) -> None:
    parquet = as_parquet(tmp_path)
    table = read_table(parquet, key=KEY)
    cells = {name: table[name] for name in table.columns}
    lines = [
        ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in zip(*cells.values(), strict=True)
    ]
    (tmp_path / "rows.csv").write_text("\n".join([",".join(cells), *lines, ""]), encoding="utf-8")

    assert content(leads_of(Source(tmp_path / "rows.csv"))) == content(leads_of(parquet))


@pytest.mark.parametrize(
    ("sql", "cell"),
    [
        ("'infinity'::timestamptz", "infinity"),  # for the quarantine, not a crash
        ("'0044-03-15 BC'::date", "0044-03-15 BC"),
        ("'NaN'::numeric", "NaN"),
        ("12::numeric", "12"),
        ("array[1, null, 3]", "1;;3"),
        ('\'{"b": 1, "a": 2}\'::jsonb', '{"a": 2, "b": 1}'),
        ("'2 days'::interval", "2 days"),
        ("null::boolean", ""),
        ("9007199254740993::bigint", "9007199254740993"),
        ("'100%' || ' :word'", "100% :word"),
    ],
)
def test_what_postgresql_alone_has_is_a_cell_too(tmp_path: Path, sql: str, cell: str) -> None:
    with a_schema():
        assert said(tmp_path, url=SERVER, query=f"select {sql} as cell -- no more") == {"cell": [cell]}


def test_a_table_is_read_in_pieces(tmp_path: Path, postgresql: tuple[psycopg.Connection, str]) -> None:
    cells = said(tmp_path, url=SERVER, query="select n, n % 3 as rest from generate_series(1, 45000) as n")

    assert cells["n"] == [str(n) for n in range(1, 45_001)]
    assert len(cells["rest"]) == 45_000


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    fill_sqlite(tmp_path / "rows.db", "leads", ["id", "a b"], [])

    assert said(tmp_path, url="sqlite:///rows.db", table="leads") == {"id": [], "a b": []}


def test_nothing_is_written(tmp_path: Path, postgresql: tuple[psycopg.Connection, str]) -> None:
    connection, schema = postgresql
    connection.execute(f"CREATE SEQUENCE {schema}.counter".encode())
    fill_sqlite(tmp_path / "rows.db", "leads", ["id"], [(1,)])

    assert "read-only transaction" in problem(tmp_path, url=SERVER, query=f"select nextval('{schema}.counter')")
    assert "syntax error" in problem(tmp_path, url="sqlite:///rows.db", query="with a as (select 1) delete from leads")
    assert said(tmp_path, url="sqlite:///rows.db", table="leads") == {"id": ["1"]}


@pytest.mark.parametrize(
    ("url", "rows", "what"),
    [
        ("postgresql://ann:secret-word@127.0.0.1:1/crm", {"table": "leads"}, "of 127.0.0.1:1/crm can not be reached: "),
        ("sqlite:///crm.db", {"table": "leads"}, "there is no database file"),
        ("duckdb:///crm.duckdb", {"table": "leads"}, "there is no database file"),
        ("sqlite:///rows.db", {"table": "lead"}, "no such table: lead; did you mean 'leads'?"),
        ("sqlite:///rows.db", {"table": "xyz"}, "no such table: xyz; there is 'leads'"),
        ("sqlite:///rows.db", {"query": "select nope from leads"}, "no such column: nope; correct the query"),
        ("duckdb:///rows.duckdb", {"query": "select nope"}, 'column "nope" was not found'),
        ("sqlite:///text.db", {"table": "leads"}, "file is not a database"),
        ("duckdb:///text.db", {"table": "leads"}, "can not be read"),
        ("oracel://ann:secret-word@host/crm", {"table": "leads"}, "found the database 'oracel'; write one of"),
        ("postgresql://ann:secret-word@host:54x/crm", {"table": "leads"}, "can not be read; write it like postgresql://"),
        ("postgresql://ann:${ABSENT}@host/crm", {"table": "leads"}, "ABSENT, which is not set; set it, as by: export"),
    ],
)  # fmt: skip
def test_a_database_that_can_not_be_read_is_said(tmp_path: Path, url: str, rows: dict[str, str], what: str) -> None:
    fill_sqlite(tmp_path / "rows.db", "leads", ["id"], [(1,)])
    (tmp_path / "text.db").write_text("no database at all, and long enough to be taken for none" * 20)

    fill_duckdb(tmp_path / "rows.duckdb", "leads", {"id": "INTEGER"}, [(1,)])

    assert what in problem(tmp_path, url=url, **rows)


def test_what_postgresql_does_not_have_is_said(tmp_path: Path, postgresql: tuple[psycopg.Connection, str]) -> None:
    connection, schema = postgresql
    fill_postgresql(connection, f"{schema}.leads", {"id": "text"}, [])
    nobody = SERVER.replace("postgres:", "nobody_at_all:", 1)

    assert "did you mean 'leads'?" in problem(tmp_path, url=SERVER, table=f"{schema}.lead")
    assert "several columns called 'a'; name them" in problem(tmp_path, url=SERVER, query="select 1 as a, 2 as a")
    assert 'role "nobody_at_all" does not exist; check' in problem(tmp_path, url=nobody, table="leads")


@pytest.mark.parametrize("name", ["psycopg", "sqlalchemy.exc"])
def test_a_missing_library_is_said_with_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(sys.modules, name, None)

    assert "pip install 'leadlight[sql]'" in problem(tmp_path, url="postgresql://ann:secret-word@h/crm", table="leads")


def test_a_variable_may_be_the_whole_url() -> None:
    assert with_variables("${CRM}", {"CRM": "sqlite:///a b.db"}, key=KEY) == "sqlite:///a b.db"


def test_a_name_is_quoted_as_it_is_written(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "rows.db").execute('CREATE TABLE "My ""Leads" (id)').connection.close()

    assert said(tmp_path, url="sqlite:///rows.db", table='My "Leads') == {"id": []}


def test_reading_does_not_change_the_order_of_ids(tmp_path: Path) -> None:
    fill_sqlite(tmp_path / "rows.db", "leads", ["id", "created"], [("b", "2026-01-01"), ("a", "2026-01-02")])

    table = leads_of(source_of(SqlSection(url="sqlite:///rows.db", table="leads"), tmp_path, what="leads"))

    assert (table.leads.ids, np.asarray(table.row_of).tolist()) == (("a", "b"), [1, 0])


def test_a_row_of_a_database_is_counted_from_the_first(tmp_path: Path) -> None:
    fill_sqlite(tmp_path / "rows.db", "leads", ["id", "created"], [("b", "2026-01-01"), ("a", "soon")])

    table = leads_of(source_of(SqlSection(url="sqlite:///rows.db", table="leads"), tmp_path, what="leads"))

    assert [(bad.file, bad.row) for bad in table.count.bad] == [("table leads of rows.db", 2)]
