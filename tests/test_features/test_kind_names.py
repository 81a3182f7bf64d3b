"""What names of columns say of their kinds."""

import pytest

from features.columns import guess_kind
from features.tables import Kind


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("Job Title", ["CEO", "Clerk"], "title"),
        ("Email", ["a@x.de"], "email"),
        ("Mobile Phone", ["491761234567", "491761234568"], "phone"),
        ("First Name", ["Ann"], "name"),
        ("Company", ["Acme"], "company"),
        ("Website URL", ["acme.de"], "website"),
        ("Company size", ["1-10", "51-200"], "employees"),
        ("Number of Employees", ["1-10", "Self-employed"] + ["51-200"] * 9, "employees"),
        ("Number of Employees", ["10", "200"], "number"),
        ("Company size", ["small", "large"], "category"),
        ("Annual Revenue", ["$1M - $5M"], "revenue"),
        ("Industry", ["Retail"], "industry"),
        ("Country", ["DE"], "country"),
        ("City", ["Ulm"], "category"),
        ("Email", ["yes", "no"], "flag"),
        ("Country", ["1", "2"], "number"),
    ],
)
def test_a_name_counts_where_the_cells_leave_the_kind_open(name: str, cells: list[str], kind: Kind) -> None:
    assert guess_kind(name, cells) == kind
