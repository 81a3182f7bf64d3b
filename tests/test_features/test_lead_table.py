"""The leads table: ids, repeats, times, accounts and the canonical order."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from features.lead_table import LeadsSection, LeadTable, read_leads
from features.reading import Reading
from features.sources import BadProject, Source
from features.tables import Kind, NumberColumn, TextColumn

HEADER = "lead_id,created_at,company,size\n"
SECTION = LeadsSection(source="leads.csv", id="lead_id", created_at="created_at", account="company")
FLAT = LeadsSection(source="leads.csv", id="lead_id", order_by="rank")


def read(
    folder: Path, text: str, section: LeadsSection = SECTION, *, kinds: Mapping[str, Kind] | None = None
) -> LeadTable:
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    return read_leads(section, Source(folder / "leads.csv"), reading=Reading(ZoneInfo("Europe/Berlin")), kinds=kinds)


def problems_of(folder: Path, text: str, section: LeadsSection = SECTION, **kinds: Kind) -> dict[str, str]:
    with pytest.raises(BadProject) as caught:
        read(folder, text, section, kinds=kinds or None)
    return {".".join(map(str, problem.key)): problem.message for problem in caught.value.problems}


def faults(table: LeadTable) -> list[tuple[int, str, str, str]]:
    return [(row.row, row.column, row.value, row.reason) for row in table.count.bad]


def test_leads_are_read_in_the_order_of_their_ids(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + " b ,2026-01-02,ACME  Ltd,7\na,2026-01-01T00:00Z,acme ltd,\nB,2026-07-01,?,8\n")

    leads = table.leads
    assert leads.ids == ("B", "a", "b")
    assert table.row_of.tolist() == [2, 1, 0]
    assert [leads.accounts.cell(row) for row in range(3)] == [None, "acme ltd", "acme ltd"]
    assert isinstance(leads.columns["size"], NumberColumn)
    assert [str(size) for size in leads.columns["size"].values] == ["8.0", "nan", "7.0"]


def test_a_date_of_creation_is_the_start_of_its_day_in_the_zone(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + "a,1970-01-02,,\nb,1970-01-01T00:00:01Z,,\n")

    assert table.leads.created_us is not None
    assert table.leads.created_us.tolist() == [23 * 3_600_000_000, 1_000_000]


@pytest.mark.parametrize(
    ("cell", "column", "reason"),
    [
        (",2026-01-01,,7", "lead_id", "an id is needed, the cell is empty"),
        ("x" * 129 + ",2026-01-01,,7", "lead_id", "an id has at most 128 characters, this one 129"),
        ("a\x07b,2026-01-01,,7", "lead_id", "an id has printable characters only"),
        ("z,,,7", "created_at", "a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected"),
        ("z,31.2.2026,,7", "created_at", "a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected"),
        ("z,2026-01-01,,many", "size", "a number is expected"),
        ("z,soon,,many", "created_at", "a date or time like 2026-03-31 or 2026-03-31T14:05:00Z is expected"),
    ],
)
def test_a_row_with_a_bad_cell_is_not_used_and_said(tmp_path: Path, cell: str, column: str, reason: str) -> None:
    good = "".join(f"a{i},2026-01-01,,{i}\n" for i in range(200))
    table = read(tmp_path, HEADER + good + cell + "\n")

    assert [(row, name, why) for row, name, _, why in faults(table)] == [(202, column, reason)]
    assert (table.count.rows_read, table.count.rows_used, len(table.leads)) == (201, 200, 200)


def test_a_blank_line_does_not_shift_the_numbers_of_the_rows_below(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + "a,2026-01-01,,1\n\n,2026-01-01,,1\n\n")

    assert [row for row, *_ in faults(table)] == [3, 4]


def test_equal_rows_of_one_id_count_once(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + "a,2026-01-01,x,1\nb,2026-01-01,,2\n a ,2026-01-01, x,1\n")

    assert table.leads.ids == ("a", "b")
    assert faults(table) == [(4, "lead_id", "a", "the same row stands there already")]
    assert table.count.n_faults == 0


@pytest.mark.parametrize("other", ["a,2026-01-02,x,1", "a,2026-01-01,y,1", "a,2026-01-01,x,2"])
@pytest.mark.parametrize("kinds", [None, {"size": "number"}])
def test_of_rows_of_one_id_that_differ_none_is_used(
    tmp_path: Path, other: str, kinds: Mapping[str, Kind] | None
) -> None:
    table = read(tmp_path, f"{HEADER}a,2026-01-01,x,1\nb,2026-01-01,,2\n{other}\n", kinds=kinds)

    assert table.leads.ids == ("b",)
    reason = "rows with this id differ: keep one of them"
    assert faults(table) == [(2, "lead_id", "a", reason), (4, "lead_id", "a", reason)]
    assert table.count.n_faults == 2


def test_rows_that_differ_in_an_ignored_column_only_are_equal(tmp_path: Path) -> None:
    section = SECTION.model_copy(
        update={
            "columns": LeadsSection.model_validate({"source": "s", "id": "i", "columns": {"size": "ignore"}}).columns
        }
    )
    table = read(tmp_path, HEADER + "a,2026-01-01,x,1\na,2026-01-01,x,2\n", section)

    assert table.leads.ids == ("a",)
    assert table.leads.columns == {}


def test_missing_columns_are_said_with_the_nearest_name(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "LeadID,created,company,size\na,2026-01-01,x,1\n")

    assert problems == {
        "leads.id": "leads.csv has no column 'lead_id'; did you mean 'LeadID'?",
        "leads.created_at": "leads.csv has no column 'created_at'; did you mean 'created'?",
    }


def test_a_column_that_the_project_describes_must_be_there(tmp_path: Path) -> None:
    section = LeadsSection.model_validate({"source": "s", "id": "lead_id", "columns": {"sizes": "number"}})

    assert problems_of(tmp_path, HEADER + "a,2026-01-01,x,1\n", section) == {
        "leads.columns.sizes": "leads.csv has no column 'sizes'; did you mean 'size'?"
    }


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, HEADER) == {
        "leads.source": "leads.csv has a header but no rows; export the leads again"
    }


def test_a_column_is_read_as_in_training_and_others_are_not_read(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + "a,2026-01-01,x,7\n", kinds={"size": "category", "company": "ignore"})

    assert table.leads.columns.keys() == {"size"}
    assert isinstance(table.leads.columns["size"], TextColumn)


def test_a_column_of_the_training_that_is_gone_is_said(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, HEADER + "a,2026-01-01,x,7\n", city="category", notes="ignore", size="number")

    assert list(problems) == ["leads.columns.city"]


def test_an_account_is_an_attribute_only_where_the_project_describes_it(tmp_path: Path) -> None:
    text = HEADER + "a,2026-01-01,x,1\nb,2026-01-01,y,2\n"
    described = LeadsSection.model_validate(
        {**SECTION.model_dump(exclude={"columns"}), "columns": {"company": "category"}}
    )

    assert read(tmp_path, text).leads.columns.keys() == {"size"}
    assert read(tmp_path, text, described).leads.columns.keys() == {"size", "company"}


def test_a_flat_table_follows_its_order_column_numbers_first(tmp_path: Path) -> None:
    rows = ["a,10", "b,9", "c,x", "d,", "e,nan", "f,9.0"]
    orders = [read(tmp_path, "\n".join(["lead_id,rank", *lines]), FLAT).leads.ids for lines in (rows, rows[::-1])]

    assert orders[0] == orders[1] == ("b", "f", "a", "c", "d", "e")


def test_a_flat_table_to_be_scored_needs_no_order_column(tmp_path: Path) -> None:
    table = read(tmp_path, "lead_id,size\nb,1\na,2\n", FLAT, kinds={"size": "number"})

    assert (table.leads.ids, table.leads.created_us) == (("a", "b"), None)


def test_columns_that_are_no_mapping_are_refused() -> None:
    with pytest.raises(ValidationError, match="columns"):
        LeadsSection.model_validate({"source": "s", "id": "i", "columns": ["size"]})


def test_a_flat_table_is_ordered_by_moments_and_not_by_their_spelling(tmp_path: Path) -> None:
    moments = {"a": "2026-03-01T00:30:00+01:00", "b": "2026-02-28T23:45:00Z", "c": "2026-02-28T22:00:00-02:00"}
    (tmp_path / "l.csv").write_text("id,at\n" + "".join(f"{lead},{at}\n" for lead, at in moments.items()))
    section = LeadsSection(source="l.csv", id="id", order_by="at")

    table = read_leads(section, Source(tmp_path / "l.csv"), reading=Reading(ZoneInfo("UTC")))
    assert table.leads.ids == ("a", "b", "c")


def test_without_an_id_leads_are_called_by_their_rows_in_the_order_of_the_file(tmp_path: Path) -> None:
    section = LeadsSection(source="leads.csv")

    table = read(tmp_path, "size\n" + "".join(f"{i}\n" for i in range(10)), section)

    assert table.leads.ids[:2] == ("row 2", "row 3")
    assert table.leads.ids[-1] == "row 11"
    assert table.row_of.tolist() == list(range(10))


def test_without_an_id_an_order_column_still_orders_the_rows(tmp_path: Path) -> None:
    table = read(tmp_path, "rank,size\n2,7\n1,8\n1,9\n", LeadsSection(source="leads.csv", order_by="rank"))

    assert table.leads.ids == ("row 3", "row 4", "row 2")
