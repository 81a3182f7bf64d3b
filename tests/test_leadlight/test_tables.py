"""The commands on tables of other kinds: databases, deals that name contacts, histories."""

import csv
import gzip
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from leadlight.cli import main
from tests.databases import SERVER, a_schema

TABLES = {"leads": "leads.csv", "events": "events.csv.gz", "deals": "deals.csv"}
SECRET = "secret-word"


def run(folder: Path, *arguments: str) -> int:
    return main([*arguments, "-c", str(folder / "leadlight.yaml")])


def scores(folder: Path) -> bytes:
    assert run(folder, "score", "--out", str(folder / "scores.csv")) == 0
    return (folder / "scores.csv").read_bytes()


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def name_database(folder: Path, url: str, schema: str = "") -> None:
    for table, file in TABLES.items():
        replace_in(folder / "leadlight.yaml", f"source: {file}", f'source: {{url: "{url}", table: {schema}{table}}}')
        (folder / file).unlink()


def rows_of(folder: Path, file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text_of(folder / file).splitlines()))


def text_of(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()


def to_duckdb(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """The tables as DuckDB types them, and the types of their columns."""
    with duckdb.connect(str(folder / "crm.duckdb")) as crm:
        for table, file in TABLES.items():
            crm.execute(f"CREATE TABLE {table} AS SELECT * FROM read_csv('{folder / file}')")
        return {table: [row[:2] for row in crm.execute(f"DESCRIBE {table}").fetchall()] for table in TABLES}


def to_sqlite(folder: Path) -> None:
    crm = sqlite3.connect(folder / "crm.db")
    with crm:
        for table, file in TABLES.items():
            rows = rows_of(folder, file)
            crm.execute(f"CREATE TABLE {table} ({', '.join(rows[0])})")
            cells = [[cell or None for cell in row.values()] for row in rows]
            crm.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", cells)
    crm.close()


@pytest.fixture(scope="module")
def from_files(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The scores of the company as it lies in files."""
    folder = tmp_path_factory.mktemp("files") / "company"
    shutil.copytree(trained, folder)
    return scores(folder)


@pytest.fixture
def postgresql(company: Path) -> Iterator[str]:
    """A schema with the company's tables, typed."""
    with a_schema() as (connection, schema):
        for table, types in to_duckdb(company).items():
            columns = ", ".join(f"{name} {kind.replace('DOUBLE', 'float8')}" for name, kind in types)
            connection.execute(f"CREATE TABLE {schema}.{table} ({columns})".encode())
            with connection.cursor().copy(f"COPY {schema}.{table} FROM STDIN (FORMAT csv, HEADER)".encode()) as copy:
                copy.write(text_of(company / TABLES[table]))
        yield f"{schema}."


def test_postgresql_gives_the_scores_that_files_give_and_no_password(
    company: Path,
    from_files: bytes,
    postgresql: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CRM_PASSWORD", SECRET)
    name_database(company, SERVER.replace(SECRET, "${CRM_PASSWORD}"), postgresql)
    replace_in(company / "leadlight.yaml", "leads:  ", "max_bad: 1\nleads:  ")

    assert scores(company) == from_files
    assert run(company, "check") == 0
    shown = capsys.readouterr()
    assert "table " + postgresql + "leads of 127.0.0.1:5432/postgres" in shown.out
    assert SECRET not in shown.out + shown.err
    assert not any(SECRET.encode() in path.read_bytes() for path in company.rglob("*") if path.is_file())


def test_duckdb_gives_the_scores_that_files_give(company: Path, from_files: bytes) -> None:
    to_duckdb(company)
    name_database(company, "duckdb:///crm.duckdb")

    assert scores(company) == from_files


def test_sqlite_gives_the_scores_that_files_give(company: Path, from_files: bytes) -> None:
    to_sqlite(company)
    name_database(company, "sqlite:///crm.db")

    assert scores(company) == from_files


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ('{url: "postgresql://ann:secret-word@h/crm", tabel: leads}', "found the unknown key `tabel`"),
        ("postgresql://ann:secret-word@h/crm", "found a URL, expected the path of a file"),
        ('{url: ["postgresql://ann:secret-word@h/crm"], table: leads}', "***@h/crm"),
        ('{url: "postgresql://ann:secret-word@h/crm", query: "drop table leads"}', "leadlight only reads"),
        ('{url: "postgresql://ann:secret-word@127.0.0.1:1/crm", table: leads}', "check that the server runs"),
    ],
)
def test_what_is_wrong_with_a_database_is_said_at_its_line_without_its_password(
    company: Path, capsys: pytest.CaptureFixture[str], said: str, what: str
) -> None:
    replace_in(company / "leadlight.yaml", "source: leads.csv", f"source: {said}")

    assert run(company, "check") == 2

    shown = capsys.readouterr()
    assert what in shown.out
    assert "leadlight.yaml:5: " in shown.out
    assert SECRET not in shown.out + shown.err


def test_deals_that_name_contacts_give_the_scores_of_those_that_name_leads(
    company: Path, from_files: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    contacts = [("contact_id", "lead")]
    deals = rows_of(company, "deals.csv")
    for number, row in enumerate(deals):
        contacts.append((f"C{number}", row["lead_id"]))
        row["lead_id"] = f"C{number};C-of-nobody" if number % 2 else f"C{number}"
    for name, rows in (("contacts.csv", contacts), ("deals.csv", [[*deals[0]], *(row.values() for row in deals)])):
        with (company / name).open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    via = "  via: {source: contacts.csv, key: contact_id, lead: lead}\n  closed_at: closed_at"
    replace_in(company / "leadlight.yaml", "  closed_at: closed_at", via)

    assert scores(company) == from_files
    with (company / "deals.csv").open("a") as file:
        file.write("C-of-nobody,2026-08-01T00:00Z,won,\n")
    assert run(company, "check") == 0
    assert "1 x deals.csv, lead_id: contacts.csv leads from this to no usable lead" in capsys.readouterr().out


def test_a_history_without_a_change_gives_the_scores_of_the_table(company: Path, from_files: bytes) -> None:
    (company / "history.csv").write_bytes((company / "leads.csv").read_bytes())
    history = "history: {source: history.csv, lead: lead_id, valid_from: created_at}\n\nevents:"
    replace_in(company / "leadlight.yaml", "events:", history)

    assert scores(company) == from_files


def test_what_the_tables_do_not_tell_is_noted(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost, won = (
        next(row for row in rows_of(company, "deals.csv") if row["outcome"] == word) for word in ("lost", "won")
    )
    rows = rows_of(company, "leads.csv")
    with (company / "deals.csv").open("a") as file:
        file.write(f"{lost['lead_id']},2026-09-01T00:00Z,won,\n")
    line = f"lead,field,value,since\n{won['lead_id']},industry,{rows[0]['industry']},2026-01-01\n"
    (company / "history.csv").write_text(line)
    history = "history: {source: history.csv, lead: lead, field: field, value: value, valid_from: since}\n\nevents:"
    replace_in(company / "leadlight.yaml", "events:", history)

    assert run(company, "check") == 0

    shown = " ".join(capsys.readouterr().out.split())
    assert "outcomes: 1 leads were lost before they were won" in shown
    assert "leads have a industry today and none in the history" in shown
