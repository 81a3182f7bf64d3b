"""What the cells of a column settle together."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.parsing import parse_time_us
from features.reading import CellFormat, DateOrder, DecimalMark, Reading
from features.settling import DateEvidence, Settled, settled_dates, settled_decimal

DMY, MDY = Reading(dates="dmy"), Reading(dates="mdy")


def dates(cells: list[str], reading: Reading = Reading(), said: DateOrder | None = None) -> Settled:  # noqa: B008
    evidence = DateEvidence(reading)
    evidence.add(cells)
    return settled_dates(evidence, said)


@pytest.mark.parametrize(
    ("cells", "reading", "said", "order"),
    [
        (["01/02/2026", "13/02/2026"], Reading(), None, "dmy"),
        (["01/02/2026", "02/13/2026"], Reading(), None, "mdy"),
        (["01/02/2026", "02/13/2026"], DMY, None, "mdy"),  # what the cells show is more than the project's guess
        (["01/02/2026", "02/13/2026"], Reading(), "dmy", "dmy"),  # but not than the column's own key
        (["01/02/2026"], MDY, None, "mdy"),
        (["13/02/2026"] * 3 + ["02/13/2026"], Reading(), None, "dmy"),
        (["13/02/2026"] * 3 + ["02/13/2026"], MDY, None, "mdy"),
        (["2026-02-01", "45631", "1 Feb 2026", "05/05/2026", ""], Reading(), None, None),
    ],
)
def test_the_order_of_dates_is_settled(
    cells: list[str], reading: Reading, said: DateOrder | None, order: DateOrder | None
) -> None:
    settled = dates(cells, reading, said)

    assert (settled.format.dates, settled.question) == (order, "")


@pytest.mark.parametrize("cells", [["02/01/2026"], ["13/01/2026", "01/13/2026"]])
def test_what_cells_leave_open_is_asked(cells: list[str]) -> None:
    assert dates(cells).question.endswith("say `dates: dmy` or `dates: mdy`")


def test_dates_from_after_until_tell_nothing() -> None:
    until = parse_time_us("2026-03-01", date_is="start")
    evidence = DateEvidence(Reading(), before_us=until)

    evidence.add(["13/04/2026", "02/01/2026", "04/05/2026"])

    assert (evidence.votes, evidence.open, evidence.example) == ({}, 1, "02/01/2026")


@pytest.mark.parametrize(
    ("cells", "reading", "said", "mark", "is_noted"),
    [
        (["1.5", "1,234"], Reading(), None, ".", False),
        (["1,5", "1.234"], Reading(), None, ",", False),
        (["1,5", "1.234"], Reading(), ".", ".", False),
        (["7", "8"], Reading(), None, ".", False),
        (["1,234"], Reading(), None, ".", True),
        (["1,234"], Reading(decimal=","), None, ",", False),
        (["1,5"] * 3 + ["1.5"], Reading(), None, ",", False),
    ],
)
def test_the_decimal_mark_is_settled(
    cells: list[str], reading: Reading, said: DecimalMark | None, mark: str, is_noted: bool
) -> None:
    settled = settled_decimal(cells, CellFormat(decimal=said), reading)

    assert (settled.format.decimal, bool(settled.note)) == (mark, is_noted)


CELLS = st.lists(st.sampled_from(["1/2/2026", "13/2/2026", "2/13/2026", "3/1/26", "2026-01-02", "", "x"]), max_size=12)


@given(CELLS, st.randoms())
def test_the_order_of_rows_settles_nothing(cells: list[str], random: Random) -> None:
    assert dates(cells) == dates(random.sample(cells, len(cells)))
