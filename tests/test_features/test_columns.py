"""What a column holds, inferred or said, and its cells as numbers or texts."""

import math
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from features.columns import ColumnSection, infer_kind, kinds_of, read_column
from features.parsing import BadCells
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import Kind, NumberColumn, TextColumn

UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["12", "7.5", "", "n/a"], "number"),
        (["0", "1"], "number"),
        (["20260331", "20260401"], "number"),
        (["Yes", "no", "TRUE", "select"], "flag"),
        (["yes"], "flag"),
        (["y", "n"], "category"),
        (["2026-01-31", "2026-01-31T10:00Z", ""], "date"),
        (["31.01.2026", "3.4.26 9:05 pm"], "date"),
        (["1/2/2026"], "date"),
        (["1.234,5", "€ 7"], "number"),
        (["31.1.2026 or so"], "category"),
        (["Ulm", "Bern", "7"], "category"),
        (["", "unknown"], "category"),
        ([], "category"),
        ([f"note {i}" for i in range(100)], "text"),
        ([f"note {i}" for i in range(99)], "category"),
        ([f"note {i}" for i in range(100)] * 2, "category"),
    ],
)
def test_the_kind_of_a_column_is_what_its_cells_look_like(cells: list[str], kind: Kind) -> None:
    assert infer_kind(cells) == kind


@pytest.mark.parametrize(("n_bad", "kind"), [(1, "number"), (2, "category")])
def test_one_bad_cell_in_a_hundred_is_tolerated(n_bad: int, kind: Kind) -> None:
    assert infer_kind(["7"] * (100 - n_bad) + ["x"] * n_bad) == kind


@given(st.lists(st.sampled_from(["1", "2.5", "yes", "no", "2026-01-31", "Ulm", "", "?"]), max_size=12), st.randoms())
def test_the_order_of_the_rows_changes_no_kind(cells: list[str], random: Random) -> None:
    shuffled = random.sample(cells, len(cells))

    assert infer_kind(shuffled) == infer_kind(cells)


def test_numbers_and_flags_are_missing_where_unknown_or_bad() -> None:
    numbers, bad_numbers = read_column(["7", "?", "x"], "number")
    flags, bad_flags = read_column(["yes", "", "maybe"], "flag")

    assert isinstance(numbers, NumberColumn)
    assert isinstance(flags, NumberColumn)
    assert [str(number) for number in numbers.values] == ["7.0", "nan", "nan"]
    assert [str(flag) for flag in flags.values] == ["1.0", "nan", "nan"]
    assert bad_numbers == BadCells((2,), ("a number is expected",))
    assert bad_flags == BadCells((2,), ("yes or no is expected",))


def test_a_date_is_known_at_the_end_of_its_day() -> None:
    dates, bad = read_column(["1970-01-01", "1970-01-03T00:00Z", "none", "1.2.1970"], "date")

    assert isinstance(dates, NumberColumn)
    assert dates.values[:2].tolist() == [DAY - 1, 2 * DAY]
    assert math.isnan(dates.values[2])
    assert bad.rows == (3,)


@pytest.mark.parametrize("kind", ["category", "title", "email", "country", "text"])
def test_texts_have_single_blanks_and_are_missing_where_unknown(kind: Kind) -> None:
    column, bad = read_column([" Head  of\tSales ", "Select", "007"], kind)

    assert isinstance(column, TextColumn)
    assert [column.cell(row) for row in range(3)] == ["Head of Sales", None, "007"]
    assert bad.rows == ()


def test_what_the_project_says_goes_before_what_cells_look_like() -> None:
    cells = {"zip": ["89073"], "size": ["7"], "id": ["1"], "note": ["x"]}
    said = {"zip": ColumnSection(kind="category"), "size": ColumnSection(words="company size")}

    kinds = kinds_of(cells, said, reserved=frozenset({"id"}))

    assert kinds == {"zip": "category", "size": "number", "note": "category"}


@pytest.mark.parametrize(
    ("section", "is_withheld"),
    [
        (ColumnSection(), False),
        (ColumnSection(known_from="signup"), False),
        (ColumnSection(known_from="sales"), True),
        (ColumnSection(sensitive=True), True),
        (ColumnSection(sensitive=True, use="agreed with the works council"), False),
        (ColumnSection(sensitive=True, use="agreed", known_from="sales"), True),
    ],
)
def test_what_is_sensitive_or_known_from_sales_only_is_withheld(section: ColumnSection, is_withheld: bool) -> None:
    assert section.is_withheld == is_withheld


@pytest.mark.parametrize("said", [{"known_from": "sale"}, {"kind": "numeric"}, {"sensitiv": True}])
def test_a_word_that_is_not_known_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ColumnSection.model_validate(said)


def test_a_withheld_column_is_read_by_nobody() -> None:
    said = {"age": ColumnSection(sensitive=True), "owner": ColumnSection(known_from="sales"), "size": ColumnSection()}
    cells = {"age": ["30"], "owner": ["Ann"], "size": ["7"]}

    assert kinds_of(cells, said, reserved=frozenset()) == {"age": "ignore", "owner": "ignore", "size": "number"}
