"""Ids, the columns of other files that hold them, and what orders a flat table."""

from pathlib import Path

import pytest

from leadlight.errors import BadRequest
from leadlight.init.facts import ColumnFacts, TableFacts
from leadlight.init.keys import find_keys, find_order
from leadlight.init.outcome import OutcomeFound

WON = OutcomeFound("won", ("1",), None, "")


def table(name: str, **columns: list[str]) -> TableFacts:
    facts = {column: ColumnFacts(column, tuple(cells)) for column, cells in columns.items()}
    return TableFacts(Path(name), facts, len(next(iter(columns.values()))))


def test_the_id_is_named_like_one_and_differs_everywhere() -> None:
    leads = table("l.csv", Number=["7", "8", "9"], lead_id=["a", "b", "c"], owner_id=["x", "x", "y"])

    assert find_keys(leads, []).id == "lead_id"


def test_without_a_name_codes_that_differ_everywhere_are_taken_with_a_question() -> None:
    keys = find_keys(table("l.csv", size=["5", "9", "7"], who=["k1", "k2", "k3"]), [])

    assert keys.id == "who"
    assert keys.said.ask


@pytest.mark.parametrize(
    "cells", [["5", "9", "7"], ["5.1", "9.2", "7.3"], ["Ada", "Bo", "Cy"], ["2026-01-01", "2026-01-02", "2026-01-03"]]
)
def test_amounts_names_and_dates_are_no_ids(cells: list[str]) -> None:
    keys = find_keys(table("l.csv", x=cells), [])

    assert keys.id is None
    assert "row 2" in keys.said.ask


def test_an_address_is_the_last_resort_and_asked_about() -> None:
    leads = table("l.csv", Email=["a@x.example", "b@x.example"], phone_number=["1", "2"])

    keys = find_keys(leads, [])
    assert keys.id == "Email"
    assert "address" in keys.said.ask


def test_keys_are_found_by_their_values() -> None:
    leads = table("l.csv", id=["1", "2", "3"], Email=["a@x.example", "b@x.example", "c@x.example"])
    log = table("e.csv", id=["71", "72", "73"], person=["c@x.example", "a@x.example", "a@x.example"])

    keys = find_keys(leads, [log])
    assert keys.id == "Email"
    assert (keys.of["e.csv"].column, keys.of["e.csv"].share) == ("person", 1.0)


def test_a_cell_of_several_contacts_finds_its_lead() -> None:
    deals = table("d.csv", contacts=["11;99", "99; 13", "12", "99"])

    assert find_keys(table("l.csv", id=["11", "12", "13"]), [deals]).of["d.csv"].share == 0.75


def test_a_title_is_the_key_where_no_id_is() -> None:
    leads = table("l.csv", id=["1", "2", "3"], title=["a; b", "big deal", "small deal"])
    log = table("e.csv", deal=["big deal", "a; b", "a; b"])

    keys = find_keys(leads, [log])
    assert (keys.id, keys.of["e.csv"].column) == ("title", "deal")
    assert keys.said.ask


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("Deal - Deal created", ["45763,51528", "45764"], "date"),
        ("Deal - Update time", ["45763.5", ""], "date"),
        ("Deal - Value", ["45763,5", "45764"], "number"),
        ("created", ["45763,5", "12"], "number"),
    ],
)
def test_counts_of_days_are_times_where_the_name_says_so(name: str, cells: list[str], kind: str) -> None:
    assert ColumnFacts(name, tuple(cells)).kind == kind


def test_numbers_have_the_decimal_mark_of_their_column() -> None:
    assert ColumnFacts("size", ("1.234,5", "7")).numbers == (1234.5, 7.0)


def test_small_numbers_do_not_pass_for_a_named_key() -> None:
    leads = table("l.csv", id=[str(i) for i in range(10)])
    log = table("e.csv", clicks=["1", "2", "3", "1"], lead_id=["4", "5", "99", "4"])

    assert find_keys(leads, [log]).of["e.csv"].column == "lead_id"


def test_files_that_do_not_belong_together_are_refused_with_the_nearest_column() -> None:
    leads = table("l.csv", id=["a", "b"])
    log = table("e.csv", lead_id=["x", "y", "a"], kind=["open", "open", "open"])

    with pytest.raises(
        BadRequest, match=r"no column of e.csv holds ids of l.csv: of `lead_id`, the nearest, 33% are in"
    ):
        find_keys(leads, [log])


def test_a_log_needs_leads_with_ids() -> None:
    with pytest.raises(BadRequest, match="export the leads with their id"):
        find_keys(table("l.csv", size=["5", "9", "5"]), [table("e.csv", lead=["5", "9", "5"])])


def test_a_number_named_like_a_counter_orders_the_rows() -> None:
    leads = table("l.csv", size=list("5958575655"), number=list("3142059876"), won=list("0101010101"))

    found = find_order(leads, [], WON)
    assert found is not None
    assert found.value == "number"


def test_a_number_that_the_file_is_sorted_by_orders_the_rows() -> None:
    leads = table("l.csv", ref=[str(i * i) for i in range(10)], won=list("0101010101"))

    found = find_order(leads, [], WON)
    assert found is not None
    assert found.value == "ref"


def test_an_order_that_sorts_the_outcome_is_none_in_time() -> None:
    leads = table("l.csv", id=[str(i) for i in range(10)], won=list("0000011111"))

    assert find_order(leads, [], WON) is None
