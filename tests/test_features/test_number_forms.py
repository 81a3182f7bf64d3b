"""Numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.number_forms import number_under, readings_of


@pytest.mark.parametrize(
    ("cell", "point", "comma"),
    [
        ("1234", 1234.0, 1234.0),
        ("1.5", 1.5, None),
        ("1,5", None, 1.5),
        ("1.234", 1.234, 1234.0),
        ("1,234", 1234.0, 1.234),
        ("0.125", 0.125, None),
        ("1,234.5", 1234.5, None),
        ("1.234,5", None, 1234.5),
        ("1.234.567", None, 1234567.0),
        ("12,34,567.8", 1234567.8, None),
        ("1 234,5", None, 1234.5),
        ("1'234.5", 1234.5, None),
        ("1\u00a0234", 1234.0, 1234.0),
        ("$1,234.50", 1234.5, None),
        ("US$ 7", 7.0, 7.0),
        ("12 EUR", 12.0, 12.0),
        ("-€5", -5.0, -5.0),
        ("€-5", -5.0, -5.0),
        ("−5", -5.0, -5.0),
        ("(1,234.5)", -1234.5, None),
        ("($ 5)", -5.0, -5.0),
        ("12.5 %", 12.5, None),
        ("1e3", 1000.0, 1000.0),
        (".5", 0.5, None),
        ("7.", 7.0, None),
    ],
)
def test_a_number_is_read_under_either_mark(cell: str, point: float | None, comma: float | None) -> None:
    assert readings_of(cell) == (point, comma)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "-",
        "--5",
        "(-5)",
        "1 00",
        "1.23.456",
        "1,2,3",
        "12 kg",
        "5 to 10",
        "51-200",
        "1_000",
        "0x1F",
        "٣",
        "1" * 101,
    ],
)
def test_what_is_no_number_is_none_under_both(cell: str) -> None:
    assert readings_of(cell) == (None, None)


@given(st.decimals(-(10**12), 10**12, places=2))
def test_a_number_written_with_thousands_is_the_number(number: float) -> None:
    american = f"{number:,.2f}"
    german = american.translate(str.maketrans(",.", ".,"))

    assert number_under(american, ".") == float(number) == number_under(german, ",")
