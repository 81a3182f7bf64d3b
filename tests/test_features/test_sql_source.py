"""What leadlight.yaml may say of a table in a database."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from features.lead_table import LeadsSection
from features.sources import Source, source_of
from features.sql_source import SourceSaid, SqlSection, SqlSource, refuse_other_than_a_select

URL = "postgresql://ann:secret-word@db/crm"


@pytest.mark.parametrize(
    "query",
    [
        "select 1",
        "  SELECT ';' as a, \"b;c\" from d;  ",
        "(select 1) union (select 2)",
        "with a as (select 1) select * from a",
        "-- one; two\nselect 1 /* ; drop table a */",
        "select $$ ; $$, $q$ ; $q$",
        "values (1)",
        "from leads",
    ],
)
def test_one_select_is_read(query: str) -> None:
    refuse_other_than_a_select(query)


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("delete from leads", "starts with 'delete'"),
        ("-- select\nupdate leads set a = 1", "starts with 'update'"),
        ("select 1; drop table leads", "several statements"),
        ("select 1) x; drop table leads; --", "several statements"),
        ("", "starts with ''"),
        (" ; ", "starts with ''"),
    ],
)
def test_anything_else_is_refused(query: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        refuse_other_than_a_select(query)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"url": URL}, "found neither of `table` and `query`"),
        ({"url": URL, "table": "a", "query": "select 1"}, "found both of `table` and `query`"),
        ({"url": URL, "query": "drop table a"}, "starts with 'drop'"),
        (URL, "found a URL, expected the path of a file"),
    ],
)
def test_a_source_is_a_file_or_rows_of_a_database(said: object, what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        LeadsSection.model_validate({"source": said})


def test_a_source_of_a_section_is_found_in_the_folder() -> None:
    read: TypeAdapter[object] = TypeAdapter(SourceSaid)

    assert read.validate_python("leads.csv") == "leads.csv"
    assert source_of("leads.csv", Path("a"), what="leads") == Source(Path("a/leads.csv"))


@pytest.mark.parametrize(
    ("url", "rows", "name"),
    [
        (URL, {"table": "sales.leads"}, "table sales.leads of db/crm"),
        (URL + "?password=secret-word", {"query": "select 1"}, "the events query of db/crm"),
        ("sqlite:///files/crm.db", {"table": "leads"}, "table leads of files/crm.db"),
        ("postgresql://a:p@ss@db/crm", {"table": "leads"}, "table leads of db/crm"),
        ("${CRM}", {"table": "leads"}, "table leads of ${CRM}"),
    ],
)
def test_a_name_for_messages_has_no_user_and_no_password(url: str, rows: dict[str, str], name: str) -> None:
    source = SqlSource(SqlSection.model_validate({"url": url, **rows}), Path(), "events")

    assert source.name == name
    assert "secret-word" not in repr(source)
