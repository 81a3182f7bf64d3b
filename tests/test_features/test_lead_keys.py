"""Which leads a row of another table is about."""

from pathlib import Path

import numpy as np
import pytest

from features.lead_keys import LeadKeys, ViaSection, keys_via, own_keys
from features.quarantine import BadRow, BadRows
from features.raw_table import Place, RawTable
from features.sources import BadProject, Source
from features.tables import LeadArrays, TextColumn

LEADS = LeadArrays(("1", "2", "2;1", "3"), None, TextColumn((), np.full(4, -1)), {})
VIA = ViaSection(source="contacts.csv", key="contact", lead="lead_id")


def via(folder: Path, *rows: str) -> LeadKeys:
    (folder / "contacts.csv").write_text("\n".join(["contact,lead_id", *rows, ""]), encoding="utf-8")
    return keys_via(VIA, Source(folder / "contacts.csv"), LEADS, key=("outcomes", "via"))


def pairs(keys: LeadKeys, *cells: str) -> tuple[list[tuple[int, int]], tuple[BadRow, ...]]:
    bad = BadRows(RawTable("deals.csv", {}, len(cells), (Place("deals.csv"),)))
    rows = keys.rows_of_leads(cells, "who", bad)
    return list(zip(rows.row.tolist(), rows.lead.tolist(), strict=True)), bad.count().bad


@pytest.mark.parametrize(
    ("cell", "leads"),
    [
        ("1", (0,)),
        (" 2 ", (1,)),
        ("3;1", (0, 3)),
        ("1;1; 1", (0,)),
        ("2;1", (2,)),
        ("1;zz", (0,)),
        ("zz", ()),
        ("", ()),
    ],
)
def test_a_cell_names_leads_by_their_ids(cell: str, leads: tuple[int, ...]) -> None:
    assert own_keys(LEADS).leads_of(cell) == leads


def test_each_row_stands_beside_each_of_its_leads() -> None:
    assert pairs(own_keys(LEADS), "3", "1;3", "3", "1") == ([(0, 3), (1, 0), (1, 3), (2, 3), (3, 0)], ())
    assert pairs(own_keys(LEADS)) == ([], ())


def test_a_table_between_leads_from_contacts_and_firms_to_leads(tmp_path: Path) -> None:
    keys = via(tmp_path, "c1,1", "c2,2", "c2,3", "c1,1", "c3,zz", ",1", "c4,", "c5,1;3")

    found, bad = pairs(keys, "c1", "c2", "c2;c1", "c5", "c3", "c4", "1")

    assert found == [(0, 0), (1, 1), (1, 3), (2, 0), (2, 1), (2, 3), (3, 0), (3, 3)]
    assert [(row.row, row.reason) for row in bad] == [
        (n, "contacts.csv leads from this to no usable lead") for n in (6, 7, 8)
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("zz", "no usable lead with this id in the leads table"),
        ("", "an id is needed, the cell is empty"),
        (" ; ", "an id is needed, the cell is empty"),
        ("zz;", "no usable lead with this id in the leads table"),
        ("x" * 129, "an id has at most 128 characters, this one 129"),
    ],
)
def test_a_row_of_no_lead_is_said(cell: str, reason: str) -> None:
    found, (bad,) = pairs(own_keys(LEADS), cell)

    assert (found, bad.column, bad.value, bad.reason) == ([], "who", cell, reason)


def test_rows_of_leads_that_are_not_asked_for_are_passed_over() -> None:
    assert pairs(own_keys(LEADS, are_all_leads=False), "zz", "1") == ([(1, 0)], ())


def test_a_table_between_without_its_columns_is_said_by_its_key(tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("contakt,lead_id\n", encoding="utf-8")

    with pytest.raises(BadProject, match=r"outcomes\.via\.key: contacts\.csv has no column 'contact'; did you mean"):
        keys_via(VIA, Source(tmp_path / "contacts.csv"), LEADS, key=("outcomes", "via"))


def test_rows_of_leads_in_the_quarantine_go_there_too_and_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("contact,lead_id\nc1,9\n", encoding="utf-8")
    contacts = Source(tmp_path / "contacts.csv")
    by_contact = keys_via(VIA, contacts, LEADS, key=("outcomes", "via"), unused_ids={"9"})

    for keys, cell in ((own_keys(LEADS, {"9"}), "9"), (by_contact, "c1")):
        found, (bad,) = pairs(keys, cell)
        assert (found, bad.reason, bad.is_aside) == ([], "its lead is in the quarantine", True)
