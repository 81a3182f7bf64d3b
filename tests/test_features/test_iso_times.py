"""Many times at once are read as one by one."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.iso_times import parse_times
from features.parsing import BadCells, parse_cells, parse_time_us
from features.reading import Reading

ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata"]
DATES = st.dates().map(str) | st.sampled_from(["2026-03-29", "2026-10-25", "2000-02-29", "1900-02-29", "2011-12-30"])
CLOCKS = st.times().map(str) | st.sampled_from(["02:30:00", "24:00:00", "10:60:00", "1:02:03", "10:00", "10:00:00.5"])
TAILS = st.sampled_from(["", "Z", "+00:00", "+02:00", "-04:30", " ", "Zx", "\0"])
WRITTEN = st.builds(
    lambda day, mark, clock, tail: f"{day}{mark}{clock}{tail}", DATES, st.sampled_from("T tx"), CLOCKS, TAILS
)
CELLS = st.lists(
    WRITTEN | DATES | st.text(max_size=40) | st.sampled_from(["1/2/2026", "13.1.26", "45631"]), max_size=30
)


@given(CELLS, st.sampled_from(ZONES), st.sampled_from([None, "dmy"]))
def test_many_times_at_once_are_those_that_are_read_one_by_one(cells: list[str], zone: str, order: None) -> None:
    reading = Reading(ZoneInfo(zone), dates=order)

    values, bad = parse_times(cells, reading)

    one_by_one = parse_cells(cells, lambda cell: parse_time_us(cell, reading, date_is="end"), 0)
    assert (values.tolist(), bad) == (one_by_one.values, one_by_one.bad)


@pytest.mark.parametrize("cells", [[], ["2026-01-01T00:00:00Z"]])
def test_without_a_bad_cell_nothing_is_told(cells: list[str]) -> None:
    values, bad = parse_times(cells, Reading())

    assert (len(values), bad) == (len(cells), BadCells((), ()))


def test_a_missing_time_means_what_is_said() -> None:
    values, bad = parse_times(["", "none", "soon"], Reading(), missing_us=-7)

    assert (values.tolist(), bad.rows) == ([-7, -7, 0], (2,))


def test_a_day_on_which_the_clock_is_set_is_read_one_by_one() -> None:
    cells = ["2026-03-29T01:30:00", "2026-03-29T02:30:00", "2026-03-29T03:30:00", "2026-10-25T23:00:00"]

    values, _ = parse_times(cells, Reading(ZoneInfo("Europe/Berlin")))

    assert [us // 1_800_000_000 % 48 for us in values.tolist()] == [1, 3, 3, 44]
